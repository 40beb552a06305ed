"""Key files: PKCS#8 of its owner, with or without a passphrase, or another's URI."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from affidavit.errors import KeyUnusable
from affidavit.keys import Ed25519Signer, load_signer

SIGNER = Ed25519Signer.from_seed(b"f" * 32)


def a_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "key.pem"
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_key_file_is_read_back(tmp_path: Path) -> None:
    loaded = load_signer(a_file(tmp_path, SIGNER.pem()))

    assert loaded.verifier == SIGNER.verifier
    assert loaded.sign(b"m") == SIGNER.sign(b"m")


def test_a_protected_key_opens_with_its_passphrase_and_asks_by_name(
    tmp_path: Path,
) -> None:
    path, asked = a_file(tmp_path, SIGNER.pem(b"sesame")), list[str]()

    def passphrase(where: str) -> bytes:
        asked.append(where)
        return b"sesame"

    assert load_signer(path, passphrase).verifier == SIGNER.verifier
    assert asked == [str(path)]


def test_no_passphrase_is_asked_for_where_none_is_needed(tmp_path: Path) -> None:
    def passphrase(where: str) -> bytes:
        raise AssertionError(where)

    loaded = load_signer(a_file(tmp_path, SIGNER.pem()), passphrase)
    assert loaded.verifier == SIGNER.verifier


def test_a_protected_key_without_its_passphrase_fails_and_says_how_to_give_it(
    tmp_path: Path,
) -> None:
    path = a_file(tmp_path, SIGNER.pem(b"sesame"))

    for passphrase in (None, lambda _: None):
        with pytest.raises(KeyUnusable, match="AFFIDAVIT_KEY_PASSPHRASE_FILE"):
            load_signer(path, passphrase)
    with pytest.raises(KeyUnusable, match="does not open it"):
        load_signer(path, lambda _: b"wrong")


def a_curve_key(password: bytes | None = None) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    sealing = BestAvailableEncryption(password) if password else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, sealing)


@pytest.mark.parametrize("content", [b"", b"nonsense", SIGNER.verifier.pem.encode()])
def test_a_file_that_is_no_private_key_is_refused(
    tmp_path: Path, content: bytes
) -> None:
    with pytest.raises(KeyUnusable, match=r"not a PKCS#8 PEM private key.*rotate"):
        load_signer(a_file(tmp_path, content))


@pytest.mark.parametrize("password", [None, b"sesame"])
def test_a_key_of_another_kind_is_refused(
    tmp_path: Path, password: bytes | None
) -> None:
    path = a_file(tmp_path, a_curve_key(password))

    with pytest.raises(KeyUnusable, match="not an Ed25519 key"):
        load_signer(path, lambda _: password)


def test_a_file_may_name_a_key_that_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeyUnusable, match="nothing installed opens nowhere: keys"):
        load_signer(a_file(tmp_path, b"nowhere:key\n"))
