"""Records become durable: one WAL a process, one fdatasync for all who wait.

Knows group commit, poison, fork, threads and asyncio. The commit is *natural*: whoever
finds nobody at work writes and syncs everything that waits, and what arrives meanwhile
goes with the next. No timer, no hand-over between threads for a lone caller.

What a crash leaves: frames whole up to the last fdatasync, after that any prefix. An
acknowledged record (`append` returned) is before that point.
"""

import asyncio
import contextlib
import logging
import os
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from affidavit.errors import AffidavitError, Malformed, TrailUnavailable
from affidavit.trail import record as records
from affidavit.trail import segment as segments
from affidavit.trail import wal
from affidavit.trail.identity import Identity
from affidavit.trail.record import Randomness, Record

OUTCOME_BYTES = 8192
"""Space kept free for each outcome still to come: a call that left is always told
of."""
_log = logging.getLogger("affidavit.trail")


@dataclass(eq=False, slots=True)
class _Ticket:
    """One record on its way to the disk."""

    record: Record
    owes: int
    """Outcomes that will follow: 1 a decision that lets a call leave, -1 its
    outcome."""
    waited_for: bool
    waiter: "asyncio.Future[None] | None" = None
    """Whom to wake on an event loop."""
    done: bool = False
    error: AffidavitError | None = None


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
    on_progress: Callable[[], None] = lambda: None
    """Told after each commit that there may be something to integrate."""
    on_note: Callable[[], None] = lambda: None
    """Told that something waits which nobody waits for."""
    on_fork: Callable[[], None] = lambda: None
    """Told in a forked child, after this writer began a chain of its own."""
    _turn: threading.Condition = field(default_factory=threading.Condition)
    _waiting: list[_Ticket] = field(default_factory=list)
    _busy: bool = False
    _poison: AffidavitError | None = None
    _committer: threading.Thread | None = None
    _closed: bool = False

    def __post_init__(self) -> None:
        self._chain = self._new_chain()
        _living.add(self)

    def _new_chain(self) -> _Chain:
        writer = records.new_writer(self.randomness)
        start = wal.start(self.identity.secrets.wal, writer)
        return _Chain(writer, start, self.first_record())

    def append(self, record: Record, *, owes_outcome: bool = False) -> None:
        """Return when `record` is durable; else `TrailUnavailable` or `Malformed`."""
        ticket = _Ticket(record, int(owes_outcome), waited_for=True)
        with self._turn:
            self._admit(ticket)
            alone, self._busy = not self._busy, True
        if alone:
            self._commit(sync=True)
        while not ticket.done:
            if self._take_turn(ticket):
                self._commit(sync=True)
        if ticket.error is not None:
            raise ticket.error

    async def aappend(self, record: Record, *, owes_outcome: bool = False) -> None:
        """As `append`, without ever holding up the event loop."""
        settled: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ticket = _Ticket(record, int(owes_outcome), waited_for=True, waiter=settled)
        with self._turn:
            self._admit(ticket)
            self._wake_committer()
        await settled
        if ticket.error is not None:
            raise ticket.error

    def note(self, record: Record, *, settles_outcome: bool = True) -> None:
        """Hand `record` in without waiting: the next commit or tick writes it."""
        ticket = _Ticket(record, -int(settles_outcome), waited_for=False)
        with self._turn:
            self._admit(ticket)
        self.on_note()

    def write(self) -> None:
        """Write what was noted, so that it survives this process; sync nothing."""
        with self._turn:
            if not self._waiting:
                return
        if self._take_turn(None):
            self._commit(sync=False)

    def flush(self) -> None:
        """Make everything noted so far durable; failures are logged and poison."""
        with self._turn:
            if not self._waiting and not self._chain.unsynced:
                return
        if self._take_turn(None):
            self._commit(sync=True)

    def close(self, last: Callable[[int], Record] | None = None) -> None:
        """Flush, write the record that `last` makes of this chain's length, let go.

        A chain that never began writes nothing. Later appends raise `TrailUnavailable`.
        """
        while not self._take_turn(None, wait=True):
            pass
        self._commit(sync=True)
        if last is not None and self._chain.started and self._poison is None:
            self.append(last(self._chain.seq + 1))
        with self._turn:
            self._closed = True
            self._release()
            self._turn.notify_all()

    def _release(self) -> None:
        file, self._chain.file = self._chain.file, None
        if file is not None:
            file.close()

    def _admit(self, ticket: _Ticket) -> None:
        """Queue `ticket`, under the lock; raise what keeps any record out."""
        if self._closed:
            raise TrailUnavailable(
                f"{self.directory.parent}: this trail was closed. Build a new "
                "Governor for calls that come after close()."
            )
        if self._poison is not None:
            raise self._poison
        self._waiting.append(ticket)

    def _take_turn(self, ticket: _Ticket | None, *, wait: bool = False) -> bool:
        """Whether the caller now is the one at work; a ticket's owner waits for
        that.
        """
        with self._turn:
            while self._busy and (wait or (ticket is not None and not ticket.done)):
                self._turn.wait()
            if self._busy or (ticket is not None and ticket.done):
                return False
            self._busy = True
            return True

    def _commit(self, *, sync: bool) -> None:
        """Write what waits, as the one at work, and settle every ticket of it."""
        with self._turn:
            tickets, self._waiting = self._waiting, []
        try:
            self._write(tickets)
            chain = self._chain
            wanted = sync or any(ticket.waited_for for ticket in tickets)
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

    def _fail(self, tickets: list[_Ticket], error: AffidavitError) -> None:
        # A failed fsync may succeed when retried although the data is gone: what this
        # process wrote is unknown from here on, so it writes no more.
        self._poison = error
        for ticket in tickets:
            _refuse(ticket, error)

    def _settle(self, tickets: list[_Ticket]) -> None:
        awaited = [ticket.waiter for ticket in tickets if ticket.waiter is not None]
        with self._turn:
            for ticket in tickets:
                ticket.done = True
            self._busy = False
            self._turn.notify_all()
        if awaited:
            _wake(awaited)
        if tickets:
            self.on_progress()

    def _write(self, tickets: list[_Ticket]) -> None:
        if not tickets:
            return
        chain = self._chain
        if not chain.started:
            tickets = [_Ticket(chain.first, 0, waited_for=True), *tickets]
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

    def _make_room(self, tickets: list[_Ticket]) -> None:
        chain = self._chain
        owed = chain.owed + sum([ticket.owes for ticket in tickets if ticket.owes > 0])
        if chain.file is None:
            chain.file = self._open_segment()
        chain.file.reserve(_size(tickets) + owed * OUTCOME_BYTES)

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
        self, tickets: list[_Ticket], error: segments.NoRoom
    ) -> list[_Ticket]:
        """On a full disk: no new call leaves, but outcomes use the space kept for
        them.
        """
        file, fitting = self._chain.file, list[_Ticket]()
        for ticket in tickets:
            kept = [*fitting, ticket]
            if ticket.waited_for or file is None or file.free < _size(kept):
                _refuse(ticket, error)
            else:
                fitting = kept
        return fitting

    def _seal(self, ticket: _Ticket) -> bytes | None:
        chain = self._chain
        salt = records.new_salt(self.randomness)
        try:
            entry = records.encode(
                ticket.record, writer=chain.writer, seq=chain.seq, salt=salt
            )
        except Malformed as error:
            _refuse(ticket, error)
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
            self._turn.notify_all()

    def _commit_for_loops(self) -> None:
        while True:
            with self._turn:
                while self._busy or not self._has_loop_waiting():
                    if self._closed:
                        return
                    self._turn.wait()
                self._busy = True
            self._commit(sync=True)

    def _has_loop_waiting(self) -> bool:
        return any(ticket.waiter is not None for ticket in self._waiting)

    def forked(self) -> None:
        """In a forked child: leave the parent's chain to the parent, begin another."""
        self._turn = threading.Condition()
        self._waiting, self._busy, self._committer = [], False, None
        # Closing our copy of the descriptor leaves the parent's lock in place.
        self._release()
        self._chain = self._new_chain()
        self.on_fork()


def _wake(awaited: "list[asyncio.Future[None]]") -> None:
    """Wake who waits on event loops: once for each loop, whatever the batch's size."""
    waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for waiter in awaited:
        waiting.setdefault(waiter.get_loop(), []).append(waiter)
    for loop, waiters in waiting.items():
        # The loop may be closed by now: then nobody waits any more.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(_release, waiters)


def _release(waiters: "list[asyncio.Future[None]]") -> None:
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(None)


def _refuse(ticket: _Ticket, error: AffidavitError) -> None:
    ticket.error = ticket.error or error
    if not ticket.waited_for:
        _log.error("a record that nobody waits for is lost: %s", error)


def _size(tickets: list[_Ticket]) -> int:
    each = wal.FRAME_OVERHEAD + 1024
    return sum([each + len(ticket.record.body) for ticket in tickets])


_living: "weakref.WeakSet[Writer]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for writer in list(_living):
        writer.forked()


os.register_at_fork(after_in_child=_after_fork_in_child)
