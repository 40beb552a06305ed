"""A new trail is whole or not there."""

import secrets
from pathlib import Path

import pytest

from affidavit import canonical
from affidavit.errors import TrailUnavailable
from affidavit.tlog.tiles import read_bodies, read_entries, tile_at
from affidavit.trail.founding import create_trail
from affidavit.trail.record import Kind, decode
from affidavit.trail.storage import Storage
from support.live import ORIGIN, a_directory, an_identity


def test_a_new_trail_is_its_signed_genesis(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    storage = Storage(path, an_identity())

    assert storage.checkpoint().size == 1
    (entry,) = read_entries(storage.read, tile_at("entries", 0, 1))
    (salted,) = read_bodies(storage.read, tile_at("body", 0, 1))
    assert decode(entry).kind is Kind.GENESIS
    assert salted is not None
    assert canonical.loads(salted[16:]) == {
        "origin": ORIGIN,
        "key": str(an_identity().verifier),
        "tool": "tests/1",
    }
    assert path.stat().st_mode & 0o777 == 0o700
    assert [p.name for p in tmp_path.iterdir()] == ["trail"]


def test_what_a_crash_left_of_an_earlier_attempt_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "trail.new").mkdir()
    (tmp_path / "trail.new" / "rest").touch()
    path = a_directory(tmp_path)

    assert not (path / "rest").exists()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(TrailUnavailable, match="ENOTDIR"):
        create_trail(
            tmp_path / "file" / "trail",
            an_identity(),
            tool="tests/1",
            clock=lambda: 0,
            randomness=secrets.token_bytes,
        )
