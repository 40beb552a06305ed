"""Encrypted key files: `openssl` reads them, and nothing opens them by luck."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.errors import KeyUnusable
from affidavit.keys import Ed25519Signer
from affidavit.keys.pkcs8 import decrypt, encrypt, is_encrypted

SIGNER = Ed25519Signer.from_seed(b"p" * 32)


def test_openssl_opens_a_protected_key_with_its_passphrase_alone(
    tmp_path: Path,
) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(SIGNER.pem(b"sesame"))
    read = ["openssl", "pkey", "-in", str(path), "-pubout", "-passin"]

    opened = subprocess.run([*read, "pass:sesame"], capture_output=True, check=True)
    wrong = subprocess.run([*read, "pass:simsim"], capture_output=True, check=False)

    assert opened.stdout.decode() == SIGNER.verifier.pem
    assert wrong.returncode != 0


def test_two_encryptions_of_one_key_have_nothing_in_common() -> None:
    assert SIGNER.pem(b"sesame").split()[3:] != SIGNER.pem(b"sesame").split()[3:]


@settings(max_examples=5, deadline=None)  # each takes 0.3 s: that is its purpose
@given(st.binary(min_size=1, max_size=100))
def test_any_passphrase_opens_what_it_closed(passphrase: bytes) -> None:
    pem = SIGNER.pem(passphrase)
    key = decrypt(pem, passphrase, "f")

    assert is_encrypted(pem)
    assert key.private_bytes_raw() == b"p" * 32  # type: ignore[union-attr]  # Ed25519


def test_an_empty_passphrase_is_refused() -> None:
    with pytest.raises(KeyUnusable, match="protects nothing"):
        encrypt(b"der", b"", os.urandom)


@pytest.mark.parametrize("passphrase", [b"wrong", None, b""])
def test_a_wrong_passphrase_is_said_to_be_one(passphrase: bytes | None) -> None:
    with pytest.raises(KeyUnusable, match=r"key\.pem: the passphrase does not open it"):
        decrypt(SIGNER.pem(b"sesame"), passphrase, "key.pem")
