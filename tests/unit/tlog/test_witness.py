"""Cosignatures: a tree head at a time, under the witness's own key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Invalid, KeyUnusable, Malformed, SignatureInvalid
from affidavit.tlog import checkpoint, note, witness
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import NoteSignature, VerifierKey
from affidavit.tlog.witness import WitnessKey
from support import vectors
from support.mutations import damaged

LOG = vectors.key("log")
WITNESS = vectors.key("witness")
KEY = WitnessKey.parse(WITNESS.vkey)
HEAD = Checkpoint(LOG.name, 7, bytes(range(32)))
SPEC_LINE = (
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9"
    "dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)


def cosigned(head: Checkpoint = HEAD, time: int = 5) -> bytes:
    signed = note.parse_note(checkpoint.sign(head, LOG.signer))
    line = witness.cosign(head, WITNESS.name, WITNESS.signer, time=time)
    return signed.with_signatures(line).encode()


def test_the_cosignature_of_the_vectors_verifies_and_is_made_again() -> None:
    data = vectors.log_file("checkpoint")

    (seen,) = witness.open_cosignatures(data, [KEY])

    assert (seen.witness, seen.time) == (WITNESS.name, 1_700_000_000)
    assert cosigned(seen.checkpoint, seen.time) == data


def test_the_line_of_the_specification_is_read() -> None:
    line = NoteSignature.parse(SPEC_LINE)

    time, signature = witness.split_cosignature(line.signature)

    assert (time, len(signature)) == (1_679_315_147, 64)


@given(time=st.integers(0, witness.MAX_TIME))
def test_a_cosignature_tells_its_time(time: int) -> None:
    (seen,) = witness.open_cosignatures(cosigned(time=time), [KEY])

    assert (seen.time, seen.checkpoint) == (time, HEAD)


@pytest.mark.parametrize("time", [-1, witness.MAX_TIME + 1])
def test_a_time_that_cannot_be_is_not_signed(time: int) -> None:
    with pytest.raises(Malformed):
        witness.cosign(HEAD, WITNESS.name, WITNESS.signer, time=time)


@given(data=st.data())
def test_a_damaged_cosigned_checkpoint_is_refused(data: st.DataObject) -> None:
    line = witness.cosign(HEAD, WITNESS.name, WITNESS.signer, time=5)
    whole = note.Note(HEAD.text, (line,)).encode()

    with pytest.raises(Invalid):
        witness.open_cosignatures(data.draw(damaged(whole)), [KEY])


def test_another_time_in_the_line_is_refused() -> None:
    line = witness.cosign(HEAD, WITNESS.name, WITNESS.signer, time=5)
    later = NoteSignature(
        line.name, line.key_id, (6).to_bytes(8, "big") + line.signature[8:]
    )

    with pytest.raises(SignatureInvalid):
        witness.open_cosignatures(note.Note(HEAD.text, (later,)).encode(), [KEY])


@pytest.mark.parametrize("payload", [b"x" * 64, b"x" * 73, b"\xff" * 8 + b"x" * 64])
def test_a_line_of_another_form_is_refused(payload: bytes) -> None:
    line = NoteSignature(WITNESS.name, KEY.key_id, payload)

    with pytest.raises(SignatureInvalid):
        witness.split_cosignature(payload)
    with pytest.raises(SignatureInvalid):
        witness.open_cosignatures(note.Note(HEAD.text, (line,)).encode(), [KEY])


def test_a_witness_that_cosigned_twice_counts_once() -> None:
    lines = [
        witness.cosign(HEAD, WITNESS.name, WITNESS.signer, time=time) for time in (5, 6)
    ]

    seen = witness.open_cosignatures(note.Note(HEAD.text, tuple(lines)).encode(), [KEY])

    assert [item.time for item in seen] == [5]


def test_a_cosignature_is_not_a_log_signature_nor_the_other_way() -> None:
    plain = VerifierKey(WITNESS.name, WITNESS.signer.verifier)
    signed = note.sign_note(HEAD.text, [(WITNESS.name, WITNESS.signer)])

    with pytest.raises(SignatureInvalid):
        note.open_note(cosigned(), [plain])
    with pytest.raises(SignatureInvalid):
        witness.open_cosignatures(signed, [KEY])


def test_a_checkpoint_that_no_trusted_witness_saw_is_refused() -> None:
    alone = checkpoint.sign(HEAD, LOG.signer)

    with pytest.raises(SignatureInvalid, match="no trusted key"):
        witness.open_cosignatures(alone, [KEY])


def test_the_log_opens_what_a_witness_cosigned() -> None:
    opened = checkpoint.open_checkpoint(cosigned(), VerifierKey.parse(LOG.vkey))

    assert opened == HEAD


def test_a_log_key_is_no_witness_key() -> None:
    assert str(KEY) == WITNESS.vkey
    with pytest.raises(KeyUnusable):
        WitnessKey.parse(LOG.vkey)
    with pytest.raises(Malformed):
        WitnessKey("a name", WITNESS.signer.verifier)
