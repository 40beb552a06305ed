"""How much in how long: `50000/day`, `20M/day`, `12.50/month`.

Knows units, calendar windows in UTC and the one spelling of an amount. Knows no policy,
no call and no clock: a moment comes in as ms since 1970. Money has no currency here, it
is counted in billionths of whatever a policy's prices are in.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import Enum
from typing import NamedTuple, assert_never

NANO = 10**9
"""Parts that one unit of money is counted in."""
MOST = 2**53 - 1
"""Of anything: what a record and a script of the store can hold exactly."""
_SUFFIXES = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9}
_AMOUNT = re.compile(
    r"([0-9]{1,18}(?:\.[0-9]{1,9})?)([kMG]?)/(minute|hour|day|week|month)", re.ASCII
)
_DECIMAL = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?", re.ASCII)
_MINUTE = 60_000
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_WEEK = 7 * _DAY
_FIRST_MONDAY = 4 * _DAY
"""1970-01-05."""


class Unit(Enum):
    """What a budget counts."""

    REQUESTS = "requests"
    INPUT_TOKENS = "input_tokens"
    OUTPUT_TOKENS = "output_tokens"
    TOKENS = "tokens"
    """Of both."""
    COST = "cost"

    @property
    def noun(self) -> str:
        """As a sentence says it."""
        return self.value.replace("_", " ")

    def shown(self, amount: int) -> str:
        """`amount` of it, as people read it."""
        if self is not Unit.COST:
            return f"{amount:,}"
        return money(amount)


class Span(NamedTuple):
    """One window: from `start` on and before `end`, in ms since 1970."""

    start: int
    end: int


class Window(Enum):
    """How long a budget lasts: a part of the calendar in UTC, weeks from Monday."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    def around(self, now: int) -> Span:
        """The window that this moment falls into."""
        match self:
            case Window.MINUTE:
                return _aligned(now, _MINUTE, 0)
            case Window.HOUR:
                return _aligned(now, _HOUR, 0)
            case Window.DAY:
                return _aligned(now, _DAY, 0)
            case Window.WEEK:
                return _aligned(now, _WEEK, _FIRST_MONDAY)
            case Window.MONTH:
                return _month(now)
            case _:
                assert_never(self)


def _aligned(now: int, length: int, origin: int) -> Span:
    start = now - (now - origin) % length
    return Span(start, start + length)


def _month(now: int) -> Span:
    day = datetime.fromtimestamp(now // 1000, UTC)
    start = day.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (start + timedelta(days=32)).replace(day=1)
    return Span(_milliseconds(start), _milliseconds(end))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000


class Amount(NamedTuple):
    """At most `limit` in each `window`; money in billionths."""

    limit: int
    window: Window

    def spelled(self, unit: Unit) -> str:
        """The one spelling: plain digits, no suffix."""
        limit = money(self.limit) if unit is Unit.COST else str(self.limit)
        return f"{limit.replace(',', '')}/{self.window.value}"


def parse(text: str, unit: Unit) -> Amount:
    """Read `20M/day`; raise `ValueError` saying what would be right."""
    found = _AMOUNT.fullmatch(text)
    if found is None:
        raise ValueError(
            f"{text[:64]!r} is no amount: a number, perhaps k, M or G, and /minute, "
            "/hour, /day, /week or /month, as in 50000/day or 20M/month"
        )
    number = Decimal(found[1]) * _SUFFIXES[found[2]]
    exact = number * NANO if unit is Unit.COST else number
    if exact != int(exact):
        raise ValueError(f"{text!r}: there are no fractions of {unit.noun}")
    if exact > MOST:
        most = money(MOST) if unit is Unit.COST else f"{MOST:,}"
        raise ValueError(f"{text!r} is more than can be counted exactly ({most})")
    return Amount(int(exact), Window(found[3]))


def price(text: str) -> int:
    """Billionths of money in a decimal text; raise `ValueError` for any other."""
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError(f"{text[:64]!r} is no price: digits, as in 1.25")
    exact = int(Decimal(text) * NANO)
    if exact > MOST:
        raise ValueError(f"{text!r} is more than can be counted exactly")
    return exact


def money(nano: int) -> str:
    """Billionths as a decimal number, with two digits behind the point or more."""
    whole, rest = divmod(abs(nano), NANO)
    digits = f"{rest:09d}".rstrip("0").ljust(2, "0")
    return f"{'-' if nano < 0 else ''}{whole:,}.{digits}"


def cents(nano: int, *, up: bool = True) -> str:
    """The same in whole hundredths, for a table: rounded up, or else down."""
    rounding = ROUND_CEILING if up else ROUND_FLOOR
    return f"{(Decimal(nano) / NANO).quantize(Decimal('0.01'), rounding):,}"


def moment(now: int) -> str:
    """A Unix time in ms as `2026-11-23T00:00:00Z`."""
    return datetime.fromtimestamp(now // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def milliseconds(text: str) -> int:
    """What `moment` printed, read back; `ValueError` for anything else."""
    found = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    if moment(_milliseconds(found)) != text:
        raise ValueError(f"not a moment in UTC: {text[:40]!r}")
    return _milliseconds(found)
