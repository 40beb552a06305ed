"""`.tlog-proof` files: exact text, and an entry proved or refused."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import BrokenTrail, Malformed, SignatureInvalid
from affidavit.tlog import checkpoint, merkle, proof, witness
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import VerifierKey, parse_note
from affidavit.tlog.proof import TlogProof
from support import vectors
from support.mutations import damaged

LOG = vectors.key("log")
KEY = VerifierKey.parse(LOG.vkey)
LEAVES = [merkle.leaf_hash(entry) for entry in vectors.RFC6962_INPUTS]


def a_proof(index: int = 2, extra: bytes | None = None) -> TlogProof:
    hashes = merkle.inclusion_proof(
        index,
        8,
        lambda level, at: merkle.root_of(LEAVES[at << level : at + 1 << level]),
    )
    head = Checkpoint(LOG.name, 8, merkle.root_of(LEAVES))
    return TlogProof(index, hashes, checkpoint.sign(head, LOG.signer), extra)


def test_the_proof_of_the_vectors_verifies_and_is_printed_again() -> None:
    data = vectors.log_file("p.tlog-proof")
    read = TlogProof.parse(data)

    proven = proof.verify_proof(read, vectors.log_file("entry.bin"), KEY)

    assert read.encode() == data
    assert (proven.inclusion.index, proven.checkpoint.size) == (35_001, 70_000)


@given(index=st.integers(0, 7), extra=st.none() | st.binary(min_size=1))
def test_a_proof_is_read_back_and_holds(index: int, extra: bytes | None) -> None:
    made = a_proof(index, extra)

    read = TlogProof.parse(made.encode())

    assert read == made
    proof.verify_proof(read, vectors.RFC6962_INPUTS[index], KEY)


@given(data=st.data(), extra=st.none() | st.just(b"extra"))
def test_a_damaged_proof_is_refused_or_prints_as_it_was_read(
    data: st.DataObject, extra: bytes | None
) -> None:
    bad = data.draw(damaged(a_proof(extra=extra).encode()))

    try:
        read = TlogProof.parse(bad)
    except Malformed:
        return
    assert read.encode() == bad
    if read.extra == extra:
        with pytest.raises((BrokenTrail, SignatureInvalid, Malformed)):
            proof.verify_proof(read, vectors.RFC6962_INPUTS[2], KEY)


def cosigned(made: TlogProof, *names: str) -> TlogProof:
    head = Checkpoint.parse(parse_note(made.checkpoint).text)
    signer = vectors.key("witness").signer
    lines = [witness.cosign(head, name, signer, time=7) for name in names]
    note = parse_note(made.checkpoint).with_signatures(*lines).encode()
    return dataclasses.replace(made, checkpoint=note)


@given(
    index=st.integers(0, 7),
    extra=st.none() | st.binary(min_size=1),
    names=st.lists(st.sampled_from(["w/1", "w/2", "ü.example"]), unique=True),
)
def test_witnesses_lines_are_carried_as_they_are(
    index: int, extra: bytes | None, names: list[str]
) -> None:
    made = cosigned(a_proof(index, extra), *names)

    read = TlogProof.parse(made.encode())

    assert read == made
    assert read.encode() == made.encode()
    proven = proof.verify_proof(read, vectors.RFC6962_INPUTS[index], KEY)
    verifier = vectors.key("witness").signer.verifier
    for name in names:
        key = witness.WitnessKey(name, verifier)
        (seen,) = witness.open_cosignatures(read.checkpoint, [key])
        assert seen.checkpoint == proven.checkpoint


@given(data=st.data())
def test_a_damaged_cosigned_proof_convinces_nobody_of_both(
    data: st.DataObject,
) -> None:
    """Of the entry and of the witness, as a verifier with a policy asks."""
    good = cosigned(a_proof(), "w/1")
    bad = data.draw(damaged(good.encode()))
    key = witness.WitnessKey("w/1", vectors.key("witness").signer.verifier)

    def convinced() -> None:
        read = TlogProof.parse(bad)
        proof.verify_proof(read, vectors.RFC6962_INPUTS[2], KEY)
        witness.open_cosignatures(read.checkpoint, [key])

    with pytest.raises((BrokenTrail, SignatureInvalid, Malformed)):
        convinced()


def test_another_entry_is_refused() -> None:
    with pytest.raises(BrokenTrail) as caught:
        proof.verify_proof(a_proof(2), b"another entry", KEY)
    assert caught.value.index == 2


def test_a_proof_under_another_key_is_refused() -> None:
    other = VerifierKey(LOG.name, vectors.key("witness").signer.verifier)

    with pytest.raises(SignatureInvalid):
        proof.verify_proof(a_proof(), vectors.RFC6962_INPUTS[2], other)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"proof@v1", b"proof@v2"),
        (b"index 2", b"index 02"),
        (b"index 2", b"index -2"),
        (b"index 2", b"index \xd9\xa2"),
        (b"index 2", b"index"),
        (b"index 2", b"index " + b"9" * 5000),
        (b"index 2", b"extra \nindex 2"),
        (b"index 2", b"extra ****\nindex 2"),
        (b"index 2", b"index 2\nAAAA"),
        (b"index 2", b"index 2" + b"\n" + b"A" * 43 + b"=" + b"\n" * 2),
        (b"index 2\n", b""),
        (b"index 2", b"index 2" + (b"\n" + b"A" * 43 + b"=") * 64),
    ],
)
def test_a_text_that_is_no_proof_is_refused(old: bytes, new: bytes) -> None:
    data = a_proof().encode()
    assert old in data

    with pytest.raises(Malformed):
        TlogProof.parse(data.replace(old, new, 1))


def test_a_file_without_head_or_without_checkpoint_is_refused() -> None:
    checkpoint_only = a_proof().checkpoint

    for data in (b"", b"index 2\n", proof.HEADER.encode() + b"\n\n" + checkpoint_only):
        with pytest.raises(Malformed):
            TlogProof.parse(data)


def test_what_cannot_be_printed_cannot_be_made() -> None:
    good = a_proof()

    for change in (
        {"index": -1},
        {"hashes": (b"short",)},
        {"hashes": (bytes(32),) * 64},
        {"extra": b""},
        {"extra": b"x" * (proof.MAX_EXTRA_BYTES + 1)},
        {"checkpoint": b"not a note"},
    ):
        with pytest.raises(Malformed):
            dataclasses.replace(good, **change)


def test_a_file_too_large_to_be_one_is_refused() -> None:
    with pytest.raises(Malformed, match="exceeds"):
        TlogProof.parse(b"x" * (proof.MAX_PROOF_BYTES + 1))
