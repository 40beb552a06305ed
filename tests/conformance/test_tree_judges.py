"""pymerkle and scitt-cose, sharing no code with us: trees, proofs and receipts.

pymerkle holds a whole tree in memory and has a shape of its own for consistency proofs,
so it rules on roots and inclusion; scitt-cose rules on both proofs and on receipts. The
tiles are written and read as a trail's are: what is judged is what an auditor would
get.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pymerkle import (  # type: ignore[import-untyped]  # no py.typed there
    InclusionProof,
    InmemoryTree,
    InvalidProof,
)
from scitt_cose import merkle as judge  # type: ignore[import-untyped]  # the same
from scitt_cose.cose_sign1 import CoseError, verify_sign1  # type: ignore[import-untyped]  # the same
from scitt_cose.receipt import verify_receipt  # type: ignore[import-untyped]  # the same

from affidavit.tlog import merkle, receipt
from affidavit.tlog.growth import Edge
from affidavit.tlog.merkle import Consistency, Inclusion, Subtrees
from affidavit.tlog.note import VerifierKey
from affidavit.tlog.tiles import subtree_reader
from support import vectors
from support.mutations import damaged

LOG = vectors.key("log")
KEY = VerifierKey.parse(LOG.vkey)
PEM = KEY.verifier.pem
MOST = 600
"""Two full tiles and a partial one at level 0, a partial one above."""
ENTRIES = [vectors.entry(index) for index in range(MOST)]
HEX = [entry.hex() for entry in ENTRIES]

sizes = st.one_of(st.integers(2, MOST), st.sampled_from([255, 256, 257, 511, 512, 513]))


@dataclass(frozen=True, slots=True)
class Tree:
    """The tree of the first `size` entries, kept in tiles."""

    size: int
    root: bytes
    subtrees: Subtrees


@cache
def a_tree(size: int) -> Tree:
    edge = Edge()
    files = edge.extend(merkle.leaf_hashes(ENTRIES[:size])) + list(edge.partials())
    kept = {tile.path: data for tile, data in files}
    return Tree(size, edge.root(), subtree_reader(kept.__getitem__, size))


@cache
def their_tree() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries(ENTRIES)
    return tree


def inclusion(tree: Tree, index: int) -> tuple[Inclusion, tuple[bytes, ...]]:
    hashes = merkle.inclusion_proof(index, tree.size, tree.subtrees)
    leaf = merkle.leaf_hash(ENTRIES[index])
    return merkle.verify_inclusion(leaf, index, tree.size, hashes, tree.root), hashes


def texts(hashes: tuple[bytes, ...]) -> list[str]:
    return [each.hex() for each in hashes]


def one_bit_off(hashes: tuple[bytes, ...], at: int) -> tuple[bytes, ...]:
    flipped = bytes([hashes[at][0] ^ 1]) + hashes[at][1:]
    return (*hashes[:at], flipped, *hashes[at + 1 :])


@given(size=st.integers(1, MOST))
def test_both_judges_find_our_roots(size: int) -> None:
    ours = a_tree(size).root

    assert their_tree().get_root(size) == ours
    assert judge.merkle_root(HEX[:size]) == ours.hex()
    assert judge.merkle_root([*HEX[: size - 1], "00"]) != ours.hex()


@given(size=sizes, data=st.data())
def test_pymerkle_accepts_our_inclusion_proofs_and_no_altered_one(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    tree = a_tree(size)
    found, hashes = inclusion(tree, index)
    rule = their_tree().prove_inclusion(index + 1, size).rule

    def rules(path: tuple[bytes, ...]) -> None:
        proof = InclusionProof(
            algorithm="sha256",
            security=True,
            size=size,
            index=index + 1,
            rule=rule,
            path=[found.leaf, *path],
        )
        proof.verify(found.leaf, tree.root, index=index + 1, size=size)

    rules(hashes)
    with pytest.raises(InvalidProof):
        rules(one_bit_off(hashes, data.draw(st.integers(0, len(hashes) - 1))))


@given(size=sizes, data=st.data())
def test_scitt_cose_makes_and_accepts_the_same_inclusion_proofs(
    size: int, data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, size - 1))
    tree = a_tree(size)
    _, hashes = inclusion(tree, index)
    at = data.draw(st.integers(0, len(hashes) - 1))

    def accepts(path: tuple[bytes, ...], place: int) -> bool:
        return bool(
            judge.verify_inclusion(
                HEX[index], place, size, texts(path), tree.root.hex()
            )
        )

    assert judge.inclusion_proof(HEX[:size], index) == texts(hashes)
    assert accepts(hashes, index)
    assert not accepts(one_bit_off(hashes, at), index)
    assert not accepts(hashes, (index + 1) % size)


@given(sizes=st.tuples(st.integers(1, MOST), st.integers(1, MOST)), data=st.data())
def test_scitt_cose_makes_and_accepts_the_same_consistency_proofs(
    sizes: tuple[int, int], data: st.DataObject
) -> None:
    old, new = sorted(sizes)
    assume(old < new)
    tree = a_tree(new)
    hashes = merkle.consistency_proof(old, new, tree.subtrees)
    at = data.draw(st.integers(0, len(hashes) - 1))
    before = merkle.prefix_root(old, tree.subtrees)

    def accepts(path: tuple[bytes, ...], root: bytes) -> bool:
        return bool(
            judge.verify_consistency(root.hex(), tree.root.hex(), old, new, texts(path))
        )

    assert before == a_tree(old).root
    assert judge.consistency_proof(HEX[:new], old, new) == texts(hashes)
    assert accepts(hashes, before)
    assert not accepts(one_bit_off(hashes, at), before)
    assert not accepts(hashes, merkle.leaf_hash(b"another history"))


def a_receipt(size: int, index: int) -> bytes:
    found, hashes = inclusion(a_tree(size), index)
    return receipt.issue_inclusion(
        found, hashes, signer=LOG.signer, key=KEY, subject=f"urn:test:{index}"
    )


@given(size=sizes, data=st.data())
def test_scitt_cose_accepts_our_receipts(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))

    ruling = verify_receipt(
        a_receipt(size, index), leaf_entry_hex=HEX[index], log_public_key_pem=PEM
    )

    assert ruling.errors == []
    assert (ruling.ok, ruling.tree_size, ruling.leaf_index) == (True, size, index)
    assert ruling.root == a_tree(size).root.hex()
    assert (ruling.issuer, ruling.subject) == (LOG.name, f"urn:test:{index}")
    kid = bytes.fromhex(KEY.verifier.key_id)
    assert ruling.protected_header_ext == {4: kid}


@given(data=st.data())
def test_scitt_cose_refuses_each_damaged_receipt(data: st.DataObject) -> None:
    bad = data.draw(damaged(a_receipt(600, 300)))

    ruling = verify_receipt(bad, leaf_entry_hex=HEX[300], log_public_key_pem=PEM)

    assert not ruling.ok


OTHER_PEM = vectors.key("witness").signer.verifier.pem
TWINS: dict[str, Callable[[bytes], tuple[bytes, str, str]]] = {
    "another entry": lambda made: (made, HEX[301], PEM),
    "another key": lambda made: (made, HEX[300], OTHER_PEM),
    "another place": lambda made: (
        made.replace(b"\x83\x19\x02\x58\x19\x01\x2c", b"\x83\x19\x02\x58\x19\x01\x2d"),
        HEX[300],
        PEM,
    ),
}


@pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS.keys())
def test_scitt_cose_refuses_the_tampered_twin(
    twin: Callable[[bytes], tuple[bytes, str, str]],
) -> None:
    made = a_receipt(600, 300)
    bad, entry, pem = twin(made)
    assert (bad, entry, pem) != (made, HEX[300], PEM)

    assert not verify_receipt(bad, leaf_entry_hex=entry, log_public_key_pem=pem).ok


def test_scitt_cose_reads_a_receipt_of_consistency() -> None:
    tree, before = a_tree(600), a_tree(257)
    hashes = merkle.consistency_proof(257, 600, tree.subtrees)
    evidence = Consistency(
        old_size=257, old_root=before.root, new_size=600, new_root=tree.root
    )
    made = receipt.issue_consistency(evidence, hashes, signer=LOG.signer, key=KEY)

    read = verify_sign1(made, public_key_pem=PEM)

    assert read.payload == tree.root
    with pytest.raises(CoseError):
        verify_sign1(made[:-1] + bytes([made[-1] ^ 1]), public_key_pem=PEM)
