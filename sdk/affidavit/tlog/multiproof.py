"""Proofs that many single leaves stand in a tree, with what they share said once.

A thousand proofs of RFC 6962 repeat each other's upper nodes. Here the root is computed
from the left as §2.1 splits, and the proof has the roots of those parts only that hold
none of the leaves (docs/formats/statement.md, Sample). Knows hashes and positions; the
verifier shares no code with the prover.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from affidavit.errors import BrokenTrail, Malformed
from affidavit.tlog.merkle import HASH_BYTES, MAX_SIZE, Subtrees, node_hash


def multiproof(
    indices: Sequence[int], size: int, subtrees: Subtrees
) -> tuple[bytes, ...]:
    """The hashes that prove the leaves `indices` in the tree of `size`, left to right.

    `Malformed` unless they ascend, and there are some; `subtrees` raises when a hash
    cannot be had.
    """
    _check(indices, size)
    parts = _apart(indices, 0, size)
    return tuple(_root(low, high, subtrees) for low, high in parts)


def verify_multiproof(
    leaves: Mapping[int, bytes], size: int, proof: Sequence[bytes], root: bytes
) -> None:
    """Return when leaf hashes by index and their proof lead to the root of a tree.

    `Malformed` when the indices do not ascend or a hash has another length,
    `BrokenTrail` when the proof is too short, too long or leads elsewhere.
    """
    indices = list(leaves)
    _check(indices, size)
    if any(len(each) != HASH_BYTES for each in (*leaves.values(), *proof)):
        raise Malformed(f"a hash of a proof has {HASH_BYTES} bytes")
    rest = iter(proof)
    try:
        computed = _computed(leaves, indices, 0, size, rest)
    except StopIteration:
        raise BrokenTrail("the proof of the records is too short") from None
    if next(rest, None) is not None:
        raise BrokenTrail("the proof of the records is too long")
    if computed != root:
        raise BrokenTrail(
            f"the {len(indices)} records are not proved to be in the tree of {size} "
            f"with root {root.hex()}: the proof leads to {computed.hex()}"
        )


def _check(indices: Sequence[int], size: int) -> None:
    if (
        not 0 < size <= MAX_SIZE
        or not indices
        or indices[0] < 0
        or indices[-1] >= size
        or any(one >= after for one, after in pairwise(indices))
    ):
        raise Malformed(f"no ascending list of records in a tree of {size}")


def _apart(indices: Sequence[int], low: int, high: int) -> Iterator[tuple[int, int]]:
    """The largest parts of `[low, high)` that hold none of `indices`."""
    if not indices:
        yield low, high
    elif high - low > 1:
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        cut = bisect_left(indices, middle)
        yield from _apart(indices[:cut], low, middle)
        yield from _apart(indices[cut:], middle, high)


def _root(low: int, high: int, subtrees: Subtrees) -> bytes:
    """Of a part that splitting reaches: perfect subtrees, the largest first."""
    found: list[bytes] = []
    while low < high:
        level = (high - low).bit_length() - 1
        found.append(subtrees(level, low >> level))
        low += 1 << level
    root = found.pop()
    while found:
        root = node_hash(found.pop(), root)
    return root


def _computed(
    leaves: Mapping[int, bytes],
    indices: Sequence[int],
    low: int,
    high: int,
    rest: Iterator[bytes],
) -> bytes:
    """The root of `[low, high)`, taking from the proof what holds no record."""
    if not indices:
        return next(rest)
    width = high - low
    if width == 1:
        return leaves[low]
    half = 1
    while half * 2 < width:
        half *= 2
    left = [each for each in indices if each < low + half]
    right = indices[len(left) :]
    one = _computed(leaves, left, low, low + half, rest)
    return node_hash(one, _computed(leaves, right, low + half, high, rest))
