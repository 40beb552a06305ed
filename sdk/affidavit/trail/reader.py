"""A trail as it lies on disk, for whoever only reads: no write, no lock.

Knows the files of docs/formats/trail.md and how to read them while other processes
write. Judges nothing: bytes are handed on as they were found, and whether they are what
was signed is `verify`'s business. Shares no code with the writer's storage.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from affidavit import canonical, regular
from affidavit.canonical import Json
from affidavit.errors import (
    BrokenTrail,
    Incomplete,
    Malformed,
    TrailNotFound,
    TrailUnavailable,
)
from affidavit.tlog import tiles
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import HASH_BYTES
from affidavit.tlog.note import parse_note
from affidavit.tlog.tiles import TILE_WIDTH, Level, Tile
from affidavit.trail import record, unsealed
from affidavit.trail.record import SALT_BYTES, Entry
from affidavit.trail.state import State
from affidavit.trail.unsealed import OpenWal

MAX_FILE_BYTES = 32 << 20
"""No bundle, tile or state of ours is larger: 256 records of 64 KiB are half of it."""
_PIECE_BYTES = 1 << 16
_SETTLING = 50
"""How often a snapshot is tried again while integration moves on under it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """One record as read back; nothing about it is proved."""

    index: int | None
    """Place in the tree; None while it is only in a WAL."""
    entry: Entry
    body: Mapping[str, Json] | None
    """None when it was pruned."""
    salt: bytes | None
    sealed: bool
    """Whether the present checkpoint covers it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One moment of a trail that goes on growing.

    Records below the checkpoint's size are sealed; from there to `state.size` they are
    in the tree unsigned; after that come the frames of `wals`. Nothing falls between.
    """

    checkpoint: bytes
    state: State | None
    """None where only the tree was copied, or nothing readable stands there."""
    wals: tuple[OpenWal, ...]


class TrailReader:
    """Reads the trail at `path`. Safe on a read-only mount and beside its writers."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def checkpoint_bytes(self) -> bytes:
        """The signed note of the tree head, unverified; `TrailNotFound` without one."""
        try:
            return self.read("checkpoint")
        except FileNotFoundError as error:
            raise TrailNotFound(
                f"{self.path}: no trail there (no checkpoint). Name the directory that "
                "holds `checkpoint`, or run `affidavit init` to make a trail."
            ) from error

    def head(self) -> Checkpoint:
        """What the checkpoint claims, signature unchecked; `Malformed` if nothing."""
        return Checkpoint.parse(parse_note(self.checkpoint_bytes()).text)

    def read(self, name: str) -> bytes:
        """A file under the trail; FileNotFoundError when absent.

        `TrailUnavailable` when the disk fails, `Malformed` when it is larger than any
        file of ours.
        """
        path = self.path / name
        try:
            with FileIO(regular.descriptor(path)) as file:
                data = _whole(file)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise FileNotFoundError(str(path)) from error
        except OSError as error:
            raise _unreadable(path, error) from error
        if len(data) > MAX_FILE_BYTES:
            raise Malformed(f"{path}: larger than any file of a trail can be")
        return data

    def tile(self, tile: Tile) -> tuple[bytes, int]:
        """Content and width of a tile, or of a wider one that replaced it.

        `BrokenTrail` when there is none, with the index of its first record.
        """
        for _ in range(_SETTLING):
            for width in (tile.width, TILE_WIDTH):
                try:
                    found = Tile(tile.level, tile.index, width)
                    return self.read(found.path), width
                except FileNotFoundError:
                    continue
            # Another width: a partial tile of a larger tree. It may be replaced in its
            # turn before we open it, therefore the loop.
            wider = self._wider(tile)
            if wider is None:
                break
            tile = wider
        level = tile.level if isinstance(tile.level, int) else 0
        raise BrokenTrail(
            f"{tile.path} is missing, and the checkpoint says that it exists. "
            "Restore it from a backup.",
            index=tile.index * TILE_WIDTH << 8 * level,
        )

    def _wider(self, tile: Tile) -> Tile | None:
        try:
            names = os.listdir(self.path / (tile.full.path + ".p"))
        except (FileNotFoundError, NotADirectoryError):
            # Gone together with its last partial: the full tile is there by now.
            return tile.full if (self.path / tile.full.path).exists() else None
        widths = [int(name) for name in names if name.isascii() and name.isdecimal()]
        fitting = [width for width in widths if tile.width < width < TILE_WIDTH]
        if fitting:
            return Tile(tile.level, tile.index, min(fitting))
        return tile.full if (self.path / tile.full.path).exists() else None

    def entry_bundle(self, index: int, width: int) -> list[bytes]:
        """The first `width` entries of bundle `index`; `BrokenTrail` or `Malformed`."""
        data, found = self.tile(Tile("entries", index, width))
        return tiles.decode_entries(data, found)[:width]

    def body_bundle(self, index: int, width: int) -> list[bytes | None]:
        """`salt ‖ body` of the same records; None where pruned."""
        data, found = self.tile(Tile("body", index, width))
        return tiles.decode_bodies(data, found)[:width]

    def hashes(self, level: int, index: int, width: int) -> list[bytes]:
        """The first `width` hashes of a hash tile."""
        data, found = self.tile(Tile(level, index, width))
        return tiles.decode_hashes(data, found)[:width]

    def hash_tile(self, path: str) -> bytes:
        """A hash tile by its path, cut from a wider one where a copy has no other.

        `FileNotFoundError` when there is none: what `tlog.tiles.Read` promises.
        """
        tile = Tile.parse(path)
        try:
            data, _ = self.tile(tile)
        except BrokenTrail as error:
            raise FileNotFoundError(path) from error
        return data[: tile.width * HASH_BYTES]

    def entries(
        self, start: int = 0, end: int | None = None
    ) -> Iterator[tuple[int, bytes]]:
        """`(index, entry)` of `[start, end)`; `end` is the checkpoint's size if None.

        One bundle in memory at a time. `BrokenTrail` or `Malformed` for a bundle that
        is missing or damaged.
        """
        for at, low, high in self._bundles(start, end, "entries"):
            bundle = self.entry_bundle(at, high)
            yield from enumerate(bundle[low:], at * TILE_WIDTH + low)

    def bodies(
        self, start: int = 0, end: int | None = None
    ) -> Iterator[tuple[int, bytes | None]]:
        """`(index, salt ‖ body)` of `[start, end)`, None where pruned; as `entries`."""
        for at, low, high in self._bundles(start, end, "body"):
            bundle = self.body_bundle(at, high)
            yield from enumerate(bundle[low:], at * TILE_WIDTH + low)

    def _bundles(
        self, start: int, end: int | None, level: Level
    ) -> Iterator[tuple[int, int, int]]:
        """Bundle index, and the places within it that `[start, end)` asks for."""
        last = self.head().size if end is None else end
        if not 0 <= start <= last:
            raise BrokenTrail(f"no {level} [{start}, {last}) in this trail")
        while start < last:
            at, low = divmod(start, TILE_WIDTH)
            high = min(last - at * TILE_WIDTH, TILE_WIDTH)
            yield at, low, high
            start = at * TILE_WIDTH + high

    def records(self, start: int = 0, end: int | None = None) -> Iterator[StoredRecord]:
        """The sealed records `[start, end)`, decoded; raises as `entries` does."""
        size = self.head().size
        yield from self._decoded(start, size if end is None else end, size)

    def _decoded(self, start: int, end: int, sealed: int) -> Iterator[StoredRecord]:
        pairs = zip(self.entries(start, end), self.bodies(start, end), strict=True)
        for (index, entry), (_, salted) in pairs:
            yield stored(index, entry, salted, sealed=index < sealed)

    def pending(self) -> Iterator[StoredRecord]:
        """Records beyond the checkpoint: those in the tree, then those in WALs."""
        with self.snapshot() as moment:
            size = Checkpoint.parse(parse_note(moment.checkpoint).text).size
            if moment.state is not None:
                yield from self._decoded(size, max(size, moment.state.size), size)
            for each in moment.wals:
                for frame in each.frames():
                    entry, salt, body = frame.parts()
                    yield stored(None, entry, salt + body, sealed=False)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Checkpoint, state and open WALs that belong together.

        A WAL stays readable through its open file when an integration removes it.
        `Incomplete` when the trail does not hold still long enough.
        """
        for _ in range(_SETTLING):
            with ExitStack() as files:
                moment = self._attempt(files)
                if moment is not None:
                    yield moment
                    return
        raise Incomplete(
            f"{self.path}: changed {_SETTLING} times while it was opened. Try again."
        )

    def _attempt(self, files: ExitStack) -> Snapshot | None:
        # The checkpoint first: state is written before it, so that what is read after
        # it is at least as far on.
        checkpoint, before = self.checkpoint_bytes(), self._state_bytes()
        state = _state(before)
        try:
            wals = unsealed.open_all(self.path / "wal", state.wals if state else {})
        except FileNotFoundError:
            return None  # taken in and removed between listing and opening
        except OSError as error:
            raise _unreadable(self.path / "wal", error) from error
        for each in wals:
            files.callback(each.close)
        if self._state_bytes() != before:
            return None
        return Snapshot(checkpoint=checkpoint, state=state, wals=wals)

    def _state_bytes(self) -> bytes | None:
        try:
            return self.read("state")
        except FileNotFoundError:
            return None


def _whole(file: FileIO) -> bytes:
    """All of a file, or one byte more than any file of ours has."""
    # Not at once: room for the largest of all would be made, and that takes its time.
    expected = min(os.fstat(file.fileno()).st_size, MAX_FILE_BYTES)
    data = file.read(expected + 1)
    while len(data) <= MAX_FILE_BYTES and (more := file.read(_PIECE_BYTES)):
        data += more
    return data


def _state(data: bytes | None) -> State | None:
    try:
        return None if data is None else State.parse(data)
    except Malformed:
        return None


def stored(
    index: int | None, entry: bytes, salted: bytes | None, *, sealed: bool
) -> StoredRecord:
    """Decode one record; `Malformed` when entry or body is not what a writer prints."""
    body = None if salted is None else _object(salted[SALT_BYTES:])
    return StoredRecord(
        index=index,
        entry=record.decode(entry),
        body=body,
        salt=None if salted is None else salted[:SALT_BYTES],
        sealed=sealed,
    )


def _object(data: bytes) -> Mapping[str, Json]:
    value = canonical.loads(data)
    if not isinstance(value, dict):
        raise Malformed("a body is a JSON object")
    return value


def _unreadable(path: Path, error: OSError) -> TrailUnavailable:
    return TrailUnavailable(
        f"{path}: cannot be read (errno {error.errno}, {error.strerror}). Check the "
        "disk and the rights of this user; nothing was written."
    )
