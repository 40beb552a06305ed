"""Which key signs, by what lies on the disk."""

from pathlib import Path

import pytest

from affidavit import durable
from affidavit.errors import KeyUnusable
from affidavit.keys import Ed25519Signer
from affidavit.trail.rotation import KeyChange
from affidavit.trail.storage import Storage
from affidavit.wiring import Settings
from affidavit.wiring.keyring import load_identity, next_path, own_keys, public_path
from support.project import a_project

NEXT = Ed25519Signer.from_seed(b"n" * 32)


def rotate(settings: Settings) -> None:
    """The record and the checkpoint; the files are as they were."""
    storage = Storage(settings.trail, load_identity(settings))
    KeyChange(storage, tool="t", clock=lambda: 10**18, randomness=bytes).rotate(NEXT)


def test_the_key_that_waits_signs_once_the_trail_names_it_and_not_before(
    tmp_path: Path,
) -> None:
    settings = a_project(tmp_path)
    first = load_identity(settings).verifier
    durable.create(next_path(settings), NEXT.pem())

    assert load_identity(settings).verifier == first
    rotate(settings)
    assert load_identity(settings).signer.verifier == NEXT.verifier


def test_a_key_that_waits_and_that_nothing_names_is_not_taken(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    first = load_identity(settings).verifier
    rotate(settings)
    durable.create(next_path(settings), Ed25519Signer.from_seed(b"x" * 32).pem())

    assert load_identity(settings).verifier == first


def test_a_damaged_state_leaves_the_key_that_is_there(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    durable.create(next_path(settings), NEXT.pem())
    (settings.trail / "state").write_bytes(b"{}")

    assert load_identity(settings).signer.verifier != NEXT.verifier


def test_an_identity_can_be_renewed(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    identity = load_identity(settings)
    durable.replace(settings.key, NEXT.pem())

    assert identity.renewed is not None
    assert identity.renewed().signer.verifier == NEXT.verifier


def test_the_owner_pins_retired_keys_too_and_nothing_that_is_none(
    tmp_path: Path,
) -> None:
    settings = a_project(tmp_path)
    before = load_identity(settings).verifier
    public_path(settings, before).write_text(f"{before}\n")
    durable.replace(settings.key, NEXT.pem())
    for odd, text in (("00", "nonsense"), ("11", "acme.example/o+0+A")):
        settings.key.with_name(f"key.pem.{odd}.vkey").write_text(text)
    identity = load_identity(settings)

    assert own_keys(settings, identity).keys == (identity.verifier, before)


def test_a_protected_key_needs_its_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = a_project(tmp_path)
    durable.replace(settings.key, NEXT.pem(b"sesame"))
    monkeypatch.delenv("AFFIDAVIT_KEY_PASSPHRASE", raising=False)

    with pytest.raises(KeyUnusable, match="none was given"):
        load_identity(settings)
    monkeypatch.setenv("AFFIDAVIT_KEY_PASSPHRASE", "sesame")
    assert load_identity(settings).signer.verifier == NEXT.verifier
