"""Places of keys: paths, URIs, and whatever plugs in."""

from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest

from affidavit.errors import KeyUnusable
from affidavit.keys import Ed25519Signer, Signer, Verifier
from affidavit.keys.passphrase import Passphrase
from affidavit.keys.uri import Checked, KeyUri, open_place, open_uri, place_of

SIGNER = Ed25519Signer.from_seed(b"u" * 32)
BASE = Path("/srv/app")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("key.pem", BASE / "key.pem"),
        ("/etc/key.pem", Path("/etc/key.pem")),
        ("./odd:name", BASE / "odd:name"),
        ("file:key.pem", BASE / "key.pem"),
        ("file:/etc/a%20b.pem", Path("/etc/a b.pem")),
        ("file:///etc/key.pem", Path("/etc/key.pem")),
        ("file://localhost/etc/key.pem", Path("/etc/key.pem")),
        ("pkcs11:object=k", KeyUri("pkcs11:object=k")),
        ("vault:transit/trail", KeyUri("vault:transit/trail")),
    ],
)
def test_a_setting_names_a_path_or_a_uri(text: str, place: Path | KeyUri) -> None:
    assert place_of(text, BASE) == place


@pytest.mark.parametrize(
    "text", ["file://elsewhere/key.pem", "file:k?x", "pkcs11:a b", "pkcs11:ü"]
)
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(KeyUnusable):
        place_of(text, BASE)


def opener(text: str, passphrase: Passphrase | None) -> Signer:
    """What a package that plugs in names in the group `affidavit.signers`."""
    if text.endswith("broken"):
        raise RuntimeError("the service is away")
    if text.endswith("lying"):
        return Liar()
    return SIGNER


class Liar:
    verifier = SIGNER.verifier

    def sign(self, message: bytes) -> bytes:
        return SIGNER.sign(b"a digest, perhaps")


class Failing:
    verifier = SIGNER.verifier

    def sign(self, message: bytes) -> bytes:
        raise ConnectionError("no route to the service")


class Plugged(EntryPoint):
    def load(self) -> object:
        return opener


def plugged() -> EntryPoints:
    return EntryPoints([Plugged("desk", "unused:unused", "affidavit.signers")])


def test_a_package_can_plug_a_scheme_in() -> None:
    signer = open_uri(KeyUri("desk:drawer"), found=plugged())

    SIGNER.verifier.verify(signer.sign(b"m"), b"m")


def test_what_a_plug_in_raises_is_told_as_ours() -> None:
    with pytest.raises(KeyUnusable, match=r"desk:broken: .*the service is away"):
        open_uri(KeyUri("desk:broken"), found=plugged())


def test_a_signature_that_does_not_hold_is_never_given_out() -> None:
    lying = open_uri(KeyUri("desk:lying"), found=plugged())

    with pytest.raises(KeyUnusable, match="does not hold under its own public key"):
        lying.sign(b"m")


def test_a_signer_that_fails_is_named() -> None:
    with pytest.raises(KeyUnusable, match=r"desk:x: did not sign .*no route"):
        Checked(Failing(), "desk:x").sign(b"m")


def test_a_scheme_that_nothing_opens_says_which_are_known() -> None:
    with pytest.raises(KeyUnusable, match=r"Known: desk, file, pkcs11.*\./nowhere:key"):
        open_uri(KeyUri("nowhere:key"), found=plugged())


def test_a_path_is_opened_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(SIGNER.pem())
    path.chmod(0o600)

    assert open_place(path).verifier == Verifier(SIGNER.verifier.public)
