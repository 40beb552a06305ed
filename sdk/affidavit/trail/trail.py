"""A trail that this process writes: writer, integrator, and the thread that keeps it.

Knows when to integrate (an interval after something was written, and at close) and when
silence is long enough for a heartbeat. Decides
nothing about records. Opening checks that the trail is this identity's; a process that
records nothing writes nothing.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from affidavit import durable
from affidavit.canonical import Json
from affidavit.durable import Durability
from affidavit.errors import AffidavitError
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail import machines, mounts
from affidavit.trail import record as records
from affidavit.trail.identity import Identity
from affidavit.trail.integrate import WAL_DIRECTORY, Cut, Integrator
from affidavit.trail.record import Clock, Kind, Randomness, Record
from affidavit.trail.segment import LIMIT_BYTES, LIMIT_SECONDS, Elapsed, Segment
from affidavit.trail.storage import Storage, saved_state
from affidavit.trail.writer import Writer

CHECKPOINT_SECONDS = 1.0
WRITE_SECONDS = 0.05
"""How long an outcome may wait in memory, where a killed process loses it."""
CLOSE_LOCK_SECONDS = 10.0
HEARTBEAT_SECONDS = 300.0
"""How old the newest sealed record of a process that lives may become: whoever finds
older ones than this, and a few seconds, found a trail that was cut off."""
GRACE_SECONDS = 30.0
"""By how much a heartbeat may be late before its writer counts as gone."""
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_log = logging.getLogger("affidavit.trail")


def boot_id() -> str:
    """What names this boot of the machine; empty where the system does not say."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


class _Signal:
    """An event that can be set from anywhere, once for all until somebody waits.

    Unlike `threading.Event` setting it takes no lock: the garbage collector hands in
    outcomes in whatever thread it runs, in the midst of whatever that thread does.
    """

    def __init__(self) -> None:
        self._unset = threading.Lock()
        self._unset.acquire()

    def set(self) -> None:
        with contextlib.suppress(RuntimeError):  # released already: it is set
            self._unset.release()

    def is_set(self) -> bool:
        return not self._unset.locked()

    def take(self, seconds: float = 0) -> bool:
        """Whether it was set within so long; afterwards it is not."""
        return self._unset.acquire(timeout=seconds)


def _mountinfo() -> str:
    try:
        return mounts.MOUNTS.read_text("utf-8", "surrogateescape")
    except OSError:  # another system than Linux says nothing here
        return ""


class Trail:
    """An open trail. Thread-safe; survives a fork (the child writes its own WAL).

    Opening raises `TrailNotFound`, `TrailMismatch`, `TrailUnavailable` or
    `BrokenTrail`.
    """

    def __init__(
        self,
        path: Path,
        identity: Identity,
        *,
        first_record: Callable[[], Record],
        clock: Clock = time.time_ns,
        randomness: Randomness = os.urandom,
        durability: Durability = Durability.COMMIT,
        checkpoint_seconds: float = CHECKPOINT_SECONDS,
        heartbeat_seconds: float = HEARTBEAT_SECONDS,
        on_network: bool = False,
        segment_bytes: int = LIMIT_BYTES,
        segment_seconds: float = LIMIT_SECONDS,
        elapsed: Elapsed = time.monotonic,
    ) -> None:
        mountinfo = _mountinfo()
        if not on_network:
            mounts.check(path, mountinfo)
        kind = mounts.file_system(str(path.resolve()), mountinfo)
        self.path = path
        self.identity = identity
        self._clock, self._randomness = clock, randomness
        self._seconds, self._idle_seconds = checkpoint_seconds, heartbeat_seconds
        storage = Storage(path, identity, clock=clock)
        storage.checkpoint()
        saved_state(path)
        self._storage = storage
        self._still_seconds = heartbeat_seconds + GRACE_SECONDS if on_network else 0
        self._alone()
        guard = self._alone if on_network else None
        self._integrator = Integrator(storage, identity, self._tell, guard=guard)
        self._writer = Writer(
            directory=path / WAL_DIRECTORY,
            identity=identity,
            first_record=first_record,
            boot=boot_id(),
            randomness=randomness,
            sealed_size=self._begin,
            durability=durability,
            make_segment=partial(
                self._segment,
                elapsed=elapsed,
                limit_bytes=segment_bytes,
                limit_seconds=segment_seconds,
                through=mounts.writes_through(kind),
            ),
            on_progress=self._progressed,
            on_note=self._progressed,
            on_fork=self._forked,
        )
        self._forked()

    def append(self, record: Record, *, owes_outcome: bool = False) -> None:
        """Return when `record` is durable, else raise (see `Writer.append`)."""
        self._writer.append(record, owes_outcome=owes_outcome)

    async def aappend(self, record: Record, *, owes_outcome: bool = False) -> None:
        """As `append`, without holding up the event loop."""
        await self._writer.aappend(record, owes_outcome=owes_outcome)

    def note(
        self, record: Record | Callable[[], Record], *, settles_outcome: bool = True
    ) -> None:
        """Hand an outcome in, or what is told of a call afterwards, or what makes
        them: written with its like by a commit, or within 50 ms.
        """
        self._writer.note(record, settles_outcome=settles_outcome)

    def flush(self) -> None:
        """Make everything that was handed in durable now."""
        self._writer.flush()

    def seal(self, *, lock_seconds: float = CLOSE_LOCK_SECONDS) -> Checkpoint | None:
        """Take every durable record into the tree now; None if the lock was not had."""
        self._writer.flush()
        return self._integrator.run(lock_seconds=lock_seconds)

    def close(self) -> None:
        """Flush, say goodbye in the trail, integrate, let go. Twice is once."""
        with self._closing:
            if self._stop.is_set():
                return
            self._stop.set()
        self._work.set()
        if self._keeper is not None:
            self._keeper.join()
        try:
            if self._wrote:
                # While this process can still tell of a tail that a dead one tore.
                self._integrator.mend(lock_seconds=CLOSE_LOCK_SECONDS)
        finally:
            self._writer.close(self._last)
            if self._wrote:
                self._integrator.run(lock_seconds=CLOSE_LOCK_SECONDS, tells=False)

    def _beat(self) -> None:
        """Say that this process lives and has nothing to say."""
        body: dict[str, Json] = {
            "boot": boot_id(),
            "mono": time.monotonic_ns() // 1_000_000,
            "work": "idle",
        }
        try:
            self._writer.append(self._fresh(Kind.HEARTBEAT, body))
        except AffidavitError as error:
            _log.error("%s: no heartbeat: %s", self.path, error)

    def _begin(self) -> int:
        """A size that the tree has at least; asked when a segment is begun."""
        self._alone()
        # Whoever founded the trail may have been killed before its name was durable:
        # without it no record in it is.
        durable.settle(self.path)
        return self._storage.sealed_size()

    def _segment(
        self, directory: Path, file_name: str, header: bytes, **limits: Any
    ) -> Segment:
        created = Segment.create(directory, file_name, header, **limits)
        if self._still_seconds:
            # Again, now that the other machine can see ours: of two that begin at once
            # neither may go on.
            try:
                self._alone()
            except AffidavitError:
                created.discard()
                raise
        return created

    def _alone(self) -> None:
        """`TrailUnavailable` when another machine writes here, as far as one sees."""
        machines.check(
            self.path / WAL_DIRECTORY,
            boot_id(),
            still_seconds=self._still_seconds,
            clock=self._clock,
        )

    def _last(self, count: int) -> Record:
        return self._fresh(Kind.CLOSE, {"records": count})

    def _tell(self, cut: Cut) -> None:
        self._writer.append(self._fresh(Kind.RECOVERY, cut.body))

    def _fresh(self, kind: Kind, body: dict[str, Json]) -> Record:
        return records.fresh(kind, body, clock=self._clock, randomness=self._randomness)

    def _forked(self) -> None:
        """Begin without a keeper: threads do not survive a fork, nor do their locks."""
        self._closing = threading.RLock()  # as `_Signal` says, with care
        self._work, self._stop = _Signal(), threading.Event()
        self._keeper: threading.Thread | None = None
        self._wrote = False

    def _progressed(self) -> None:
        self._wrote = True
        if self._work.is_set():
            return
        self._work.set()
        with self._closing:
            if self._keeper is None and not self._stop.is_set():
                keeper = threading.Thread(
                    target=self._keep, name="affidavit-keeper", daemon=True
                )
                # An interpreter that is shutting down starts no thread any more;
                # close() integrates then.
                self._keeper = keeper
                try:
                    keeper.start()
                except RuntimeError:
                    self._keeper = None

    def _keep(self) -> None:
        told = ""
        while not self._stop.is_set():
            if not self._work.take(self._idle_seconds):
                self._beat()
                continue
            due = time.monotonic() + self._seconds
            while (left := due - time.monotonic()) > 0:
                if self._stop.wait(min(left, WRITE_SECONDS)):
                    return
                self._writer.write()
            self._work.take()
            try:
                self._writer.flush()
                head = self._integrator.run(lock_seconds=0, whole=False)
                if head is None or self._integrator.behind:
                    self._work.set()
            except AffidavitError as error:
                # Calls go on: their records are durable in the WAL. What stands still
                # is the checkpoint, and `doctor` and `verify` tell how old it is.
                if str(error) != told:  # once, not once a second
                    _log.error("%s: not integrated: %s", self.path, error)
                told = str(error)
                self._work.set()
