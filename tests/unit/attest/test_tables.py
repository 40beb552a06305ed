"""Tables repeat a statement's figures, sum them, and start no formula."""

import csv
import io
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from affidavit.attest import tables

names = st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\r"))


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def a_predicate(rows: list[dict[str, Any]], unopened: int = 0) -> dict[str, Any]:
    return {"use": {"rows": rows, "unopened": unopened}}


def a_row(purpose: str | None, decisions: int) -> dict[str, Any]:
    told = {"model": "gpt-5", "endpoint": None, "effect": "permit"}
    return {"purpose": purpose, **told, "decisions": decisions}


@given(st.lists(st.tuples(names, st.integers(1, 10**18))))
def test_the_last_row_is_the_sum_of_the_others(
    given_rows: list[tuple[str | None, int]],
) -> None:
    rows = [a_row(purpose, count) for purpose, count in given_rows]
    heading, *body, total = read(tables.use(a_predicate(rows)))
    assert heading == list(tables.USE)
    assert [int(row[-1]) for row in body] == [count for _, count in given_rows]
    assert int(total[-1]) == sum(count for _, count in given_rows)


def test_what_was_not_opened_is_in_the_sum() -> None:
    *_, unopened, total = read(tables.use(a_predicate([a_row("a", 2)], unopened=3)))
    assert unopened[0] == "(not opened)"
    assert total[-1] == "5"


def test_a_name_that_looks_like_a_formula_is_text() -> None:
    _, row, _ = read(tables.use(a_predicate([a_row("=cmd()", 1)])))
    assert row[0] == "'=cmd()"
    assert row[2] == ""


def test_policies_are_told_with_their_spans() -> None:
    policy = {
        "digest": {"sha256": "ab" * 32},
        "name": "house",
        "mode": "enforce",
        "putInForce": "2026-10-01T00:00:00.000Z",
        "lastNamed": "2026-10-31T00:00:00.000Z",
        "decisions": "9007199254740993",
    }
    heading, row = read(tables.policies({"policies": [policy]}))
    assert heading == list(tables.POLICIES)
    assert row[0] == "ab" * 32
    assert row[-1] == "9007199254740993"
