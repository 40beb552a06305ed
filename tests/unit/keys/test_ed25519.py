"""Ed25519: the standard's signatures, and keys in the forms that others read."""

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from affidavit.canonical import sha256
from affidavit.errors import KeyUnusable, SignatureInvalid
from affidavit.keys import Ed25519Signer, Verifier
from affidavit.keys.pkcs8 import decrypt, is_encrypted

# RFC 8032 §7.1, test 2
SEED = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
PUBLIC = bytes.fromhex(
    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
)
SIGNATURE = bytes.fromhex(
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
)
SIGNER = Ed25519Signer.from_seed(SEED)


def test_the_signature_is_that_of_the_standard() -> None:
    assert SIGNER.verifier == Verifier(PUBLIC)
    assert SIGNER.sign(b"\x72") == SIGNATURE
    SIGNER.verifier.verify(SIGNATURE, b"\x72")


@pytest.mark.parametrize(
    ("signature", "message"),
    [
        (SIGNATURE, b"\x73"),
        (bytes(64), b"\x72"),
        (SIGNATURE[:-1], b"\x72"),
        (SIGNATURE + b"\x00", b"\x72"),
        (b"", b"\x72"),
    ],
)
def test_any_other_signature_is_refused(signature: bytes, message: bytes) -> None:
    with pytest.raises(SignatureInvalid, match=SIGNER.verifier.key_id[:16]):
        SIGNER.verifier.verify(signature, message)


def test_a_public_key_is_printed_as_other_tools_read_it() -> None:
    read = load_pem_public_key(SIGNER.verifier.pem.encode())

    assert SIGNER.verifier.spki == bytes.fromhex("302a300506032b6570032100") + PUBLIC
    assert SIGNER.verifier.key_id == sha256(SIGNER.verifier.spki).hex()
    read.verify(SIGNATURE, b"\x72")  # type: ignore[call-arg, union-attr]  # a union of all key kinds


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_the_wrong_length_cannot_exist(length: int) -> None:
    with pytest.raises(KeyUnusable):
        Verifier(bytes(length))
    with pytest.raises(KeyUnusable):
        Ed25519Signer.from_seed(bytes(length))


def test_a_key_is_printed_plain_or_under_a_passphrase() -> None:
    plain, sealed = SIGNER.pem(), SIGNER.pem(b"sesame")

    assert (is_encrypted(plain), is_encrypted(sealed)) == (False, True)
    assert decrypt(plain, None, "f").private_bytes_raw() == SEED  # type: ignore[union-attr]  # Ed25519
    assert decrypt(sealed, b"sesame", "f").private_bytes_raw() == SEED  # type: ignore[union-attr]  # Ed25519
