"""Amounts: one spelling, calendar windows, and nothing that cannot be counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.policy import amounts
from affidavit.policy.amounts import Amount, Unit, Window
from support.budgeted import DAY, NOON

MOMENTS = st.integers(0, 4_102_444_800_000)


@pytest.mark.parametrize(
    ("text", "unit", "spelled"),
    [
        ("50000/day", Unit.REQUESTS, "50000/day"),
        ("20M/month", Unit.TOKENS, "20000000/month"),
        ("1.5k/hour", Unit.OUTPUT_TOKENS, "1500/hour"),
        ("12.5/day", Unit.COST, "12.50/day"),
        ("2k/week", Unit.COST, "2000.00/week"),
    ],
)
def test_an_amount_has_one_spelling(text: str, unit: Unit, spelled: str) -> None:
    amount = amounts.parse(text, unit)

    assert amount.spelled(unit) == spelled
    assert amounts.parse(spelled, unit) == amount


@pytest.mark.parametrize(
    "text",
    ["50000", "5/year", "-5/day", "5 /day", "1e3/day", "0.5/day", "5K/day", "٥/day"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"amount|fractions"):
        amounts.parse(text, Unit.REQUESTS)


def test_more_than_can_be_counted_exactly_is_refused() -> None:
    with pytest.raises(ValueError, match="exactly"):
        amounts.parse("9007199254740992/day", Unit.TOKENS)
    with pytest.raises(ValueError, match="exactly"):
        amounts.parse("9007200/day", Unit.COST)


@given(amount=st.integers(0, amounts.MOST), window=st.sampled_from(Window))
def test_what_is_printed_is_read_back(amount: int, window: Window) -> None:
    for unit in (Unit.TOKENS, Unit.COST):
        written = Amount(amount, window)
        assert amounts.parse(written.spelled(unit), unit) == written


@given(now=MOMENTS, window=st.sampled_from(Window))
def test_each_moment_lies_in_one_window_and_windows_touch(
    now: int, window: Window
) -> None:
    span = window.around(now)

    assert span.start <= now < span.end
    assert window.around(span.start) == window.around(span.end - 1) == span
    assert window.around(span.end).start == span.end


def test_windows_follow_the_calendar_in_utc() -> None:
    def bounds(window: Window) -> tuple[str, str]:
        span = window.around(NOON + 61_000)
        return amounts.moment(span.start), amounts.moment(span.end)

    assert bounds(Window.MINUTE) == ("2026-11-23T12:01:00Z", "2026-11-23T12:02:00Z")
    assert bounds(Window.HOUR) == ("2026-11-23T12:00:00Z", "2026-11-23T13:00:00Z")
    assert bounds(Window.DAY) == ("2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z")
    # A Monday.
    assert bounds(Window.WEEK) == ("2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z")
    assert bounds(Window.MONTH) == ("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z")


def test_prices_are_exact_and_money_is_shown_to_the_hundredth() -> None:
    assert amounts.price("0.000000001") == 1
    assert amounts.money(amounts.price("1.25")) == "1.25"
    assert amounts.money(-amounts.NANO // 2) == "-0.50"
    assert (amounts.cents(1), amounts.cents(1, up=False)) == ("0.01", "0.00")
    with pytest.raises(ValueError, match="no price"):
        amounts.price("1e3")
    with pytest.raises(ValueError, match="exactly"):
        amounts.price("999999999")


@given(now=MOMENTS)
def test_moments_are_read_back(now: int) -> None:
    whole = now - now % 1000
    assert amounts.milliseconds(amounts.moment(whole)) == whole


def test_another_spelling_of_a_moment_is_refused() -> None:
    with pytest.raises(ValueError, match=r"moment|match"):
        amounts.milliseconds("2026-11-3T00:00:00Z")
    assert amounts.milliseconds("2026-11-24T00:00:00Z") == NOON + DAY // 2


def test_units_read_as_people_say_them() -> None:
    assert Unit.OUTPUT_TOKENS.noun == "output tokens"
    assert Unit.TOKENS.shown(1_000_000) == "1,000,000"
    assert Unit.COST.shown(1_500_000_000) == "1.50"
