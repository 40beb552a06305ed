"""A whole trail, from its files to a report.

Knows the order of the checks and the words of the report; what holds is decided by
`tree`, `ledger` and `frames`. Reads each bundle once and keeps none.
"""

from collections.abc import Iterable
from contextlib import ExitStack, closing
from datetime import datetime, timedelta

from affidavit.errors import Incomplete, Invalid, Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.logkeys import LogKeys, Pinned
from affidavit.tlog.note import parse_note
from affidavit.trail import record
from affidavit.trail.anchors import KeptHead
from affidavit.trail.reader import Snapshot, TrailReader
from affidavit.trail.record import Kind
from affidavit.verify import age, anchors
from affidavit.verify.anchors import Pins, Weighing
from affidavit.verify.beyond import Beyond
from affidavit.verify.bundles import BundleCheck, Progress, Visit, another_history
from affidavit.verify.form import as_changed
from affidavit.verify.history import History, against, begins_with
from affidavit.verify.ids import IdRuns
from affidavit.verify.incidents import Incidents
from affidavit.verify.keys import KeyCheck
from affidavit.verify.ledger import Account, Ledger
from affidavit.verify.look import Spread
from affidavit.verify.memory import Memory, Recalled, Verified
from affidavit.verify.pruning import Prunings
from affidavit.verify.report import (
    AnchorReport,
    Fault,
    Problem,
    Problems,
    TrailReport,
    Verdict,
)
from affidavit.verify.tree import TreeCheck

_OF_THE_TREE = {Fault.MISSING, Fault.ENTRY, Fault.TILE, Fault.ROOT}
RECENT = timedelta(minutes=10)
"""A call without an outcome may be under way that long: openai's default time limit."""
ALONE = Spread()


def verify_trail(
    reader: TrailReader,
    *,
    key: Pinned,
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
    spread: Spread = ALONE,
    memory: Memory | None = None,
) -> TrailReport:
    """Check all that can be checked of a trail; the report names what does not hold.

    `key` is pinned by the caller. `older` is a checkpoint that the verifier kept;
    `evidence` is what witnesses and authorities attested, held against `pins`;
    `wal_key` the trail's own (`identity.Secrets.wal`); `now` is UTC. With
    `bodies=False` only entries and tree are checked, as for whoever was given nothing
    else. Time is linear; memory is constant but for writers and calls without outcome.

    `spread` shares the work among processes. With `memory`, which the caller holds,
    records that were found valid before are not read again, and what is found valid now
    is kept there; the report says so.

    Raises `TrailNotFound`, `TrailUnavailable` (the disk) and `Incomplete` (the trail
    cannot be had whole); everything else is in the report.
    """
    heads = evidence if memory is None else tuple(evidence)
    whole = False
    while True:
        with ExitStack() as files:
            moment = files.enter_context(reader.snapshot())
            check = _TrailCheck(reader, moment, LogKeys.of(key), bodies=bodies)
            check.head(older, min_size)
            check.anchored(pins, heads)
            check.begin(memory, files, whole=whole)
            check.sealed(spread, progress, visit)
            if check.doubted:
                whole = True
                continue
            check.unsealed(wal_key)
            check.age(now, max_age)
            report = check.report(now)
            if memory is not None and report.verdict is Verdict.VALID:
                check.keep(memory, now)
            return report


class _TrailCheck:
    """One verification under way; its methods are its steps, in order."""

    def __init__(
        self, reader: TrailReader, moment: Snapshot, key: LogKeys, *, bodies: bool
    ) -> None:
        self._reader = reader
        self._moment = moment
        self._key = key
        self._bodies = bodies
        self._problems = Problems()
        self._prunings = Prunings(self._problems)
        self._keys = KeyCheck(key, self._problems)
        self._incidents = Incidents(self._problems)
        self._unchecked: list[str] = []
        self._notes: list[str] = []
        self._older: Checkpoint | None = None
        self._recalled: Recalled | None = None
        self._remembered: Checkpoint | None = None
        self._account: Account | None = None
        self._weighing: Weighing | None = None
        self._history = History((), self._problems)
        self._pending = 0
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
            signed = self._key.signed(data)
        except Invalid as error:
            self._add(Fault.CHECKPOINT, str(error))
        else:
            self._keys.used(signed, "the checkpoint")
            for lacking in self._key.lacking(signed):
                self._add(Fault.CHECKPOINT, lacking)
            return signed.checkpoint
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
            signed = self._key.signed(data)
        except Invalid as error:
            raise type(error)(f"the older checkpoint: {error}") from error
        self._keys.used(signed, "the older checkpoint")
        self._older = signed.checkpoint
        if self._older.size > self._head.size:
            changed = another_history(self._older, self._head)
            self._add(Fault.HISTORY, changed or "")
        elif self._older.size == 0:
            self._older = None

    def begin(self, memory: Memory | None, files: ExitStack, *, whole: bool) -> None:
        """Where to begin: at the first record, or behind those verified before."""
        known = None if memory is None else self._recall(memory, files, whole=whole)
        self._recalled = known
        self._runs = files.enter_context(closing(IdRuns(known.ids if known else ())))
        edge = known.verified.edge if known else ()
        self._tree = TreeCheck(self._reader.hashes, self._problems, edge)
        rare = {
            Kind.PRUNING: self._prunings.check,
            Kind.INCIDENT: self._incidents.take,
            Kind.GENESIS: self._keys.genesis,
            Kind.KEY: self._keys.take,
        }
        before = known.verified.account if known else None
        self._ledger = Ledger(
            self._key.keys[0], self._problems, rare, runs=self._runs, before=before
        )
        self._bundles = BundleCheck(
            self._reader,
            self._tree,
            self._ledger,
            self._problems,
            bodies=self._bodies,
            start=self._start,
        )

    @property
    def _start(self) -> int:
        """The first record that is looked at."""
        return self._recalled.verified.size if self._recalled is not None else 0

    def _recall(
        self, memory: Memory, files: ExitStack, *, whole: bool
    ) -> Recalled | None:
        """What can be gone on from; without it all is verified, and what is wrong is
        named.
        """
        claims = self._history.within(self._head.size)
        said = [(each.size, each.root) for each in claims]
        if self._older is not None:
            said.append((self._older.size, self._older.root))
        found = memory.recall(str(self._key), self._head, files)
        if isinstance(found, Recalled):
            self._remembered = found.head
            found = found.proving(said, self._reader.hash_tile)
            found = "the tree does not hold" if whole else found
        if isinstance(found, Problem):
            self._problems.add(found)
            return None
        if isinstance(found, str):
            self._notes.append(f"The whole trail was verified: {found}.")
            return None
        self._history.proved(found.head.size)
        self._unchecked.append(found.told().unchecked)
        return found

    def sealed(
        self, spread: Spread, progress: Progress | None, visit: Visit | None
    ) -> None:
        """Every record that the checkpoint covers, and the tree over them."""
        size = self._head.size
        self._bundles.sealed(
            size,
            older=self._earlier_heads(),
            history=self._history,
            spread=spread,
            progress=progress,
            visit=visit,
        )
        if self._bundles.whole:
            self._tree.settle(size, self._head.root, as_changed)
        self._history.settle(size)
        self._account, self._edge = self._ledger.account(), self._tree.edge
        bundle = self._reader.entry_bundle
        self._prunings.recount(bundle, size=size, looked_from=self._start)
        self._settle_keys()
        self._span = self._ledger.span

    def _earlier_heads(self) -> list[Checkpoint]:
        heads = (self._older, self._remembered)
        return [each for each in heads if each is not None]

    @property
    def doubted(self) -> bool:
        """Whether the tree does not hold on top of what was verified before. What is
        wrong may lie there, and only reading all of it names it.
        """
        doubts = _OF_THE_TREE | {Fault.HISTORY}
        broken = any(each.fault in doubts for each in self._problems.kept)
        return broken and self._recalled is not None

    def _settle_keys(self) -> None:
        """Whether those who signed were the ones that might, and what that proves."""
        broken = any(each.fault in _OF_THE_TREE for each in self._problems.kept)
        agrees = (
            None
            if broken or not self._bundles.whole
            else begins_with(self._reader.hash_tile, self._head)
        )
        if told := self._keys.successor(self._moment.checkpoint):
            self._problems.amend(Fault.CHECKPOINT, told)
        if self._weighing is not None:
            for claim in self._weighing.again(self._keys.chain):
                problem = agrees and against(claim, self._head.size, agrees)
                if problem:
                    self._problems.add(problem)
            for head, where in self._weighing.heads:
                self._keys.used(head, where)
        claims = () if self._weighing is None else self._weighing.claims
        older = 0 if self._older is None else self._older.size
        covered = max([older, *(each.size for each in claims)])
        self._keys.settle(agrees, covered=covered)
        self._unchecked += self._keys.unchecked

    def unsealed(self, wal_key: bytes | None) -> None:
        """Records beyond the checkpoint: those in the tree, then those in WALs."""
        beyond = Beyond(
            moment=self._moment,
            head=self._head,
            bundles=self._bundles,
            tree=self._tree,
            ledger=self._ledger,
            problems=self._problems,
        )
        beyond.walk(self._key.name, wal_key)
        self._pending = beyond.pending
        self._notes += beyond.notes
        self._unchecked += beyond.unchecked

    def age(self, now: datetime, max_age: timedelta | None) -> None:
        """Whether the newest sealed record is as young as the caller demands."""
        entries = self._reader.entries(0, self._head.size)
        aged = age.judge(self._span[1], entries, now=now, max_age=max_age)
        for each in aged.problems:
            self._problems.add(each)
        self._notes += aged.notes
        self._unchecked += aged.unchecked

    def report(self, now: datetime) -> TrailReport:
        """All of it."""
        ledger, problems = self._ledger, self._problems
        recent = record.stamp(int((now - RECENT).timestamp() * 1000))
        unknown = list(ledger.unknown())
        self._notes += self._incidents.settle(whole=self._bundles.whole)
        if not self._bodies:
            self._unchecked.append("Bodies were not looked at.")
        pruned = self._prunings.settle(
            ledger.gone, size=self._head.size, looked_from=self._start
        )
        self._unchecked += pruned.unchecked
        self._notes += pruned.notes
        if not self._bundles.whole:
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
            bodies_pruned=pruned.explained + pruned.unexplained,
            bodies_unexplained=pruned.unexplained,
            pending=self._pending,
            unknown_outcomes=tuple(name for name, _ in unknown),
            unknown_recent=sum(at >= recent for _, at in unknown),
            writers=ledger.writers,
            first_at=self._span[0],
            last_at=self._span[1],
            anchors=attested,
            keys=self._keys.spans,
            verified_before=self._recalled.told() if self._recalled else None,
        )

    def keep(self, memory: Memory, now: datetime) -> None:
        """Remember what was found valid, unless an outcome waits for its decision."""
        if self._account is None or self._start == self._head.size:
            return
        verified = Verified(
            key=str(self._key),
            at=record.stamp(int(now.timestamp() * 1000)),
            checkpoint=self._moment.checkpoint,
            size=self._head.size,
            root=self._head.root,
            edge=self._edge,
            account=self._account,
        )
        memory.keep(verified, self._recalled, self._runs)

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
