"""Figures of one statement agree with one another, or what does not is named."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest.agreement import differences, of_days, rows_in, unbalanced
from affidavit.errors import Malformed
from support.statements import attested, predicate
from support.trails import a_trail


@pytest.fixture
def told(tmp_path: Path) -> dict[str, Any]:
    trail = a_trail(tmp_path, calls=3)
    trail.decision("fraud.scoring", effect="refuse")
    trail.write()
    return dict(predicate(attested(trail)))


def problems(told: dict[str, Any]) -> list[str]:
    rows = rows_in(told["use"])
    found = unbalanced(told["use"], told["records"], told["integrity"], rows)
    return [*found, *of_days(told["days"], told["use"])]


def test_a_true_statement_agrees_with_itself(told: dict[str, Any]) -> None:
    assert problems(told) == []
    assert sum(each["decisions"] for each in told["days"]) == 4


def one_more_day(told: dict[str, Any]) -> None:
    told["days"][0]["decisions"] += 1


def days_out_of_order(told: dict[str, Any]) -> None:
    told["days"].reverse()


def a_day_twice(told: dict[str, Any]) -> None:
    told["days"].append({**told["days"][-1], "decisions": 1})
    told["days"][-2]["decisions"] -= 1


def one_more_record(told: dict[str, Any]) -> None:
    told["records"]["total"] += 1


def one_more_outcome(told: dict[str, Any]) -> None:
    told["use"]["outcomes"]["unknown"] += 1


@pytest.mark.parametrize(
    "change",
    [one_more_day, days_out_of_order, a_day_twice, one_more_record, one_more_outcome],
)
def test_what_does_not_agree_is_named(
    told: dict[str, Any], change: Callable[[dict[str, Any]], None]
) -> None:
    change(told)
    assert problems(told)


@pytest.mark.parametrize(
    "day",
    [
        {"day": "2026-10-01", "effect": "permit"},
        {"day": "2026-10-01", "effect": "permit", "decisions": -1},
        {"day": "2026-10-01", "effect": "permit", "decisions": 1, "more": 1},
        7,
    ],
)
def test_what_is_no_day_is_malformed(told: dict[str, Any], day: object) -> None:
    told["days"] = [day]
    with pytest.raises(Malformed):
        problems(told)


def test_differences_name_the_place_both_ways() -> None:
    assert list(differences({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, "x")) == [
        "x.a.b: 2, counted: 1",
        "x.a.c: 3, counted: nothing",
    ]
