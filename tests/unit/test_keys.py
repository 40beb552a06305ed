"""Keys: the standard's signatures, and files that nobody else may read."""

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_public_key,
)

from affidavit.canonical import sha256
from affidavit.errors import KeyUnusable, SignatureInvalid
from affidavit.keys import Ed25519Signer, Verifier, load_signer, private_bytes

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


def a_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "key.pem"
    path.write_bytes(content)
    path.chmod(mode)
    return path


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


def test_a_key_file_is_read_back(tmp_path: Path) -> None:
    loaded = load_signer(a_file(tmp_path, SIGNER.pem()))

    assert loaded.verifier == SIGNER.verifier
    assert loaded.sign(b"\x72") == SIGNATURE


@pytest.mark.parametrize("mode", [0o604, 0o640, 0o644, 0o660, 0o601, 0o610, 0o777])
def test_a_key_file_that_others_may_touch_is_refused(tmp_path: Path, mode: int) -> None:
    path = a_file(tmp_path, SIGNER.pem(), mode)

    with pytest.raises(KeyUnusable, match=f"mode {mode:04o} .*chmod 600"):
        load_signer(path)


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_key_file_of_its_owner_is_read(tmp_path: Path, mode: int) -> None:
    assert private_bytes(a_file(tmp_path, b"secret", mode)) == b"secret"


def test_a_link_to_a_key_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = a_file(tmp_path, SIGNER.pem(), 0o644)
    link = tmp_path / "link"
    os.symlink(path, link)

    with pytest.raises(KeyUnusable, match="mode 0644"):
        load_signer(link)


def test_a_missing_key_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match=r"No such file.*affidavit init"):
        load_signer(tmp_path / "absent.pem")
    with pytest.raises(KeyUnusable, match="Is a directory"):
        load_signer(tmp_path)


def encrypted_pem() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
    )


@pytest.mark.parametrize(
    "content", [b"", b"nonsense", SIGNER.verifier.pem.encode(), encrypted_pem()]
)
def test_a_file_that_is_no_plain_private_key_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(KeyUnusable, match="not an unencrypted PKCS#8"):
        load_signer(a_file(tmp_path, content))


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    with pytest.raises(KeyUnusable, match="not an Ed25519 key"):
        load_signer(a_file(tmp_path, content))
