"""The rules of a statement's verdict, and how figures are printed."""

from collections import Counter

import pytest

from affidavit.attest.predicate import (
    DOES_NOT_PROVE,
    MAX_EXACT,
    Claim,
    judge,
    number,
    rows_of,
    totals_of,
)
from affidavit.attest.tally import Period, Values
from affidavit.canonical import Json

PERIOD = Period("2026-03-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z")
USE: dict[str, Json] = {"unopened": 0, "byEffect": {"permit": 9, "observed": 0}}
INTEGRITY: dict[str, Json] = {
    "trailBegan": "2026-01-01T00:00:00.000Z",
    "recoveries": 0,
    "clockAnomalies": 0,
    "unknownOutcomes": 0,
    "decisionsWithoutBody": 0,
    "pending": 0,
    "problems": [],
    "moreProblems": 0,
}


def claim(use: dict[str, Json], integrity: dict[str, Json]) -> Claim:
    judged = judge(PERIOD, {**USE, **use}, {**INTEGRITY, **integrity})
    assert bool(judged["exceptions"]) == (judged["verdict"] != "PASS")
    assert judged["doesNotProve"] == list(DOES_NOT_PROVE)
    return Claim(judged["verdict"])


def test_a_period_without_anything_odd_passes() -> None:
    assert claim({}, {}) is Claim.PASS


@pytest.mark.parametrize(
    "integrity",
    [
        {"recoveries": 1},
        {"clockAnomalies": 1},
        {"unknownOutcomes": 1},
        {"pending": 1},
        {"trailBegan": "2026-03-02T00:00:00.000Z"},
    ],
)
def test_what_is_odd_is_an_exception(integrity: dict[str, Json]) -> None:
    assert claim({}, integrity) is Claim.EXCEPTIONS


def test_an_observed_refusal_is_an_exception() -> None:
    assert claim({"byEffect": {"observed": 1}}, {}) is Claim.EXCEPTIONS


@pytest.mark.parametrize(
    ("use", "integrity"),
    [
        ({}, {"problems": ["record 3: edited"]}),
        ({}, {"decisionsWithoutBody": 1}),
        ({"unopened": 1}, {}),
        ({}, {"trailBegan": None}),
        ({"byEffect": {"observed": 1}}, {"problems": ["x"], "recoveries": 2}),
    ],
)
def test_what_is_lacking_outweighs_every_exception(
    use: dict[str, Json], integrity: dict[str, Json]
) -> None:
    assert claim(use, integrity) is Claim.INCOMPLETE


def test_a_count_that_a_double_cannot_hold_is_text() -> None:
    assert number(MAX_EXACT) == MAX_EXACT
    assert number(MAX_EXACT + 1) == "9007199254740992"


def test_rows_stand_in_one_order_whatever_order_they_were_counted_in() -> None:
    rows: list[tuple[Values, str]] = [
        (("b", "m", "e"), "permit"),
        ((None, "m", "e"), "refuse"),
        (("a", None, "e"), "permit"),
        (("a", "m", "e"), "permit"),
    ]
    one, other = Counter(rows), Counter(reversed(rows))

    assert rows_of(one) == rows_of(other)
    assert [row["purpose"] for row in rows_of(one)] == [None, "a", "a", "b"]


def test_totals_sum_the_rows_by_one_field() -> None:
    rows: Counter[tuple[Values, str]] = Counter()
    rows[("a", "m", "e"), "permit"] = 2
    rows[("a", "n", "e"), "refuse"] = 3

    assert totals_of(rows, "purpose") == [{"purpose": "a", "decisions": 5}]
    assert totals_of(rows, "model") == [
        {"model": "m", "decisions": 2},
        {"model": "n", "decisions": 3},
    ]
