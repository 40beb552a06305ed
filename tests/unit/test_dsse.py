"""Envelopes: exact JSON, distinct keys counted, and other people's verifiers agree."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from securesystemslib.dsse import Envelope as TheirEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import (  # type: ignore[attr-defined]  # no __all__ there
    Key,
    SSlibKey,
)

from affidavit import dsse
from affidavit.dsse import Envelope, Signature
from affidavit.errors import Invalid, Malformed, SignatureInvalid
from affidavit.keys import Ed25519Signer
from support.mutations import damaged

TYPE = "application/vnd.in-toto+json"
ALICE, BOB, EVE = (Ed25519Signer.from_seed(bytes([n]) * 32) for n in (1, 2, 3))
types = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)


def an_envelope(*signers: Ed25519Signer) -> Envelope:
    return dsse.sign(TYPE, b"the payload", signers or (ALICE,))


def sslib_key(signer: Ed25519Signer) -> Key:
    public = {"public": signer.verifier.public.hex()}
    return SSlibKey(signer.verifier.key_id, "ed25519", "ed25519", public)


def test_the_encoding_is_that_of_the_specification() -> None:
    encoded = dsse.pae("http://example.com/HelloWorld", b"hello world")

    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert dsse.pae("é", b"") == "DSSEv1 2 é 0 ".encode()


@given(kind=types, payload=st.binary())
def test_an_envelope_is_read_back_and_verifies(kind: str, payload: bytes) -> None:
    signed = dsse.sign(kind, payload, [ALICE, BOB])

    read = Envelope.parse(signed.encode())
    verified = dsse.verify(read, [BOB.verifier, ALICE.verifier], threshold=2)

    assert read == signed
    assert (verified.payload_type, verified.payload) == (kind, payload)
    assert verified.key_ids == (ALICE.verifier.key_id, BOB.verifier.key_id)


@given(data=st.data())
def test_a_damaged_envelope_is_refused(data: st.DataObject) -> None:
    bad = data.draw(damaged(an_envelope().encode()))

    with pytest.raises(Invalid):
        dsse.verify(Envelope.parse(bad), [ALICE.verifier])
    try:
        read = Envelope.parse(bad)
    except Malformed:
        return
    assert read.encode() == bad


def test_securesystemslib_verifies_what_we_sign() -> None:
    data = an_envelope(ALICE, BOB).encode()
    keys = [sslib_key(ALICE), sslib_key(BOB)]

    theirs = TheirEnvelope.from_dict(json.loads(data))

    assert len(theirs.verify(keys, 2)) == 2
    theirs.payload += b"!"
    with pytest.raises(VerificationError):
        theirs.verify(keys, 1)


def test_an_envelope_that_securesystemslib_printed_is_read() -> None:
    theirs = TheirEnvelope.from_dict(json.loads(an_envelope(ALICE).encode()))

    read = Envelope.from_json(theirs.to_dict())

    assert dsse.verify(read, [ALICE.verifier]).payload == b"the payload"


def test_one_key_counts_once_however_often_it_is_trusted() -> None:
    with pytest.raises(SignatureInvalid, match="between 1 and the number of distinct"):
        dsse.verify(an_envelope(), [ALICE.verifier, ALICE.verifier], threshold=2)


def test_an_envelope_signed_twice_under_one_keyid_cannot_exist() -> None:
    with pytest.raises(Malformed, match="signed twice"):
        an_envelope(ALICE, ALICE)


def test_a_missing_signature_is_reported_with_who_signed() -> None:
    with pytest.raises(SignatureInvalid) as caught:
        dsse.verify(an_envelope(ALICE, EVE), [ALICE.verifier, BOB.verifier], 2)

    message = str(caught.value)
    assert message.startswith("1 of 2 required signatures hold")
    assert f"not trusted: {EVE.verifier.key_id[:16]}" in message


def test_a_key_that_only_the_envelope_names_is_worth_nothing() -> None:
    with pytest.raises(SignatureInvalid):
        dsse.verify(an_envelope(EVE), [ALICE.verifier])


def test_a_signature_under_a_borrowed_keyid_does_not_count() -> None:
    honest, forged = an_envelope(BOB).signatures[0], an_envelope(EVE).signatures[0]
    borrowed = Signature(ALICE.verifier.key_id, forged.signature)
    envelope = Envelope(TYPE, b"the payload", (borrowed, honest))
    trusted = [ALICE.verifier, BOB.verifier]

    assert dsse.verify(envelope, trusted).key_ids == (BOB.verifier.key_id,)
    with pytest.raises(SignatureInvalid, match=f"failing: {borrowed.key_id[:16]}"):
        dsse.verify(envelope, trusted, threshold=2)


@pytest.mark.parametrize("threshold", [0, -1, 2])
def test_a_threshold_that_means_nothing_is_refused(threshold: int) -> None:
    with pytest.raises(SignatureInvalid):
        dsse.verify(an_envelope(), [ALICE.verifier], threshold)


def test_nothing_verifies_without_a_trusted_key() -> None:
    with pytest.raises(SignatureInvalid):
        dsse.verify(an_envelope(), [])


def test_the_type_and_the_payload_are_both_signed() -> None:
    signatures = an_envelope().signatures

    for other in (
        Envelope("text/plain", b"the payload", signatures),
        Envelope(TYPE, b"another", signatures),
    ):
        with pytest.raises(SignatureInvalid):
            dsse.verify(other, [ALICE.verifier])


PAYLOAD = base64.b64encode(b"\xff\xfe payload").decode()


def an_object(**changes: object) -> dict[str, object]:
    signature = {"keyid": "k", "sig": "AAAA"}
    good = {"payload": PAYLOAD, "payloadType": TYPE, "signatures": [signature]}
    return good | changes


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        an_object(more=1),
        an_object(payload=None),
        an_object(payload=PAYLOAD.rstrip("=")),
        an_object(payload=PAYLOAD.replace("/", "_")),
        an_object(payload=PAYLOAD + "\n"),
        an_object(payload="AAB="),
        an_object(payload="é"),
        an_object(payloadType=""),
        an_object(payloadType=7),
        an_object(payloadType="x" * 257),
        an_object(signatures=[]),
        an_object(signatures={}),
        an_object(signatures=[{"sig": "AAAA"}]),
        an_object(signatures=[{"keyid": "", "sig": "AAAA"}]),
        an_object(signatures=[{"keyid": "x" * 257, "sig": "AAAA"}]),
        an_object(signatures=[{"keyid": "k", "sig": ""}]),
        an_object(signatures=[{"keyid": "k", "sig": "AAAA", "cert": "x"}]),
        an_object(signatures=["AAAA"]),
        an_object(signatures=[{"keyid": "k", "sig": "AAAA"}] * 2),
        an_object(signatures=[{"keyid": f"{n}", "sig": "AAAA"} for n in range(101)]),
    ],
)
def test_what_is_no_envelope_is_refused(value: object) -> None:
    Envelope.parse(json.dumps(an_object(), separators=(",", ":")).encode())
    text = json.dumps(value, separators=(",", ":")).encode()

    with pytest.raises(Malformed):
        Envelope.parse(text)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        an_envelope().encode() + b"\n",
        an_envelope().encode().replace(b":", b": ", 1),
        an_envelope().encode().replace(b"{", b'{"payload":"",', 1),
    ],
)
def test_another_spelling_of_an_envelope_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        Envelope.parse(data)


def test_an_envelope_too_large_is_refused_before_it_is_read() -> None:
    with pytest.raises(Malformed, match="exceeds"):
        Envelope.parse(bytes(dsse.MAX_ENVELOPE_BYTES + 1))


def test_a_type_that_has_no_bytes_is_refused() -> None:
    with pytest.raises(Malformed):
        dsse.sign("\ud800", b"", [ALICE])
