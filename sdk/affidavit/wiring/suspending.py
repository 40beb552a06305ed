"""The suspensions of a trail, as its governors ask for them.

Knows where they come from: a list beside the records, and the records where there is no
list yet.
"""

from collections.abc import Iterable
from pathlib import Path

from affidavit.calls import Line
from affidavit.gate import Gate, Moment
from affidavit.gate.life import Look
from affidavit.incident import book
from affidavit.incident.suspended import Suspension
from affidavit.incident.switch import Switch
from affidavit.policy.deferred import Inspection
from affidavit.trail.reader import TrailReader


def switch(trail: Path, origin: str) -> Switch:
    """What says of each call whether it is suspended; opens nothing yet."""
    return Switch(trail, origin, lambda: recorded(trail))


def inspect(
    gate: Gate,
    switch: Switch,
    lines: Iterable[Line],
    moment: Moment,
    look: Look | None,
) -> Inspection:
    """Decide each line of a file, and note which of them are suspended."""
    watched = switch.watching(lines, moment.monotonic)
    inspection = gate.inspect(watched, moment.milliseconds, look)
    inspection.stopped = watched.reasons
    return inspection


def recorded(trail: Path) -> Iterable[Suspension]:
    """What the trail's records say is suspended; raises as `incident.book.read`."""
    return book.read(TrailReader(trail)).suspensions
