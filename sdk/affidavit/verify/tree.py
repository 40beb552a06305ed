"""Leaf hashes → tiles → the root that was signed, and which of them is not.

Pure: bundles of leaf hashes come in, stored tiles are asked for through a function. Two
trees grow side by side once entries and tiles disagree, one over the entries and one
over the stored hashes: whichever has the signed root tells who was changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from affidavit.errors import Invalid
from affidavit.tlog.merkle import EMPTY_ROOT, node_hash, root_of
from affidavit.tlog.tiles import TILE_WIDTH, Tile
from affidavit.verify.report import MAX_PROBLEMS, Fault, Problem, Problems

Stored = Callable[[int, int, int], list[bytes]]
"""`(level, index, width)` → that tile's hashes as they lie there, else `Invalid`."""

_HEIGHT = 8
_Tiles: TypeAlias = list[tuple[int, list[bytes]]]


class Spine:
    """A tree's right edge: per level, the hashes that no full tile holds yet."""

    def __init__(self, levels: Sequence[Sequence[bytes]] = ()) -> None:
        """Go on from these levels; by default from no leaves."""
        self.levels: list[list[bytes]] = [list(level) for level in levels] or [[]]

    def copy(self) -> "Spine":
        """An independent tree with the same leaves."""
        return Spine(self.levels)

    def take(self, hashes: Sequence[bytes]) -> _Tiles:
        """The next tile of leaf hashes, 256 or (last, replaceable) fewer.

        Returns the full tiles above level 0 that it completes, with their levels.
        """
        if len(hashes) == TILE_WIDTH:
            return self.take_root(root_of(hashes))
        self.levels[0] = list(hashes)
        return []

    def take_root(self, root: bytes) -> _Tiles:
        """The same of a full tile of leaf hashes that have this root."""
        self.levels[0] = []
        done: _Tiles = []
        level = 1
        while True:
            if level == len(self.levels):
                self.levels.append([])
            self.levels[level].append(root)
            if len(self.levels[level]) < TILE_WIDTH:
                return done
            full, self.levels[level] = self.levels[level], []
            done.append((level, full))
            level, root = level + 1, root_of(full)

    def root(self, instead: Sequence[bytes] | None = None) -> bytes:
        """Root of the leaves so far, with `instead` as the last tile of leaf hashes."""
        last = self.levels[0] if instead is None else instead
        perfect: list[bytes] = []
        for level in (*reversed(self.levels[1:]), last):
            perfect += _perfect(level)
        if not perfect:
            return EMPTY_ROOT
        root = perfect.pop()
        while perfect:
            root = node_hash(perfect.pop(), root)
        return root


def _perfect(hashes: Sequence[bytes]) -> list[bytes]:
    """Roots of the perfect subtrees over one level's hashes, largest first."""
    roots: list[bytes] = []
    start = 0
    for bit in range(_HEIGHT, -1, -1):
        width = 1 << bit
        if len(hashes) & width:
            roots.append(root_of(hashes[start : start + width]))
            start += width
    return roots


@dataclass(frozen=True, slots=True)
class _Mismatch:
    index: int
    entry: bytes | None
    """The entry as it lies there; None when there is none at that place."""
    counted: bool
    """Whether the bundle has the right number of entries."""


class TreeCheck:
    """Grows the tree of the entries and holds it against the stored tiles."""

    def __init__(
        self, stored: Stored, problems: Problems, edge: Sequence[Sequence[bytes]] = ()
    ) -> None:
        """Go on from a `Spine` with the levels `edge`; by default from no leaves."""
        self._stored = stored
        self._problems = problems
        self._of_entries = Spine(edge)
        self._of_tiles: Spine | None = None
        """The tree over stored leaf hashes, once it is another one."""
        self._mismatches: list[_Mismatch] = []
        self._odd_tiles: list[str] = []
        self._bundle = -1

    def bundle(
        self, index: int, entries: Sequence[bytes], leaves: list[bytes], width: int
    ) -> None:
        """Take bundle `index`: `leaves` hash `entries`; there should be `width`.

        A bundle that was taken with fewer entries may be taken again with more.
        """
        self._bundle = index
        kept = self._tile(0, index, width)
        if kept is None or kept == leaves:
            self._grow(leaves, leaves)
            return
        counted = len(leaves) == width
        places = [
            place
            for place in range(max(width, len(leaves)))
            if leaves[place : place + 1] != kept[place : place + 1]
        ]
        # With an entry too many or too few, all that follow are others: name one.
        for place in places if counted else places[:1]:
            found = entries[place] if place < len(entries) else None
            self._note(_Mismatch(index * TILE_WIDTH + place, found, counted))
        self._grow(leaves if counted else kept, kept)

    def flawless(self, index: int, root: bytes) -> None:
        """Take bundle `index`, whose full tile holds the hashes of its entries."""
        self._bundle = index
        done = self._of_entries.take_root(root)
        other = done if self._of_tiles is None else self._of_tiles.take_root(root)
        self._completed(done, other)

    def skip(self, index: int, width: int) -> bool:
        """Take bundle `index` from its tile alone; False when that is missing too."""
        self._bundle = index
        kept = self._tile(0, index, width)
        if kept is not None:
            self._grow(kept, kept)
        return kept is not None

    def _note(self, mismatch: _Mismatch) -> None:
        if len(self._mismatches) < MAX_PROBLEMS:
            self._mismatches.append(mismatch)
        else:
            self._problems.count()

    def _grow(self, leaves: Sequence[bytes], kept: Sequence[bytes]) -> None:
        if leaves is not kept and self._of_tiles is None:
            self._of_tiles = self._of_entries.copy()
        done = self._of_entries.take(leaves)
        other = self._of_tiles.take(kept) if self._of_tiles is not None else done
        self._completed(done, other)

    def _completed(self, done: _Tiles, other: _Tiles) -> None:
        for (level, ours), (_, theirs) in zip(done, other, strict=True):
            at = (self._bundle + 1 >> _HEIGHT * level) - 1
            self._compare(level, at, ours, theirs)

    def _compare(
        self, level: int, index: int, ours: list[bytes], theirs: list[bytes]
    ) -> None:
        kept = self._tile(level, index, len(ours))
        if kept is not None and kept not in (ours, theirs):
            self._odd_tiles.append(Tile(level, index, len(ours)).path)

    def _tile(self, level: int, index: int, width: int) -> list[bytes] | None:
        try:
            return self._stored(level, index, width)
        except Invalid as error:
            self._problems.add(Problem(fault=Fault.MISSING, message=str(error)))
            return None

    @property
    def edge(self) -> tuple[tuple[bytes, ...], ...]:
        """The levels of the tree over the entries so far, as `__init__` takes them."""
        return tuple(tuple(level) for level in self._of_entries.levels)

    def root(self, leaves: Sequence[bytes] | None = None) -> bytes:
        """Root over the entries so far; `leaves` instead of the last bundle taken."""
        return self._of_entries.root(leaves)

    def settle(
        self,
        size: int,
        signed: bytes,
        name: Callable[[int, bytes], Problem],
        which: str = "that was signed",
    ) -> None:
        """Hold the tree of `size` against the signed root, and say what differs.

        `name` makes a problem that names a record of its index and its entry's bytes.
        """
        self._partial_tiles(size)
        entries_hold = self._of_entries.root() == signed
        tiles_hold = self._of_tiles is not None and self._of_tiles.root() == signed
        for each in self._mismatches:
            if entries_hold and each.counted:
                self._odd_tiles.append(Tile(0, each.index // TILE_WIDTH).path)
            else:
                self._problems.add(_changed(each, name, proved=tiles_hold))
        for path in dict.fromkeys(self._odd_tiles):
            self._problems.add(
                Problem(
                    fault=Fault.TILE,
                    message=f"{path} does not hold the hashes of what lies below it: "
                    "the tile was changed. Restore it from a backup.",
                )
            )
        if not entries_hold and not tiles_hold:
            self._problems.add(
                _another_root(size, signed, which, local=bool(self._mismatches))
            )

    def _partial_tiles(self, size: int) -> None:
        theirs = (self._of_tiles or self._of_entries).levels
        for level, ours in enumerate(self._of_entries.levels):
            if level and ours:
                index = (size >> _HEIGHT * level) // TILE_WIDTH
                self._compare(level, index, ours, theirs[level])


def _changed(
    each: _Mismatch, name: Callable[[int, bytes], Problem], *, proved: bool
) -> Problem:
    if not each.counted:
        message = "from here on the bundle has an entry too many or too few"
    elif proved:
        message = "the entry is not the one that was signed"
    else:
        message = "entry and tile do not agree, and neither leads to the signed root"
    if each.entry is None:
        return Problem(fault=Fault.ENTRY, index=each.index, message=message)
    return replace(name(each.index, each.entry), fault=Fault.ENTRY, message=message)


def _another_root(size: int, signed: bytes, which: str, *, local: bool) -> Problem:
    why = (
        ""
        if local
        else " Entries and tiles agree with each other, so that no one record can be "
        "named: tiles were made anew after a change, or the checkpoint is of another "
        "history."
    )
    return Problem(
        fault=Fault.ROOT,
        message=f"the {size} records do not hash to the root {which}, "
        f"{signed.hex()}.{why}",
    )
