"""How long bodies are kept: `90days`, `13months`, `2years`.

Pure calendar: months and years are those of the calendar, not so many days. Knows the
one spelling of each length and refuses lengths that would take what was just written.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import assert_never

from affidavit.errors import SettingsInvalid

_SPELLING = re.compile(r"([1-9][0-9]{0,3})(day|month|year)(s?)", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = 12


class Unit(Enum):
    """What a length is counted in."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Keep:
    """A length of at least one day and at most 9,999 units."""

    number: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> "Keep":
        """Read what `str` prints, else `SettingsInvalid`: `1year`, `13months`."""
        found = _SPELLING.fullmatch(text)
        if found is not None:
            keep = cls(int(found[1]), Unit(found[2]))
            if str(keep) == text:
                return keep
        raise SettingsInvalid(
            f"{text!r} is no length of time to keep bodies for. Write 90days, 13months "
            "or 2years; at least 1day."
        )

    def __str__(self) -> str:
        return f"{self.number}{self.unit.value}{'s' * (self.number != 1)}"

    def before(self, now: datetime) -> datetime:
        """The moment that lies so long before `now`: what is older is not kept.

        A day that the month does not have becomes its last: a month before 31 March is
        28 or 29 February. Never before 1970: nothing is older than that.
        """
        match self.unit:
            case Unit.DAY:
                return max(now - timedelta(days=self.number), _EPOCH)
            case Unit.MONTH:
                return _months_before(now, self.number)
            case Unit.YEAR:
                return _months_before(now, self.number * _MONTHS)
            case _:
                assert_never(self.unit)


def _months_before(now: datetime, number: int) -> datetime:
    year, month = divmod(now.year * _MONTHS + now.month - 1 - number, _MONTHS)
    if year < _EPOCH.year:
        return _EPOCH
    last = calendar.monthrange(year, month + 1)[1]
    return now.replace(year=year, month=month + 1, day=min(now.day, last))
