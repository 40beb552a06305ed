"""How young a trail is, going by the times that its records carry.

Those are the writers' clocks, and one of them may have run ahead: a record dated later
than the present says nothing about how far the trail goes, and would make one that was
cut off look young for ever. Therefore it is told of and left out.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from affidavit.errors import Invalid
from affidavit.trail import record
from affidavit.verify.form import found_in
from affidavit.verify.report import Fault, Problem

AHEAD = timedelta(minutes=10)
"""Two machines' clocks may differ by so much before it is worth a word."""
UNASKED = (
    "No greatest age was given: that the trail goes on to the present was not checked."
)
"""What is said to whoever demands none."""

Entries = Iterable[tuple[int, bytes]]
"""Sealed entries with their index, in order; read only where a clock ran ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """What is to be said of a trail's age. Only `judge` makes one."""

    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    unchecked: tuple[str, ...] = ()


def judge(
    newest: str | None, entries: Entries, *, now: datetime, max_age: timedelta | None
) -> Aged:
    """Whether the newest sealed record is as young as the caller demands.

    `newest` is the latest time that any carries; `now` is UTC.
    """
    notes: tuple[str, ...] = ()
    horizon = _stamp(now + AHEAD)
    if newest is not None and newest > horizon:
        newest, note = _before(entries, horizon, now)
        notes = (note,)
    if max_age is None:
        return Aged(notes=notes, unchecked=(UNASKED,))
    if newest is not None and now - record.parse_moment(newest) <= max_age:
        return Aged(notes=notes)
    stale = Problem(
        fault=Fault.STALE,
        message=f"the newest sealed record is of {newest or 'no time at all'}, and "
        f"must not be older than {max_age} at {_stamp(now)}",
    )
    return Aged(problems=(stale,), notes=notes)


def _before(entries: Entries, horizon: str, now: datetime) -> tuple[str | None, str]:
    """The latest time up to `horizon`, and what to say of the later ones."""
    newest, first, latest, ahead = "", 0, "", 0
    for index, at in _times(entries):
        if at <= horizon:
            newest = max(newest, at)
            continue
        first, latest, ahead = first if ahead else index, max(latest, at), ahead + 1
    others = f", the first of {ahead} such," if ahead > 1 else ""
    return newest or None, (
        f"record {first}{others} is dated in the future of {_stamp(now)}, up to "
        f"{latest}: a clock was set forward, or the one here is slow. It does not "
        "count for the trail's age."
    )


def _times(entries: Entries) -> Iterator[tuple[int, str]]:
    try:
        for index, entry in entries:
            if (found := found_in(entry)) is not None:
                yield index, found["at"].decode()
    except Invalid:
        return  # a bundle that cannot be had: told of already, with all behind it


def _stamp(moment: datetime) -> str:
    return record.stamp(int(moment.timestamp() * 1000))
