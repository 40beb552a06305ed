"""The incidents of a trail, read from its records.

Reads entries whole and looks into few, as `trail.survey` does; pending records count
too. Verifies nothing but that a body is the one which its entry names.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Incomplete, Malformed
from affidavit.incident.model import Incident, fold
from affidavit.incident.suspended import Suspension, of_incident
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.trail.retention import seen
from affidavit.trail.survey import body_of, rare

_MARKS = (b'"kind":"incident"',)

Tell = Callable[[int, int], None]
"""Records read, and how many in all."""
_Said = tuple[str, str, int | None, Mapping[str, Json]]


@dataclass(frozen=True, slots=True)
class Book:
    """The incidents of one trail."""

    incidents: Mapping[str, Incident]
    """By id, oldest first."""

    def find(self, identifier: str) -> Incident:
        """The one whose id is `identifier`, or begins so and no other does.

        `Incomplete` where there is none, or several.
        """
        if (found := self.incidents.get(identifier)) is not None:
            return found
        alike = [
            each for name, each in self.incidents.items() if name.startswith(identifier)
        ]
        if len(alike) == 1 and identifier:
            return alike[0]
        what = "no incident" if not alike else f"{len(alike)} incidents"
        raise Incomplete(
            f"{what} {identifier[:64]!r}. `affidavit incident list` names them."
        )

    @property
    def suspensions(self) -> tuple[Suspension, ...]:
        """What is suspended by these."""
        return tuple(
            each
            for incident in self.incidents.values()
            for each in of_incident(incident)
        )


def _nothing(_done: int, _total: int) -> None:
    pass


def read(reader: TrailReader, tell: Tell = _nothing) -> Book:
    """All incidents. Raises as `TrailReader` does, `BrokenTrail` for a body that is not
    the one that its entry names, and `Malformed` for one that cannot be understood.
    """
    try:
        return Book(fold(records(reader, tell)))
    except Malformed as error:
        raise Malformed(
            f"{reader.path}: an incident cannot be read ({error}). `affidavit trail "
            "verify` names the record."
        ) from error


def records(reader: TrailReader, tell: Tell = _nothing) -> Iterator[_Said]:
    """`(id, at, index, body)` of every `incident` record, pending ones last."""
    start, size = 0, reader.head().size
    while True:
        yield from _sealed(reader, start, size, tell)
        pending = list(_pending(reader))
        # Of what was sealed between the two looks, neither tells.
        start, size = size, reader.head().size
        if start == size:
            yield from pending
            return


def _sealed(reader: TrailReader, start: int, size: int, tell: Tell) -> Iterator[_Said]:
    for number in range(start // TILE_WIDTH, -(-size // TILE_WIDTH)):
        tell(number * TILE_WIDTH, size)
        for index, entry in rare(reader, number, size, _MARKS):
            found = seen(index, entry)
            if index < start or found.kind != Kind.INCIDENT.value:
                continue
            said = canonical.parse(body_of(reader, index, size, found.body))
            if not isinstance(said, dict):
                raise Malformed("a body is a JSON object")
            yield found.id, found.at, index, said


def _pending(reader: TrailReader) -> Iterator[_Said]:
    for each in reader.pending():
        if each.entry.kind is Kind.INCIDENT and each.body is not None:
            yield each.entry.id, each.entry.at, each.index, each.body
