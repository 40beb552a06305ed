"""One process's chain of records: sealed in order, given room, written, synced.

Knows sequence numbers and MACs, which segment is open, when the next begins, and what
is refused on a full disk. Whose turn it is to write is `writer`'s business: one thread
at a time calls in here.

What a crash of the machine leaves: frames whole up to the last `sync`, after that any
prefix.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from affidavit.errors import Malformed
from affidavit.trail import record as records
from affidavit.trail import segment as segments
from affidavit.trail import wal
from affidavit.trail.identity import Identity
from affidavit.trail.record import SALT_BYTES, Randomness, Record
from affidavit.trail.ticket import Ticket, record_of, refuse, size

OUTCOME_BYTES = 8192
"""Space kept free for each outcome still to come: a call that left is always told
of."""

MakeSegment: TypeAlias = Callable[[Path, str, bytes], segments.Segment]
"""Directory, file name and header → the new file, or `NoRoom`."""
_SALTS_AHEAD = 64

_Sealed: TypeAlias = tuple[bytes, bytes, int, int]
"""Frames that continue a chain; its MAC, length and outcomes owed once they are
written."""


class Chain:
    """Where this process's own chain of records stands, and the file it goes to."""

    def __init__(
        self,
        *,
        directory: Path,
        identity: Identity,
        first: Record,
        boot: str,
        randomness: Randomness,
        sealed_size: Callable[[], int],
        make_segment: MakeSegment = segments.Segment.create,
    ) -> None:
        """`first` stands before all others: what it tells of is in force from now on.

        `sealed_size` says how many records the published tree has.
        """
        self._make_segment = make_segment
        self._directory, self._identity = directory, identity
        self._boot, self._randomness = boot, randomness
        self._sealed_size = sealed_size
        self._first = first
        self.writer = records.new_writer(randomness)
        self._seal = wal.Sealer(identity.secrets.wal).seal
        self._mac = wal.start(identity.secrets.wal, self.writer)
        self._salts = b""
        self._segment = self._owed = 0
        self.seq = 0
        """Of the next record: how many this chain has."""
        self.file: segments.Segment | None = None
        self.unsynced = False
        """Whether something was written that a power loss may take."""

    @property
    def started(self) -> bool:
        """Whether it has a record."""
        return self.seq > 0

    def write(self, tickets: Sequence[Ticket], *, durable: bool = False) -> None:
        """Write the records of `tickets` so that they survive this process.

        `durable` says that `sync` comes next: it finds nothing to do where the write
        could do both.

        A record that has no canonical form or no room is refused alone: its ticket says
        why. Raises `TrailUnavailable` where it is unknown what was written.
        """
        if not tickets:
            return
        if not self.seq:
            tickets = [Ticket(self._first, 0, waited_for=True), *tickets]
        frames, mac, seq, owed = self._sealed(tickets)
        try:
            self._make_room(len(frames) + owed * OUTCOME_BYTES)
        except segments.NoRoom as error:
            fitting = self._what_still_fits(tickets, error)
            frames, mac, seq, owed = self._sealed(fitting)
        if frames and self.file is not None:
            through = self.file.append(frames, durable=durable)
            self.unsynced = self.unsynced or not through
            self._mac, self.seq, self._owed = mac, seq, owed

    def sync(self) -> None:
        """Make what was written survive the machine."""
        if self.unsynced and self.file is not None:
            self.file.sync()
            self.unsynced = False

    def release(self) -> None:
        """Let go of the file, and of its lock with it."""
        file, self.file = self.file, None
        if file is not None:
            file.close()

    def _sealed(self, tickets: Sequence[Ticket]) -> _Sealed:
        """The frames of `tickets`; nothing is written, and the chain stays as it is."""
        mac, seq, owed = self._mac, self.seq, self._owed
        writer, seal, encode, payload = (
            self.writer,
            self._seal,
            records.encode,
            wal.payload,
        )
        salts = self._new_salts(SALT_BYTES * len(tickets))
        frames: list[bytes] = []
        for place, ticket in enumerate(tickets):
            record = record_of(ticket)
            if record is None:
                continue
            salt = salts[SALT_BYTES * place : SALT_BYTES * (place + 1)]
            try:
                entry = encode(record, writer=writer, seq=seq, salt=salt)
            except Malformed as error:
                refuse(ticket, error)
                continue
            frame, mac = seal(mac, payload(entry, salt, record.body))
            frames.append(frame)
            seq += 1
            owed = max(0, owed + ticket.owes)
        return b"".join(frames), mac, seq, owed

    def _new_salts(self, size: int) -> bytes:
        # Drawn ahead: a draw of one is a system call for each record. A forked child
        # begins another chain, so that no salt is used twice.
        if len(self._salts) < size:
            self._salts = self._randomness(max(size, _SALTS_AHEAD * SALT_BYTES))
        salts, self._salts = self._salts[:size], self._salts[size:]
        return salts

    def _make_room(self, wanted: int) -> None:
        """Have a segment open with room for `wanted` bytes, or raise `NoRoom`."""
        if self.file is None:
            self.file = self._open_segment()
        elif self.file.full:
            self.file = self._rotated(self.file, wanted)
        self.file.reserve(wanted)

    def _rotated(self, old: segments.Segment, wanted: int) -> segments.Segment:
        """The next segment, with room for `wanted` bytes; `old` while none is to be
        had: it keeps the space that was promised to outcomes.
        """
        self.sync()
        self._segment += 1
        try:
            new = self._open_segment()
        except segments.NoRoom:
            self._segment -= 1
            return old
        try:
            new.reserve(wanted)
        except segments.NoRoom:
            # A crash before this line leaves a segment without a record, which whoever
            # integrates removes.
            new.discard()
            self._segment -= 1
            return old
        old.close()
        return new

    def _open_segment(self) -> segments.Segment:
        header = wal.Header(
            origin=self._identity.origin,
            writer=self.writer,
            segment=self._segment,
            first=self.seq,
            after=self._mac,
            size=self._sealed_size(),
            pid=os.getpid(),
            boot=self._boot,
        )
        name = segments.name(self.writer, self._segment)
        encoded = header.print(self._identity.secrets.wal)
        return self._make_segment(self._directory, name, encoded)

    def _what_still_fits(
        self, tickets: Sequence[Ticket], error: segments.NoRoom
    ) -> list[Ticket]:
        """On a full disk: no new call leaves, but outcomes use the space kept for
        them.
        """
        room = self.file.free if self.file is not None else 0
        fitting: list[Ticket] = []
        for ticket in tickets:
            record = record_of(ticket)
            needed = 0 if record is None else size(record)
            if ticket.waited_for or needed > room:
                refuse(ticket, error)
            elif ticket.error is None:
                room -= needed
                fitting.append(ticket)
        return fitting
