"""How appending and proving grow with the size of a trail: they should with its log.

Two trees of each size. The *real* one (10^4, and 10^6 with --full) is made of different
entries and kept in memory. The *synthetic* one (any size, here 10^8) has the same entry
everywhere: all perfect subtrees of one height are then equal, so that each tile can be
made up when it is asked for, and only those exist that an operation reads. The code
that appends, proves and verifies is the trail's own and does not know the difference;
at 10^4 and 10^6 both trees are measured, which shows that the trick changes nothing.

How many hashes a tree takes depends on how far its last tiles are filled, so each
operation is done on many sizes, drawn between N and 2 N (one size for a real tree), and
medians are shown. Counted are tiles read, hashes computed and what comes out: hashes in
the proof, or tiles to write; measured is CPU time, without any disk. `python
benchmarks/growth.py` takes a few seconds, --full a few more.
"""

import argparse
import hashlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from affidavit.tlog import merkle, tiles
from affidavit.tlog.growth import Edge
from affidavit.tlog.tiles import Read, Tile

SMALL, MEDIUM, LARGE = 10**4, 10**6, 10**8
BATCH = 100
"""Records that one integration takes in."""
REPEATS = 200
ENTRY = b'{"kind":"decision"}'


@dataclass(slots=True)
class Counts:
    """What was done since the last reset."""

    tiles: int = 0
    hashes: int = 0


COUNTS = Counts()


class CountedSha256:
    """hashlib's, counted: put where the tree's modules look for theirs."""

    def __call__(self, data: bytes = b"") -> Any:
        """Hash, and count."""
        COUNTS.hashes += 1
        return hashlib.sha256(data)


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree to work on: how to read its tiles, and its leaf hashes."""

    kind: str
    size: int
    read: Read
    leaf: Callable[[int], bytes]


def synthetic(size: int) -> Tree:
    """The tree of `size` times the same entry, its tiles made when they are read."""
    heights = [merkle.leaf_hash(ENTRY)]
    while len(heights) < 64:
        heights.append(merkle.node_hash(heights[-1], heights[-1]))

    def read(path: str) -> bytes:
        COUNTS.tiles += 1
        tile = Tile.parse(path)
        if isinstance(tile.level, str):
            raise KeyError(path)  # a proof reads hashes only
        return heights[8 * tile.level] * tile.width

    return Tree("synthetic", size, read, lambda _: heights[0])


def real(size: int) -> Tree:
    """The tree of `size` different entries, all its tiles in memory."""
    leaves = merkle.leaf_hashes(ENTRY + b"%d" % index for index in range(size))
    edge = Edge()
    kept = {tile.path: data for tile, data in edge.extend(leaves)}
    kept |= {tile.path: data for tile, data in edge.partials()}

    def read(path: str) -> bytes:
        COUNTS.tiles += 1
        return kept[path]

    return Tree("real", size, read, leaves.__getitem__)


Work = Callable[[Tree, int], Callable[[], int]]
"""A tree and a record → the operation, which returns how much comes out of it."""


def append(tree: Tree, _index: int) -> Callable[[], int]:
    """Take in a batch as integration does: edge from tiles, new tiles, the new root."""

    def run() -> int:
        edge = Edge.load(tree.read, tree.size)
        done = edge.extend([merkle.leaf_hash(ENTRY)] * BATCH)
        edge.root()
        return len(done) + len(list(edge.partials()))

    return run


def prove(tree: Tree, index: int) -> Callable[[], int]:
    """One inclusion proof, from tiles that nothing keeps in memory."""

    def run() -> int:
        subtrees = tiles.subtree_reader(tree.read, tree.size)
        return len(merkle.inclusion_proof(index, tree.size, subtrees))

    return run


def check(tree: Tree, index: int) -> Callable[[], int]:
    """Verification of one inclusion proof, made before."""
    subtrees = tiles.subtree_reader(tree.read, tree.size)
    proof = merkle.inclusion_proof(index, tree.size, subtrees)
    root, leaf = merkle.prefix_root(tree.size, subtrees), tree.leaf(index)

    def run() -> int:
        merkle.verify_inclusion(leaf, index, tree.size, proof, root)
        return len(proof)

    return run


def grown(tree: Tree, index: int) -> Callable[[], int]:
    """One consistency proof, from `index` records on."""

    def run() -> int:
        subtrees = tiles.subtree_reader(tree.read, tree.size)
        return len(merkle.consistency_proof(index, tree.size, subtrees))

    return run


OPERATIONS: dict[str, Work] = {
    f"append {BATCH}": append,
    "prove a record": prove,
    "verify that": check,
    "prove growth": grown,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """Medians over indices drawn at random."""

    tiles: float
    hashes: float
    out: float
    """Hashes in the proof, or tiles to write."""
    microseconds: float


def measure(trees: Sequence[Tree], work: Work) -> Measured:
    """Each operation once counted, then timed without counting."""
    chance = random.Random(trees[0].size)
    counted: list[tuple[int, int, int]] = []
    times: list[float] = []
    for tree in trees:
        run = work(tree, chance.randrange(1, tree.size))
        COUNTS.tiles = COUNTS.hashes = 0
        with Counting():
            out = run()
        counted.append((COUNTS.tiles, COUNTS.hashes, out))
        before = time.process_time_ns()
        run()
        times.append((time.process_time_ns() - before) / 1000)
    read, hashed, outs = zip(*counted, strict=True)
    return Measured(median(read), median(hashed), median(outs), median(times))


class Counting:
    """Has the tree's module count its hashes, for as long as it lasts."""

    def __enter__(self) -> None:
        """Begin."""
        self._before = vars(merkle)["sha256"]
        vars(merkle)["sha256"] = CountedSha256()

    def __exit__(self, *_: object) -> None:
        """End."""
        vars(merkle)["sha256"] = self._before


def sized(size: int) -> list[Tree]:
    """Synthetic trees of `size` to twice as many records."""
    chance = random.Random(size)
    return [synthetic(chance.randrange(size, 2 * size)) for _ in range(REPEATS)]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="a real tree of 10^6 too")
    arguments = parser.parse_args()
    made = {("real", SMALL): [real(SMALL)] * REPEATS}
    if arguments.full:
        made["real", MEDIUM] = [real(MEDIUM)] * REPEATS
    made |= {("synthetic", size): sized(size) for size in (SMALL, MEDIUM, LARGE)}
    print(
        f"{'':16}{'tree':>10}{'records':>13}{'tiles':>7}{'hashes':>8}{'out':>5}"
        f"{'µs CPU':>8}"
    )
    ratios: list[str] = []
    for name, work in OPERATIONS.items():
        found = {key: measure(trees, work) for key, trees in made.items()}
        for (kind, size), it in found.items():
            print(
                f"{name:16}{kind:>10}{size:>13,}{it.tiles:>7.0f}{it.hashes:>8.0f}"
                f"{it.out:>5.0f}{it.microseconds:>8.0f}"
            )
        ratios.append(
            _ratio(name, found["synthetic", SMALL], found["synthetic", LARGE])
        )
    print(f"\n{LARGE // SMALL:,} times the records, whose logarithm is 2.0 times:")
    print("\n".join(ratios))


def _ratio(name: str, few: Measured, many: Measured) -> str:
    read = f"{many.tiles / few.tiles:.1f}×" if few.tiles else "none"
    return (
        f"  {name:16}tiles {read}, hashes {many.hashes / few.hashes:.1f}×, "
        f"out {many.out / few.out:.1f}×, "
        f"CPU {many.microseconds / few.microseconds:.1f}×"
    )


if __name__ == "__main__":
    main()
