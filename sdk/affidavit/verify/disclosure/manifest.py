"""The manifest of a disclosure: what was asked, and what is in the package.

Knows the JSON of docs/formats/disclosure.md and nothing of the trail that it speaks of:
what a manifest claims is held against the tree by `check`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed, SettingsInvalid
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import HASH_BYTES
from affidavit.tlog.ranges import RangeProof
from affidavit.trail.record import FIELDS, LABEL_BYTES, Opening, parse_moment, stamp

VERSION = 1
PAYLOAD_TYPE = "application/vnd.affidavit.disclosure+json"
MANIFEST, CHECKPOINT, RECORDS = "disclosure.dsse.json", "checkpoint", "records.jsonl"
README, PROOFS, CONTENT, ANCHORS = "README.txt", "proofs", "content", "anchors"

ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_FIELDS = {
    "counts",
    "origin",
    "proofs",
    "range",
    "records",
    "selection",
    "tool",
    "tree",
    "v",
    "window",
}


class By(Enum):
    """How the records were selected whose bodies were asked for."""

    LABELS = "labels"
    IDS = "ids"
    NOTHING = "nothing"
    """No body was asked for: volumes, times and effects alone."""


@dataclass(frozen=True, slots=True)
class Window:
    """The half-open span `[start, end)` of record times, in UTC milliseconds."""

    start: str
    end: str

    def __post_init__(self) -> None:
        for each in (self.start, self.end):
            moment = parse_moment(each)
            whole = int(moment.timestamp()) * 1000 + moment.microsecond // 1000
            if stamp(whole) != each:
                raise Malformed(f"not a UTC time in milliseconds: {each!r}")
        if self.start >= self.end:
            raise SettingsInvalid(
                f"the window from {self.start} to {self.end} is empty: its end is "
                "exclusive, and must be later than its start"
            )

    def __contains__(self, at: str) -> bool:
        return self.start <= at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which records of the window were asked for. Made by one of the class methods."""

    by: By
    openings: tuple[Opening, ...] = ()
    """For `LABELS`: a decision matches that bears each of these labels."""
    ids: frozenset[str] = frozenset()
    """For `IDS`: the records that have one of these ids."""

    @classmethod
    def of_labels(cls, openings: Sequence[Opening]) -> "Selection":
        """By opened labels, one or more, each of another field; else `Malformed`."""
        ordered = tuple(sorted(openings, key=lambda each: each.field))
        fields = {each.field for each in ordered}
        if not ordered or len(fields) < len(ordered) or not fields <= FIELDS.keys():
            raise Malformed(
                f"openings are of different fields among {', '.join(FIELDS)}"
            )
        return cls(by=By.LABELS, openings=ordered)

    @classmethod
    def of_ids(cls, ids: Sequence[str]) -> "Selection":
        """By ids, one or more; else `Malformed`."""
        odd = [each for each in ids if ID.fullmatch(each) is None]
        if odd or not ids or len(set(ids)) < len(ids):
            raise Malformed(f"not the ids of records, each once: {odd[:3] or 'none'}")
        return cls(by=By.IDS, ids=frozenset(ids))

    def as_json(self) -> dict[str, Json]:
        """As the manifest prints it."""
        match self.by:
            case By.LABELS:
                openings = [
                    {
                        "field": each.field,
                        "nonce": canonical.text(each.nonce),
                        "value": each.value,
                    }
                    for each in self.openings
                ]
                return {"by": self.by.value, "openings": openings}
            case By.IDS:
                return {"by": self.by.value, "ids": sorted(self.ids)}
            case By.NOTHING:
                return {"by": self.by.value}

    @classmethod
    def parse(cls, value: Json) -> "Selection":
        """Read what `as_json` gives, else `Malformed`."""
        match value:
            case {"by": "labels", "openings": list(openings)}:
                return cls.of_labels([_opening(each) for each in openings])
            case {"by": "ids", "ids": list(ids)}:
                return cls.of_ids([str(each) for each in ids])
            case {"by": "nothing"}:
                return cls(by=By.NOTHING)
            case _:
                raise Malformed(f"not a selection of records: {value!r:.200}")


COUNTED = (
    "records",
    "window",
    "decisions",
    "selected",
    "outcomes",
    "disclosed",
    "withheld",
    "pruned",
    "missing",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many of each; the checker counts them again."""

    records: int = 0
    """Entries in the package's range."""
    window: int = 0
    """Of these, with a time in the window."""
    decisions: int = 0
    """Of these, decisions."""
    selected: int = 0
    """Records of the window that were asked for."""
    outcomes: int = 0
    """Outcomes of selected decisions, wherever they stand."""
    disclosed: int = 0
    """Of selected records and their outcomes: with body."""
    withheld: int = 0
    pruned: int = 0
    missing: int = 0

    def as_json(self) -> dict[str, int]:
        """As the manifest prints it."""
        return {name: getattr(self, name) for name in COUNTED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What the trail's key signed about the package."""

    origin: str
    size: int
    root: bytes
    """Of the tree that everything is proved in."""
    window: Window
    first: int
    end: int
    """The entries `[first, end)` are in the package; `first` is a multiple of 256, and
    `end` is one or the size."""
    proof: RangeProof
    selection: Selection
    counts: Counts
    records_sha256: str
    """Hex, of records.jsonl."""
    proofs: tuple[int, ...] = ()
    """Records outside the range that are proved one by one, in order."""
    tool: str

    def __post_init__(self) -> None:
        Checkpoint(self.origin, self.size, self.root)
        whole = self.first % 256 == 0 and (self.end % 256 == 0 or self.end == self.size)
        if not 0 <= self.first <= self.end <= self.size or not whole:
            raise Malformed(
                f"no range of whole bundles: {self.first} to {self.end} of {self.size}"
            )
        inside = any(self.first <= each < self.end for each in self.proofs)
        ordered = sorted(set(self.proofs)) == list(self.proofs)
        if inside or not ordered or any(not 0 <= i < self.size for i in self.proofs):
            raise Malformed("proofs are of records of the tree outside the range")

    def encode(self) -> bytes:
        """The payload that is signed: canonical JSON."""
        return canonical.dumps(
            {
                "counts": self.counts.as_json(),
                "origin": self.origin,
                "proofs": list(self.proofs),
                "range": {
                    "end": self.end,
                    "first": self.first,
                    "left": [each.hex() for each in self.proof.left],
                    "right": [each.hex() for each in self.proof.right],
                },
                "records": {"sha256": self.records_sha256},
                "selection": self.selection.as_json(),
                "tool": self.tool,
                "tree": {"root": self.root.hex(), "size": self.size},
                "v": VERSION,
                "window": {"from": self.window.start, "to": self.window.end},
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Manifest":
        """Read a payload; `Malformed` unless `encode` would print exactly it."""
        value = canonical.loads(data)
        if not isinstance(value, Mapping) or value.keys() != _FIELDS:
            raise Malformed("a manifest has " + ", ".join(sorted(_FIELDS)))
        try:
            parsed = _manifest(value)
        except SettingsInvalid as error:
            raise Malformed(str(error)) from error
        if parsed.encode() != data:
            raise Malformed("a manifest in no canonical form")
        return parsed


def _manifest(value: Mapping[str, Json]) -> Manifest:
    match value:
        case {
            "v": 1,
            "counts": dict(counts),
            "origin": str(origin),
            "proofs": list(proofs),
            "range": {
                "first": int(first),
                "end": int(end),
                "left": list(left),
                "right": list(right),
            },
            "records": {"sha256": str(digest)},
            "selection": dict(selection),
            "tool": str(tool),
            "tree": {"root": str(root), "size": int(size)},
            "window": {"from": str(start), "to": str(stop)},
        }:
            return Manifest(
                origin=origin,
                size=size,
                root=_hash(root),
                window=Window(start, stop),
                first=first,
                end=end,
                proof=RangeProof(
                    left=tuple(map(_hash, left)), right=tuple(map(_hash, right))
                ),
                selection=Selection.parse(selection),
                counts=_counts(counts),
                records_sha256=_hash(digest).hex(),
                proofs=tuple(map(_whole, proofs)),
                tool=tool,
            )
        case _:
            raise Malformed("a manifest of another version or form")


def _counts(value: Mapping[str, Json]) -> Counts:
    if value.keys() != set(COUNTED):
        raise Malformed("counts are " + ", ".join(COUNTED))
    return Counts(**{name: _whole(value[name]) for name in COUNTED})


def _whole(value: Json) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise Malformed(f"not a number from 0: {value!r:.80}")
    return value


def _hash(value: Json) -> bytes:
    try:
        data = bytes.fromhex(str(value))
    except ValueError as error:
        raise Malformed(f"not a hash in hex: {value!r:.80}") from error
    if len(data) != HASH_BYTES:
        raise Malformed(f"not a hash of {HASH_BYTES} bytes: {value!r:.80}")
    return data


def _opening(value: Json) -> Opening:
    match value:
        case {"field": str(field), "nonce": str(nonce), "value": str(text)}:
            return Opening(field, text, canonical.untext(nonce, size=LABEL_BYTES))
        case _:
            raise Malformed(f"not the opening of a label: {value!r:.200}")
