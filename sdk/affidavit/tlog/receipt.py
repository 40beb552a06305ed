"""Receipts: proofs about a log that any COSE library reads (RFC 9942).

Knows the two proofs of the tree RFC9162_SHA256 and how they and a signature prove one
another. A receipt says what a checkpoint with a proof says, under the same key, in the
format of SCITT. Knows nothing of tiles: hashes come from `merkle`'s provers, and who
signs has verified them against a published checkpoint before.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from affidavit.errors import BrokenTrail, Malformed
from affidavit.keys import Signer
from affidavit.tlog import cose
from affidavit.tlog.cose import Sign1
from affidavit.tlog.logkeys import Pinned
from affidavit.tlog.merkle import (
    HASH_BYTES,
    MAX_SIZE,
    Consistency,
    Inclusion,
    included_root,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from affidavit.tlog.note import VerifierKey

INCLUSION, CONSISTENCY = -1, -2
"""Keys of the proofs in header parameter 396 (RFC 9942 §5)."""
_MAX_HASHES = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """Two sizes or places, and the hashes between them. Unverified."""

    first: int
    """The tree's size; for consistency the older tree's."""
    second: int
    """The leaf's index; for consistency the newer tree's size."""
    hashes: tuple[bytes, ...]

    def __post_init__(self) -> None:
        if not (0 <= self.first <= MAX_SIZE and 0 <= self.second <= MAX_SIZE):
            raise Malformed("a receipt about a tree that cannot be")
        if not 1 <= len(self.hashes) <= _MAX_HASHES:
            raise Malformed(
                f"a receipt has a path of 1 to {_MAX_HASHES} hashes (RFC 9942 §5.2, "
                f"§5.3), not {len(self.hashes)}: a tree of one record, and a tree and "
                "itself, have none"
            )
        if any(len(each) != HASH_BYTES for each in self.hashes):
            raise Malformed(f"a receipt's hashes have {HASH_BYTES} bytes each")

    def encode(self) -> bytes:
        """The proof's own CBOR."""
        return cose.dumps([self.first, self.second, list(self.hashes)])

    @classmethod
    def parse(cls, data: bytes) -> "Path":
        """Read a proof; `Malformed` unless `encode` would print exactly it."""
        try:
            first, second, hashes = cose.loads(data)
            found = tuple(hashes)
        except (TypeError, ValueError) as error:
            raise Malformed("not the proof of a receipt: three items") from error
        if type(first) is not int or type(second) is not int:
            raise Malformed("the sizes in a receipt's proof are no integers")
        if any(type(each) is not bytes for each in found):
            raise Malformed("the path in a receipt's proof is not of hashes")
        parsed = cls(first=first, second=second, hashes=found)
        if parsed.encode() != data:
            raise Malformed("a receipt's proof in no canonical form")
        return parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptOfInclusion:
    """Evidence: the log of the pinned key signed a tree that holds the entry."""

    inclusion: Inclusion
    subject: str | None
    """What the receipt says it is about; compare it with the entry."""


def issue_inclusion(
    inclusion: Inclusion,
    hashes: Sequence[bytes],
    *,
    signer: Signer,
    key: VerifierKey,
    subject: str,
) -> bytes:
    """The receipt for one entry (RFC 9942 §5.2); its payload, the root, is detached.

    `inclusion` is evidence, so nothing is signed that the tree does not hold; the
    caller answers for `inclusion.root` being that of a checkpoint that is out.
    `Malformed` for the only record of a tree, which has no path.
    """
    path = Path(first=inclusion.size, second=inclusion.index, hashes=tuple(hashes))
    verify_inclusion(
        inclusion.leaf, inclusion.index, inclusion.size, path.hashes, inclusion.root
    )
    headers = cose.headers_for(key, subject)
    return Sign1(
        headers=headers,
        proof_type=INCLUSION,
        proof=path.encode(),
        payload=None,
        signature=cose.sign(headers, inclusion.root, signer),
    ).encode()


def verify_inclusion_receipt(
    data: bytes, entry: bytes, key: Pinned
) -> ReceiptOfInclusion:
    """Check a receipt for `entry`, the bytes that were logged.

    `Malformed` when it is no receipt of this kind, `BrokenTrail` when its proof fits
    no tree, `SignatureInvalid` when the log of `key` did not sign the root that the
    entry and the proof lead to: an altered entry shows as that.
    """
    sign1 = Sign1.parse(data)
    if sign1.proof_type != INCLUSION or sign1.payload is not None:
        raise Malformed("not a receipt of inclusion with its root detached")
    path, leaf = Path.parse(sign1.proof), leaf_hash(entry)
    root = included_root(leaf, path.second, path.first, path.hashes)
    cose.verify(sign1, root, key)
    inclusion = Inclusion(index=path.second, leaf=leaf, size=path.first, root=root)
    return ReceiptOfInclusion(inclusion=inclusion, subject=sign1.headers.subject)


def issue_consistency(
    consistency: Consistency,
    hashes: Sequence[bytes],
    *,
    signer: Signer,
    key: VerifierKey,
) -> bytes:
    """The receipt that a tree extends an older one (RFC 9942 §5.3).

    Its payload is the newer root, attached: whoever reads it need not know the older
    one to check the signature. `Malformed` when there is no path, as for equal sizes.
    """
    old, new = consistency.old_size, consistency.new_size
    path = Path(first=old, second=new, hashes=tuple(hashes))
    verify_consistency(
        old, consistency.old_root, new, consistency.new_root, path.hashes
    )
    headers = cose.headers_for(key, None)
    return Sign1(
        headers=headers,
        proof_type=CONSISTENCY,
        proof=path.encode(),
        payload=consistency.new_root,
        signature=cose.sign(headers, consistency.new_root, signer),
    ).encode()


def verify_consistency_receipt(
    data: bytes, old_size: int, old_root: bytes, key: Pinned
) -> Consistency:
    """Check a receipt against the older tree, whose size and root the caller kept.

    What is proved is that the tree of the newer *root* extends the older one. Its size
    stands outside of what is signed (RFC 9942), and a few sizes fit the same path and
    root: whoever needs the size proved asks for a signed checkpoint.

    Raises as `verify_inclusion_receipt` does, and `BrokenTrail` when the signed tree
    does not extend the older one: keep both, that proves a rewritten history.
    """
    sign1 = Sign1.parse(data)
    if sign1.proof_type != CONSISTENCY or sign1.payload is None:
        raise Malformed("not a receipt of consistency with its root attached")
    path = Path.parse(sign1.proof)
    cose.verify(sign1, sign1.payload, key)
    if path.first != old_size:
        raise BrokenTrail(
            f"the receipt is from {path.first} records on, the checkpoint that was "
            f"kept is of {old_size}: ask for a receipt from there"
        )
    return verify_consistency(
        old_size, old_root, path.second, sign1.payload, path.hashes
    )


def is_of_consistency(data: bytes) -> bool:
    """Which of the two kinds a receipt claims to be; `Malformed` when it is neither."""
    kind = Sign1.parse(data).proof_type
    if kind not in (INCLUSION, CONSISTENCY):
        raise Malformed(f"a receipt of an unknown kind of proof, {kind}")
    return kind == CONSISTENCY
