"""Writes a disclosure: what was asked for, opened, and the proof that it is all.

Knows the package of docs/formats/disclosure.md. Everything is read under one signed
tree head, written beside its place, checked as its receiver will check it, and only
then put there under its name. The same trail and question give the same bytes.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import orjson

from affidavit import canonical, dsse
from affidavit._version import __version__
from affidavit.attest.packaging import Package, readme, staged
from affidavit.attest.survey import Picked, Survey
from affidavit.errors import BrokenTrail, Incomplete, Invalid, SettingsInvalid
from affidavit.gate import content_key
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint
from affidavit.tlog.merkle import inclusion_proof
from affidavit.tlog.proof import TlogProof
from affidavit.tlog.ranges import range_proof
from affidavit.tlog.tiles import (
    TILE_WIDTH,
    Tile,
    encode_entries,
    encode_hashes,
    subtree_reader,
)
from affidavit.trail.anchors import CHECKPOINT, COSIGNED, AnchorStore, KeptHead
from affidavit.trail.identity import Identity
from affidavit.trail.ranges import Ranges
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import SALT_BYTES, Kind
from affidavit.trail.retention import Pruning, is_of_contents
from affidavit.verify.disclosure import DisclosureReport, verify_disclosure
from affidavit.verify.disclosure import manifest as files
from affidavit.verify.disclosure.lines import Line, State
from affidavit.verify.disclosure.manifest import (
    PAYLOAD_TYPE,
    Manifest,
    Selection,
    Window,
)

Progress = Callable[[int, int], None]
Contents = Callable[[str, str], bytes | None]
"""`(id, part)` → the content of a record, where it was kept; the part is `request` or
`response`."""
_PARTS = {Kind.DECISION: ("request", "content"), Kind.OUTCOME: ("response", "output")}
_STEP = TILE_WIDTH * 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is to be disclosed."""

    window: Window
    selection: Selection
    withheld: frozenset[str] = frozenset()
    """Ids of calls whose bodies are held back."""
    withhold_all: bool = False
    reason: str | None = None
    """Why; needed when anything is withheld."""
    whole: bool = False
    """Give the entries of the whole trail: nothing then rests on anybody's clock."""
    contents: Contents | None = None
    """Where contents come from that are revealed with their records."""
    hold: Callable[[Picked], str | None] | None = None
    """Says of each record why its body is held back; None where it is given."""

    def __post_init__(self) -> None:
        holds_back = bool(self.withheld) or self.withhold_all
        if holds_back != (self.reason is not None):
            raise SettingsInvalid("What is withheld is withheld for a reason: say it.")


def disclose(
    reader: TrailReader,
    identity: Identity,
    question: Question,
    out: Path,
    *,
    under: bytes | None = None,
    progress: Progress | None = None,
) -> DisclosureReport:
    """Write the package at `out`, checked; what its check says.

    Everything is proved under the signed checkpoint `under`: by default under the
    oldest that was anchored and covers it all, else under the trail's present one.

    Raises `SettingsInvalid` when `out` is taken or something is withheld that was not
    asked for, `Incomplete` when the records asked for are not under that checkpoint,
    `BrokenTrail` when the trail does not hold there: nothing is handed out then.
    """
    note = reader.checkpoint_bytes() if under is None else under
    head = open_checkpoint(note, identity.verifier)
    survey = _survey(reader, question, head.size, progress)
    first, end = (0, head.size) if question.whole else survey.span()
    needed = max([end, *(each + 1 for each in survey.indices())])
    fixed = note if under is not None or question.whole else None
    anchor = _anchor(reader, identity, fixed, needed)
    if anchor is not None and anchor.checkpoint is not None:
        note = anchor.checkpoint
        head = open_checkpoint(note, identity.verifier)
    writing = _Writing(reader, identity, question, note, head, survey, (first, end))
    with staged(out) as package:
        writing.write(package, anchor)
        report = verify_disclosure(
            package.path, key=identity.verifier, progress=progress
        )
        if report.problems:
            raise BrokenTrail(
                f"{reader.path}: nothing was disclosed, because the package would not "
                f"hold: {report.first_bad}. Run `affidavit trail verify`."
            )
    return report


def _survey(
    reader: TrailReader, question: Question, size: int, progress: Progress | None
) -> Survey:
    survey = Survey(question.window, question.selection, size)
    for start in range(0, size, _STEP):
        if progress is not None:
            progress(start, size)
        survey.take(reader.entries(start, min(start + _STEP, size)))
    survey.take_early(reader.entries(0, survey.early()))
    if absent := sorted(question.selection.ids - {e.id for e in survey.picked()}):
        raise Incomplete(
            f"{reader.path}: no sealed record of the window has the id {absent[0]}"
            + (f" (nor {len(absent) - 1} others)" if absent[1:] else "")
            + ". `affidavit trail show` lists ids and times."
        )
    return survey


def _anchor(
    reader: TrailReader, identity: Identity, note: bytes | None, needed: int
) -> KeptHead | None:
    """The evidence about `note`; without one, about the smallest tree that has all."""
    wanted = None if note is None else open_checkpoint(note, identity.verifier)
    for each in AnchorStore.of(reader.path).heads():
        if each.checkpoint is None or not (each.cosigned or each.stamps):
            continue
        try:
            head = open_checkpoint(each.checkpoint, identity.verifier)
        except Invalid:
            continue  # of another key, or damaged: evidence of nothing
        if (wanted is None and head.size >= needed) or wanted == head:
            return each
    return None


@dataclass
class _Writing:
    reader: TrailReader
    identity: Identity
    question: Question
    note: bytes
    head: Checkpoint
    survey: Survey
    span: tuple[int, int]

    def write(self, package: Package, anchor: KeptHead | None) -> None:
        """Every file of the package."""
        first, end = self.span
        package.write(files.CHECKPOINT, self.note)
        for start in range(first, end, TILE_WIDTH):
            self._bundle(package, start, min(end - start, TILE_WIDTH))
        lines = list(self._lines(package))
        data = b"".join(line.encode() for line in lines)
        package.write(files.RECORDS, data)
        outside = self._outside(lines)
        for index, entry in sorted(outside.items()):
            name = f"{files.PROOFS}/{index}.tlog-proof"
            package.write(name, self._proof(index, entry))
        told = self._manifest(lines, sha256(data).hexdigest(), sorted(outside))
        envelope = dsse.sign(PAYLOAD_TYPE, told.encode(), [self.identity.signer])
        package.write(files.MANIFEST, envelope.encode())
        package.write(files.README, readme(told).encode())
        if anchor is not None:
            _evidence(package, anchor)

    def _bundle(self, package: Package, start: int, width: int) -> None:
        index = start // TILE_WIDTH
        entries = self.reader.entry_bundle(index, width)
        hashes = self.reader.hashes(0, index, width)
        package.write(Tile("entries", index, width).path, encode_entries(entries))
        package.write(Tile(0, index, width).path, encode_hashes(hashes))

    def _lines(self, package: Package) -> Iterator[Line]:
        """What is given of each picked record, and of the prunings that explain."""
        picked = self._picked()
        prunings = self._prunings() if self.survey.prunings else {}
        bodies = _Bodies(self.reader, self.head.size)
        found: dict[int, Line] = {}
        for each in picked:
            line = self._line(each, bodies.of(each.index), prunings, package)
            found[each.index] = line
        explaining = {line.pruning for line in found.values()} - {None}
        for index, each in self.survey.prunings.items():
            if index in explaining:
                found[index] = _disclosed(each, bodies.of(index) or b"")
        for index in sorted(found):
            yield found[index]

    def _picked(self) -> Sequence[Picked]:
        picked = self.survey.picked()
        if odd := self.question.withheld - {each.id for each in picked}:
            raise SettingsInvalid(
                f"{min(odd)} is to be withheld and was not asked for: a disclosure "
                "tells nothing of it anyway."
            )
        return picked

    def _line(
        self,
        picked: Picked,
        salted: bytes | None,
        prunings: Mapping[int, Ranges],
        package: Package,
    ) -> Line:
        if salted is None:
            by = [
                index
                for index, gone in prunings.items()
                if picked.index in gone and picked.index < index
            ]
            return _gone(picked, by[0] if by else None)
        if (reason := self._held(picked)) is not None:
            return Line(
                index=picked.index,
                kind=picked.kind,
                id=picked.id,
                state=State.WITHHELD,
                reason=reason,
            )
        line = _disclosed(picked, salted)
        content = self._content(picked, line)
        if content is None:
            return line
        key, data = content
        line = replace(line, content_key=key)
        package.write(f"{files.CONTENT}/{line.content}", data)
        return line

    def _held(self, picked: Picked) -> str | None:
        """Why the record's body is held back; None where it is not."""
        if self.question.withhold_all or picked.id in self.question.withheld:
            return self.question.reason
        return None if self.question.hold is None else self.question.hold(picked)

    def _content(self, picked: Picked, line: Line) -> tuple[bytes, bytes] | None:
        """Key and bytes of the record's content, where they can be had."""
        if self.question.contents is None or picked.kind not in _PARTS:
            return None
        part, field = _PARTS[picked.kind]
        said = canonical.parse(line.body or b"")
        told = said.get(field) if isinstance(said, Mapping) else None
        data = self.question.contents(picked.id, part)
        if data is None or not isinstance(told, Mapping):
            return None
        secret = self.identity.secrets.content
        key = content_key(secret, picked.id, part.encode())
        for each in _spellings(data, picked.kind):
            committed = sha256(each).digest() if picked.kind is Kind.OUTCOME else each
            if told.get("commitment") == canonical.text(canonical.mac(key, committed)):
                return key, each
        raise Incomplete(
            f"the {part} of {picked.id} is not the one that its record commits to: it "
            "cannot be revealed as that. Leave it out, or find the right one."
        )

    def _prunings(self) -> dict[int, Ranges]:
        bodies = _Bodies(self.reader, self.head.size)
        said: dict[int, Ranges] = {}
        for index in self.survey.prunings:
            salted = bodies.of(index) if index < self.head.size else None
            if salted is not None and not is_of_contents(salted[SALT_BYTES:]):
                said[index] = Pruning.parse(salted[SALT_BYTES:]).ranges
        return said

    def _outside(self, lines: Sequence[Line]) -> dict[int, bytes]:
        """Entries of lines that the range does not have."""
        first, end = self.span
        entries = {each.index: each.entry for each in self.survey.picked()}
        entries |= {index: it.entry for index, it in self.survey.prunings.items()}
        return {
            line.index: entries[line.index]
            for line in lines
            if not first <= line.index < end
        }

    def _proof(self, index: int, entry: bytes) -> bytes:
        size = self.head.size
        hashes = inclusion_proof(index, size, subtree_reader(self.reader.read, size))
        return TlogProof(index, hashes, self.note, entry).encode()

    def _manifest(
        self, lines: Sequence[Line], digest: str, outside: Sequence[int]
    ) -> Manifest:
        first, end = self.span
        size = self.head.size
        asked = {each.index for each in self.survey.picked()}
        states = Counter(each.state for each in lines if each.index in asked)
        return Manifest(
            origin=self.head.origin,
            size=size,
            root=self.head.root,
            window=self.question.window,
            first=first,
            end=end,
            proof=range_proof(first, end, size, subtree_reader(self.reader.read, size)),
            selection=self.question.selection,
            counts=replace(
                self.survey.counts(first, end),
                disclosed=states[State.DISCLOSED],
                withheld=states[State.WITHHELD],
                pruned=states[State.PRUNED],
                missing=states[State.MISSING],
            ),
            records_sha256=digest,
            proofs=tuple(outside),
            tool=f"affidavit/{__version__}",
        )


class _Bodies:
    """`salt ‖ body` by index; asked for in order, one bundle is in memory at a time."""

    def __init__(self, reader: TrailReader, size: int) -> None:
        self._reader, self._size = reader, size
        self._at, self._bundle = -1, list[bytes | None]()

    def of(self, index: int) -> bytes | None:
        at, place = divmod(index, TILE_WIDTH)
        if at != self._at:
            width = min(self._size - at * TILE_WIDTH, TILE_WIDTH)
            self._at, self._bundle = at, self._reader.body_bundle(at, width)
        return self._bundle[place]


def _disclosed(picked: Picked, salted: bytes) -> Line:
    return Line(
        index=picked.index,
        kind=picked.kind,
        id=picked.id,
        state=State.DISCLOSED,
        body=salted[SALT_BYTES:],
        salt=salted[:SALT_BYTES],
    )


def _gone(picked: Picked, by: int | None) -> Line:
    return Line(
        index=picked.index,
        kind=picked.kind,
        id=picked.id,
        state=State.MISSING if by is None else State.PRUNED,
        pruning=by,
    )


def _spellings(data: bytes, kind: Kind) -> Iterator[bytes]:
    """A content as it may have been committed to: a request's JSON is canonical."""
    yield data
    if kind is Kind.DECISION:
        try:
            yield orjson.dumps(orjson.loads(data), option=orjson.OPT_SORT_KEYS)
        except orjson.JSONDecodeError:
            return


def _evidence(package: Package, kept: KeptHead) -> None:
    """What others attested of the tree head, as it lies in the trail."""
    if kept.checkpoint is not None:
        package.write(f"{kept.name}/{CHECKPOINT}", kept.checkpoint)
    if kept.cosigned is not None:
        package.write(f"{kept.name}/{COSIGNED}", kept.cosigned)
    for name, data in kept.stamps:
        package.write(f"{kept.name}/{name}", data)
