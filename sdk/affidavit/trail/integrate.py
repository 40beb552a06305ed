"""From the WALs into the tree: what every process's keeper does, one at a time.

Knows how to read the WALs of living and dead writers, how a torn tail is cut, and when
a WAL may go. The order of becoming durable is `storage`'s.
"""

import hashlib
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import merge
from pathlib import Path

from affidavit.canonical import Json
from affidavit.durable import ProcessLock, Staging, named, try_lock, unavailable
from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.tiles import TILE_WIDTH, Read, read_entries, tile_at
from affidavit.trail import record, segment, wal
from affidavit.trail.identity import Identity
from affidavit.trail.state import State, Taken
from affidavit.trail.storage import Leaf, Storage

WAL_DIRECTORY = "wal"
RECOVERED_DIRECTORY = "recovered"
PORTION_RECORDS = 4_096
"""Some 60 ms of work, once a second: no host should feel another process's backlog."""
_PIECE_BYTES = 256 << 10
_STAGED_SECONDS = 60
_log = logging.getLogger("affidavit.trail")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The torn tail of a writer that is gone."""

    wal: str
    offset: int
    data: bytes

    @property
    def body(self) -> dict[str, Json]:
        """The body of the `recovery` record that tells of it."""
        return {
            "wal": self.wal,
            "offset": self.offset,
            "bytes": len(self.data),
            "frames": wal.following(self.data, 0),
            "sha256": hashlib.sha256(self.data).hexdigest(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """What one WAL file gives beyond what the tree already took."""

    path: Path
    leaves: Sequence[Leaf]
    taken: Taken | None
    """None when the file holds no record at all."""
    finished: bool
    """Whether its writer has left it and nothing is left to take."""
    cut: Cut | None = None


class Integrator:
    """Takes every WAL's new records into the tree and publishes the larger head."""

    def __init__(
        self,
        storage: Storage,
        identity: Identity,
        tell: Callable[[Cut], None],
        *,
        portion: int = PORTION_RECORDS,
        guard: Callable[[], None] | None = None,
    ) -> None:
        """`tell` makes a `recovery` record durable before the torn bytes are cut.

        `guard` raises while locks do not keep another machine out.
        """
        self._guard = guard
        self._portion_records = portion
        self._storage = storage
        self._identity = identity
        self._tell = tell
        self._lock = ProcessLock(storage.path / "lock")
        self._next = ""
        self.behind = False
        """Whether the last run left files for another portion."""

    def mend(self, *, lock_seconds: float) -> None:
        """Tell of torn tails only: for who will not be able to tell much longer.

        Raises as `run` does.
        """
        with self._locked(lock_seconds) as had:
            if had:
                self._sweep()
                state = self._storage.state()
                for path in self._files():
                    found = harvest(path, state, self._identity, self._storage.read)
                    if found.cut is not None:
                        self._recover(found.cut)

    def run(
        self, *, lock_seconds: float, whole: bool = True, tells: bool = True
    ) -> Checkpoint | None:
        """The tree head afterwards, or None when somebody else holds the lock.

        Takes in everything, or one portion when not `whole`: then `behind` says whether
        more waits. When not `tells`, torn tails that nobody told of yet stay where they
        are, for the next to tell. Raises `BrokenTrail`, `TrailMismatch` or
        `TrailUnavailable`; nothing is lost then, and records go on being durable in
        their WALs.
        """
        with self._locked(lock_seconds) as had:
            if not had:
                return None
            head = self._integrate(tells=tells)
            while whole and self.behind:
                head = self._integrate(tells=tells)
            return head

    @contextmanager
    def _locked(self, seconds: float) -> Iterator[bool]:
        # Whatever fails in reading and removing fails as every disk's failure does:
        # the keeper's thread outlives nothing else.
        with named(self._storage.path), self._lock.held(seconds=seconds) as had:
            if had and self._guard is not None:
                self._guard()
            yield had

    def _integrate(self, *, tells: bool) -> Checkpoint:
        """Take in one portion and publish it.

        A portion, because what many dead writers left may take longer than this process
        lives: each portion is durable by itself, so that the next process goes on where
        this one died.
        """
        storage = self._storage
        head, state = storage.checkpoint(), storage.state()
        files = self._files()
        harvests = self._portion(files, state)
        self.behind = len(harvests) < len(files)
        for each in harvests if tells else ():
            if each.cut is not None:
                self._recover(each.cut)
        leaves = merged(harvests)
        if leaves:
            there = {path.name for path in files}
            kept = {name: each for name, each in state.wals.items() if name in there}
            taken = {each.path.name: each.taken for each in harvests if each.taken}
            state = storage.extend(state, leaves, kept | taken)
        if state.size > head.size:
            published = storage.publish(state)
            storage.forget_partials(head.size, published.size)
            head = published
        # Only now: every frame is in a tree whose head is durable. A crash before this
        # line leaves files that the next integration finds empty of news, and removes.
        for each in harvests:
            if each.finished and (each.cut is None or self._kept(each.cut).exists()):
                each.path.unlink(missing_ok=True)
        return head

    def _portion(self, files: Sequence[Path], state: State) -> list[Harvest]:
        harvests: list[Harvest] = []
        records = 0
        for path in self._in_turn(files):
            found = harvest(path, state, self._identity, self._storage.read)
            harvests.append(found)
            records += len(found.leaves)
            if records >= self._portion_records:
                break
        self._next = harvests[-1].path.name if harvests else ""
        return harvests

    def _in_turn(self, files: Sequence[Path]) -> list[Path]:
        """From where the last portion ended: no writer waits for ever behind others.

        A writer's earlier segments still come before its later ones: what is left of
        the writer that a portion ended in waits for the next time round.
        """
        after = self._next.rpartition("-")[0]
        turn = [path.name.rpartition("-")[0] > after for path in files].count(False)
        return [*files[turn:], *files[:turn]]

    def _files(self) -> list[Path]:
        directory = self._storage.path / WAL_DIRECTORY
        try:
            found = directory.glob("*" + segment.SUFFIX)
            return sorted(found, key=lambda path: path.name.rpartition("-")[::2])
        except OSError as error:
            raise unavailable(directory, error) from error

    def _sweep(self) -> None:
        """Remove what a crash in the making of a segment left: it never had a name."""
        directory = self._storage.path / WAL_DIRECTORY
        for path in directory.glob("*" + segment.SUFFIX + segment.STAGED):
            with _opened(path) as found:
                if found is None:
                    continue  # it has its name by now, or was given up
                fd, dead = found
                # Young ones too may be somebody's who has not locked his file yet.
                if dead and time.time() - os.fstat(fd).st_mtime > _STAGED_SECONDS:
                    path.unlink(missing_ok=True)

    def _kept(self, cut: Cut) -> Path:
        """Where the bytes of a torn tail go; there only once it was told of."""
        return self._storage.path / RECOVERED_DIRECTORY / f"{cut.wal}@{cut.offset}"

    def _recover(self, cut: Cut) -> None:
        kept = self._kept(cut)
        if kept.exists():
            return
        # The record first: a crash after it tells of the cut twice, never not at all.
        self._tell(cut)
        staging = Staging({self._storage.path})
        staging.write(kept, cut.data)
        staging.seal()


def merged(harvests: Sequence[Harvest]) -> list[Leaf]:
    """All leaves by their times, each writer's in its own order whatever its clock
    did.
    """
    chains: dict[str, list[Leaf]] = {}
    for each in sorted(harvests, key=lambda each: each.path.name):
        writer = each.path.name.rpartition("-")[0]
        chains.setdefault(writer, []).extend(each.leaves)
    return list(merge(*chains.values(), key=lambda leaf: record.moment_of(leaf.entry)))


def harvest(path: Path, state: State, identity: Identity, read: Read) -> Harvest:
    """Read what a WAL file holds beyond `state`; `read` reads the tree's files."""
    key = identity.secrets.wal
    with _opened(path) as found:
        if found is None:
            # Given up by its writer before anything was written in it: others are
            # removed under the lock only.
            return Harvest(path=path, leaves=(), taken=None, finished=False)
        fd, dead = found
        taken = state.wals.get(path.name)
        data = _rest(path, fd, taken.offset if taken else 0)
    if taken is not None:
        return _further(path, data, taken, key, dead=dead, known=taken.seq)
    try:
        header, frame = wal.header(data)
        wal.authenticate(key, wal.MAGIC, frame)
    except Malformed:
        # Renamed into place only with a durable header: this one never was ours.
        cut = Cut(wal=path.name, offset=0, data=data) if data.strip(b"\0") else None
        return Harvest(path=path, leaves=(), taken=None, finished=dead, cut=cut)
    except BrokenTrail as error:
        _tampered(path, error)
        return Harvest(path=path, leaves=(), taken=None, finished=False)
    begin = Taken(offset=frame.end, mac=header.after, seq=header.first)
    known = _in_tree(read, state.size, header)
    return _further(path, data[frame.end :], begin, key, dead=dead, known=known)


def _in_tree(read: Read, size: int, header: wal.Header) -> int:
    """The `seq` after the last one that the tree has of a segment's records.

    `state` forgets a segment once it is removed. Were it put back, its records would be
    taken in again, under a true signature: therefore the tree itself is asked, from the
    size that the header says it began at.
    """
    known, written_by = header.first, f'"writer":"{header.writer}"}}'.encode()
    for index in range(header.size // TILE_WIDTH, -(-size // TILE_WIDTH)):
        for entry in read_entries(read, tile_at("entries", index, size)):
            if entry.endswith(written_by):
                known = max(known, record.decode(entry).seq + 1)
    return known


def _further(
    path: Path, data: bytes, begin: Taken, key: bytes, *, dead: bool, known: int
) -> Harvest:
    """What `data` gives from `begin` on, without the records before `seq` `known`."""
    leaves: list[Leaf] = []
    mac, end, intact = begin.mac, 0, True
    try:
        for frame in wal.scan(data):
            wal.authenticate(key, mac, frame)
            entry, salt, body = frame.parts()
            leaves.append(Leaf(entry, salt + body))
            mac, end = frame.mac, frame.end
    except (BrokenTrail, Malformed) as error:
        _tampered(path, error)
        intact = False
    offset = begin.offset + end
    torn = data[end:].rstrip(b"\0") if dead and intact else b""
    return Harvest(
        path=path,
        leaves=leaves[max(0, known - begin.seq) :],
        taken=Taken(offset=offset, mac=mac, seq=begin.seq + len(leaves)),
        finished=dead and intact,
        cut=Cut(wal=path.name, offset=offset, data=torn) if torn else None,
    )


def _tampered(path: Path, error: Exception) -> None:
    # The evidence stays where it is, and does not keep other writers' records out.
    _log.error("%s: %s Run `affidavit trail verify`.", path, error)


@contextmanager
def _opened(path: Path) -> Iterator[tuple[int, bool] | None]:
    """The file, and whether its writer is gone (settled before anything is read); None
    when it is not there any more: a living writer's files come and go without the lock.
    """
    try:
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    except OSError as error:
        raise unavailable(path, error) from error
    try:
        yield fd, try_lock(fd)
    finally:
        os.close(fd)


def _rest(path: Path, fd: int, offset: int) -> bytes:
    try:
        parts: list[bytes] = []
        while chunk := os.pread(fd, _PIECE_BYTES, offset):
            parts.append(chunk)
            offset += len(chunk)
            if not chunk.strip(b"\0"):
                break  # preallocated space: nothing was written beyond
        return b"".join(parts)
    except OSError as error:
        raise unavailable(path, error) from error
