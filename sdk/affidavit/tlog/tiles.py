"""Where a log's hashes and entries lie, and in which bytes (c2sp.org/tlog-tiles).

Knows paths and contents: hash tiles of height 8, entry bundles, and this project's body
bundles, which lie beside them under the same numbering. Knows nothing of disks: whoever
reads gives a function from path to bytes. Authenticates nothing: a hash read here
counts once a proof or a recomputed root says so.
"""

import re
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeAlias

from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog.merkle import HASH_BYTES, MAX_SIZE, Subtrees, root_of

TILE_WIDTH = 256
"""Hashes or records in a full tile: height 8."""
MAX_LEVEL = 63
MAX_ENTRY = 0xFFFF
"""Bytes in the largest entry: its length travels as a uint16."""
SALT_BYTES = 16
MAX_BODY = 0xFFFF_FFFF - SALT_BYTES

Level: TypeAlias = int | Literal["entries", "body"]
"""A hash level from 0 (leaf hashes), or the bundles of the same records."""
Read: TypeAlias = Callable[[str], bytes]
"""Path within the log → content; raises FileNotFoundError or KeyError when absent."""

_PATH = re.compile(
    r"(?:tile/(?P<level>0|[1-9][0-9]?)|tile/(?P<entries>entries)|(?P<body>body))"
    r"/(?P<groups>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
_MAX_PATH = 64
_U16 = struct.Struct(">H")
_U32 = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Tile:
    """One tile's coordinates. `width` is 256, or 1 to 255 for a partial tile."""

    level: Level
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        in_range = isinstance(self.level, str) or 0 <= self.level <= MAX_LEVEL
        if (
            not in_range
            or not 0 <= self.index <= MAX_SIZE // TILE_WIDTH
            or not 1 <= self.width <= TILE_WIDTH
        ):
            raise Malformed(f"no tile {self.level}/{self.index} of width {self.width}")

    @property
    def path(self) -> str:
        """Path within the log, for example `tile/0/x001/x234/067.p/17`."""
        return tile_path(self.level, self.index, self.width)

    @property
    def full(self) -> "Tile":
        """The full tile that replaces this one as the log grows."""
        return Tile(self.level, self.index)

    @classmethod
    def parse(cls, path: str) -> "Tile":
        """Read a path; `Malformed` for anything that `path` would not print."""
        found = _PATH.fullmatch(path) if len(path) <= _MAX_PATH else None
        if found is None:
            raise Malformed(f"not a tile path: {path!r:.80}")
        level: Level = "body" if found["body"] else "entries"
        if found["level"]:
            level = int(found["level"])
        index = int(found["groups"].replace("x", "").replace("/", ""))
        tile = cls(level, index, int(found["width"] or TILE_WIDTH))
        if tile.path != path:
            raise Malformed(f"a tile path that is not in canonical form: {path!r}")
        return tile


def tile_path(level: Level, index: int, width: int = TILE_WIDTH) -> str:
    """Path of a tile within the log; the inverse of `Tile.parse`.

    `tile/<L>/<N>[.p/<W>]` for hashes, `tile/entries/…` for entries, `body/…` for
    bodies.
    """
    Tile(level, index, width)
    groups = f"{index:03d}"
    if index >= 1000:
        digits = groups.zfill(-(-len(groups) // 3) * 3)
        parts = [digits[i : i + 3] for i in range(0, len(digits), 3)]
        groups = "/".join([f"x{part}" for part in parts[:-1]] + parts[-1:])
    folder = level if level == "body" else f"tile/{level}"
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"{folder}/{groups}{partial}"


def partial_width(size: int, level: int = 0) -> int:
    """Width of the partial tile at `level` of a tree of `size` leaves; 0 when none."""
    return (size >> 8 * level) % TILE_WIDTH


def tiles_for(size: int) -> Iterator[Tile]:
    """Every tile of a tree of `size` leaves: entry bundles, then hashes by level.

    Body bundles have the coordinates of the entry bundles and are not listed.
    """
    return new_tiles(0, size)


def new_tiles(old_size: int, new_size: int) -> Iterator[Tile]:
    """The tiles that a tree of `new_size` has and one of `old_size` had not, in order.

    Entry bundles first, then hash levels from 0 up: what is written last refers to what
    was written before. Nothing is listed for intermediate sizes: no checkpoint needs
    it.
    """
    if not 0 <= old_size <= new_size <= MAX_SIZE:
        raise Malformed(f"a log does not grow from {old_size} to {new_size}")
    yield from _new_at_level("entries", old_size, new_size)
    level = 0
    while new_size >> 8 * level:
        yield from _new_at_level(level, old_size >> 8 * level, new_size >> 8 * level)
        level += 1


def _new_at_level(level: Level, old: int, new: int) -> Iterator[Tile]:
    """`old` and `new` count hashes (or records) at this level."""
    for index in range(old // TILE_WIDTH, new // TILE_WIDTH):
        yield Tile(level, index)
    if new != old and new % TILE_WIDTH:
        yield Tile(level, new // TILE_WIDTH, new % TILE_WIDTH)


def tile_at(level: Level, index: int, size: int) -> Tile:
    """The tile `index` at `level`, as wide as a tree of `size` leaves makes it.

    `Malformed` when that tree has no such tile.
    """
    nodes = size >> 8 * level if isinstance(level, int) else size
    width = min(nodes - index * TILE_WIDTH, TILE_WIDTH)
    if width < 1:
        raise Malformed(f"a tree of {size} records has no tile {level}/{index}")
    return Tile(level, index, width)


def encode_hashes(hashes: Sequence[bytes]) -> bytes:
    """Content of a hash tile: 1 to 256 hashes, 32 bytes each."""
    _check_count(len(hashes))
    if any(len(item) != HASH_BYTES for item in hashes):
        raise Malformed(f"a tile holds hashes of {HASH_BYTES} bytes")
    return b"".join(hashes)


def decode_hashes(data: bytes, width: int) -> list[bytes]:
    """The hashes of a tile of exactly `width`; any other length is `Malformed`."""
    _check_count(width)
    if len(data) != width * HASH_BYTES:
        raise Malformed(
            f"a tile of {width} hashes has {width * HASH_BYTES} bytes, got {len(data)}"
        )
    return [data[i : i + HASH_BYTES] for i in range(0, len(data), HASH_BYTES)]


def encode_entries(entries: Sequence[bytes]) -> bytes:
    """Content of an entry bundle: each entry behind its length (uint16 big endian)."""
    _check_count(len(entries))
    if any(len(entry) > MAX_ENTRY for entry in entries):
        raise Malformed(f"an entry has at most {MAX_ENTRY} bytes")
    pack = _U16.pack
    return b"".join([pack(len(entry)) + entry for entry in entries])


def decode_entries(data: bytes, width: int) -> list[bytes]:
    """The entries of a bundle of exactly `width`; otherwise `Malformed`."""
    return _split_prefixed(data, width, _U16, "entry bundle")


def encode_bodies(bodies: Sequence[bytes | None]) -> bytes:
    """Content of a body bundle: per record a length (uint32, big endian), salt, body.

    Each item is `salt || body` as one value, 17 bytes or more: the very bytes whose
    SHA-256 the entry commits to. The length counts both. None stands for a pruned body
    and is printed as length 0 with nothing behind it.
    """
    _check_count(len(bodies))
    pack = _U32.pack
    parts: list[bytes] = []
    for salted in bodies:
        if salted is None:
            parts.append(pack(0))
            continue
        if not SALT_BYTES < len(salted) <= SALT_BYTES + MAX_BODY:
            raise Malformed(f"a salted body cannot have {len(salted)} bytes")
        parts.append(pack(len(salted)) + salted)
    return b"".join(parts)


def decode_bodies(data: bytes, width: int) -> list[bytes | None]:
    """The `salt || body` of each of exactly `width` records, or None where pruned."""
    bodies = _split_prefixed(data, width, _U32, "body bundle")
    if any(0 < len(salted) <= SALT_BYTES for salted in bodies):
        raise Malformed(
            f"a body bundle holds a body without {SALT_BYTES} bytes of salt"
        )
    return [salted or None for salted in bodies]


def _split_prefixed(
    data: bytes, width: int, prefix: struct.Struct, what: str
) -> list[bytes]:
    _check_count(width)
    unpack, step, end = prefix.unpack_from, prefix.size, len(data)
    items: list[bytes] = []
    at = 0
    try:
        for _ in range(width):
            (length,) = unpack(data, at)
            at += step
            items.append(data[at : at + length])
            at += length
    except struct.error as error:
        raise Malformed(
            f"the {what} ends after {len(items)} of {width} records"
        ) from error
    if at != end:
        raise Malformed(
            f"the {what} of {width} records should have {at} bytes, it has {end}"
        )
    return items


def _check_count(count: int) -> None:
    if not 1 <= count <= TILE_WIDTH:
        raise Malformed(f"a tile holds 1 to {TILE_WIDTH} items, not {count}")


def read_hashes(read: Read, tile: Tile) -> list[bytes]:
    """A hash tile through `read`, or the start of the full tile that replaced it."""
    data, width = _read(read, tile)
    return decode_hashes(data, width)[: tile.width]


def read_entries(read: Read, tile: Tile) -> list[bytes]:
    """An entry bundle through `read`, or the start of the full one that replaced it."""
    data, width = _read(read, tile)
    return decode_entries(data, width)[: tile.width]


def read_bodies(read: Read, tile: Tile) -> list[bytes | None]:
    """A body bundle through `read`, or the start of the full one that replaced it."""
    data, width = _read(read, tile)
    return decode_bodies(data, width)[: tile.width]


def _read(read: Read, tile: Tile) -> tuple[bytes, int]:
    """Content and its width. A log may drop a partial tile once the full one exists."""
    candidates = (tile,) if tile.width == TILE_WIDTH else (tile, tile.full)
    for candidate in candidates:
        try:
            return read(candidate.path), candidate.width
        except (FileNotFoundError, KeyError):
            continue
    raise BrokenTrail(
        f"{tile.path} is missing, and a checkpoint says that it exists. "
        "Restore it from a backup.",
        index=_first_record(tile),
    )


def _first_record(tile: Tile) -> int:
    level = tile.level if isinstance(tile.level, int) else 0
    return tile.index * TILE_WIDTH << 8 * level


def subtree_reader(read: Read, size: int, *, cached_tiles: int = 64) -> Subtrees:
    """Perfect subtrees of a tree of `size` leaves, for the provers in `merkle`.

    A subtree that the tree does not have is `Malformed`, a tile that is not there
    `BrokenTrail`. The hashes are as true as the tiles: verify the proof made of them.
    """

    @lru_cache(maxsize=cached_tiles)
    def hashes(level: int, index: int) -> list[bytes]:
        return read_hashes(read, tile_at(level, index, size))

    def subtree(level: int, index: int) -> bytes:
        if level < 0 or index < 0 or index + 1 > size >> level:
            raise Malformed(f"a tree of {size} has no subtree {index} at level {level}")
        tile_level, height = divmod(level, 8)
        first = index << height
        found = hashes(tile_level, first // TILE_WIDTH)
        start = first % TILE_WIDTH
        return root_of(found[start : start + (1 << height)])

    return subtree
