"""WAL files from outside: where untaken frames begin, and what a torn end is."""

import os
from pathlib import Path

import pytest

from affidavit.errors import Malformed
from affidavit.trail import unsealed
from affidavit.trail.state import Taken
from affidavit.trail.unsealed import OpenWal, Torn
from support import trails
from support.trails import Builder, a_trail


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    return a_trail(tmp_path / "trail", calls=50)


def opened(trail: Builder, data: bytes, taken: Taken | None = None) -> OpenWal:
    name = f"{trails.writer_name('w')}-000000.wal"
    trails.put(trail.path / "wal" / name, data)
    (wal,) = unsealed.open_all(trail.path / "wal", {name: taken} if taken else {})
    return wal


def framed(trail: Builder) -> tuple[bytes, list[tuple[int, bytes]]]:
    name = trails.writer_name("w")
    return trail.wal(name, [m for m in trail.records if m.fields["writer"] == name])


def test_a_file_that_the_tree_never_took_from_is_read_from_its_header(
    trail: Builder,
) -> None:
    data, ends = framed(trail)
    wal = opened(trail, data + bytes(5000))

    assert [(f.end, f.mac) for f in wal.frames()] == ends
    assert wal.torn is None
    assert not wal.known
    assert wal.taken.seq == 0
    wal.close()


def test_a_file_is_read_from_where_the_tree_stopped(trail: Builder) -> None:
    data, ends = framed(trail)
    wal = opened(trail, data, Taken(offset=ends[90][0], mac=ends[90][1], seq=91))

    assert [frame.end for frame in wal.frames()] == [end for end, _ in ends[91:]]
    wal.close()


def test_files_larger_than_a_piece_are_read_whole(trail: Builder) -> None:
    for made in trail.records:
        made.body = trails.canonical({"much": "x" * 50_000})
    data, ends = framed(trail)
    wal = opened(trail, data + bytes(2 << 20))

    assert len(data) > 2 * unsealed.CHUNK_BYTES
    assert [frame.end for frame in wal.frames()] == [end for end, _ in ends]
    assert wal.torn is None
    wal.close()


def test_a_torn_tail_is_measured_to_its_last_byte(trail: Builder) -> None:
    data, ends = framed(trail)
    wal = opened(trail, data[:-7] + bytes(3000))

    assert len(list(wal.frames())) == len(ends) - 1
    assert wal.torn is not None
    assert wal.torn.offset == ends[-2][0]
    assert wal.torn.offset + wal.torn.size == len(data[:-7].rstrip(b"\0"))
    assert not wal.torn.resumes
    wal.close()


def test_whole_frames_after_damage_are_seen(trail: Builder) -> None:
    data, ends = framed(trail)
    damaged = bytearray(data)
    damaged[ends[40][0] + 60] ^= 1
    wal = opened(trail, bytes(damaged))

    assert len(list(wal.frames())) == 41
    assert wal.torn is not None
    assert wal.torn.resumes
    wal.close()


def test_a_write_that_the_reader_overtook_is_not_taken_for_torn(trail: Builder) -> None:
    """Half of a frame is there at first, and all of it when we look again."""
    data, ends = framed(trail)
    half = ends[-1][0] - 30
    path = trail.path / "w.wal"
    trails.put(path, data[:half])

    class Overtaking(OpenWal):
        def _rest(self, offset: int) -> Torn | None:
            found = super()._rest(offset)
            path.write_bytes(data)
            return found

    wal = Overtaking("w.wal", "w", 0, os.open(path, os.O_RDONLY), None)

    assert len(list(wal.frames())) == len(ends)
    assert wal.torn is None
    wal.close()


def test_a_file_without_a_header_is_torn_from_its_first_byte(trail: Builder) -> None:
    wal = opened(trail, b"no magic here" + bytes(100))

    assert list(wal.frames()) == []
    assert wal.header is None
    assert wal.torn is not None
    assert (wal.torn.offset, wal.torn.size) == (0, 13)
    wal.close()


def test_files_that_are_no_wal_are_left_alone(tmp_path: Path) -> None:
    for name in ("x-000000.wal.new", "notes.txt", "x-1.wal", ".wal", "a b-000000.wal"):
        trails.put(tmp_path / name, b"anything")

    assert unsealed.open_all(tmp_path, {}) == ()


def test_segments_come_in_order_writer_by_writer(tmp_path: Path) -> None:
    names = [f"{w}-{s}.wal" for w in ("b", "a") for s in ("000010", "000009")]
    for name in names:
        trails.put(tmp_path / name, b"")

    found = unsealed.open_all(tmp_path, {})

    assert [(each.writer, each.segment) for each in found] == [
        ("a", 9),
        ("a", 10),
        ("b", 9),
        ("b", 10),
    ]
    for each in found:
        each.close()


def test_no_file_stays_open_when_one_cannot_be_opened(tmp_path: Path) -> None:
    trails.put(tmp_path / "a-000000.wal", b"")
    (tmp_path / "b-000000.wal").symlink_to(tmp_path / "gone")
    before = len(os.listdir("/proc/self/fd"))

    with pytest.raises(FileNotFoundError):
        unsealed.open_all(tmp_path, {})

    assert len(os.listdir("/proc/self/fd")) == before


def test_a_pipe_in_a_files_place_is_not_waited_on(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a-000000.wal")

    with pytest.raises(OSError, match="a pipe or a device"):
        unsealed.open_all(tmp_path, {})


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"offset": 1, "mac": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"offset": -1, "mac": "AAAAAAAAAAAAAAAAAAAAAA", "seq": 0},
        {"offset": 1, "mac": "AAAA", "seq": 0},
        {"offset": "1", "mac": "AAAAAAAAAAAAAAAAAAAAAA", "seq": 0},
    ],
)
def test_a_state_that_says_something_else_is_malformed(value: object) -> None:
    with pytest.raises(Malformed):
        Taken.parse(value)  # type: ignore[arg-type]  # what a file may hold
