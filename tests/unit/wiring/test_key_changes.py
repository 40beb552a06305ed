"""Changing keys where they lie: files and record together."""

import os
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from affidavit.errors import KeyUnusable, SettingsInvalid
from affidavit.keys import Ed25519Signer, load_signer
from affidavit.keys.pkcs8 import is_encrypted
from affidavit.keys.uri import KeyUri
from affidavit.trail.storage import Storage
from affidavit.verify import Verdict
from affidavit.wiring import Settings
from affidavit.wiring.key_changes import KeyChanges
from affidavit.wiring.keyring import load_identity, ml_dsa_path, next_path, own_keys
from support.project import a_project
from support.rotated import verified


def changes(settings: Settings, passphrase: bytes | None = None) -> KeyChanges:
    return KeyChanges(
        settings=settings,
        passphrase=lambda _: passphrase,
        clock=time.time_ns,
        randomness=os.urandom,
    )


def holds(settings: Settings) -> bool:
    keys = own_keys(settings, load_identity(settings))
    report = verified(settings.trail, *keys.keys, *keys.ml_dsa)
    return report.verdict is Verdict.VALID


def test_a_fresh_key_takes_the_old_ones_place_and_the_old_one_is_kept(
    tmp_path: Path,
) -> None:
    settings = a_project(tmp_path)
    old = load_identity(settings).verifier
    done = changes(settings).rotate()

    assert (done.old, done.index, done.place) == (old, 1, settings.key)
    assert load_signer(settings.key).verifier == done.new.verifier
    assert done.retired is not None
    assert load_signer(done.retired).verifier == old.verifier
    assert stat.S_IMODE(settings.key.stat().st_mode) == 0o600
    assert not next_path(settings).exists()
    assert holds(settings)


def test_a_destroyed_key_is_nowhere(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    other_name = tmp_path / "held"
    os.link(settings.key, other_name)
    content = settings.key.read_bytes()
    done = changes(settings).rotate(destroy=True)

    assert done.retired is None
    assert other_name.read_bytes() == bytes(len(content))
    assert not any(
        content in each.read_bytes()
        for each in (tmp_path / ".affidavit").rglob("*")
        if each.is_file()
    )


def test_a_key_that_is_there_already_is_taken_as_it_is(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    given = tmp_path / "given.pem"
    given.write_bytes(Ed25519Signer.from_seed(b"g" * 32).pem())
    given.chmod(0o600)
    done = changes(settings).rotate(given)

    assert done.new.verifier == load_signer(given).verifier
    assert settings.key.read_bytes() == given.read_bytes()


def test_a_fresh_key_is_under_the_passphrase_of_the_old_one(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    changes(settings).set_passphrase(b"sesame")
    changes(settings, b"sesame").rotate()

    assert is_encrypted(settings.key.read_bytes())
    assert load_identity(settings, lambda _: b"sesame").origin


def test_a_rotation_that_was_cut_short_before_its_record_uses_the_key_that_waits(
    tmp_path: Path,
) -> None:
    settings = a_project(tmp_path)
    waiting = Ed25519Signer.from_seed(b"w" * 32)
    next_path(settings).write_bytes(waiting.pem())
    next_path(settings).chmod(0o600)

    assert changes(settings).rotate().new.verifier == waiting.verifier


def test_another_key_than_the_one_that_waits_is_refused(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    for path, seed in ((next_path(settings), b"w"), (tmp_path / "other", b"o")):
        path.write_bytes(Ed25519Signer.from_seed(seed * 32).pem())
        path.chmod(0o600)

    with pytest.raises(SettingsInvalid, match="cut short"):
        changes(settings).rotate(tmp_path / "other")


def test_a_key_that_is_no_file_needs_to_be_told_the_next(tmp_path: Path) -> None:
    settings = replace(a_project(tmp_path), key_uri=KeyUri("pkcs11:object=k"))

    with pytest.raises(SettingsInvalid, match="--new"):
        changes(settings).rotate()
    with pytest.raises(SettingsInvalid, match="is no file"):
        changes(settings).set_passphrase(b"x")


def test_a_passphrase_is_set_changed_and_removed(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    changes(settings).add_ml_dsa()
    before = load_identity(settings)
    files = changes(settings).set_passphrase(b"one")
    assert files == (ml_dsa_path(settings), settings.key)
    assert all(is_encrypted(each.read_bytes()) for each in files)

    with pytest.raises(KeyUnusable, match="does not open it"):
        changes(settings, b"wrong").set_passphrase(None)
    changes(settings, b"one").set_passphrase(b"two")
    assert load_identity(settings, lambda _: b"two").verifier == before.verifier
    changes(settings, b"two").set_passphrase(None)
    assert load_identity(settings).ml_dsa == before.ml_dsa


def test_a_change_of_passphrase_that_was_cut_short_is_mended_by_doing_it_again(
    tmp_path: Path,
) -> None:
    settings = a_project(tmp_path)
    changes(settings).add_ml_dsa()
    changes(settings).set_passphrase(b"one")
    before = settings.key.read_bytes()
    changes(settings, b"one").set_passphrase(b"two")
    settings.key.write_bytes(before)  # as a crash between the two files leaves it

    changes(settings, b"one").set_passphrase(b"two")
    assert load_identity(settings, lambda _: b"two").origin


def test_a_second_key_is_made_once_and_a_crash_before_its_record_is_mended(
    tmp_path: Path,
) -> None:
    settings = a_project(tmp_path)
    key, done = changes(settings).add_ml_dsa()
    assert done.index == 1
    with pytest.raises(SettingsInvalid, match="already"):
        changes(settings).add_ml_dsa()

    (tmp_path / "other").mkdir()
    other = a_project(tmp_path / "other")
    ml_dsa_path(other).write_bytes(ml_dsa_path(settings).read_bytes())
    ml_dsa_path(other).chmod(0o600)
    Storage(other.trail, load_identity(other)).state()  # it signs nothing yet
    again, _ = changes(other).add_ml_dsa()
    assert again.verifier == key.verifier
    assert holds(other)


def test_a_revoked_second_key_is_removed_from_the_disk(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    key, _ = changes(settings).add_ml_dsa()
    changes(settings).revoke(key, "not needed")

    assert not ml_dsa_path(settings).exists()
    assert holds(settings)
    changes(settings).add_ml_dsa()
    assert holds(settings)
