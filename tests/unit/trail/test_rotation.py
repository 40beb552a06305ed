"""Changing keys: the trail goes on with one of them, whatever happens."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from affidavit.durable import ProcessLock
from affidavit.errors import (
    AffidavitError,
    KeyUnusable,
    SettingsInvalid,
    TrailMismatch,
    TrailUnavailable,
)
from affidavit.keys import Ed25519Signer, Verifier
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.trail.identity import Identity
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.trail.rotation import KeyChange
from affidavit.trail.state import State, Taken
from affidavit.trail.storage import Leaf, Storage
from affidavit.verify import Verdict
from support.live import ORIGIN, a_directory, a_record, a_trail
from support.rotated import NEW, OLD, SECOND, a_rotated_trail, change, verified, write


def test_the_new_key_signs_from_its_record_on_and_the_trail_holds(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    write(path, OLD)
    before = Storage(path, OLD).checkpoint()
    done = change(path, OLD).rotate(NEW.signer)
    write(path, NEW, 300)

    assert done.index == before.size
    assert done.head.size == before.size + 1
    assert verified(path, OLD.verifier, NEW.verifier).verdict is Verdict.VALID


def test_a_process_with_the_old_key_signs_nothing_more_and_loses_nothing(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    living = a_trail(path, OLD)
    living.append(a_record(Kind.HEARTBEAT))
    change(path, OLD).rotate(NEW.signer)
    head = (path / "checkpoint").read_bytes()
    living.append(a_record(Kind.HEARTBEAT))
    with pytest.raises(TrailMismatch, match=r"rotated to .*Records are\s+safe"):
        living.seal()
    assert (path / "checkpoint").read_bytes() == head
    with pytest.raises(TrailMismatch):
        living.close()
    write(path, NEW)

    report = verified(path, OLD.verifier, NEW.verifier)
    kinds = [each.entry.kind for each in TrailReader(path).records()]
    assert (report.verdict, report.pending) == (Verdict.VALID, 0)
    assert kinds.count(Kind.HEARTBEAT) == 3


def test_a_process_that_can_read_its_keys_again_takes_up_the_new_one(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    keys = [OLD]
    living = a_trail(path, Identity(OLD.signer, OLD.secrets, renewed=lambda: keys[-1]))
    living.append(a_record(Kind.HEARTBEAT))
    change(path, OLD).rotate(NEW.signer)
    keys.append(NEW)
    living.append(a_record(Kind.HEARTBEAT))
    living.close()

    assert Storage(path, NEW).checkpoint().size == 6
    assert verified(path, OLD.verifier, NEW.verifier).verdict is Verdict.VALID


class _CrashError(Exception):
    pass


class Crashing(Storage):
    """Dies once the tree has grown."""

    def extend(
        self, state: State, leaves: Sequence[Leaf], wals: Mapping[str, Taken]
    ) -> State:
        super().extend(state, leaves, wals)
        raise _CrashError


def cut_short(parent: Path) -> Path:
    """A trail whose rotation died between its record and the new key's checkpoint."""
    path = a_directory(parent)
    write(path, OLD)
    dying = KeyChange(
        Crashing(path, OLD), tool="t", clock=time.time_ns, randomness=os.urandom
    )
    with pytest.raises(_CrashError):
        dying.rotate(NEW.signer)
    return path


def test_after_a_crash_behind_the_record_whoever_has_the_new_key_goes_on(
    tmp_path: Path,
) -> None:
    path = cut_short(tmp_path)
    write(path, NEW)

    assert verified(path, OLD.verifier, NEW.verifier).verdict is Verdict.VALID


def test_after_a_crash_behind_the_record_the_old_key_signs_nothing_more(
    tmp_path: Path,
) -> None:
    path = cut_short(tmp_path)
    head = (path / "checkpoint").read_bytes()

    with pytest.raises(TrailMismatch, match="rotated to"):
        write(path, OLD)
    assert (path / "checkpoint").read_bytes() == head
    write(path, NEW)
    assert verified(path, OLD.verifier, NEW.verifier).verdict is Verdict.VALID


def test_rotating_again_finishes_what_a_crash_left(tmp_path: Path) -> None:
    path = cut_short(tmp_path)
    done = change(path, OLD).rotate(NEW.signer)
    again = change(path, NEW).rotate(NEW.signer)

    assert (done.index, again.index) == (None, None)
    assert done.head == again.head
    assert verified(path, OLD.verifier, NEW.verifier).verdict is Verdict.VALID


def test_a_forged_state_makes_nobody_sign_a_tree_that_is_not_this_trails(
    tmp_path: Path,
) -> None:
    stranger = Identity(Ed25519Signer.from_seed(b"x" * 32), OLD.secrets)
    honest, forged = a_rotated_trail(tmp_path / "a"), tmp_path / "b"
    forged.mkdir()
    theirs = a_directory(forged, stranger)
    write(theirs, stranger)
    state = (honest / "state").read_bytes()
    for name in ("checkpoint", "tile", "body"):
        subprocess.run(["rm", "-r", honest / name], check=True)
        subprocess.run(["cp", "-r", theirs / name, honest / name], check=True)

    assert b'"key"' in state
    with pytest.raises(AffidavitError):
        Storage(honest, NEW).state()


def test_a_new_key_that_does_not_sign_is_never_named(tmp_path: Path) -> None:
    class Mute:
        verifier: Verifier = NEW.signer.verifier

        def sign(self, message: bytes) -> bytes:
            raise KeyUnusable("no PIN")

    path = a_directory(tmp_path)
    with pytest.raises(KeyUnusable, match="no PIN"):
        change(path, OLD).rotate(Mute())
    write(path, OLD)
    assert verified(path, OLD.verifier).verdict is Verdict.VALID


def test_a_second_key_signs_every_checkpoint_until_it_is_revoked(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    both = Identity(OLD.signer, OLD.secrets, SECOND)
    ml_dsa = MlDsaKey(ORIGIN, SECOND.verifier)
    change(path, OLD).add(SECOND)
    write(path, both)
    assert verified(path, OLD.verifier, ml_dsa).verdict is Verdict.VALID
    with pytest.raises(TrailMismatch, match="ML-DSA-44 key too"):
        write(path, OLD)
    with pytest.raises(SettingsInvalid, match="already"):
        change(path, both).add(SECOND)

    change(path, both).revoke(ml_dsa, "no longer wanted")
    write(path, OLD)
    report = verified(path, OLD.verifier)
    assert report.verdict is Verdict.VALID
    assert [each.state for each in report.keys] == ["in force", "revoked"]
    assert verified(path, OLD.verifier, ml_dsa).verdict is Verdict.INVALID


def test_a_rotation_keeps_the_second_key(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    change(path, OLD).add(SECOND)
    change(path, Identity(OLD.signer, OLD.secrets, SECOND)).rotate(NEW.signer)

    ml_dsa = MlDsaKey(ORIGIN, SECOND.verifier)
    report = verified(path, OLD.verifier, NEW.verifier, ml_dsa)
    assert report.verdict is Verdict.VALID


def test_the_key_in_force_neither_takes_over_from_itself_nor_disowns_itself(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)

    with pytest.raises(SettingsInvalid, match="in force already"):
        change(path, OLD).rotate(OLD.signer)
    with pytest.raises(SettingsInvalid, match="Rotate first"):
        change(path, OLD).revoke(OLD.verifier, "stolen")


def test_while_another_process_holds_the_lock_nothing_is_changed(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    impatient = KeyChange(
        Storage(path, OLD),
        tool="t",
        clock=time.time_ns,
        randomness=os.urandom,
        lock_seconds=0,
    )
    with (
        ProcessLock(path / "lock").held(seconds=0),
        pytest.raises(TrailUnavailable, match="try again"),
    ):
        impatient.rotate(NEW.signer)
    assert Storage(path, OLD).checkpoint().size == 1
