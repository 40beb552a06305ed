"""A whole trail, from its files to a report.

Knows the order of the checks and the words of the report; what holds is decided by
`tree`, `ledger` and `frames`. Reads each bundle once and keeps none.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from affidavit.errors import Incomplete, Invalid, Malformed
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint
from affidavit.tlog.merkle import leaf_hashes
from affidavit.tlog.note import VerifierKey, parse_note
from affidavit.tlog.tiles import TILE_WIDTH, Tile
from affidavit.trail import record
from affidavit.trail.anchors import KeptHead
from affidavit.trail.reader import Snapshot, TrailReader
from affidavit.verify import anchors
from affidavit.verify.anchors import Pins, Weighing
from affidavit.verify.frames import FrameCheck
from affidavit.verify.history import History
from affidavit.verify.ledger import Ledger, named
from affidavit.verify.report import (
    AnchorReport,
    Fault,
    Problem,
    Problems,
    TrailReport,
)
from affidavit.verify.tree import TreeCheck

RECENT = timedelta(minutes=10)
"""A call without an outcome may be under way that long: openai's default time limit."""

Visit = Callable[[int, bytes, bytes | None], None]
"""Told of each sealed record that holds: index, entry, salt ‖ body (None: pruned)."""
Progress = Callable[[int, int], None]
"""Records done, records in all."""


def verify_trail(
    reader: TrailReader,
    *,
    key: VerifierKey,
    now: datetime,
    min_size: int | None = None,
    max_age: timedelta | None = None,
    wal_key: bytes | None = None,
    older: bytes | None = None,
    pins: Pins | None = None,
    evidence: Iterable[KeptHead] = (),
    bodies: bool = True,
    progress: Progress | None = None,
    visit: Visit | None = None,
) -> TrailReport:
    """Check all that can be checked of a trail; the report names what does not hold.

    `key` is pinned by the caller. `older` is a checkpoint that the verifier kept;
    `evidence` is what witnesses and authorities attested, held against `pins`;
    `wal_key` the trail's own (`identity.Secrets.wal`); `now` is UTC. With
    `bodies=False` only entries and tree are checked, as for whoever was given nothing
    else. Time is linear; memory is one bundle, and about 120 bytes for each decision.

    Raises `TrailNotFound`, `TrailUnavailable` (the disk) and `Incomplete` (the trail
    cannot be had whole); everything else is in the report.
    """
    with reader.snapshot() as moment:
        check = _TrailCheck(reader, moment, key, bodies=bodies)
        check.head(older, min_size)
        check.anchored(pins, evidence)
        check.sealed(progress, visit)
        check.unsealed(wal_key)
        check.age(now, max_age)
        return check.report(now)


class _TrailCheck:
    """One verification under way; its methods are its steps, in order."""

    def __init__(
        self, reader: TrailReader, moment: Snapshot, key: VerifierKey, *, bodies: bool
    ) -> None:
        self._reader = reader
        self._moment = moment
        self._key = key
        self._bodies = bodies
        self._problems = Problems()
        self._tree = TreeCheck(reader.hashes, self._problems)
        self._ledger = Ledger(key, self._problems)
        self._unchecked: list[str] = []
        self._notes: list[str] = []
        self._older: Checkpoint | None = None
        self._weighing: Weighing | None = None
        self._history = History((), self._problems)
        self._whole = True
        self._pending = 0
        self._newest: str | None = None
        self._span: tuple[str | None, str | None] = (None, None)

    def head(self, older: bytes | None, min_size: int | None) -> None:
        """The tree head: who signed it, and whether it may be this small."""
        self._head = self._open(self._moment.checkpoint)
        size = self._head.size
        if min_size is not None and size < min_size:
            self._add(
                Fault.TRUNCATED,
                f"the checkpoint covers {size} records, and there must be at least "
                f"{min_size}: the end was cut off, or this is an older copy",
            )
        if older is None:
            self._unchecked.append(
                "No older checkpoint was given: a trail cut back to an earlier "
                "checkpoint of its own"
                + (" beyond the given minimum size" if min_size is not None else "")
                + ", or rewritten whole by whoever holds its key, would not show."
            )
        else:
            self._take_older(older)

    def anchored(self, pins: Pins | None, evidence: Iterable[KeptHead]) -> None:
        """What others attested of earlier heads, to be held against the records."""
        if pins is None:
            older = self._older is not None
            self._unchecked.append(
                "No witness or time stamp was given: a rewrite by the key holder of "
                + ("what came after the older checkpoint" if older else "anything here")
                + " would not show."
            )
            return
        self._weighing = Weighing(self._key, pins, self._problems)
        self._weighing.take(evidence)
        if self._weighing.claims:
            # Each of them is an older checkpoint, in hands that are not the writer's.
            self._unchecked.clear()
        self._history = History(self._weighing.claims, self._problems)
        self._history.head(self._head.size)

    def _open(self, data: bytes) -> Checkpoint:
        try:
            return open_checkpoint(data, self._key)
        except Invalid as error:
            self._add(Fault.CHECKPOINT, str(error))
        try:
            # Unsigned, it still says which records to look at, so that more is found.
            return Checkpoint.parse(parse_note(data).text)
        except Malformed as error:
            raise Incomplete(
                f"{self._reader.path}: the checkpoint cannot be read ({error}): "
                "nothing to hold the records against. Restore it from a backup."
            ) from error

    def _take_older(self, data: bytes) -> None:
        try:
            self._older = open_checkpoint(data, self._key)
        except Invalid as error:
            raise type(error)(f"the older checkpoint: {error}") from error
        if self._older.size > self._head.size:
            self._add(
                Fault.HISTORY,
                f"a checkpoint of {self._older.size} records was signed before, now "
                f"there are {self._head.size}: the end was cut off",
            )
        elif self._older.size == 0:
            self._older = None

    def sealed(self, progress: Progress | None, visit: Visit | None) -> None:
        """Every record that the checkpoint covers, and the tree over them."""
        size = self._head.size
        for first in range(0, size, TILE_WIDTH):
            width = min(size - first, TILE_WIDTH)
            entries = self._entries(first // TILE_WIDTH, width)
            if entries is None and not self._whole:
                break
            if entries is not None:
                self._hashed(first, entries, width)
                self._take(first, entries[:width], width, visit)
            if progress is not None:
                progress(first + width, size)
        if self._whole:
            self._tree.settle(size, self._head.root, _as_changed)
        self._history.settle(size)
        self._span = self._ledger.span
        self._newest = self._span[1]

    def _entries(self, index: int, width: int) -> list[bytes] | None:
        """A bundle's entries, however many; None when it cannot be had."""
        try:
            data, found = self._reader.tile(Tile("entries", index, width))
        except Invalid as error:
            self._add(Fault.MISSING, str(error), index=index * TILE_WIDTH)
            # Without its tile either, nothing after this place can be held against
            # the root; and a forged size could have us look for files for ever.
            self._whole = self._tree.skip(index, width)
            return None
        entries, rest = _split(data)
        if rest:
            self._add(
                Fault.ENTRY,
                f"the bundle ends in {rest} bytes that are no entry",
                index=index * TILE_WIDTH + len(entries),
            )
        return entries[:width] if found > width or rest else entries

    def _hashed(self, first: int, entries: list[bytes], width: int) -> None:
        leaves = leaf_hashes(entries)
        older = self._older
        if (
            older is not None
            and first < older.size <= first + width
            and self._tree.root(leaves[: older.size - first]) != older.root
        ):
            self._add(
                Fault.HISTORY,
                f"the first {older.size} records are not the ones that were signed "
                f"before: their root was {older.root.hex()}. Something in them was "
                "changed. If nothing else is found, history was rewritten: keep both "
                "checkpoints, which prove it.",
            )
        self._history.bundle(first, width, lambda n: self._tree.root(leaves[:n]))
        self._tree.bundle(first // TILE_WIDTH, entries, leaves, width)

    def _take(
        self, first: int, entries: Sequence[bytes], width: int, visit: Visit | None
    ) -> None:
        take = self._ledger.take
        index = first
        bodies = self._salted(first, len(entries), width)
        for entry, salted in zip(entries, bodies, strict=True):
            if take(index, entry, salted) and visit is not None:
                visit(index, entry, salted)
            index += 1

    def _salted(self, first: int, count: int, width: int) -> Sequence[bytes | None]:
        """Bodies of the bundle that begins at `first`; empty where there is none."""
        # In a bundle with an entry too many or too few, bodies are of other entries.
        if not self._bodies or count != width:
            return [b""] * count
        try:
            return self._reader.body_bundle(first // TILE_WIDTH, count)
        except Invalid as error:
            self._add(Fault.BODY, str(error), index=first)
            return [b""] * count

    def unsealed(self, wal_key: bytes | None) -> None:
        """Records beyond the checkpoint: those in the tree, then those in WALs."""
        if self._whole:
            self._beyond_checkpoint()
        frames = FrameCheck(self._key.name, wal_key, self._ledger, self._problems)
        frames.walk(self._moment.wals)
        self._notes += frames.notes
        self._pending += frames.pending
        self._ledger.settle(complete=self._whole)
        if frames.pending and wal_key is None:
            self._unchecked.append(
                f"{frames.pending} pending records are in no tree yet, and their MAC "
                "was not checked without the trail's secret: changing, adding or "
                "removing one of them would not show."
            )
        elif self._pending:
            self._unchecked.append(
                f"{self._pending} records are not covered by the checkpoint: removing "
                "the last of them would not show."
            )

    def _beyond_checkpoint(self) -> None:
        state, size = self._moment.state, self._head.size
        if state is None:
            if self._moment.wals:
                self._notes.append("`state` is missing or damaged beside WAL files")
            return
        if state.size < size:
            self._notes.append(
                f"`state` speaks of {state.size} records, the checkpoint covers "
                f"{size}: it was put back from an older copy"
            )
        if state.size <= size:
            return
        self._pending += state.size - size
        # Where the sealed part does not hold, the tree says nothing about what follows.
        intact = not self._problems.kept
        whole = all(
            self._unsigned(first, size, state.size, intact=intact)
            for first in range(size // TILE_WIDTH * TILE_WIDTH, state.size, TILE_WIDTH)
        )
        if intact and whole:
            self._tree.settle(state.size, state.root, _as_changed, "that `state` names")

    def _unsigned(self, first: int, start: int, end: int, *, intact: bool) -> bool:
        """The bundle that begins at `first`, from `start` to `end`; False if gone."""
        width = min(end - first, TILE_WIDTH)
        entries = self._entries(first // TILE_WIDTH, width)
        if entries is None:
            return False
        if intact:
            self._tree.bundle(first // TILE_WIDTH, entries, leaf_hashes(entries), width)
        bodies = self._salted(first, len(entries), width)
        for place in range(max(0, start - first), len(entries)):
            self._ledger.take(first + place, entries[place], bodies[place])
        return True

    def age(self, now: datetime, max_age: timedelta | None) -> None:
        """Whether the newest sealed record is as young as the caller demands."""
        if max_age is None:
            self._unchecked.append(
                "No greatest age was given: that the trail goes on to the present was "
                "not checked."
            )
            return
        newest = self._newest
        if newest is None or now - record.parse_moment(newest) > max_age:
            self._add(
                Fault.STALE,
                f"the newest sealed record is of {newest or 'no time at all'}, and "
                f"must not be older than {max_age} at {_stamp(now)}",
            )

    def report(self, now: datetime) -> TrailReport:
        """All of it."""
        ledger, problems = self._ledger, self._problems
        recent = _stamp(now - RECENT)
        unknown = list(ledger.unknown())
        if not self._bodies:
            self._unchecked.append("Bodies were not looked at.")
        if ledger.pruned:
            self._unchecked.append(
                f"{ledger.pruned} bodies were pruned, without a pruning record: what "
                "they said cannot be checked."
            )
        if not self._whole:
            self._unchecked.append("Records after the missing bundle were not checked.")
        attested = self._anchor_report()
        return TrailReport(
            origin=self._head.origin,
            checkpoint=self._moment.checkpoint,
            size=self._head.size,
            root=self._head.root,
            records_checked=ledger.checked,
            problems=tuple(problems.kept),
            more_problems=problems.more,
            unchecked=tuple(self._unchecked),
            notes=(*ledger.clock_notes, *self._notes),
            clock_anomalies=ledger.clock_anomalies,
            recoveries=ledger.recoveries,
            bodies_pruned=ledger.pruned,
            pending=self._pending,
            unknown_outcomes=tuple(name for name, _ in unknown),
            unknown_recent=sum(at >= recent for _, at in unknown),
            writers=ledger.writers,
            first_at=self._span[0],
            last_at=self._span[1],
            anchors=attested,
        )

    def _anchor_report(self) -> AnchorReport | None:
        if self._weighing is None:
            return None
        found = self._weighing.report(self._head.size)
        self._unchecked += anchors.unchecked(found, self._head.size)
        if missed := self._history.unchecked:
            self._unchecked.append(f"{missed} anchors are about missing records.")
        return found

    def _add(self, fault: Fault, message: str, *, index: int | None = None) -> None:
        self._problems.add(Problem(fault=fault, message=message, index=index))


def _stamp(moment: datetime) -> str:
    return record.stamp(int(moment.timestamp() * 1000))


def _as_changed(index: int, entry: bytes) -> Problem:
    return named(Fault.ENTRY, "", index, entry)


def _split(data: bytes) -> tuple[list[bytes], int]:
    """The entries of a bundle, and how many bytes at its end are none.

    As forgiving as it can be: an entry too many or too few is to be named, not refused.
    """
    unpack, end = struct.Struct(">H").unpack_from, len(data)
    entries: list[bytes] = []
    at = 0
    while at + 2 <= end:
        length = unpack(data, at)[0]
        if at + 2 + length > end:
            break
        entries.append(data[at + 2 : at + 2 + length])
        at += 2 + length
    return entries, end - at
