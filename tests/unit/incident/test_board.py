"""The files beside the records: written whole, counted up, never guessed."""

from pathlib import Path

import pytest

from affidavit.durable import ProcessLock
from affidavit.errors import TrailUnavailable
from affidavit.incident import board
from affidavit.incident.model import Target
from affidavit.incident.suspended import Suspended, Suspension
from support.incidents import EVERYTHING, PURPOSE, USER

ORIGIN = "acme.example/trail"


def suspension(target: Target) -> Suspension:
    at = "2026-11-23T08:00:00.000Z"
    return Suspension(incident="i1", at=at, target=target, reason="A letter came.")


def nothing() -> tuple[Suspension, ...]:
    return ()


def counted(trail: Path) -> bytes:
    return (trail / "incidents" / "generation").read_bytes()


def test_what_is_added_stays_until_it_is_removed(tmp_path: Path) -> None:
    board.add(tmp_path, ORIGIN, nothing, [suspension(PURPOSE), suspension(USER)])
    board.remove(tmp_path, ORIGIN, nothing, "i2", [USER])
    left = board.remove(tmp_path, ORIGIN, nothing, "i1", [USER])

    assert [each.target for each in left.all] == [PURPOSE]
    assert board.read(tmp_path, ORIGIN) == left


def test_each_change_raises_the_counter_in_its_place(tmp_path: Path) -> None:
    board.add(tmp_path, ORIGIN, nothing, [suspension(PURPOSE)])
    path = tmp_path / "incidents" / "generation"
    inode, before = path.stat().st_ino, counted(tmp_path)
    board.add(tmp_path, ORIGIN, nothing, [suspension(USER)])

    assert counted(tmp_path) != before
    assert len(counted(tmp_path)) == 8
    assert path.stat().st_ino == inode


def test_a_missing_list_is_made_from_the_records(tmp_path: Path) -> None:
    made = board.made(tmp_path, ORIGIN, lambda: [suspension(EVERYTHING)])

    assert [each.target for each in made.all] == [EVERYTHING]
    assert board.made(tmp_path, ORIGIN, nothing) == made, "it is there by now"
    (tmp_path / "incidents" / "generation").unlink()
    assert board.made(tmp_path, ORIGIN, nothing) == made
    assert len(counted(tmp_path)) == 8


def test_nothing_is_added_to_a_list_that_was_lost(tmp_path: Path) -> None:
    added = board.add(
        tmp_path, ORIGIN, lambda: [suspension(PURPOSE)], [suspension(USER)]
    )

    assert {each.target for each in added.all} == {PURPOSE, USER}


@pytest.mark.parametrize("data", [b"", b"{}", Suspended("another.example/t").print()])
def test_a_damaged_list_is_no_list(tmp_path: Path, data: bytes) -> None:
    board.add(tmp_path, ORIGIN, nothing, [suspension(PURPOSE)])
    (tmp_path / "incidents" / "suspended").write_bytes(data)

    with pytest.raises(TrailUnavailable, match="not known"):
        board.read(tmp_path, ORIGIN)


def test_a_list_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "incidents" / "suspended").mkdir(parents=True)

    with pytest.raises(TrailUnavailable, match="suspended"):
        board.read(tmp_path, ORIGIN)


def test_one_process_records_at_a_time(tmp_path: Path) -> None:
    with (
        board.recording(tmp_path),
        pytest.raises(TrailUnavailable, match="another process"),
        board.recording(tmp_path, seconds=0),
    ):
        pass


def test_whoever_changes_waits_for_whoever_does(tmp_path: Path) -> None:
    folder = tmp_path / "incidents"
    folder.mkdir()
    with (
        ProcessLock(folder / "lock").held(seconds=0),
        pytest.raises(TrailUnavailable, match="another process"),
    ):
        board.made(tmp_path, ORIGIN, nothing, seconds=0)


def test_where_there_is_no_trail_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(TrailUnavailable, match="no trail"):
        board.made(tmp_path / "none", ORIGIN, nothing)
    assert not (tmp_path / "none").exists()
