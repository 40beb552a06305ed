"""The Merkle tree of RFC 6962 §2.1 over SHA-256: roots, proofs and their verification.

Knows hashes and positions. Knows nothing of tiles, files or signatures: a prover is
given a function that fetches the hash of a perfect subtree, and a verifier is given the
proof. The verifiers are the iterative algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2;
they share no code with the provers, so that one cannot hide a mistake of the other.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypeAlias

from affidavit.errors import BrokenTrail, Malformed

HASH_BYTES = 32
MAX_SIZE = (1 << 63) - 1
"""The largest tree size that every implementation can hold (signed 64 bits)."""
EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962 §2.1)."""

Subtrees: TypeAlias = Callable[[int, int], bytes]
"""`(level, index)` → root of leaves `[index·2^level, (index+1)·2^level)`, 32 bytes."""


def leaf_hash(entry: bytes) -> bytes:
    """Hash of one entry: SHA-256(0x00 || entry), 32 bytes (RFC 6962 §2.1)."""
    return sha256(b"\x00" + entry).digest()


def leaf_hashes(entries: Iterable[bytes]) -> list[bytes]:
    """`leaf_hash` of each entry; a loop of its own because it is the hot one."""
    sha = sha256
    return [sha(b"\x00" + entry).digest() for entry in entries]


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of an inner node: SHA-256(0x01 || left || right), 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Root of a tree with these leaf hashes.

    Works level by level and carries an odd last node up unchanged, which is the same
    tree as RFC 6962's split at the largest power of two.
    """
    if not leaves:
        return EMPTY_ROOT
    sha, level = sha256, leaves
    while (width := len(level)) > 1:
        nodes = iter(level)
        above = [
            sha(b"\x01" + x + y).digest() for x, y in zip(nodes, nodes, strict=False)
        ]
        if width & 1:
            above.append(level[-1])
        level = above
    return level[0]


class Frontier:
    """A growing tree, kept as the roots of its perfect subtrees, largest first.

    That is one hash per set bit of the size, so a state file stays below 64 hashes
    whatever the trail holds. Mutable: `copy` before trying something out.
    """

    __slots__ = ("_size", "_stack")

    def __init__(self, size: int = 0, hashes: Sequence[bytes] = ()) -> None:
        """Continue a tree of `size` leaves; `Malformed` unless `hashes` fit it."""
        _check_size(size)
        _check_hashes(hashes)
        if size.bit_count() != len(hashes):
            raise Malformed(
                f"a tree of {size} leaves has {size.bit_count()} perfect subtrees, "
                f"got {len(hashes)} hashes"
            )
        self._size = size
        self._stack = list(hashes)

    @property
    def size(self) -> int:
        """Number of leaves."""
        return self._size

    @property
    def hashes(self) -> tuple[bytes, ...]:
        """Roots of the perfect subtrees, largest first: what a state file keeps."""
        return tuple(self._stack)

    def copy(self) -> "Frontier":
        """An independent tree with the same leaves."""
        return Frontier(self._size, self._stack)

    def add(self, leaf: bytes) -> None:
        """Append one leaf hash, 32 bytes."""
        self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append leaf hashes in order; one node hash per leaf on average."""
        sha, stack, size = sha256, self._stack, self._size
        pop, push = stack.pop, stack.append
        for leaf in leaves:
            node, bits = leaf, size
            while bits & 1:
                node = sha(b"\x01" + pop() + node).digest()
                bits >>= 1
            push(node)
            size += 1
        self._size = size

    def root(self) -> bytes:
        """Root of the leaves so far; `EMPTY_ROOT` without any."""
        return _fold(self._stack)

    def to_json(self) -> dict[str, int | list[str]]:
        """The tree as canonical JSON can carry it: size, and hashes in hex."""
        return {"size": self._size, "hashes": [item.hex() for item in self._stack]}

    @classmethod
    def from_json(cls, value: object) -> "Frontier":
        """Read what `to_json` prints; anything else is `Malformed`."""
        match value:
            case {"size": bool()}:
                raise Malformed(f"not the state of a tree: {value!r:.200}")
            case {"size": int(size), "hashes": list(texts), **rest} if not rest:
                tree = cls(size, [_unhex(text) for text in texts])
            case _:
                raise Malformed(f"not the state of a tree: {value!r:.200}")
        if tree.to_json() != value:
            raise Malformed(f"the state of a tree is not in canonical form: {value!r}")
        return tree


def inclusion_proof(index: int, size: int, subtrees: Subtrees) -> tuple[bytes, ...]:
    """The proof that leaf `index` is in the tree of `size` leaves (RFC 6962 §2.1.1).

    Order: the leaf's sibling first, the root's child last. `Malformed` when there is no
    such leaf; `subtrees` raises when a hash cannot be had.
    """
    _check_size(size)
    if not 0 <= index < size:
        raise Malformed(f"no proof: a tree of {size} leaves has no leaf {index}")
    proof: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            proof.append(_range_root(middle, high, subtrees))
            high = middle
        else:
            proof.append(_range_root(low, middle, subtrees))
            low = middle
    return tuple(reversed(proof))


def consistency_proof(old: int, new: int, subtrees: Subtrees) -> tuple[bytes, ...]:
    """The proof that the tree of `old` leaves begins that of `new` (RFC 6962 §2.1.2).

    Empty when `old` is 0 or `new`. `Malformed` unless 0 <= old <= new.
    """
    _check_size(old)
    _check_size(new)
    if old > new:
        raise Malformed(f"no proof: a tree of {new} leaves has no prefix of {old}")
    proof: list[bytes] = []
    low, high = 0, new
    while low < old < high:
        middle = low + _split(high - low)
        if old <= middle:
            proof.append(_range_root(middle, high, subtrees))
            high = middle
        else:
            proof.append(_range_root(low, middle, subtrees))
            low = middle
    # When the walk never went right, this subtree is the old tree itself, and its root
    # is known to whoever holds the old checkpoint.
    if 0 < low < old:
        proof.append(_range_root(low, old, subtrees))
    return tuple(reversed(proof))


def prefix_root(size: int, subtrees: Subtrees) -> bytes:
    """Root of the first `size` leaves, from perfect subtrees of a tree of any more."""
    _check_size(size)
    return _range_root(0, size, subtrees)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inclusion:
    """Evidence of `verify_inclusion`: the tree `(size, root)` has `leaf` at `index`."""

    index: int
    leaf: bytes
    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """Evidence: the new tree only appends to the old. Made by `verify_consistency`."""

    old_size: int
    old_root: bytes
    new_size: int
    new_root: bytes


def verify_inclusion(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> Inclusion:
    """Check an inclusion proof (RFC 9162 §2.1.3.2).

    `Malformed` when something is not a hash or a size, `BrokenTrail` (with the index)
    when the proof does not lead from this leaf at this place to this root.
    """
    _check_hashes((root,))
    if _reached(leaf, index, size, proof) != root:
        raise BrokenTrail(
            f"record {index} is not proved to be in the tree of {size} with root "
            f"{root.hex()}: the proof leads elsewhere. Ask for the record and its "
            "proof again, from the same checkpoint.",
            index=index,
        )
    return Inclusion(index=index, leaf=leaf, size=size, root=root)


def included_root(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The one root that an inclusion proof can lead to (RFC 9162 §2.1.3.2).

    Proves nothing before that root is found signed. Raises as `verify_inclusion` does,
    `BrokenTrail` when the proof has not the length for this place in this tree.
    """
    root = _reached(leaf, index, size, proof)
    if root is None:
        raise BrokenTrail(
            f"a proof of {len(proof)} hashes leads from leaf {index} to the root of no "
            f"tree of {size} leaves",
            index=index,
        )
    return root


def verify_consistency(
    old_size: int,
    old_root: bytes,
    new_size: int,
    new_root: bytes,
    proof: Sequence[bytes],
) -> Consistency:
    """Check a consistency proof (RFC 9162 §2.1.4.2).

    The RFC leaves the old size 0 open: only the empty root and an empty proof are
    taken. `Malformed` when something is not a hash or a size, `BrokenTrail` when the
    new tree is not proved to extend the old one.
    """
    _check_size(old_size)
    _check_size(new_size)
    _check_hashes((old_root, new_root, *proof))
    if old_size > new_size:
        raise BrokenTrail(f"the tree shrank from {old_size} to {new_size} records")
    if not _consistent(old_size, old_root, new_size, new_root, proof):
        raise BrokenTrail(
            f"the tree of {new_size} with root {new_root.hex()} is not proved to "
            f"extend the tree of {old_size} with root {old_root.hex()}. Keep both "
            "checkpoints: if the proof was made for these two, history was rewritten."
        )
    return Consistency(
        old_size=old_size, old_root=old_root, new_size=new_size, new_root=new_root
    )


def _reached(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes]
) -> bytes | None:
    """The root that the proof leads to; None when it is too short or too long."""
    _check_size(size)
    _check_hashes((leaf, *proof))
    if not 0 <= index < size:
        raise BrokenTrail(f"a tree of {size} leaves has no leaf {index}", index=index)
    computed, left = _climb(leaf, index, size - 1, proof)
    return None if left else computed


def _climb(
    leaf: bytes, index: int, last: int, proof: Sequence[bytes]
) -> tuple[bytes, int]:
    """RFC 9162 §2.1.3.2 steps 2 to 4: the root reached and the levels left over."""
    node = leaf
    for sibling in proof:
        if last == 0:
            return node, 1
        if index & 1 or index == last:
            node = node_hash(sibling, node)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        index, last = index >> 1, last >> 1
    return node, last


def _consistent(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Decide the cases that RFC 9162 §2.1.4.2 treats apart, then walk."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT
    if not proof:
        return False
    path = list(proof)
    if old.bit_count() == 1:
        path.insert(0, old_root)
    return _walk_both(old - 1, new - 1, path) == (old_root, new_root, 0)


def _walk_both(old: int, last: int, path: list[bytes]) -> tuple[bytes, bytes, int]:
    """RFC 9162 §2.1.4.2 steps 3 to 6: both roots and the levels left over."""
    while old & 1:
        old, last = old >> 1, last >> 1
    was = now = path[0]
    for sibling in path[1:]:
        if last == 0:
            return was, now, 1
        if old & 1 or old == last:
            was, now = node_hash(sibling, was), node_hash(sibling, now)
            while not old & 1 and old:
                old, last = old >> 1, last >> 1
        else:
            now = node_hash(now, sibling)
        old, last = old >> 1, last >> 1
    return was, now, last


def _split(width: int) -> int:
    """The largest power of two below `width` (width > 1)."""
    return 1 << (width - 1).bit_length() - 1


def _perfect(low: int, high: int) -> Iterator[tuple[int, int]]:
    """`(level, index)` of the perfect subtrees that make up a right-edge range."""
    while low < high:
        level = (high - low).bit_length() - 1
        yield level, low >> level
        low += 1 << level


def _range_root(low: int, high: int, subtrees: Subtrees) -> bytes:
    """Root of the leaves `[low, high)` of a node that RFC 6962's splitting reaches."""
    return _fold([subtrees(level, index) for level, index in _perfect(low, high)])


def _fold(perfect: Sequence[bytes]) -> bytes:
    """Root over perfect subtrees, largest first."""
    if not perfect:
        return EMPTY_ROOT
    root = perfect[-1]
    for left in reversed(perfect[:-1]):
        root = node_hash(left, root)
    return root


def _check_size(size: int) -> None:
    if not 0 <= size <= MAX_SIZE:
        raise Malformed(f"no tree has {size} leaves: a size is 0 to 2^63 - 1")


def _check_hashes(hashes: Iterable[bytes]) -> None:
    for item in hashes:
        if len(item) != HASH_BYTES:
            raise Malformed(f"a hash has {HASH_BYTES} bytes, got {len(item)}")


def _unhex(text: object) -> bytes:
    try:
        return bytes.fromhex(str(text))
    except ValueError as error:
        raise Malformed(f"not a hash in hex: {text!r:.80}") from error
