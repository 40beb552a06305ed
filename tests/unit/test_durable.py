"""Files whole or not at all; locks that their holder's death releases."""

import errno
import os
from pathlib import Path

import pytest

from affidavit import durable
from affidavit.errors import TrailUnavailable


def test_a_replaced_file_has_the_new_content_and_leaves_nothing_beside_it(
    tmp_path: Path,
) -> None:
    path = tmp_path / "state"
    durable.replace(path, b"old")
    durable.replace(path, b"new")

    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o777 == 0o600


def test_staging_makes_the_folders_it_needs(tmp_path: Path) -> None:
    staging = durable.Staging()
    staging.write(tmp_path / "tile" / "0" / "000", b"hash")
    staging.seal()

    assert (tmp_path / "tile" / "0" / "000").read_bytes() == b"hash"
    assert (tmp_path / "tile").stat().st_mode & 0o777 == 0o700


def test_create_never_replaces_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    durable.create(path, b"first")

    with pytest.raises(TrailUnavailable, match="EEXIST"):
        durable.create(path, b"second")
    assert path.read_bytes() == b"first"


def test_a_failure_names_path_errno_and_remedy(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"

    with pytest.raises(TrailUnavailable) as caught:
        durable.ProcessLock(missing / "lock").held(seconds=0).__enter__()

    assert str(missing) in str(caught.value)
    assert "ENOENT" in str(caught.value)
    assert "affidavit init" in str(caught.value)


def test_a_full_disk_says_that_nothing_was_lost() -> None:
    error = durable.unavailable(Path("x"), OSError(errno.ENOSPC, "no space"))

    assert "ENOSPC" in str(error)
    assert "nothing was lost" in str(error)


def test_an_unknown_failure_is_still_told() -> None:
    assert "unknown error" in str(durable.unavailable(Path("x"), OSError()))


def test_the_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    lock = durable.ProcessLock(tmp_path / "lock")

    with lock.held(seconds=0) as first, lock.held(seconds=0.02) as second:
        assert (first, second) == (True, False)
    with lock.held(seconds=0) as again:
        assert again


def test_a_child_forked_under_the_lock_does_not_keep_it(tmp_path: Path) -> None:
    lock = durable.ProcessLock(tmp_path / "lock")
    read, write = os.pipe()
    with lock.held(seconds=0):
        child = os.fork()
        if child == 0:
            os.close(write)
            os.read(read, 1)
            os._exit(0)
    with lock.held(seconds=0) as had:
        os.close(write)
        os.close(read)
        os.waitpid(child, 0)
        assert had


def test_a_long_write_is_written_whole(tmp_path: Path) -> None:
    data = os.urandom(3 << 20)
    fd = os.open(tmp_path / "f", os.O_RDWR | os.O_CREAT)
    durable.write_whole(fd, data, 5)
    os.close(fd)

    assert (tmp_path / "f").read_bytes() == bytes(5) + data
