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


def test_a_creation_that_was_killed_is_finished(tmp_path: Path) -> None:
    path, staged = tmp_path / "key.pem", tmp_path / "key.pem.new"
    staged.write_bytes(b"key")
    path.hardlink_to(staged)

    durable.finish(path)

    assert path.read_bytes() == b"key"
    assert list(tmp_path.iterdir()) == [path]


def test_finishing_leaves_alone_what_no_creation_left(tmp_path: Path) -> None:
    path, other = tmp_path / "key.pem", tmp_path / "key.pem.new"
    durable.create(path, b"key")
    other.write_bytes(b"key")

    durable.finish(path)

    assert other.read_bytes() == b"key"


def test_a_name_that_cannot_be_made_durable_is_told(tmp_path: Path) -> None:
    durable.settle(tmp_path / "there")

    with pytest.raises(TrailUnavailable, match="ENOENT"):
        durable.settle(tmp_path / "nowhere" / "there")


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


def test_what_is_written_through_is_there(tmp_path: Path) -> None:
    fd = os.open(tmp_path / "file", os.O_RDWR | os.O_CREAT)
    data = os.urandom(3 << 20)
    assert durable.write_through(fd, data, 7)
    assert os.pread(fd, len(data), 7) == data
    os.close(fd)


def test_a_write_that_fails_otherwise_is_told(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with pytest.raises(OSError, match="Illegal seek"):
        durable.write_through(writer, b"x", 0)
    os.close(reader)
    os.close(writer)


def test_a_directory_is_made_with_what_is_missing_above_it(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b"
    durable.make_directory(path)
    durable.make_directory(path)

    assert path.stat().st_mode & 0o777 == 0o700


def test_a_directory_that_cannot_be_made_is_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TrailUnavailable, match=r"file.*ENOTDIR|ENOTDIR.*file"):
        durable.make_directory(tmp_path / "file" / "b")


def test_staging_knows_afterwards_which_directories_are_durable(tmp_path: Path) -> None:
    (tmp_path / "tile").mkdir()  # by somebody who was killed before its name was synced
    settled = {tmp_path}
    staging = durable.Staging(settled)
    staging.write(tmp_path / "tile" / "0" / "000", b"hash")
    assert settled == {tmp_path}
    staging.seal()

    assert settled == {tmp_path, tmp_path / "tile", tmp_path / "tile" / "0"}


def test_staging_ends_at_the_root_where_nothing_is_known(tmp_path: Path) -> None:
    staging = durable.Staging(set())
    staging.write(tmp_path / "file", b"x")
    staging.seal()

    assert (tmp_path / "file").read_bytes() == b"x"


def test_an_error_inside_names_the_file_it_is_about(tmp_path: Path) -> None:
    with (
        pytest.raises(TrailUnavailable, match="ENOENT") as told,
        durable.named(tmp_path),
    ):
        (tmp_path / "gone").read_bytes()
    assert str(tmp_path / "gone") in str(told.value)

    with (
        pytest.raises(TrailUnavailable, match="EBADF") as told,
        durable.named(tmp_path),
    ):
        os.close(-1)
    assert str(told.value).startswith(f"{tmp_path}: ")


def test_a_lock_that_fails_is_told_by_name(tmp_path: Path) -> None:
    lock = durable.ProcessLock(tmp_path / "lock")
    with pytest.raises(TrailUnavailable, match="lock: EBADF"):
        lock._had(12345)
    with pytest.raises(TrailUnavailable, match="lock: EBADF"):
        lock._let_go(12345)


def test_what_is_there_is_told_apart_from_what_cannot_be_asked(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert durable.is_there(tmp_path / "file")
    assert not durable.is_there(tmp_path / "gone")
    with pytest.raises(TrailUnavailable, match="ENAMETOOLONG"):
        durable.is_there(tmp_path / ("x" * 300))


@pytest.mark.parametrize(
    ("number", "folder", "remedy"),
    [
        (errno.ENOENT, "nowhere", "nowhere: make it, or name another"),
        (errno.ENOSPC, ".", "Free space there, or name another place"),
        (errno.EDQUOT, ".", "Free space there, or name another place"),
        (errno.EACCES, ".", "See to it that this user may write there"),
    ],
)
def test_what_cannot_be_written_for_somebody_is_told_of_its_place(
    number: int, folder: str, remedy: str, tmp_path: Path
) -> None:
    error = OSError(number, os.strerror(number))
    told = str(durable.unwritable(tmp_path / folder / "calls.csv", error))
    assert f"calls.csv: cannot be written ({os.strerror(number)})" in told
    assert remedy in told
    assert "affidavit init" not in told
