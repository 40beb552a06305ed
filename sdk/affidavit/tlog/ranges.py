"""Proofs that a run of consecutive leaves stands in a tree.

RFC 6962 proves single leaves; who hands over a hundred thousand in a row proves them
together with fewer than two hundred hashes: the roots of the perfect subtrees that fill
the tree up to the left and to the right of the run (docs/formats/disclosure.md). Knows
hashes and positions only. The checker shares no code with the prover, and knows from
the three numbers alone which subtree each hash must be.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog.merkle import EMPTY_ROOT, HASH_BYTES, MAX_SIZE, Subtrees, node_hash


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeProof:
    """What stands beside the leaves `[first, end)`: roots of perfect subtrees."""

    left: tuple[bytes, ...]
    """Of the leaves `[0, first)`, from the left."""
    right: tuple[bytes, ...]
    """Of the leaves `[end, size)`, from the left."""


def left_of(first: int) -> Iterator[tuple[int, int]]:
    """`(level, index)` of the perfect subtrees that make up `[0, first)`: one for each
    set bit of `first`, the largest first.
    """
    start = 0
    for level in reversed(range(first.bit_length())):
        if first >> level & 1:
            yield level, start >> level
            start += 1 << level


def right_of(end: int, size: int) -> Iterator[tuple[int, int]]:
    """`(level, index)` of the perfect subtrees that make up `[end, size)`: at each
    place the largest that begins there and fits.
    """
    while end < size:
        fits = (size - end).bit_length() - 1
        begins = (end & -end).bit_length() - 1 if end else fits
        level = min(fits, begins)
        yield level, end >> level
        end += 1 << level


def range_proof(first: int, end: int, size: int, subtrees: Subtrees) -> RangeProof:
    """The proof that `[first, end)` stands in the tree of `size` leaves.

    `Malformed` unless `0 <= first <= end <= size`; `subtrees` raises when a hash cannot
    be had.
    """
    _check(first, end, size)
    return RangeProof(
        left=tuple(subtrees(level, index) for level, index in left_of(first)),
        right=tuple(subtrees(level, index) for level, index in right_of(end, size)),
    )


class RangeRoot:
    """Computes the root that leaves `[first, …)` and their proof lead to.

    A stack of perfect subtrees from the left, each with its level: two of one level
    become one of the next. Memory is at most 64 hashes. Mutable.
    """

    __slots__ = ("_end", "_stack")

    def __init__(self, first: int, left: Sequence[bytes]) -> None:
        """`Malformed` unless `left` has a hash for each set bit of `first`."""
        _check(first, first, first)
        _count(left, first.bit_count(), "left")
        levels = [level for level in reversed(range(64)) if first >> level & 1]
        self._stack = list(zip(levels, left, strict=True))
        self._end = first

    def copy(self) -> "RangeRoot":
        """An independent one with the same leaves."""
        other = RangeRoot(0, ())
        other._stack, other._end = list(self._stack), self._end
        return other

    @property
    def end(self) -> int:
        """The index of the leaf that comes next."""
        return self._end

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Take the next leaf hashes, 32 bytes each."""
        for leaf in leaves:
            self._push(0, leaf)

    def _push(self, level: int, node: bytes) -> None:
        stack = self._stack
        self._end += 1 << level
        while stack and stack[-1][0] == level:
            node = node_hash(stack.pop()[1], node)
            level += 1
        stack.append((level, node))

    def close(self, size: int, right: Sequence[bytes]) -> bytes:
        """The root of the tree of `size` leaves, `right` being what follows the run.

        `Malformed` unless `right` has a hash for each subtree that follows.
        """
        _check(0, self._end, size)
        places = list(right_of(self._end, size))
        _count(right, len(places), "right")
        for (level, _), node in zip(places, right, strict=True):
            self._push(level, node)
        if not self._stack:
            return EMPTY_ROOT
        root = self._stack[-1][1]
        for _, node in reversed(self._stack[:-1]):
            root = node_hash(node, root)
        return root


def verify_range(
    leaves: Iterable[bytes], first: int, size: int, proof: RangeProof, root: bytes
) -> int:
    """Check that `leaves` stand in the tree from `first` on; the index after the last.

    `Malformed` when the proof has not the hashes that the numbers ask for,
    `BrokenTrail` when it leads to another root.
    """
    tree = RangeRoot(first, proof.left)
    tree.extend(leaves)
    end = tree.end
    computed = tree.close(size, proof.right)
    if computed != root:
        raise BrokenTrail(
            f"records {first} to {end - 1} are not proved to be in the tree of {size} "
            f"with root {root.hex()}: the proof leads to {computed.hex()}",
            index=first,
        )
    return end


def _check(first: int, end: int, size: int) -> None:
    if not 0 <= first <= end <= size <= MAX_SIZE:
        raise Malformed(f"no records {first} to {end} in a tree of {size}")


def _count(hashes: Sequence[bytes], wanted: int, side: str) -> None:
    if len(hashes) != wanted or any(len(each) != HASH_BYTES for each in hashes):
        raise Malformed(
            f"the range proof needs {wanted} hashes of {HASH_BYTES} bytes on its "
            f"{side}, it has {len(hashes)}"
        )
