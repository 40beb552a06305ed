"""Numbers in words: counts with their noun, sizes with their unit, ages.

Pure. Knows English and nothing of what is counted.
"""

from datetime import UTC, datetime, timedelta

_UNITS = ("B", "KiB", "MiB", "GiB", "TiB")
_SPANS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 record`, `12,345 records`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def size(number: int) -> str:
    """A number of bytes: `512 B`, `1.5 GiB`."""
    value, unit = float(number), 0
    while value >= 1024 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    return f"{value:.1f} {_UNITS[unit]}" if unit else f"{number} B"


def age(span: timedelta) -> str:
    """How long something lasted, by its largest unit: `3 hours`."""
    seconds = max(0, int(span.total_seconds()))
    for unit, name in _SPANS:
        if seconds >= unit:
            return count(seconds // unit, name)
    return "0 seconds"


def moment(value: datetime) -> str:
    """A time in UTC with `Z`, to the second."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
