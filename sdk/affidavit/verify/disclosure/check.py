"""A disclosure's package, checked: `verify_disclosure`.

Knows the package's files (docs/formats/disclosure.md) and the order of the checks.
Trusts the key that the caller pins and nothing in the package: what the manifest claims
is counted again.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from affidavit import dsse, regular
from affidavit.dsse import Envelope
from affidavit.errors import (
    BrokenTrail,
    Incomplete,
    Invalid,
    Malformed,
    SignatureInvalid,
    TrailNotFound,
)
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint
from affidavit.tlog.logkeys import Pinned
from affidavit.tlog.merkle import leaf_hash, verify_inclusion
from affidavit.tlog.note import parse_note
from affidavit.tlog.proof import TlogProof
from affidavit.tlog.tiles import TILE_WIDTH, Tile
from affidavit.trail.anchors import KeptHead
from affidavit.trail.reader import TrailReader
from affidavit.verify.anchors import Pins, Weighing
from affidavit.verify.disclosure import manifest as files
from affidavit.verify.disclosure.given import Given
from affidavit.verify.disclosure.lines import MAX_LINE_BYTES, State
from affidavit.verify.disclosure.manifest import (
    COUNTED,
    PAYLOAD_TYPE,
    By,
    Counts,
    Manifest,
)
from affidavit.verify.disclosure.range import Progress, RangeCheck
from affidavit.verify.disclosure.report import DisclosureReport
from affidavit.verify.disclosure.walk import Walk
from affidavit.verify.report import AnchorReport, Fault, Problem, Problems

_WATCHED = ("tile", files.PROOFS, files.CONTENT)


def verify_disclosure(
    path: Path,
    *,
    key: Pinned,
    known: bytes | None = None,
    pins: Pins | None = None,
    evidence: Iterable[KeptHead] = (),
    progress: Progress | None = None,
) -> DisclosureReport:
    """Check the package at `path` under the pinned `key`, changing nothing.

    `known` is a checkpoint that the caller got another way: the package's must be the
    same tree head, or a problem says so. `pins` are held against `evidence`: the
    package's own (`AnchorStore`), or what the caller has.

    Raises `Malformed` when there is no manifest that could be checked, `Incomplete`
    when it cannot be read, `TrailUnavailable` when the disk fails. All else is in the
    report.
    """
    checked = _Check(path, key, TrailReader(path))
    return checked.run(known, (pins, evidence), progress)


@dataclass
class _Check:
    path: Path
    key: Pinned
    reader: TrailReader
    problems: Problems = field(default_factory=Problems)
    unchecked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def run(
        self,
        known: bytes | None,
        anchors: tuple[Pins | None, Iterable[KeptHead]],
        progress: Progress | None,
    ) -> DisclosureReport:
        told = self._manifest()
        head = self._head(told)
        self._known(known, head)
        walk = Walk(told.window, told.selection, self.problems)
        RangeCheck(self.reader, told, self.problems).walk(
            walk.take, head.root, progress
        )
        used = self._apart(told, head, walk)
        walk.settle()
        given = self._given(told, walk)
        self._unused(used, walk, given)
        counts = self._counts(told, walk, given)
        self._strays(told, given)
        self._say_open(told, walk, given)
        return DisclosureReport(
            origin=head.origin,
            size=head.size,
            root=head.root,
            window=told.window,
            first=told.first,
            end=told.end,
            selection=told.selection,
            counts=counts,
            effects=dict(walk.effects),
            selected_effects=Counter(
                (each.kind.value, each.effect or "-") for each in walk.asked.values()
            ),
            reasons=dict(given.reasons),
            contents=len(given.contents),
            without_outcome=walk.without_outcome(),
            anchors=self._anchors(*anchors, head),
            problems=tuple(self.problems.kept),
            more_problems=self.problems.more,
            unchecked=tuple(self.unchecked),
            notes=tuple(self.notes),
        )

    def _problem(self, fault: Fault, message: str, index: int | None = None) -> None:
        self.problems.add(Problem(fault=fault, message=message, index=index))

    def _manifest(self) -> Manifest:
        try:
            envelope = Envelope.parse(self.reader.read(files.MANIFEST))
        except FileNotFoundError as error:
            raise Incomplete(
                f"{self.path}: no disclosure there (no {files.MANIFEST})."
            ) from error
        if envelope.payload_type != PAYLOAD_TYPE:
            raise Malformed(
                f"the envelope holds {envelope.payload_type}, no disclosure"
            )
        try:
            dsse.verify(envelope, self.key.verifiers)
        except SignatureInvalid as error:
            # The rest is checked all the same: it tells which record was touched.
            self._problem(Fault.DISCLOSURE, f"{files.MANIFEST}: {error}")
        return Manifest.parse(envelope.payload)

    def _head(self, told: Manifest) -> Checkpoint:
        """The signed tree head; what the manifest says of it, where there is none."""
        claimed = Checkpoint(told.origin, told.size, told.root)
        try:
            head = open_checkpoint(self.reader.checkpoint_bytes(), self.key)
        except (Invalid, TrailNotFound) as error:
            self._problem(Fault.CHECKPOINT, f"{files.CHECKPOINT}: {error}")
            return claimed
        if (head.origin, head.size, head.root) != (told.origin, told.size, told.root):
            message = (
                f"the manifest speaks of the tree of {told.size} records of "
                f"{told.origin} with root {told.root.hex()}, and the checkpoint is of "
                f"{head.size} with root {head.root.hex()}: one of them is of another "
                "package"
            )
            self._problem(Fault.CHECKPOINT, message)
        return claimed if told.size != head.size else head

    def _known(self, known: bytes | None, head: Checkpoint) -> None:
        if known is None:
            self.unchecked.append(
                "Whether the tree is the one that others were shown: hold its "
                "checkpoint against one that you got another way."
            )
            return
        theirs = open_checkpoint(known, self.key)
        if theirs.size != head.size:
            self.unchecked.append(
                f"Your checkpoint is of {theirs.size} records and the package's of "
                f"{head.size}: ask for a disclosure under yours, or for a consistency "
                "proof."
            )
        elif theirs.root != head.root:
            message = (
                f"your checkpoint of {theirs.size} records has the root "
                f"{theirs.root.hex()}, the package's {head.root.hex()}: the key signed "
                "two histories. Keep both, which prove it."
            )
            self._problem(Fault.HISTORY, message)

    def _apart(self, told: Manifest, head: Checkpoint, walk: Walk) -> list[int]:
        """Take the records that are proved one by one; those that hold."""
        used = []
        for index in told.proofs:
            name = f"{files.PROOFS}/{index}.tlog-proof"
            try:
                proof = TlogProof.parse(self.reader.read(name))
                entry = proof.extra or b""
                if proof.index != index:
                    raise BrokenTrail(f"it is of record {proof.index}")
                verify_inclusion(
                    leaf_hash(entry), index, head.size, proof.hashes, head.root
                )
            except FileNotFoundError:
                self._problem(Fault.MISSING, f"{name} is missing", index)
            except Invalid as error:
                self._problem(Fault.ENTRY, f"{name}: {error}", index)
            else:
                if walk.apart(index, entry):
                    used.append(index)
                else:
                    message = f"{name}: a record that was not asked for"
                    self._problem(Fault.DISCLOSURE, message, index)
        return used

    def _given(self, told: Manifest, walk: Walk) -> Given:
        given = Given(walk, told.selection.openings, self.problems)
        digest = sha256()
        for line in self._lines():
            digest.update(line)
            given.take(line, lambda name: self.reader.read(f"{files.CONTENT}/{name}"))
        given.settle()
        if digest.hexdigest() != told.records_sha256:
            message = f"{files.RECORDS} is not the one that the manifest speaks of"
            self._problem(Fault.DISCLOSURE, message)
        return given

    def _lines(self) -> Iterator[bytes]:
        path = self.path / files.RECORDS
        try:
            with regular.opened(path) as file:
                while line := file.readline(MAX_LINE_BYTES + 1):
                    yield line
        except FileNotFoundError:
            self._problem(Fault.MISSING, f"{files.RECORDS} is missing")
        except OSError as error:
            raise Incomplete(f"{path}: cannot be read ({error.strerror}).") from error

    def _unused(self, used: list[int], walk: Walk, given: Given) -> None:
        for index in used:
            if index in walk.prunings and index not in given.referred:
                message = "a record that was not asked for is proved in the package"
                self._problem(Fault.DISCLOSURE, message, index)

    def _counts(self, told: Manifest, walk: Walk, given: Given) -> Counts:
        follows = sum(each.follows for each in walk.asked.values())
        counts = Counts(
            records=walk.records,
            window=walk.window,
            decisions=walk.decisions,
            selected=len(walk.asked) - follows,
            outcomes=follows,
            disclosed=given.states[State.DISCLOSED],
            withheld=given.states[State.WITHHELD],
            pruned=given.states[State.PRUNED],
            missing=given.states[State.MISSING],
        )
        for name in COUNTED:
            said, counted = getattr(told.counts, name), getattr(counts, name)
            if said != counted:
                message = f"the manifest counts {said} of {name!r}, there are {counted}"
                self._problem(Fault.DISCLOSURE, message)
        for identifier in walk.not_found():
            self.problems.add(
                Problem(
                    fault=Fault.MISSING,
                    message="was asked for, and no record of the window has this id",
                    id=identifier,
                )
            )
        return counts

    def _strays(self, told: Manifest, given: Given) -> None:
        """Files that nothing speaks of: somebody added them."""
        expected = {f"{files.PROOFS}/{index}.tlog-proof" for index in told.proofs}
        expected |= {f"{files.CONTENT}/{name}" for name in given.contents}
        for top in _WATCHED:
            for folder, _, names in sorted(os.walk(self.path / top)):
                where = Path(folder).relative_to(self.path)
                for name in sorted(str(where / each) for each in names):
                    if name not in expected and not _is_of_range(name, told):
                        message = f"{name} was added: nothing here speaks of it"
                        self._problem(Fault.DISCLOSURE, message)

    def _say_open(self, told: Manifest, walk: Walk, given: Given) -> None:
        before, after = told.first > 0, told.end < told.size
        if before or after:
            where = " and ".join(
                [f"before record {told.first}"] * before
                + [f"from record {told.end} on"] * after
            )
            self.unchecked.append(
                f"That no record {where} has a time of the window rests on the clocks "
                f"of who wrote them. Of {walk.writers} writers in the range, "
                f"{walk.seen_before()} are seen before the window or from their first "
                f"record on, {walk.seen_after()} after it or to their end."
            )
        if not after and walk.last_at < told.window.end:
            self.unchecked.append(
                "What was recorded after this tree head: its newest record is of "
                f"{walk.last_at or 'no time'}, and the window ends at "
                f"{told.window.end}."
            )
        if (missing := walk.without_outcome()) and after:
            self.unchecked.append(
                f"{missing} of the calls have no outcome in the package: whether one "
                "stands outside its range is not proved."
            )
        if given.states[State.WITHHELD]:
            self.unchecked.append(
                f"What the {given.states[State.WITHHELD]} withheld bodies say."
            )
        if told.selection.by is By.NOTHING:
            self.notes.append("No body was asked for: only volumes, times and effects.")

    def _anchors(
        self, pins: Pins | None, evidence: Iterable[KeptHead], head: Checkpoint
    ) -> AnchorReport | None:
        if pins is None:
            return None
        found = list(evidence)
        fitting = [each for each in found if _size(each) == head.size]
        if len(fitting) < len(found):
            self.unchecked.append(
                f"{len(found) - len(fitting)} anchors are of another size than the "
                f"package's tree of {head.size}: only a trail can be held against them."
            )
        weighing = Weighing(self.key, pins, self.problems)
        weighing.take(fitting)
        for claim in weighing.claims:
            if claim.root != head.root:
                message = (
                    f"the {claim.size} records are not those that {claim.by}: their "
                    f"root was {claim.root.hex()}. Keep the evidence, which proves it."
                )
                self._problem(Fault.HISTORY, message)
        report = weighing.report(head.size)
        self.unchecked += report.missing
        return report


def _is_of_range(name: str, told: Manifest) -> bool:
    """Whether a file is a bundle of the package's range, or the hashes of one."""
    try:
        tile = Tile.parse(name)
    except Malformed:
        return False
    start = tile.index * TILE_WIDTH
    within = tile.level in {"entries", 0} and told.first <= start < told.end
    return within and tile.width == min(told.end - start, TILE_WIDTH)


def _size(kept: KeptHead) -> int | None:
    """Records of the tree that evidence is about; None where that cannot be read."""
    try:
        note = parse_note(kept.cosigned or kept.checkpoint or b"")
        return Checkpoint.parse(note.text).size
    except Malformed:
        return None


def is_disclosure(path: Path) -> bool:
    """Whether a folder claims to be a disclosure."""
    return (path / files.MANIFEST).is_file()
