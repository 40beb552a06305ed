import errno
from pathlib import Path

import pytest

from affidavit.cli import handing
from affidavit.errors import Incomplete, TrailMismatch, TrailUnavailable
from affidavit.tlog import checkpoint
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail.identity import Identity, Secrets
from support import vectors

LOG = vectors.key("log")


def test_what_is_handed_out_is_readable_by_all(tmp_path: Path) -> None:
    path = tmp_path / "proof"
    handing.hand_out(path, b"first")
    handing.hand_out(path, b"second")

    assert (path.read_bytes(), path.stat().st_mode & 0o777) == (b"second", 0o644)


def test_a_folder_is_no_file_to_write(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="Name the file"):
        handing.hand_out(tmp_path, b"")


def test_a_place_that_cannot_be_written_is_spoken_of_as_that(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TrailUnavailable, match="There is no folder"):
        handing.hand_out(tmp_path / "file/proof", b"x")
    refused = PermissionError(errno.EACCES, "Permission denied", "elsewhere")
    told = pytest.raises(TrailUnavailable, match="/out: cannot be written")
    with told, handing.writing(tmp_path / "out"):
        raise refused


def test_what_is_wrong_with_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    other = TrailUnavailable("no seal")
    with pytest.raises(TrailUnavailable) as caught, handing.writing(tmp_path / "out"):
        raise other
    assert caught.value is other


def test_a_file_that_is_too_long_shows_by_one_byte(tmp_path: Path) -> None:
    (tmp_path / "long").write_bytes(bytes(10))

    assert len(handing.read(tmp_path / "long", 4)) == 5
    with pytest.raises(Incomplete, match="cannot be read"):
        handing.read(tmp_path / "missing", 4)


def test_a_kept_checkpoint_is_one(tmp_path: Path) -> None:
    signed = checkpoint.sign(Checkpoint(LOG.name, 1, bytes(32)), LOG.signer)
    (tmp_path / "kept").write_bytes(signed)
    (tmp_path / "torn").write_bytes(signed[:20])

    assert handing.checkpoint(tmp_path / "kept") == signed
    with pytest.raises(Incomplete, match="Name a copy"):
        handing.checkpoint(tmp_path / "torn")


def test_nobody_signs_for_a_trail_that_is_not_theirs() -> None:
    identity = Identity(LOG.signer, Secrets("acme.example/mine", bytes(32)))
    mine = Checkpoint("acme.example/mine", 1, bytes(32))

    assert handing.signing(identity, mine) is identity
    with pytest.raises(TrailMismatch, match="whoever keeps the trail"):
        handing.signing(identity, Checkpoint(LOG.name, 1, bytes(32)))
