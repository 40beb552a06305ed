"""Receipts: what they prove, and what they are refused for."""

from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import BrokenTrail, Invalid, Malformed, SignatureInvalid
from affidavit.tlog import cose, merkle, receipt
from affidavit.tlog.merkle import Consistency, Inclusion
from affidavit.tlog.note import VerifierKey
from affidavit.tlog.receipt import Path
from support import vectors
from support.mutations import damaged

LOG = vectors.key("log")
KEY = VerifierKey.parse(LOG.vkey)
SUBJECT = "urn:uuid:0199a8c2#decision"
ENTRIES = [vectors.entry(index) for index in range(11)]
LEAVES = merkle.leaf_hashes(ENTRIES)
ROOT = merkle.root_of(LEAVES)


def subtrees(level: int, at: int) -> bytes:
    return merkle.root_of(LEAVES[at << level : at + 1 << level])


def included(index: int = 2) -> tuple[Inclusion, tuple[bytes, ...]]:
    found = Inclusion(index=index, leaf=LEAVES[index], size=11, root=ROOT)
    return found, merkle.inclusion_proof(index, 11, subtrees)


def a_receipt(index: int = 2) -> bytes:
    found, hashes = included(index)
    return receipt.issue_inclusion(
        found, hashes, signer=LOG.signer, key=KEY, subject=SUBJECT
    )


def grown(old: int = 6) -> tuple[Consistency, tuple[bytes, ...]]:
    evidence = Consistency(
        old_size=old,
        old_root=merkle.root_of(LEAVES[:old]),
        new_size=11,
        new_root=ROOT,
    )
    return evidence, merkle.consistency_proof(old, 11, subtrees)


def a_growth(old: int = 6) -> bytes:
    evidence, hashes = grown(old)
    return receipt.issue_consistency(evidence, hashes, signer=LOG.signer, key=KEY)


@given(index=st.integers(0, 10))
def test_a_receipt_proves_its_entry(index: int) -> None:
    made = a_receipt(index)

    found = receipt.verify_inclusion_receipt(made, ENTRIES[index], KEY)

    assert (found.inclusion, found.subject) == (included(index)[0], SUBJECT)
    assert not receipt.is_of_consistency(made)


def test_a_receipt_is_laid_out_as_rfc_9942_says() -> None:
    read = cbor2.loads(a_receipt())

    protected, unprotected, payload, signature = read.value
    assert (read.tag, payload, len(signature)) == (18, None, 64)
    assert dict(cbor2.loads(protected)) == {
        1: -8,
        4: bytes.fromhex(KEY.verifier.key_id),
        15: {1: LOG.name, 2: SUBJECT},
        395: 1,
    }
    ((label, proofs),) = unprotected.items()
    ((kind, (proof,)),) = proofs.items()
    assert (label, kind) == (396, -1)
    size, index, path = cbor2.loads(proof)
    assert (size, index, tuple(path)) == (11, 2, included()[1])


def test_a_receipt_of_consistency_carries_the_newer_root() -> None:
    unprotected, payload = cbor2.loads(a_growth()).value[1:3]

    (proof,) = unprotected[396][-2]
    old, new, path = cbor2.loads(proof)
    assert (old, new, tuple(path), payload) == (6, 11, grown()[1], ROOT)


@given(data=st.data())
def test_a_damaged_receipt_of_inclusion_is_refused(data: st.DataObject) -> None:
    bad = data.draw(damaged(a_receipt()))

    with pytest.raises(Invalid):
        receipt.verify_inclusion_receipt(bad, ENTRIES[2], KEY)


@given(data=st.data())
def test_a_damaged_receipt_of_consistency_is_refused(data: st.DataObject) -> None:
    bad, old_root = data.draw(damaged(a_growth())), grown()[0].old_root
    try:
        found = receipt.verify_consistency_receipt(bad, 6, old_root, KEY)
    except Invalid:
        return
    # The newer size is not under the signature, and several fit one path and root.
    assert (found.old_root, found.new_root) == (old_root, ROOT)


@given(data=st.binary(max_size=200))
def test_bytes_that_are_no_receipt_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        receipt.is_of_consistency(cose.FIRST_BYTES + data)
    with pytest.raises(Malformed):
        Path.parse(data)


def test_another_entry_is_not_proved() -> None:
    with pytest.raises(SignatureInvalid):
        receipt.verify_inclusion_receipt(a_receipt(), ENTRIES[3], KEY)


def test_another_key_is_not_believed() -> None:
    other = vectors.key("witness").signer.verifier
    with pytest.raises(SignatureInvalid, match="names key"):
        receipt.verify_inclusion_receipt(
            a_receipt(), ENTRIES[2], VerifierKey(LOG.name, other)
        )
    with pytest.raises(SignatureInvalid, match="own origin"):
        receipt.verify_inclusion_receipt(
            a_receipt(), ENTRIES[2], VerifierKey("else.example/log", KEY.verifier)
        )


def test_one_kind_does_not_pass_for_the_other() -> None:
    with pytest.raises(Malformed):
        receipt.verify_inclusion_receipt(a_growth(), ENTRIES[2], KEY)
    with pytest.raises(Malformed):
        receipt.verify_consistency_receipt(a_receipt(), 11, ROOT, KEY)


@given(old=st.integers(1, 10))
def test_growth_is_proved_from_the_root_that_was_kept(old: int) -> None:
    made = a_growth(old)

    evidence = receipt.verify_consistency_receipt(
        made, old, grown(old)[0].old_root, KEY
    )

    assert evidence == grown(old)[0]
    assert receipt.is_of_consistency(made)
    with pytest.raises(BrokenTrail):
        receipt.verify_consistency_receipt(made, old, LEAVES[0][::-1], KEY)
    with pytest.raises(BrokenTrail, match=f"from {old} records on"):
        receipt.verify_consistency_receipt(made, old + 1, ROOT, KEY)


def test_nothing_is_signed_that_the_proof_does_not_lead_to() -> None:
    found, hashes = included(2)
    with pytest.raises(BrokenTrail):
        receipt.issue_inclusion(
            found, hashes[::-1], signer=LOG.signer, key=KEY, subject=SUBJECT
        )
    evidence, path = grown()
    with pytest.raises(BrokenTrail):
        receipt.issue_consistency(evidence, path[::-1], signer=LOG.signer, key=KEY)


def test_a_tree_of_one_record_has_no_receipt() -> None:
    alone = Inclusion(index=0, leaf=LEAVES[0], size=1, root=LEAVES[0])
    with pytest.raises(Malformed, match="one record"):
        receipt.issue_inclusion(alone, (), signer=LOG.signer, key=KEY, subject=SUBJECT)


@pytest.mark.parametrize(
    "proof",
    [
        cbor2.dumps([11, 2]),
        cbor2.dumps([11, "2", [bytes(32)]]),
        cbor2.dumps([11, 2, ["text"]]),
        cbor2.dumps([11, 2, [bytes(31)]]),
        cbor2.dumps([11, 2, []]),
        cbor2.dumps([11, 2, [bytes(32)] * 64]),
        cbor2.dumps([-1, 2, [bytes(32)]]),
        cbor2.dumps([True, 2, [bytes(32)]]),
        b"\x83\x18\x0b\x02\x81\x58\x20" + bytes(32),  # 11 in two bytes
        cbor2.dumps([11, 2, [bytes(32)]]) + b"\x00",
    ],
)
def test_a_path_has_one_form(proof: bytes) -> None:
    with pytest.raises(Malformed):
        Path.parse(proof)


def test_a_kind_of_proof_that_nobody_knows_is_refused() -> None:
    strange = replace(cose.Sign1.parse(a_receipt()), proof_type=-3).encode()

    with pytest.raises(Malformed, match="unknown kind of proof, -3"):
        receipt.is_of_consistency(strange)
    with pytest.raises(Malformed):
        receipt.verify_inclusion_receipt(strange, ENTRIES[2], KEY)
