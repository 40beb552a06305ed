"""Records become durable: one WAL a process, one fdatasync for all who wait.

Knows group commit, poison, fork, threads and asyncio. The commit is *natural*: whoever
finds nobody at work writes and syncs everything that waits, and what arrives meanwhile
goes with the next. No timer, no hand-over between threads for a lone caller.

What a crash of the machine leaves: frames whole up to the last fdatasync, after that
any prefix. An acknowledged record (`append` returned) is before that point, unless the
writer was told that surviving the process is enough.
"""

import asyncio
import contextlib
import logging
import os
import threading
import weakref
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from affidavit.durable import Durability
from affidavit.errors import AffidavitError, Malformed, TrailUnavailable
from affidavit.trail import record as records
from affidavit.trail import segment as segments
from affidavit.trail import wal
from affidavit.trail.identity import Identity
from affidavit.trail.record import Randomness, Record
from affidavit.trail.ticket import Ticket, refuse, size, wake

OUTCOME_BYTES = 8192
"""Space kept free for each outcome still to come: a call that left is always told
of."""
_log = logging.getLogger("affidavit.trail")


@dataclass(slots=True)
class _Chain:
    """Where this process's own chain of records stands."""

    writer: str
    mac: bytes
    first: Record
    """Made when the chain was: what it tells of is in force from then on."""
    seq: int = 0
    segment: int = 0
    owed: int = 0
    file: segments.Segment | None = None
    unsynced: bool = False
    started: bool = False


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
    on_progress: Callable[[], None] = lambda: None
    """Told after each commit that there may be something to integrate."""
    on_note: Callable[[], None] = lambda: None
    """Told that something waits which nobody waits for."""
    on_fork: Callable[[], None] = lambda: None
    """Told in a forked child, after this writer began a chain of its own."""
    _sleepers: int = 0
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

    def _sleep(self) -> None:
        """Under the lock: let others have it until one of them rouses all sleepers."""
        self._sleepers += 1
        self._turn.wait()
        self._sleepers -= 1

    def _rouse(self) -> None:
        if self._sleepers:
            self._turn.notify_all()

    def _new_chain(self) -> _Chain:
        writer = records.new_writer(self.randomness)
        start = wal.start(self.identity.secrets.wal, writer)
        return _Chain(writer, start, self.first_record())

    def append(self, record: Record, *, owes_outcome: bool = False) -> None:
        """Return when `record` is durable; else `TrailUnavailable` or `Malformed`."""
        ticket = Ticket(record, int(owes_outcome), waited_for=True)
        with self._mutex:
            self._admit(ticket)
            alone, self._busy = not self._busy, True
        if alone:
            self._commit()
        while not ticket.done:
            if self._take_turn(ticket):
                self._commit()
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

    def note(self, record: Record, *, settles_outcome: bool = True) -> None:
        """Hand `record` in without waiting: the next commit or tick writes it."""
        ticket = Ticket(record, -int(settles_outcome), waited_for=False)
        self._refuse_if_over()
        self._noted.append(ticket)
        if self._closed:
            # Closed meanwhile: it was written with the rest, or nobody will come.
            with contextlib.suppress(ValueError):
                self._noted.remove(ticket)
                self._refuse_if_over()
        self.on_note()

    def write(self) -> None:
        """Write what was noted, so that it survives this process; sync nothing."""
        with self._mutex:
            if not self._waiting and not self._noted:
                return
        if self._take_turn(None):
            self._commit()

    def flush(self) -> None:
        """Make everything noted so far durable; failures are logged and poison."""
        with self._mutex:
            if not (self._waiting or self._noted or self._chain.unsynced):
                return
        if self._take_turn(None):
            self._commit(sync=True)

    def close(self, last: Callable[[int], Record] | None = None) -> None:
        """Flush, write the record that `last` makes of this chain's length, let go.

        A chain that never began writes nothing. Later appends raise `TrailUnavailable`.
        """
        with self._mutex:
            if self._closed:
                return
            self._closed = True  # from here on nothing is taken in but the last record
        self._commit_in_turn()
        farewell: Ticket | None = None
        if last is not None and self._chain.started and self._poison is None:
            farewell = Ticket(last(self._chain.seq + 1), 0, waited_for=True)
            with self._mutex:
                self._waiting.append(farewell)
            self._commit_in_turn()
        with self._mutex:
            self._release()
            self._rouse()
        if farewell is not None and farewell.error is not None:
            raise farewell.error

    def _commit_in_turn(self) -> None:
        while not self._take_turn(None, wait=True):
            pass
        self._commit(sync=True)

    def _release(self) -> None:
        file, self._chain.file = self._chain.file, None
        if file is not None:
            file.close()

    def _admit(self, ticket: Ticket) -> None:
        """Queue `ticket`, under the lock; raise what keeps any record out."""
        self._refuse_if_over()
        self._take_notes()  # in the order in which they were handed in
        self._waiting.append(ticket)

    def _take_notes(self) -> None:
        self._waiting += [self._noted.popleft() for _ in range(len(self._noted))]

    def _refuse_if_over(self) -> None:
        if self._closed:
            raise TrailUnavailable(
                f"{self.directory.parent}: this trail was closed. Build a new "
                "Governor for calls that come after close()."
            )
        if self._poison is not None:
            raise self._poison

    def _take_turn(self, ticket: Ticket | None, *, wait: bool = False) -> bool:
        """Whether the caller now is the one at work; a ticket's owner waits for
        that.
        """
        with self._mutex:
            while self._busy and (wait or (ticket is not None and not ticket.done)):
                self._sleep()
            if self._busy or (ticket is not None and ticket.done):
                return False
            self._busy = True
            return True

    def _commit(self, *, sync: bool = False) -> None:
        """Write what waits, as the one at work, and settle every ticket of it.

        It is synced when somebody waits for that, or when `sync` asks for it.
        """
        with self._mutex:
            self._take_notes()
            tickets, self._waiting = self._waiting, []
        try:
            self._write(tickets)
            chain = self._chain
            wanted = sync or (
                self.durability is Durability.COMMIT
                and any(ticket.waited_for for ticket in tickets)
            )
            if wanted and chain.unsynced and chain.file is not None:
                chain.file.sync()
                chain.unsynced = False
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
        awaited = [ticket.waiter for ticket in tickets if ticket.waiter is not None]
        with self._mutex:
            for ticket in tickets:
                ticket.done = True
            self._busy = False
            self._rouse()
        if awaited:
            wake(awaited)
        if tickets:
            self.on_progress()

    def _write(self, tickets: list[Ticket]) -> None:
        if not tickets:
            return
        chain = self._chain
        if not chain.started:
            tickets = [Ticket(chain.first, 0, waited_for=True), *tickets]
        self._rotate()
        try:
            self._make_room(tickets)
        except segments.NoRoom as error:
            tickets = self._what_still_fits(tickets, error)
        frames = [frame for ticket in tickets if (frame := self._seal(ticket))]
        if frames and chain.file is not None:
            chain.file.append(b"".join(frames))
            chain.unsynced = True

    def _rotate(self) -> None:
        file = self._chain.file
        if file is not None and file.full:
            file.sync()
            self._release()
            self._chain.segment += 1

    def _make_room(self, tickets: list[Ticket]) -> None:
        chain = self._chain
        wanted = size(tickets) + chain.owed * OUTCOME_BYTES
        for ticket in tickets:
            if ticket.owes > 0:
                wanted += OUTCOME_BYTES
        if chain.file is None:
            chain.file = self._open_segment()
        chain.file.reserve(wanted)

    def _open_segment(self) -> segments.Segment:
        chain = self._chain
        header = wal.Header(
            origin=self.identity.origin,
            writer=chain.writer,
            segment=chain.segment,
            first=chain.seq,
            after=chain.mac,
            size=self.sealed_size(),
            pid=os.getpid(),
            boot=self.boot,
        )
        name = segments.name(chain.writer, chain.segment)
        encoded = header.print(self.identity.secrets.wal)
        return segments.Segment.create(self.directory, name, encoded)

    def _what_still_fits(
        self, tickets: list[Ticket], error: segments.NoRoom
    ) -> list[Ticket]:
        """On a full disk: no new call leaves, but outcomes use the space kept for
        them.
        """
        file, fitting = self._chain.file, list[Ticket]()
        for ticket in tickets:
            kept = [*fitting, ticket]
            if ticket.waited_for or file is None or file.free < size(kept):
                refuse(ticket, error)
            else:
                fitting = kept
        return fitting

    def _seal(self, ticket: Ticket) -> bytes | None:
        chain = self._chain
        salt = records.new_salt(self.randomness)
        try:
            entry = records.encode(
                ticket.record, writer=chain.writer, seq=chain.seq, salt=salt
            )
        except Malformed as error:
            refuse(ticket, error)
            return None
        payload = wal.payload(entry, salt, ticket.record.body)
        frame, chain.mac = wal.seal(self.identity.secrets.wal, chain.mac, payload)
        chain.seq += 1
        chain.owed = max(0, chain.owed + ticket.owes)
        chain.started = True
        return frame

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
            self._rouse()

    def _commit_for_loops(self) -> None:
        while True:
            with self._mutex:
                while self._busy or not self._has_loop_waiting():
                    if self._closed:
                        return
                    self._sleep()
                self._busy = True
            self._commit()

    def _has_loop_waiting(self) -> bool:
        return any(ticket.waiter is not None for ticket in self._waiting)

    def forked(self) -> None:
        """In a forked child: leave the parent's chain to the parent, begin another."""
        self._new_locks()
        self._waiting, self._busy, self._committer = [], False, None
        self._noted = deque()
        # Closing our copy of the descriptor leaves the parent's lock in place.
        self._release()
        self._chain = self._new_chain()
        self.on_fork()


_living: "weakref.WeakSet[Writer]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for writer in list(_living):
        writer.forked()


os.register_at_fork(after_in_child=_after_fork_in_child)
