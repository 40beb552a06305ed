"""The right edge of a tiled log, and the tiles that new records give it.

Knows the rightmost tile of each level and nothing of disks: `Edge.load` is given a
reader, and whoever writes is handed paths and contents. Each node is hashed once: the
edge is also where the root comes from.
"""

from collections.abc import Iterator, Sequence

from affidavit.errors import Malformed
from affidavit.tlog.merkle import MAX_SIZE, Frontier, root_of
from affidavit.tlog.tiles import (
    TILE_WIDTH,
    Read,
    Tile,
    encode_hashes,
    partial_width,
    read_hashes,
)


class Edge:
    """The hashes of every level's partial tile, from level 0 up. Mutable."""

    __slots__ = ("_counts", "_partial")

    def __init__(self) -> None:
        """The edge of an empty tree."""
        self._counts: list[int] = []
        self._partial: list[list[bytes]] = []

    @classmethod
    def load(cls, read: Read, size: int) -> "Edge":
        """The edge of the tree of `size` leaves, from its tiles.

        `BrokenTrail` when one is missing, `Malformed` when one has the wrong length.
        Authenticates nothing: compare `root()` with the checkpoint.
        """
        if not 0 <= size <= MAX_SIZE:
            raise Malformed(f"no tree has {size} leaves")
        edge = cls()
        level = 0
        while count := size >> 8 * level:
            width = partial_width(size, level)
            tile = Tile(level, count // TILE_WIDTH, width) if width else None
            edge._counts.append(count)
            edge._partial.append(read_hashes(read, tile) if tile else [])
            level += 1
        return edge

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._counts[0] if self._counts else 0

    def extend(self, leaves: Sequence[bytes]) -> list[tuple[Tile, bytes]]:
        """Append leaf hashes; the full tiles that this completes, with their contents.

        Lower levels come first: a tile never precedes what it is hashed from.
        """
        done: list[tuple[Tile, bytes]] = []
        level, arriving = 0, list(leaves)
        while arriving:
            if level == len(self._counts):
                self._counts.append(0)
                self._partial.append([])
            full = self._fill(level, arriving)
            done += [(tile, encode_hashes(hashes)) for tile, hashes in full]
            level, arriving = level + 1, [root_of(hashes) for _, hashes in full]
        return done

    def _fill(
        self, level: int, arriving: list[bytes]
    ) -> list[tuple[Tile, list[bytes]]]:
        """Append hashes at one level; its full tiles, which leave the edge."""
        first = self._counts[level] // TILE_WIDTH
        pending = self._partial[level] + arriving
        whole = len(pending) // TILE_WIDTH
        self._counts[level] += len(arriving)
        self._partial[level] = pending[whole * TILE_WIDTH :]
        return [
            (Tile(level, first + i), pending[i * TILE_WIDTH : (i + 1) * TILE_WIDTH])
            for i in range(whole)
        ]

    def partials(self) -> Iterator[tuple[Tile, bytes]]:
        """The partial tiles of the present size, level 0 first."""
        for level, hashes in enumerate(self._partial):
            if hashes:
                index = self._counts[level] // TILE_WIDTH
                yield Tile(level, index, len(hashes)), encode_hashes(hashes)

    def frontier(self) -> Frontier:
        """The same tree as the roots of its perfect subtrees."""
        perfect: list[bytes] = []
        for hashes in reversed(self._partial):
            start = 0
            for bit in range(TILE_WIDTH.bit_length() - 1, -1, -1):
                if len(hashes) & 1 << bit:
                    perfect.append(root_of(hashes[start : start + (1 << bit)]))
                    start += 1 << bit
        return Frontier(self.size, perfect)

    def root(self) -> bytes:
        """Root of the tree, from the edge alone."""
        return self.frontier().root()
