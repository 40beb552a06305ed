"""Records that are shown and proved together: of a sample, and of a response.

Knows how they are printed, read, and taken from a trail. What they must say is
`sample_checks`'s.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from affidavit import canonical
from affidavit.attest.sample_draw import Span, drawn
from affidavit.attest.tally import Period
from affidavit.canonical import Json
from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import HASH_BYTES, leaf_hash
from affidavit.tlog.multiproof import multiproof, verify_multiproof
from affidavit.tlog.tiles import TILE_WIDTH, subtree_reader
from affidavit.trail import record
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import SALT_BYTES, Entry, Kind

MAX_SHOWN = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """A record as it is shown."""

    index: int
    data: bytes
    """The entry."""
    salted: bytes | None = None
    """Salt and body, where they are shown."""
    embodied: bool = False
    """Whether bodies are shown at all; then None says that it was pruned."""

    def as_json(self) -> dict[str, Json]:
        """How it is printed."""
        told: dict[str, Json] = {
            "index": self.index,
            "entry": canonical.text(self.data),
        }
        if self.embodied:
            told["body"] = None if self.salted is None else canonical.text(self.salted)
        return told

    @classmethod
    def parse(cls, value: Json) -> "One":
        """Read what `as_json` gives, else `Malformed`."""
        match value:
            case {"index": int(index), "entry": str(entry), **rest} if (
                index >= 0 and not rest.keys() - {"body"}
            ):
                body = rest.get("body")
            case _:
                raise Malformed(f"not a record that is shown: {value!r:.200}")
        if body is not None and not isinstance(body, str):
            raise Malformed(f"record {index}: its body is no text")
        return cls(
            index=index,
            data=canonical.untext(entry),
            salted=None if body is None else canonical.untext(body),
            embodied="body" in rest,
        )

    @property
    def entry(self) -> Entry:
        """Decoded, else `Malformed`."""
        return record.decode(self.data)

    def body(self) -> Mapping[str, Json] | None:
        """The body that the entry commits to, where it is shown; `BrokenTrail` for
        another one, `Malformed` for none.
        """
        if self.salted is None:
            return None
        digest = canonical.text(sha256(self.salted).digest())
        if digest != self.entry.body:
            raise BrokenTrail(
                f"record {self.index}: the body is not the one that its entry commits "
                "to",
                index=self.index,
            )
        value = canonical.loads(self.salted[SALT_BYTES:])
        if not isinstance(value, Mapping):
            raise Malformed(f"record {self.index}: its body is not an object")
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """Records by index, and what proves them."""

    records: tuple[One, ...]
    proof: tuple[bytes, ...]

    def as_json(self) -> dict[str, Json]:
        """The fields `records` and `proof`."""
        return {
            "records": [each.as_json() for each in self.records],
            "proof": canonical.text(b"".join(self.proof)),
        }

    @classmethod
    def parse(cls, records: Sequence[Json], proof: str) -> "Shown":
        """Read what `as_json` gives, else `Malformed`."""
        if len(records) > MAX_SHOWN:
            raise Malformed(
                f"{len(records)} records are shown, at most {MAX_SHOWN} are"
            )
        data = canonical.untext(proof)
        if len(data) % HASH_BYTES:
            raise Malformed("the proof of the records is no list of hashes")
        hashes = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
        ones = tuple(map(One.parse, records))
        if len({each.embodied for each in ones}) > 1:
            raise Malformed(
                "some of the records have the field `body`, others have not"
            )
        return cls(records=ones, proof=tuple(hashes))

    @property
    def embodied(self) -> bool:
        """Whether bodies are shown."""
        return bool(self.records) and self.records[0].embodied

    def verify(self, head: Checkpoint) -> None:
        """Return when all of them stand in the tree of `head`; `Malformed` or
        `BrokenTrail` when not.
        """
        if not self.records and not self.proof:
            return
        leaves = {each.index: leaf_hash(each.data) for each in self.records}
        if len(leaves) != len(self.records):
            raise Malformed("a record is shown twice")
        verify_multiproof(leaves, head.size, self.proof, head.root)


def counts(entry: Entry, period: Period) -> bool:
    """Whether a record is one of those that are looked for."""
    return entry.kind is Kind.DECISION and entry.at in period


def take(
    reader: TrailReader,
    head: Checkpoint,
    period: Period,
    seed: bytes,
    span: Span,
    *,
    bodies: bool = False,
) -> Shown:
    """Draw from a trail, and prove what was drawn.

    `BrokenTrail` or `Malformed` where the trail has not what its tree head says, or its
    tree is not that of `head`.
    """
    known: dict[int, bytes] = {}

    def sought(index: int) -> bool:
        known[index] = _entry(reader, index, head.size)
        return counts(record.decode(known[index]), period)

    drawn(seed, span, sought)
    for index in span.edges(head.size):
        known[index] = _entry(reader, index, head.size)
    indices = sorted(known)
    kept = dict(_bodies(reader, indices, head.size)) if bodies else {}
    ones = [
        One(index=each, data=known[each], salted=kept.get(each), embodied=bodies)
        for each in indices
    ]
    subtrees = subtree_reader(reader.hash_tile, head.size, cached_tiles=1024)
    proof = multiproof(indices, head.size, subtrees) if indices else ()
    shown = Shown(records=tuple(ones), proof=proof)
    shown.verify(head)
    return shown


def _entry(reader: TrailReader, index: int, size: int) -> bytes:
    at, place = divmod(index, TILE_WIDTH)
    width = min(TILE_WIDTH, size - at * TILE_WIDTH)
    return reader.entry_bundle(at, width)[place]


def _bodies(
    reader: TrailReader, indices: Iterable[int], size: int
) -> Iterator[tuple[int, bytes | None]]:
    for index in indices:
        at, place = divmod(index, TILE_WIDTH)
        width = min(TILE_WIDTH, size - at * TILE_WIDTH)
        yield index, reader.body_bundle(at, width)[place]
