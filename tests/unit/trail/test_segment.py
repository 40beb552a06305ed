"""WAL files: named when durable, locked while their writer lives, space ahead of
need."""

import fcntl
import os
from pathlib import Path

import pytest

from affidavit.durable import try_lock
from affidavit.errors import TrailUnavailable
from affidavit.trail import segment


def created(path: Path) -> segment.Segment:
    return segment.Segment.create(path, segment.name("w", 0), b"header")


def test_a_new_segment_holds_its_header_then_zeros(tmp_path: Path) -> None:
    file = created(tmp_path)
    data = file.path.read_bytes()

    assert file.path.name == "w-000000.wal"
    assert data == b"header" + bytes(segment.FIRST_BYTES - 6)
    assert list(tmp_path.iterdir()) == [file.path]
    assert file.empty
    assert file.free == segment.FIRST_BYTES - 6
    file.close()


def test_a_segment_is_locked_until_it_is_closed(tmp_path: Path) -> None:
    file = created(tmp_path)
    fd = os.open(file.path, os.O_RDONLY)

    assert not try_lock(fd)
    file.close()
    assert try_lock(fd)
    fcntl.flock(fd, fcntl.LOCK_UN)
    os.close(fd)


def test_appended_frames_follow_one_another(tmp_path: Path) -> None:
    file = created(tmp_path)
    file.append(b"one")
    file.append(b"two")
    file.sync()

    assert file.path.read_bytes()[:12] == b"headeronetwo"
    assert not file.empty
    file.close()


def test_reserving_grows_the_file_ahead_of_need(tmp_path: Path) -> None:
    file = created(tmp_path)
    file.reserve(segment.FIRST_BYTES)

    assert file.free >= segment.FIRST_BYTES
    assert file.path.stat().st_size == segment.FIRST_BYTES + segment.GROWTH_BYTES
    file.close()


def test_a_folder_that_is_missing_is_no_room_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(segment.NoRoom, match="ENOENT"):
        created(tmp_path / "missing")


def test_a_name_that_is_being_made_by_another_is_no_room(tmp_path: Path) -> None:
    (tmp_path / "w-000000.wal.new").touch()

    with pytest.raises(segment.NoRoom, match="EEXIST"):
        created(tmp_path)


def test_a_segment_past_its_limit_is_full(tmp_path: Path) -> None:
    file = created(tmp_path)
    before = file.full
    assert not before
    file.reserve(segment.LIMIT_BYTES)
    file.append(bytes(segment.LIMIT_BYTES))

    full = file.full
    assert full
    file.close()


def test_a_segment_past_its_age_is_full_unless_it_holds_nothing(
    tmp_path: Path,
) -> None:
    """An idle writer's empty file is as good as a new one."""
    now = [1000.0]
    file = segment.Segment.create(
        tmp_path,
        segment.name("w", 0),
        b"header",
        elapsed=lambda: now[0],
        limit_seconds=60,
    )
    now[0] += 60
    idle = file.full
    file.append(b"x")
    old = file.full
    now[0] -= 0.001
    young = file.full

    assert (idle, old, young) == (False, True, False)
    assert segment.LIMIT_SECONDS == 3600
    file.close()


def test_a_discarded_segment_is_gone(tmp_path: Path) -> None:
    file = created(tmp_path)
    file.discard()
    assert list(tmp_path.iterdir()) == []


def test_writing_after_the_descriptor_is_gone_names_the_file(tmp_path: Path) -> None:
    file = created(tmp_path)
    file.close()

    with pytest.raises(TrailUnavailable, match=r"w-000000\.wal: EBADF"):
        file.append(b"x")
    with pytest.raises(TrailUnavailable, match="EBADF"):
        file.sync()


@pytest.mark.parametrize("through", [True, False])
def test_only_a_write_that_was_asked_to_be_durable_says_that_it_is(
    tmp_path: Path, *, through: bool
) -> None:
    made = segment.Segment.create(tmp_path, "a.wal", b"header", through=through)
    made.reserve(100)
    assert not made.append(b"first")
    assert made.append(b"second", durable=True) is through
    made.close()
    assert (tmp_path / "a.wal").read_bytes().startswith(b"headerfirstsecond")


def test_a_name_that_may_be_there_is_not_tried_again(tmp_path: Path) -> None:
    (tmp_path / "wal").mkdir()
    made = segment.Segment.create(tmp_path / "wal", "w-000000.wal", b"header")

    # The directory cannot be synced: whether the name survives is unknown.
    with pytest.raises(TrailUnavailable) as told:
        made._show(tmp_path / "gone")

    assert not isinstance(told.value, segment.NoRoom)
    assert str(made.path) in str(told.value)
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(made._fd)
