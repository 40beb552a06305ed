"""The entries of a trail beside a statement: what every figure is counted again from.

Knows which files of the trail a reader of so many records opens (c2sp.org/tlog-tiles):
entry bundles and hash tiles, no body and no content. What entries tell without their
bodies is in docs/formats/disclosure.md.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from affidavit.attest.packaging import Package
from affidavit.tlog.merkle import HASH_BYTES
from affidavit.tlog.tiles import (
    TILE_WIDTH,
    Tile,
    decode_entries,
    encode_entries,
    tile_at,
)
from affidavit.trail.reader import TrailReader

DIRECTORY = "trail"
"""Within the folder of an attestation: it reads as a trail without bodies."""
MOST = 1_000_000
"""Records up to which all entries are handed over unless asked otherwise."""
Progress = Callable[[int, int], None]


def copy(
    reader: TrailReader,
    note: bytes,
    size: int,
    package: Package,
    progress: Progress | None = None,
) -> None:
    """Put the tree of the first `size` records, and the checkpoint `note` over them,
    into `package`.

    Raises as `TrailReader` does, and `TrailUnavailable` when the disk refuses.
    """
    tiles = list(_tiles(size))
    for number, tile in enumerate(tiles):
        package.write(f"{DIRECTORY}/{tile.path}", _cut(reader, tile))
        if progress is not None:
            progress(number + 1, len(tiles))
    package.write(f"{DIRECTORY}/checkpoint", note)


def _cut(reader: TrailReader, tile: Tile) -> bytes:
    """A tile as wide as asked for, where the trail has grown and has a wider one."""
    data, width = reader.tile(tile)
    if width == tile.width:
        return data
    if tile.level == "entries":
        return encode_entries(decode_entries(data, width)[: tile.width])
    return data[: tile.width * HASH_BYTES]


def _tiles(size: int) -> Iterator[Tile]:
    """Every entry bundle and hash tile of a tree of `size` records."""
    for index in range(-(-size // TILE_WIDTH)):
        yield tile_at("entries", index, size)
    level, width = 0, size
    while width:
        for index in range(-(-width // TILE_WIDTH)):
            yield tile_at(level, index, size)
        level, width = level + 1, width // TILE_WIDTH


def beside(directory: Path) -> Path | None:
    """The entries that were handed over with a statement, if they were."""
    found = directory / DIRECTORY
    return found if (found / "checkpoint").is_file() else None
