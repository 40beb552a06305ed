"""ML-DSA-44: signatures that an implementation of the standard's own text accepts."""

from pathlib import Path

import pytest
from dilithium_py.ml_dsa import ML_DSA_44  # type: ignore[import-untyped]  # has none

from affidavit.errors import KeyUnusable, SignatureInvalid
from affidavit.keys import Ed25519Signer
from affidavit.keys.mldsa import MlDsaSigner, MlDsaVerifier, load_ml_dsa

SIGNER = MlDsaSigner.from_seed(b"m" * 32)


def test_another_implementation_accepts_and_makes_the_same_keys() -> None:
    public, _ = ML_DSA_44.key_derive(b"m" * 32)

    assert public == SIGNER.verifier.public
    assert ML_DSA_44.verify(public, b"message", SIGNER.sign(b"message"))
    assert not ML_DSA_44.verify(public, b"massage", SIGNER.sign(b"message"))


def test_another_implementations_signature_is_accepted_and_no_altered_one() -> None:
    public, private = ML_DSA_44.key_derive(b"o" * 32)
    signature = ML_DSA_44.sign(private, b"message")
    verifier = MlDsaVerifier(public)

    verifier.verify(signature, b"message")
    altered = bytes([signature[0] ^ 1]) + signature[1:]
    for bad, message in ((signature, b"massage"), (altered, b"message"), (b"", b"")):
        with pytest.raises(SignatureInvalid):
            verifier.verify(bad, message)


@pytest.mark.parametrize("passphrase", [None, b"sesame"])
def test_a_key_file_is_read_back(tmp_path: Path, passphrase: bytes | None) -> None:
    path = tmp_path / "key.mldsa.pem"
    path.write_bytes(SIGNER.pem(passphrase))
    path.chmod(0o600)

    assert load_ml_dsa(path, lambda _: passphrase).verifier == SIGNER.verifier


def test_a_file_that_holds_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key.mldsa.pem"
    path.write_bytes(Ed25519Signer.from_seed(b"e" * 32).pem())
    path.chmod(0o600)

    with pytest.raises(KeyUnusable, match="not an ML-DSA-44 key"):
        load_ml_dsa(path)


def test_a_key_of_the_wrong_length_cannot_exist() -> None:
    with pytest.raises(KeyUnusable):
        MlDsaSigner.from_seed(b"short")
    with pytest.raises(KeyUnusable):
        MlDsaVerifier(b"short")
