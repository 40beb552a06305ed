"""Lengths have one spelling, and months are the calendar's."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import SettingsInvalid
from affidavit.trail.keep import Keep, Unit


@given(st.integers(1, 9999), st.sampled_from(Unit))
def test_what_is_printed_is_read_back(number: int, unit: Unit) -> None:
    assert Keep.parse(str(Keep(number, unit))) == Keep(number, unit)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "13",
        "months",
        "0days",
        "-1days",
        "1days",
        "13month",
        "013months",
        "13 months",
        "13Months",
        "10000days",
        "1.5years",
        "90d",
        "P13M",
        "13months\n",
        "١days",
    ],
)
def test_any_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(SettingsInvalid, match="13months"):
        Keep.parse(text)


@pytest.mark.parametrize(
    ("keep", "now", "before"),
    [
        ("90days", "2026-11-23", "2026-08-25"),
        ("13months", "2026-11-23", "2025-10-23"),
        ("1month", "2026-03-31", "2026-02-28"),
        ("1month", "2028-03-31", "2028-02-29"),
        ("12months", "2026-12-31", "2025-12-31"),
        ("11months", "2026-12-31", "2026-01-31"),
        ("1year", "2028-02-29", "2027-02-28"),
        ("2years", "2026-01-01", "2024-01-01"),
        ("9999years", "2026-01-01", "1970-01-01"),
        ("9999days", "1990-01-01", "1970-01-01"),
        ("9999months", "2026-01-01", "1970-01-01"),
    ],
)
def test_months_and_years_are_exact(keep: str, now: str, before: str) -> None:
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert Keep.parse(keep).before(at).date() == date.fromisoformat(before)


@given(st.integers(0, 7_000_000_000), st.integers(1, 1200))
def test_months_agree_with_counting_them_one_by_one(seconds: int, number: int) -> None:
    at = datetime.fromtimestamp(seconds, UTC)
    year, month = at.year, at.month
    for _ in range(number):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
    before = Keep(number, Unit.MONTH).before(at)

    if year < 1970:
        assert before == datetime(1970, 1, 1, tzinfo=UTC)
    else:
        assert (before.year, before.month) == (year, month)
        clipped = before.day < at.day
        assert not clipped or (before + timedelta(days=1)).month != before.month
        assert before.time() == at.time()
