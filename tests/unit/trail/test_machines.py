"""A writer of another machine is refused while it lives, and only then."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from affidavit.errors import TrailUnavailable
from affidavit.trail import machines, segment, wal
from affidavit.trail.trail import boot_id
from support import live

ELSEWHERE = "5b2a4cde-0000-4000-8000-000000000000"


def a_wal(directory: Path, *, boot: str) -> Path:
    directory.mkdir(exist_ok=True)
    header = wal.Header(
        origin=live.ORIGIN,
        writer="AAAAAAAAAAA",
        segment=0,
        first=0,
        after=b"m" * wal.MAC_BYTES,
        size=1,
        pid=4711,
        boot=boot,
    )
    path = directory / segment.name("AAAAAAAAAAA", 0)
    path.write_bytes(header.print(b"k" * 32) + bytes(4096))
    return path


@contextmanager
def written_by_the_living(path: Path) -> Iterator[None]:
    fd = os.open(path, os.O_RDWR)
    fcntl.flock(fd, fcntl.LOCK_EX)
    try:
        yield
    finally:
        os.close(fd)


def test_a_living_writer_of_another_boot_is_refused_by_name(tmp_path: Path) -> None:
    path = a_wal(tmp_path, boot=ELSEWHERE)
    with (
        written_by_the_living(path),
        pytest.raises(
            TrailUnavailable, match="process 4711 of another machine"
        ) as told,
    ):
        machines.check(tmp_path, "here")
    assert ELSEWHERE in str(told.value)
    assert str(path) in str(told.value)


@pytest.mark.parametrize(
    ("theirs", "ours"), [("here", "here"), ("", "here"), ("x", "")]
)
def test_a_living_writer_of_this_boot_or_of_none_is_no_stranger(
    tmp_path: Path, theirs: str, ours: str
) -> None:
    with written_by_the_living(a_wal(tmp_path, boot=theirs)):
        machines.check(tmp_path, ours)


def test_what_the_dead_of_an_earlier_boot_left_is_no_stranger(tmp_path: Path) -> None:
    a_wal(tmp_path, boot=ELSEWHERE)
    machines.check(tmp_path, "here")


def test_a_file_that_is_no_wal_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "x.wal"
    path.write_bytes(b"no wal")
    with written_by_the_living(path):
        machines.check(tmp_path, "here")


def test_a_file_that_is_gone_meanwhile_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "gone.wal").symlink_to(tmp_path / "nowhere")
    machines.check(tmp_path, "here")


def test_a_trail_does_not_open_beside_a_living_stranger(tmp_path: Path) -> None:
    directory = live.a_directory(tmp_path / "t")
    path = a_wal(directory / "wal", boot=ELSEWHERE)
    with (
        written_by_the_living(path),
        pytest.raises(TrailUnavailable, match="another machine"),
    ):
        live.a_trail(directory)


def test_a_stranger_that_came_later_keeps_the_first_record_out(tmp_path: Path) -> None:
    directory = live.a_directory(tmp_path / "t")
    trail = live.a_trail(directory)
    path = a_wal(directory / "wal", boot=ELSEWHERE)
    with (
        written_by_the_living(path),
        pytest.raises(TrailUnavailable, match="another machine"),
    ):
        trail.append(live.a_record())
    assert boot_id() != ELSEWHERE


def test_where_locks_say_nothing_a_recent_writer_of_another_boot_is_refused(
    tmp_path: Path,
) -> None:
    path = a_wal(tmp_path, boot=ELSEWHERE)
    os.utime(path, ns=(0, 1_000_000_000_000))

    def check(seconds: int, *, boot: str = "here") -> None:
        clock = partial(int, (1000 + seconds) * 1_000_000_000)
        machines.check(tmp_path, boot, still_seconds=330, clock=clock)

    with pytest.raises(TrailUnavailable, match="wrote to this trail 329 s ago") as told:
        check(329)
    assert "once 330 s have passed" in str(told.value)
    check(330)
    check(1, boot=ELSEWHERE)


def test_on_a_network_nothing_of_a_writer_that_may_live_is_taken_or_removed(
    tmp_path: Path,
) -> None:
    directory = live.a_directory(tmp_path / "t")
    trail = live.a_trail(directory, on_network=True)
    trail.append(live.a_record())
    path = a_wal(directory / "wal", boot=ELSEWHERE)
    with pytest.raises(TrailUnavailable, match="do not tell whether it lives"):
        trail.seal()
    assert path.exists()
    os.utime(path, (0, 0))
    assert trail.seal() is not None
    trail.close()


def test_of_two_machines_that_begin_at_once_on_a_network_neither_goes_on(
    tmp_path: Path,
) -> None:
    directory = live.a_directory(tmp_path / "t")

    def meanwhile() -> float:
        # Asked by a segment in the making, after it was allowed.
        a_wal(directory / "wal", boot=ELSEWHERE)
        return 0

    trail = live.a_trail(directory, on_network=True, elapsed=meanwhile)
    with pytest.raises(TrailUnavailable, match="another machine"):
        trail.append(live.a_record())
    left = [each.name for each in (directory / "wal").iterdir()]
    assert left == [segment.name("AAAAAAAAAAA", 0)]
