"""The records of a trail as commands list them: one moment of it, or ever new ones.

Knows order and what has been told already. Verifies nothing.
"""

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from affidavit.cli.progress import Tell
from affidavit.errors import BrokenTrail, Malformed, TrailUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import parse_note
from affidavit.trail.reader import StoredRecord, TrailReader, stored


def records(reader: TrailReader, start: int = 0) -> Iterator[StoredRecord]:
    """Every record from index `start` on, of one moment of a trail that grows on.

    Raises `BrokenTrail` at the first that is damaged.
    """
    try:
        yield from _records(reader, start)
    except (BrokenTrail, Malformed) as error:
        raise BrokenTrail(
            f"{reader.path}: {str(error).rstrip('.')}. Run `affidavit trail verify` to "
            "see what is damaged, and keep everything as it is."
        ) from error


def _records(reader: TrailReader, start: int) -> Iterator[StoredRecord]:
    with reader.snapshot() as moment:
        sealed = _sealed(reader.path, moment.checkpoint)
        end = max(sealed, moment.state.size if moment.state else 0)
        start = min(start, end)
        pairs = zip(reader.entries(start, end), reader.bodies(start, end), strict=True)
        for (index, entry), (_, salted) in pairs:
            yield stored(index, entry, salted, sealed=index < sealed)
        for frame in chain.from_iterable(wal.frames() for wal in moment.wals):
            entry, salt, body = frame.parts()
            yield stored(None, entry, salt + body, sealed=False)


def told(reader: TrailReader, tell: Tell) -> Iterator[StoredRecord]:
    """All of `records`, telling how far it is."""
    size = _sealed(reader.path, reader.checkpoint_bytes())
    for done, record in enumerate(records(reader)):
        if not done % 4096:
            tell(min(done, size), size)
        yield record


class Following:
    """A trail that is read again and again: each record is told once."""

    def __init__(self, reader: TrailReader) -> None:
        self._reader = reader
        self._next = 0
        self._told: dict[str, int] = {}

    def new(self) -> Iterator[StoredRecord]:
        """What was not told yet: sealed or not, each writer's records in their order.

        A record is told when it is first seen, mostly in a WAL, and not again when it
        is sealed: a writer's records are numbered.
        """
        for record in records(self._reader, self._next):
            if record.index is not None:
                self._next = record.index + 1
            entry = record.entry
            if entry.seq > self._told.get(entry.writer, -1):
                self._told[entry.writer] = entry.seq
                yield record


def _sealed(path: Path, note: bytes) -> int:
    try:
        return Checkpoint.parse(parse_note(note).text).size
    except Malformed as error:
        raise TrailUnavailable(
            f"{path}: the checkpoint cannot be read ({error}). Restore it from a "
            "backup."
        ) from error
