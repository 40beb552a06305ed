"""The fields of a contract, and what they mean."""

from datetime import date, timedelta

import pytest

from affidavit.attest.contract_model import (
    Check,
    Schedule,
    first_day,
    number_of,
    seconds_in,
)
from support.contracts import contract


@pytest.mark.parametrize(
    ("span", "seconds"), [("90m", 5_400), ("24h", 86_400), ("7d", 604_800), ("1y", 0)]
)
def test_a_span_is_so_many_seconds(span: str, seconds: int) -> None:
    assert seconds_in(span) == seconds


@pytest.mark.parametrize(
    ("every", "second"),
    [("month", "2026-12-15"), ("quarter", "2027-02-15"), ("year", "2027-11-15")],
)
def test_periods_follow_the_calendar(every: str, second: str) -> None:
    schedule = Schedule.model_validate_json(
        f'{{"every": "{every}", "from": "2026-11-15"}}'
    )
    assert first_day(schedule, 0) == date(2026, 11, 15)
    assert first_day(schedule, 1).isoformat() == second
    last = first_day(schedule, 1) - timedelta(days=1)
    assert [number_of(schedule, day) for day in (schedule.start, last)] == [0, 0]
    assert number_of(schedule, first_day(schedule, 7)) == 7
    assert number_of(schedule, schedule.start - timedelta(days=1)) is None
    assert number_of(schedule, date(9000, 1, 1)) is None


def test_a_check_says_which_it_is() -> None:
    (clause,) = contract("declared: {}").content.clauses
    assert clause.checks[0].name == "declared"


def test_every_check_says_what_it_is() -> None:
    assert all(field.description for field in Check.model_fields.values())


def test_terms_leave_out_what_the_file_leaves_out() -> None:
    terms = contract("concluded: {}").content.terms
    assert terms["clauses"][0]["checks"] == [{"concluded": {}}]
    assert "schedule" not in terms
