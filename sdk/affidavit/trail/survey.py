"""What the sealed records of a trail say about pruning: what is gone, and what is held.

Reads entries whole and looks into few: bodies of `pruning` and `incident` records are
opened, all else is passed over. Reads only. A record of these kinds that cannot be read
is `BrokenTrail`: nobody would know then what must stay.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog.tiles import TILE_WIDTH, decode_entries, tile_at
from affidavit.trail.holds import Hold, in_force
from affidavit.trail.ranges import Ranges
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import SALT_BYTES, Kind
from affidavit.trail.retention import Pruning, is_of_contents, seen

_MARKS = (b'"kind":"pruning"', b'"kind":"incident"')

Breathe = Callable[[], None]
"""Called between bundles: to tell progress, to rest, or to stop by raising."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sealed `pruning` record."""

    index: int
    says: Pruning


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the sealed records say about pruning."""

    size: int
    claims: tuple[Claim, ...] = ()
    holds: tuple[Hold, ...] = ()

    @property
    def gone(self) -> Ranges:
        """All records whose bodies an earlier record says are pruned."""
        return Ranges.union(claim.says.ranges for claim in self.claims)


def survey(
    reader: TrailReader, breathe: Breathe = lambda: None, *, start: int = 0
) -> Survey:
    """Read what the sealed records from `start` on say; raises as `TrailReader` does.

    `BrokenTrail` when a pruning or incident record cannot be read: what is held, or
    gone already, would not be known.
    """
    size = reader.head().size
    claims: list[Claim] = []
    incidents: list[tuple[str, str, Mapping[str, Json]]] = []
    for number in range(start // TILE_WIDTH, -(-size // TILE_WIDTH)):
        breathe()
        for index, entry in rare(reader, number, size, _MARKS):
            if index < start:
                continue
            found = seen(index, entry)
            if found.kind == Kind.INCIDENT.value:
                said = canonical.parse(body_of(reader, index, size, found.body))
                incidents.append((found.id, found.at, _object(said)))
            elif found.kind == Kind.PRUNING.value:
                data = body_of(reader, index, size, found.body)
                if not is_of_contents(data):
                    claims.append(Claim(index, Pruning.parse(data)))
    return Survey(size=size, claims=tuple(claims), holds=tuple(in_force(incidents)))


def rare(
    reader: TrailReader, number: int, size: int, marks: Sequence[bytes]
) -> Iterator[tuple[int, bytes]]:
    """`(index, entry)` of a bundle that has one of `marks` in it: hardly any has."""
    tile = tile_at("entries", number, size)
    data, width = reader.tile(tile)
    # Searched whole: of a thousand bundles hardly one is taken apart.
    if any(mark in data for mark in marks):
        entries = decode_entries(data, width)[: tile.width]
        yield from enumerate(entries, number * TILE_WIDTH)


def body_of(reader: TrailReader, index: int, size: int, digest: bytes) -> bytes:
    """The body of a sealed record of a kind that is never pruned, without its salt.

    `BrokenTrail` when it is not the one whose `digest` the entry names.
    """
    number, place = divmod(index, TILE_WIDTH)
    salted = reader.body_bundle(number, tile_at("body", number, size).width)[place]
    if salted is None or canonical.sha256(salted) != digest:
        raise BrokenTrail(
            f"record {index}: its body is not the one that its entry commits to, and "
            "says what is held or was pruned. Restore it from a backup.",
            index=index,
        )
    return salted[SALT_BYTES:]


def _object(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise Malformed("a body is a JSON object")
    return value
