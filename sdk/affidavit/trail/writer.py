"""Records become durable: one WAL a process, one fdatasync for all who wait.

Knows group commit, poison, fork, threads and asyncio; what is written is `chain`'s
business. The commit is *natural*: whoever finds nobody at work writes and syncs what
waits, and what arrives meanwhile goes with the next. No timer, no hand-over between
threads for a lone caller. An acknowledged record (`append` returned) is on the disk,
unless the writer was told that surviving the process is enough.

Nothing here grows without bound. Who waits for a record has handed in one, and a commit
takes `PORTION` of them at most. What nobody waits for is the outcome of a call whose
decision was acknowledged: from `MOST_NOTED` on whoever hands one in writes, and while a
commit hangs no decision is acknowledged, so that no more come than calls had left.
"""

import asyncio
import contextlib
import logging
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from affidavit.durable import Durability
from affidavit.errors import AffidavitError, TrailUnavailable
from affidavit.trail.chain import Chain, MakeSegment
from affidavit.trail.identity import Identity
from affidavit.trail.record import Randomness, Record
from affidavit.trail.segment import Segment
from affidavit.trail.ticket import Ticket, refuse, wake

PORTION = 1024
"""Records that one commit takes at most: what bounds its memory, and how long the first
of many waits for the last."""
MOST_NOTED = 1024
"""Records without anyone who waits for them that are kept in memory; see `note`."""
GATHERED = 16
"""So many of them a commit takes along when commits are dense; fewer wait for `write`.
Made one after another they cost two thirds of what they cost one at a time, each amid a
call (ADR 0013)."""
DENSE_SECONDS = 0.005
"""Between two commits: beyond that too few gather to be worth another thread's time."""
_log = logging.getLogger("affidavit.trail")


@dataclass(eq=False)
class Writer:
    """Appends records to this process's WAL. Safe for threads, tasks and forks."""

    directory: Path
    """The trail's `wal` directory."""
    identity: Identity
    first_record: Callable[[], Record]
    """Makes the record that stands first in each chain: the policy put in force."""
    boot: str
    randomness: Randomness
    sealed_size: Callable[[], int]
    """How many records the published tree has; asked when a segment is begun."""
    durability: Durability = Durability.COMMIT
    make_segment: MakeSegment = Segment.create
    on_progress: Callable[[], None] = lambda: None
    """Told after each commit that there may be something to integrate."""
    on_note: Callable[[], None] = lambda: None
    """Told that something waits which nobody waits for."""
    on_fork: Callable[[], None] = lambda: None
    """Told in a forked child, after this writer began a chain of its own."""
    elapsed: Callable[[], float] = time.monotonic
    """Seconds of a clock that never goes back."""
    _sleepers: int = 0
    _idle: bool = False
    _committed: float = float("-inf")
    """When the last commit began."""
    _waiting: list[Ticket] = field(default_factory=list)
    _noted: deque[Ticket] = field(default_factory=deque)
    """What nobody waits for. Taken without the lock: the garbage collector hands in the
    outcome of a forgotten stream, in whatever thread it runs, and that may be one that
    holds the lock."""
    _busy: bool = False
    _poison: AffidavitError | None = None
    _committer: threading.Thread | None = None
    _closed: bool = False

    def __post_init__(self) -> None:
        self._new_locks()
        self._chain = self._new_chain()
        _living.add(self)

    def _new_locks(self) -> None:
        # The lock by itself, because a Condition's own is taken through Python code;
        # and its sleepers counted, because waking nobody costs as much as waking one.
        self._mutex = threading.Lock()
        self._turn = threading.Condition(self._mutex)
        self._sleepers = 0
        # The committing thread sleeps by itself: a caller of another thread who commits
        # alone must not wake it each time.
        self._work = threading.Condition(self._mutex)
        self._idle = False

    def _sleep(self) -> None:
        """Under the lock: let others have it until one of them rouses all sleepers."""
        self._sleepers += 1
        self._turn.wait()

    def _rouse(self) -> None:
        if self._sleepers:
            self._sleepers = 0
            self._turn.notify_all()

    def _rouse_committer(self) -> None:
        if self._idle:
            self._idle = False
            self._work.notify()

    def _new_chain(self) -> Chain:
        return Chain(
            directory=self.directory,
            identity=self.identity,
            first=self.first_record(),
            boot=self.boot,
            randomness=self.randomness,
            sealed_size=self.sealed_size,
            make_segment=self.make_segment,
        )

    def append(self, record: Record, *, owes_outcome: bool = False) -> None:
        """Return when `record` is durable; else `TrailUnavailable` or `Malformed`."""
        ticket = Ticket(record, int(owes_outcome), waited_for=True)
        with self._mutex:
            self._admit(ticket)
            tickets = None if self._busy else self._portion()
        if tickets is not None:
            self._commit(tickets)
        while not ticket.done:
            if (tickets := self._take_turn(ticket)) is not None:
                self._commit(tickets)
        if ticket.error is not None:
            raise ticket.error

    async def aappend(self, record: Record, *, owes_outcome: bool = False) -> None:
        """As `append`, without ever holding up the event loop."""
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ticket = Ticket(record, int(owes_outcome), waited_for=True, waiter=settled)
        with self._mutex:
            self._admit(ticket)
            self._wake_committer()
        await settled
        if ticket.error is not None:
            raise ticket.error

    def note(
        self,
        record: Record | Callable[[], Record],
        *,
        settles_outcome: bool = True,
    ) -> None:
        """Hand `record` in without waiting: a commit takes it along with its like, or
        else the next `write` does.

        So does this thread, from `MOST_NOTED` on, when nobody else is at it; on an
        event loop the thread that commits for loops does.
        """
        ticket = Ticket(record, -int(settles_outcome), waited_for=False)
        self._refuse_if_over()
        self._noted.append(ticket)
        if self._closed:
            # Closed meanwhile: it was written with the rest, or nobody will come.
            with contextlib.suppress(ValueError):
                self._noted.remove(ticket)
                self._refuse_if_over()
        if len(self._noted) >= MOST_NOTED:
            self._relieve()
        self.on_note()

    def _relieve(self) -> None:
        # Waits for nothing: this may be the garbage collector, in the midst of what its
        # thread does with the lock in its hand, or as the one at work.
        if not self._mutex.acquire(blocking=False):
            return
        try:
            if self._busy:
                return
            if self._committer is not None and _on_loop():
                self._rouse_committer()
                return
            tickets = self._portion(everything=True)
        finally:
            self._mutex.release()
        self._commit(tickets)

    def write(self) -> None:
        """Write what was noted, so that it survives this process; sync nothing."""
        self._drain(sync=False)

    def flush(self) -> None:
        """Make everything noted so far durable; failures are logged and poison."""
        self._drain(sync=True)

    def _drain(self, *, sync: bool) -> None:
        with self._mutex:
            left = len(self._waiting) + len(self._noted)
            if not left and not (sync and (self._busy or self._chain.unsynced)):
                return
        while (tickets := self._take_turn(None, wait=sync)) is not None:
            self._commit(tickets, sync=sync)
            left -= len(tickets)
            if left <= 0 or not tickets:
                return

    def close(self, last: Callable[[int], Record] | None = None) -> None:
        """Flush, write the record that `last` makes of this chain's length, let go.

        A chain that never began writes nothing. Later appends raise `TrailUnavailable`.
        """
        with self._mutex:
            if self._closed:
                return
            self._closed = True  # from here on nothing is taken in but the last record
        self.flush()
        farewell: Ticket | None = None
        if last is not None and self._chain.started and self._poison is None:
            farewell = Ticket(last(self._chain.seq + 1), 0, waited_for=True)
            with self._mutex:
                self._waiting.append(farewell)
            self.flush()
        with self._mutex:
            self._chain.release()
            self._rouse()
            self._rouse_committer()
        if farewell is not None and farewell.error is not None:
            raise farewell.error

    def _admit(self, ticket: Ticket) -> None:
        """Queue `ticket`, under the lock; raise what keeps any record out."""
        self._refuse_if_over()
        self._waiting.append(ticket)

    def _refuse_if_over(self) -> None:
        if self._closed:
            raise TrailUnavailable(
                f"{self.directory.parent}: this trail was closed. Build a new "
                "Governor for calls that come after close()."
            )
        if self._poison is not None:
            raise self._poison

    def _take_turn(
        self, ticket: Ticket | None, *, wait: bool = False
    ) -> list[Ticket] | None:
        """What to write, if the caller now is the one at work; a ticket's owner waits
        for that, until somebody else has written it.
        """
        with self._mutex:
            while self._busy and (wait or (ticket is not None and not ticket.done)):
                self._sleep()
            if self._busy or (ticket is not None and ticket.done):
                return None
            return self._portion(everything=ticket is None)

    def _portion(self, *, everything: bool = False) -> list[Ticket]:
        """Under the lock, with nobody at work: be that one, and take what waits.

        Outcomes are taken along before the records that wait: their decisions are
        older. While commits are dense, a few go on waiting for their like, unless
        `everything` is asked for.
        """
        self._busy = True
        before, self._committed = self._committed, self.elapsed()
        few = len(self._noted) < GATHERED
        dense = self._committed - before < DENSE_SECONDS
        if self._noted and (everything or not (few and dense)):
            taken = [self._noted.popleft() for _ in range(len(self._noted))]
            self._waiting = taken + self._waiting
        tickets = self._waiting
        self._waiting = tickets[PORTION:]
        return tickets if not self._waiting else tickets[:PORTION]

    def _commit(self, tickets: list[Ticket], *, sync: bool = False) -> None:
        """Write `tickets`, as the one at work, and settle every one of them.

        They are synced when somebody waits for that, or when `sync` asks for it.
        """
        chain = self._chain
        try:
            if self._poison is not None:
                raise self._poison  # noqa: TRY301 - a failure as any other from here on
            durable = sync or (
                self.durability is Durability.COMMIT and _awaited(tickets)
            )
            chain.write(tickets, durable=durable)
            if durable:
                chain.sync()
        except AffidavitError as error:
            self._fail(tickets, error)
        except BaseException as error:
            # Not one of ours (KeyboardInterrupt, MemoryError): nothing that waits here
            # may be taken for durable.
            self._fail(tickets, TrailUnavailable(f"{self.directory}: {error!r}"))
            raise
        finally:
            self._settle(tickets)

    def _fail(self, tickets: list[Ticket], error: AffidavitError) -> None:
        # A failed fsync may succeed when retried although the data is gone: what this
        # process wrote is unknown from here on, so it writes no more.
        self._poison = error
        for ticket in tickets:
            refuse(ticket, error)

    def _settle(self, tickets: list[Ticket]) -> None:
        awaited: list[asyncio.Future[None]] = []
        for ticket in tickets:
            ticket.done = True
            if ticket.waiter is not None:
                awaited.append(ticket.waiter)
        with self._mutex:
            self._busy = False
            self._rouse()
            if self._idle and self._has_loop_waiting():
                self._rouse_committer()
        if awaited:
            wake(awaited)
        if tickets:
            self.on_progress()

    def _wake_committer(self) -> None:
        """Under the lock. One at work needs no waking: it looks again when it is
        done.
        """
        if self._committer is None:
            self._committer = threading.Thread(
                target=self._commit_for_loops, name="affidavit-commit", daemon=True
            )
            self._committer.start()
        elif not self._busy:
            self._rouse_committer()

    def _commit_for_loops(self) -> None:
        while True:
            with self._mutex:
                while self._busy or not self._has_loop_waiting():
                    if self._closed:
                        return
                    self._idle = True
                    self._work.wait()
                tickets = self._portion()
            self._commit(tickets)

    def _has_loop_waiting(self) -> bool:
        return len(self._noted) >= MOST_NOTED or any(
            ticket.waiter is not None for ticket in self._waiting
        )

    def forked(self) -> None:
        """In a forked child: leave the parent's chain to the parent, begin another."""
        self._new_locks()
        self._waiting, self._busy, self._committer = [], False, None
        self._noted = deque()
        # Closing our copy of the descriptor leaves the parent's lock in place.
        self._chain.release()
        self._chain = self._new_chain()
        self.on_fork()


def _awaited(tickets: list[Ticket]) -> bool:
    return any(ticket.waited_for for ticket in tickets)


def _on_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


_living: "weakref.WeakSet[Writer]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for writer in list(_living):
        writer.forked()


os.register_at_fork(after_in_child=_after_fork_in_child)
