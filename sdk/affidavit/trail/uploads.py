"""What a trail knows of uploaded files: the decision that let each of them leave.

Knows the fields `file` and `files` of a decision's body, and that an outcome names what
the provider made of an upload. Entries are read once, from where the last search ended;
what is not yet in the tree is read again each time. Proves nothing: `verify` does.
"""

from collections.abc import Iterable, Mapping, Sequence

from affidavit import canonical
from affidavit.calls import File, Known, Reference, Work
from affidavit.canonical import Json
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail import record
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import SALT_BYTES, Kind, Labels, Record

ENDPOINTS = (
    "files.create",
    "uploads.create",
    "uploads.parts.create",
    "uploads.complete",
)
"""Endpoints whose calls bring a file, or a part of one, to the provider."""

_MOST_NAMES = 16
_MOST_PARTS = 128
_MOST_FILES = 16
_NAME_CHARACTERS = 128
_OUTCOME = b'"kind":"outcome"'
_DECISION = b'"kind":"decision"'
_ID = b'"id":"'
_LEFT = ("permit", "observed")
_COMPLETE = "complete"
_ID_CHARACTERS = 36


def described(file: File) -> dict[str, Json]:
    """`file` as a decision's body says it; maps and lists are cut to a bound."""
    said: dict[str, Json] = {
        "purpose": None if file.purpose is None else _printable(file.purpose)
    }
    if file.size is not None:
        said["bytes"] = file.size
    if file.sha256 is not None:
        said["sha256"] = file.sha256
    if file.read or file.lines:
        said["lines"] = file.lines
        said["malformed"] = file.malformed
    for name, counts in (("models", file.models), ("endpoints", file.endpoints)):
        if counts:
            said[name] = _bounded(counts)
    if file.work is not None:
        said["work"] = [_asked(each) for each in file.work]
    if file.parts:
        said["parts"] = list(file.parts[:_MOST_PARTS])
        said["part_count"] = len(file.parts)
    return said


def _asked(work: Work) -> Json:
    """What alike lines ask for; a name that no line gives is left out."""
    return {name: value for name, value in work._asdict().items() if value}


def referred(references: Iterable[Reference]) -> list[Json]:
    """Files that a call refers to, as a decision's body says them."""
    return [_referred(each) for each in list(references)[:_MOST_FILES]]


def _referred(reference: Reference) -> Json:
    said: dict[str, Json] = {"file": _printable(reference.id), "decision": None}
    known = reference.known
    if known is not None:
        said |= {"decision": known.decision, "effect": known.effect}
        said["purpose"] = known.purpose
        if known.sha256 is not None:
            said["sha256"] = known.sha256
    return said


def _bounded(counts: Mapping[str, int]) -> dict[str, Json]:
    """The most frequent names, in ASCII: a record's keys are."""
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST_NAMES]
    return {_printable(name, ascii_only=True): count for name, count in most}


def _printable(text: str, *, ascii_only: bool = False) -> str:
    return "".join(
        each if each.isprintable() and (each.isascii() or not ascii_only) else "?"
        for each in text[:_NAME_CHARACTERS]
    )


def known_of(identifier: str, effect: str, body: Mapping[str, Json]) -> Known:
    """What a decision about an upload says of it; lenient, as bodies may grow."""
    file = body.get("file")
    if not isinstance(file, dict):
        file = {}
    models = file.get("models")
    single = list(models) if isinstance(models, dict) and len(models) == 1 else [None]
    return Known(
        decision=identifier,
        effect=effect,
        purpose=_text(body.get("purpose")),
        use=_text(file.get("purpose")),
        sha256=_text(file.get("sha256")),
        model=single[0],
        read="lines" in file and file.get("malformed") == 0,
        work=_work(file.get("work")),
    )


def _work(said: Json) -> tuple[Work, ...] | None:
    if not isinstance(said, list):
        return None
    return tuple(
        Work(
            endpoint=_text(each.get("endpoint")) or "",
            model=_text(each.get("model")),
            subject=_text(each.get("subject")),
            requests=_count(each.get("requests")),
            input_tokens=_count(each.get("input_tokens")),
            output_tokens=_count(each.get("output_tokens")),
        )
        for each in said
        if isinstance(each, dict)
    )


def _count(value: object) -> int:
    return value if type(value) is int else 0


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


class Uploads:
    """The uploads of one trail, by the identifiers that the provider gave them.

    The first search reads every entry, later ones what came since. Safe for threads
    and forks without a lock: two searches at once do the same work twice.
    """

    def __init__(self, reader: TrailReader, labels: Labels) -> None:
        self._reader = reader
        self._labels = frozenset(labels.of("endpoint", name) for name in ENDPOINTS)
        self._marks = [label.encode() for label in self._labels]
        self._known: dict[str, Known] = {}
        self._at: tuple[int, Mapping[str, Known]] = 0, {}
        """How many entries were searched, and which uploads of these wait for their
        outcome."""

    def learn(self, decision: Record, outcome: Record) -> None:
        """Note what this process itself was told: no search will be needed for it.

        On the path of every call, of which nearly all are no uploads.
        """
        if decision.labels.get("endpoint") not in self._labels:
            return
        search = _Search(self._marks, {})
        search.decided(decision.id, decision.effect, decision.body)
        search.ended(outcome.id, outcome.effect, outcome.body)
        self._known.update(search.named)

    def find(self, name: str) -> Known | None:
        """What is known of `name`, an identifier of a file, an upload or a part.

        Raises what `TrailReader` raises for a trail that cannot be read.
        """
        known = self._known.get(name)
        if known is not None:
            return known
        with self._reader.snapshot() as moment:
            size = moment.state.size if moment.state else self._reader.head().size
            start, before = self._at
            search = _Search(self._marks, before)
            search.tree(self._reader, min(start, size), size)
            self._known.update(search.named)
            self._at = size, dict(search.left)
            # What is in WALs is not kept: it will come again, from the tree.
            for wal in moment.wals:
                for frame in wal.frames():
                    entry, _, body = frame.parts()
                    search.take(entry, body)
        return search.named.get(name) or self._known.get(name)


class _Search:
    """One walk over records, in order."""

    def __init__(self, marks: Sequence[bytes], left: Mapping[str, Known]) -> None:
        self._marks = marks
        self.left = dict(left)
        """Uploads that left and have no outcome yet, by their decision."""
        self.named: dict[str, Known] = {}

    def tree(self, reader: TrailReader, start: int, end: int) -> None:
        bundle, bodies = -1, list[bytes | None]()
        for index, entry in reader.entries(start, end):
            if not self._concerns(entry):
                continue
            at, place = divmod(index, TILE_WIDTH)
            if at != bundle:
                width = min(end - at * TILE_WIDTH, TILE_WIDTH)
                bundle, bodies = at, reader.body_bundle(at, width)
            salted = bodies[place]
            if salted is not None:  # a pruned body names nothing any more
                self.take(entry, salted[SALT_BYTES:])

    def _concerns(self, entry: bytes) -> bool:
        """Whether it is an upload's; parses nothing, as a trail has millions."""
        if _OUTCOME in entry:
            return bool(self.left) and _identifier(entry) in self.left
        return _DECISION in entry and any(mark in entry for mark in self._marks)

    def take(self, entry: bytes, body: bytes) -> None:
        if not self._concerns(entry):
            return
        decoded = record.decode(entry)
        told = self.decided if decoded.kind is Kind.DECISION else self.ended
        told(decoded.id, decoded.effect, body)

    def decided(self, identifier: str, effect: str | None, body: bytes) -> None:
        said = canonical.parse(body)
        if effect in _LEFT and isinstance(said, dict):
            self.left[identifier] = known_of(identifier, effect, said)

    def ended(self, identifier: str, effect: str | None, body: bytes) -> None:
        known, said = self.left.pop(identifier, None), canonical.parse(body)
        if known is not None and effect == _COMPLETE and isinstance(said, dict):
            self.named.update(dict.fromkeys(named_by(said), known))


def _identifier(entry: bytes) -> str:
    start = entry.find(_ID) + len(_ID)
    return entry[start : start + _ID_CHARACTERS].decode("ascii", "replace")


def named_by(outcome: Mapping[str, Json]) -> list[str]:
    """Identifiers that an outcome's body gives: of the answer, and of a file in it."""
    names = (outcome.get(field) for field in ("response", "file"))
    return [name for name in names if isinstance(name, str)]
