"""Officers sign beside the trail's key: enough of them, each once, nobody else."""

import pytest

from affidavit import dsse
from affidavit.attest import officers
from affidavit.attest.officers import Officers
from affidavit.attest.predicate import PAYLOAD_TYPE
from affidavit.dsse import Envelope, Signature
from affidavit.errors import KeyUnusable, Malformed, SignatureInvalid
from affidavit.keys import Ed25519Signer
from affidavit.tlog.note import VerifierKey

SIGNERS = {
    name: Ed25519Signer.from_seed(name.encode() * 8)
    for name in ("anna", "boas", "cyra", "mall")
}
ANNA, BOAS, CYRA, MALL = (
    VerifierKey(name, it.verifier) for name, it in SIGNERS.items()
)
TRAIL = Ed25519Signer.from_seed(b"t" * 32)
THREE = (ANNA, BOAS, CYRA)


def signed(*names: str) -> Envelope:
    envelope = dsse.sign(PAYLOAD_TYPE, b"{}", [TRAIL])
    for name in names:
        envelope = officers.add(envelope, SIGNERS[name])
    return envelope


def test_two_of_three_suffice_and_are_named() -> None:
    found = officers.verify(signed("cyra", "anna"), Officers.of(THREE, 2))
    assert found.names == ("anna", "cyra")
    assert found.lacking == ("boas",)


@pytest.mark.parametrize("names", [("anna",), ("anna", "mall"), ()])
def test_one_of_three_does_not_nor_does_a_stranger(names: tuple[str, ...]) -> None:
    with pytest.raises(SignatureInvalid, match="required signatures"):
        officers.verify(signed(*names), Officers.of(THREE, 2))


def test_a_key_under_two_names_counts_once() -> None:
    twice = (ANNA, VerifierKey("another", ANNA.verifier))
    with pytest.raises(KeyUnusable, match="counts once"):
        Officers.of(twice, 2)
    with pytest.raises(SignatureInvalid):
        officers.verify(signed("anna"), Officers.of((*twice, BOAS), 2))


def test_a_signature_that_is_copied_under_another_key_counts_for_nothing() -> None:
    envelope = signed("anna")
    stolen = Signature(BOAS.verifier.key_id, envelope.signatures[-1].signature)
    forged = Envelope(
        envelope.payload_type, envelope.payload, (*envelope.signatures, stolen)
    )
    with pytest.raises(SignatureInvalid):
        officers.verify(forged, Officers.of(THREE, 2))


def test_one_key_cannot_sign_an_envelope_twice() -> None:
    envelope = signed("anna")
    assert officers.add(envelope, SIGNERS["anna"]) == envelope
    with pytest.raises(Malformed, match="twice"):
        Envelope(
            envelope.payload_type,
            envelope.payload,
            (*envelope.signatures, envelope.signatures[-1]),
        )


def test_the_trails_own_key_is_no_officer_unless_it_is_pinned_as_one() -> None:
    with pytest.raises(SignatureInvalid):
        officers.verify(signed("anna"), Officers.of((ANNA, BOAS), 2))
    own = VerifierKey("trail", TRAIL.verifier)
    assert officers.verify(signed(), Officers.of((own,), 1)).names == ("trail",)


def test_all_must_sign_unless_fewer_are_asked_for() -> None:
    assert Officers.of((*THREE, ANNA)).threshold == 3
    for threshold in (0, 4):
        with pytest.raises(KeyUnusable):
            Officers.of(THREE, threshold)
    with pytest.raises(KeyUnusable):
        Officers.of(())


def test_only_a_statement_is_signed() -> None:
    with pytest.raises(Malformed, match="no statement"):
        officers.add(dsse.sign("text/plain", b"", [TRAIL]), SIGNERS["anna"])
