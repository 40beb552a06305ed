"""A statement says how much of the bill is in the trail, and for which days."""

from pathlib import Path

import pytest

from affidavit.attest.coverage import days_of, missing_days, whole_days
from affidavit.attest.tally import Period
from affidavit.errors import Incomplete
from support.covered import DAY, FETCHED, NEXT, a_bill, covered
from support.statements import predicate


def test_a_bill_that_agrees_is_covered_whole(tmp_path: Path) -> None:
    told = predicate(covered(tmp_path, a_bill(4))[1])
    section = told["coverage"]
    assert section["share"] == "1.0000"
    assert section["requests"]["covered"] == 4
    assert section["period"] == {"from": DAY, "to": NEXT}
    assert (section["missingDays"], section["provisional"]) == (0, [])
    assert section["fetched"] == FETCHED
    (row,) = section["recorded"]
    assert (row["calls"], row["asked"]) == (4, "gpt-5")
    assert not any("bill" in each for each in told["exceptions"])


def test_one_request_that_is_not_covered_is_an_exception(tmp_path: Path) -> None:
    told = predicate(covered(tmp_path, a_bill(5))[1])
    assert told["coverage"]["requests"]["uncovered"] == 1
    assert told["verdict"] == "PASS WITH EXCEPTIONS"
    assert (
        "Requests on the provider's bill that are not in the trail: 1."
        in told["exceptions"]
    )
    (gap,) = told["coverage"]["gaps"]
    assert gap["keys"] == {"key_a": 5}


def test_what_is_in_excess_is_told_and_no_exception(tmp_path: Path) -> None:
    told = predicate(covered(tmp_path, a_bill(3))[1])
    assert told["coverage"]["requests"]["excess"] == 1
    assert not any("bill" in each for each in told["exceptions"])


def test_a_bill_that_was_fetched_early_may_still_grow(tmp_path: Path) -> None:
    told = predicate(covered(tmp_path, a_bill(fetched=f"{NEXT}T08:00:00Z"))[1])
    assert told["coverage"]["provisional"] == [DAY]
    assert any("may still grow" in each for each in told["exceptions"])


def test_days_that_were_not_compared_are_counted(tmp_path: Path) -> None:
    longer = Period("2026-03-01T12:00:00.000Z", "2026-03-04T00:00:00.000Z")
    told = predicate(covered(tmp_path, a_bill(), longer)[1])
    assert told["coverage"]["missingDays"] == 2
    assert "Days not held against the provider's bill: 2." in told["exceptions"]


def test_a_reconciliation_of_other_days_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="no whole day"):
        covered(tmp_path, a_bill(start="2026-01-01", end="2026-02-01"))


def test_documents_that_leave_days_out_are_refused(tmp_path: Path) -> None:
    longer = Period("2026-03-01T00:00:00.000Z", "2026-03-04T00:00:00.000Z")
    with pytest.raises(Incomplete, match="nothing on 1 days"):
        covered(tmp_path, a_bill(start="2026-03-01", end="2026-03-04"), longer)


@pytest.mark.parametrize(
    ("start", "end", "whole", "missing"),
    [
        ("2026-03-01T00:00:00.000Z", "2026-03-04T00:00:00.000Z", ("01", "04"), 0),
        ("2026-03-01T00:00:00.001Z", "2026-03-04T00:00:00.000Z", ("02", "04"), 1),
        ("2026-03-01T00:00:00.000Z", "2026-03-04T00:00:00.001Z", ("01", "04"), 1),
    ],
)
def test_days_that_a_period_cuts_are_not_whole(
    start: str, end: str, whole: tuple[str, str], missing: int
) -> None:
    period = Period(start, end)
    first, last = (f"2026-03-{each}" for each in whole)
    assert whole_days(period) == (first, last)
    assert days_of(period, "2026-01-01", "2027-01-01") == (first, last)
    assert missing_days(period, first, last) == missing
