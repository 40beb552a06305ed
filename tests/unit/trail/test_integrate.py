"""From WALs into the tree: the living, the dead, the torn and the tampered."""

import fcntl
import os
from pathlib import Path

import pytest

from affidavit.errors import TrailUnavailable
from affidavit.tlog.tiles import Tile, read_bodies, read_entries
from affidavit.trail import record as records
from affidavit.trail import wal
from affidavit.trail.integrate import Cut, Harvest, Integrator, merged
from affidavit.trail.record import Entry, Kind
from affidavit.trail.storage import Leaf, Storage
from affidavit.trail.trail import Trail
from support import live
from support.live import (
    a_directory,
    a_policy_record,
    a_record,
    a_trail,
    an_identity,
)


def entries(path: Path) -> list[Entry]:
    storage = Storage(path, an_identity())
    size = storage.checkpoint().size
    found = read_entries(storage.read, Tile("entries", 0, size))
    bodies = read_bodies(storage.read, Tile("body", 0, size))
    assert len(bodies) == len(found)
    return [records.decode(entry) for entry in found]


def integrated(path: Path, told: list[Cut] | None = None) -> int:
    tell = (told if told is not None else []).append
    head = Integrator(Storage(path, an_identity()), an_identity(), tell).run(
        lock_seconds=1
    )
    assert head is not None
    return head.size


def dead_wal(path: Path, count: int) -> Path:
    """A WAL of `count` records whose writer died without a word."""
    child = os.fork()
    if child == 0:
        trail = a_trail(path)
        for _ in range(count):
            trail.append(a_record())
        os._exit(0)
    os.waitpid(child, 0)
    (found,) = (path / "wal").glob("*.wal")
    return found


def test_records_of_a_dead_writer_are_taken_in_and_its_wal_goes(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    dead_wal(path, 3)

    assert integrated(path) == 1 + 1 + 3
    assert list((path / "wal").iterdir()) == []
    kinds = [entry.kind for entry in entries(path)]
    assert kinds == [Kind.GENESIS, Kind.POLICY, *[Kind.DECISION] * 3]
    assert [entry.seq for entry in entries(path)] == [0, 0, 1, 2, 3]


def test_integrating_twice_takes_nothing_twice(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    with_living = a_trail(path)
    with_living.append(a_record())

    assert integrated(path) == 3
    assert integrated(path) == 3
    with_living.append(a_record())
    assert integrated(path) == 4
    with_living.close()


def test_a_living_writers_wal_stays(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    trail.append(a_record())
    integrated(path)

    assert len(list((path / "wal").iterdir())) == 1
    trail.close()
    assert list((path / "wal").iterdir()) == []


def test_a_crash_before_the_wal_was_removed_repeats_nothing(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 2)
    copy = wal_file.read_bytes()
    integrated(path)
    wal_file.write_bytes(copy)

    assert integrated(path) == 4
    assert not wal_file.exists()


@pytest.mark.parametrize("torn", [1, 7, 24, 200])
def test_a_torn_tail_is_cut_told_of_and_kept(tmp_path: Path, torn: int) -> None:
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 3)
    data = wal_file.read_bytes()
    *_, before_last, last = wal.scan(data, wal.header(data)[1].end)
    cut_at = last.end - torn
    wal_file.write_bytes(data[:cut_at] + bytes(100))
    told: list[Cut] = []

    assert integrated(path, told) == 1 + 1 + 2
    (cut,) = told
    assert cut.offset == before_last.end
    assert cut.data == data[before_last.end : cut_at].rstrip(b"\0")
    assert cut.body["bytes"] == len(cut.data)
    kept = path / "recovered" / f"{wal_file.name}@{cut.offset}"
    assert kept.read_bytes() == cut.data
    assert not wal_file.exists()


def test_a_cut_that_was_told_of_before_a_crash_is_not_told_again(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 2)
    torn = wal_file.read_bytes().rstrip(b"\0")[:-3]
    wal_file.write_bytes(torn)
    integrated(path)
    wal_file.write_bytes(torn)
    told: list[Cut] = []

    integrated(path, told)

    assert told == []
    assert not wal_file.exists()


def test_the_recovery_record_is_in_the_trail_once_a_writer_integrates(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 2)
    wal_file.write_bytes(wal_file.read_bytes().rstrip(b"\0")[:-3])
    trail = a_trail(path)
    trail.append(a_record())
    trail.seal()
    trail.close()

    assert [entry.kind for entry in entries(path)].count(Kind.RECOVERY) == 1


def test_a_process_too_short_to_integrate_tells_of_a_torn_tail_when_it_closes(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 2)
    wal_file.write_bytes(wal_file.read_bytes().rstrip(b"\0")[:-3])
    trail = a_trail(path)
    trail.append(a_record())
    trail.close()

    assert [entry.kind for entry in entries(path)].count(Kind.RECOVERY) == 1
    assert list((path / "wal").iterdir()) == []


def test_a_torn_tail_that_nobody_can_tell_of_waits_for_the_next(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 3)
    wal_file.write_bytes(wal_file.read_bytes().rstrip(b"\0")[:-3])
    told: list[Cut] = []
    storage = Storage(path, an_identity())

    head = Integrator(storage, an_identity(), told.append).run(
        lock_seconds=1, tells=False
    )

    assert head is not None
    assert head.size == 1 + 1 + 2
    assert told == []
    assert wal_file.exists()
    Integrator(storage, an_identity(), told.append).run(lock_seconds=1)
    assert len(told) == 1
    assert not wal_file.exists()


def test_an_edited_frame_is_not_taken_in_and_stays_as_evidence(tmp_path: Path) -> None:
    """Whoever lacks the key can mend the checksum, not the chain."""
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 3)
    data = wal_file.read_bytes()
    frames = list(wal.scan(data, wal.header(data)[1].end))
    forged, _ = wal.seal(b"guess" * 6, frames[1].mac, frames[2].payload)
    wal_file.write_bytes(data[: frames[2].start] + forged + data[frames[2].end :])

    assert integrated(path) == 1 + 2
    assert integrated(path) == 1 + 2
    assert wal_file.exists()


def test_a_tampered_wal_does_not_keep_other_writers_out(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 1)
    data = wal_file.read_bytes()
    (first, *_) = wal.scan(data, wal.header(data)[1].end)
    forged, _ = wal.seal(b"guess" * 6, b"m" * 16, first.payload)
    wal_file.write_bytes(data[: first.start] + forged + data[first.end :])
    trail = a_trail(path)
    trail.append(a_record())
    trail.close()

    assert [entry.kind for entry in entries(path)].count(Kind.DECISION) == 1


def test_an_empty_wal_of_a_dead_writer_goes(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    (path / "wal" / "x-000000.wal").write_bytes(bytes(4096))

    assert integrated(path) == 1
    assert list((path / "wal").iterdir()) == []


def test_bytes_that_were_never_a_wal_are_kept_and_told_of(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    (path / "wal" / "x-000000.wal").write_bytes(b"rubbish")
    told: list[Cut] = []

    integrated(path, told)

    assert [(cut.offset, cut.data) for cut in told] == [(0, b"rubbish")]
    assert (path / "recovered" / "x-000000.wal@0").read_bytes() == b"rubbish"


def test_who_does_not_get_the_lock_does_nothing(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    one = Integrator(Storage(path, an_identity()), an_identity(), lambda _: None)

    with one._lock.held(seconds=0):
        assert one.run(lock_seconds=0) is None


def test_records_of_several_writers_come_in_the_order_of_their_times(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    writers = [a_trail(path) for _ in range(3)]
    for _ in range(4):
        for trail in writers:
            trail.append(a_record())
    integrated(path)

    found = [entry for entry in entries(path) if entry.kind is Kind.DECISION]
    assert [entry.at for entry in found] == sorted(entry.at for entry in found)
    assert len(found) == 12
    for trail in writers:
        trail.close()


def test_a_wal_folder_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    (path / "wal" / "x-000000.wal").mkdir()

    with pytest.raises(TrailUnavailable, match="EISDIR"):
        integrated(path)


def test_a_wal_that_is_put_back_after_its_removal_gives_nothing_twice(
    tmp_path: Path,
) -> None:
    """Otherwise anybody with write access, and no key, could spoil a trail for good."""
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 3)
    copy = wal_file.read_bytes()
    integrated(path)
    trail = a_trail(path)
    for _ in range(300):
        trail.append(a_record())
    trail.close()
    size = len_of_tree(path)
    wal_file.write_bytes(copy)

    assert integrated(path) == size
    assert not wal_file.exists()


def len_of_tree(path: Path) -> int:
    return Storage(path, an_identity()).checkpoint().size


def test_a_wal_whose_header_was_forged_is_not_taken_in(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 2)
    copy = wal_file.read_bytes()
    integrated(path)
    trail = a_trail(path)
    trail.append(a_record())
    trail.close()
    size = len_of_tree(path)
    header, frame = wal.header(copy)
    forged = wal.Header(
        **{
            name: getattr(header, name)
            for name in ("origin", "writer", "segment", "first", "after", "pid", "boot")
        },
        size=size,
    ).print(b"guess" * 6)
    wal_file.write_bytes(forged + copy[frame.end :])

    assert integrated(path) == size
    assert wal_file.exists()


def test_segments_of_one_writer_keep_their_order_when_the_clock_is_set_back(
    tmp_path: Path,
) -> None:
    early, late = a_record(), a_record()
    parts = []
    for segment, (record, at) in enumerate(
        [(late, "2026-01-02T00:00:00.000Z"), (early, "2026-01-01T00:00:00.000Z")]
    ):
        entry = records.encode(
            records.Record(kind=record.kind, id=record.id, at=at, body=b"{}"),
            writer="w",
            seq=segment,
            salt=b"s" * 16,
        )
        parts.append(
            Harvest(
                path=tmp_path / f"w-{segment:06d}.wal",
                leaves=[Leaf(entry, b"")],
                taken=None,
                finished=False,
            )
        )

    found = [records.decode(leaf.entry).seq for leaf in merged(parts)]

    assert found == [0, 1]


def test_a_cut_tells_of_whole_frames_behind_the_damage(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    wal_file = dead_wal(path, 4)
    data = bytearray(wal_file.read_bytes())
    frames = list(wal.scan(bytes(data), wal.header(bytes(data))[1].end))
    data[frames[2].end - 1] ^= 1
    wal_file.write_bytes(bytes(data))
    told: list[Cut] = []

    assert integrated(path, told) == 1 + 2
    assert [cut.body["frames"] for cut in told] == [2]


def test_a_backlog_is_taken_in_by_portions_that_each_stay(tmp_path: Path) -> None:
    """Whoever dies in the middle of it leaves less to the next."""
    path = a_directory(tmp_path)
    for _ in range(6):
        child = os.fork()
        if child == 0:
            trail = a_trail(path)
            for _ in range(9):
                trail.append(a_record())
            os._exit(0)
        os.waitpid(child, 0)
    one = Integrator(
        Storage(path, an_identity()), an_identity(), lambda _: None, portion=20
    )

    sizes = []
    while True:
        head = one.run(lock_seconds=1, whole=False)
        assert head is not None
        sizes.append(head.size)
        if not one.behind:
            break

    assert sizes == [21, 41, 61]
    assert list((path / "wal").iterdir()) == []
    assert [entry.kind for entry in entries(path)].count(Kind.DECISION) == 54


def test_a_long_lived_writers_old_wal_goes_when_all_of_it_is_in_the_tree(
    tmp_path: Path,
) -> None:
    """By age: what a process recorded is in its WAL no longer than an hour."""
    path, now = a_directory(tmp_path), [0.0]
    trail = Trail(
        path,
        an_identity(),
        first_record=a_policy_record,
        checkpoint_seconds=3600,
        segment_seconds=60,
        elapsed=lambda: now[0],
    )

    def segments() -> list[str]:
        return sorted(file.name[-10:] for file in (path / "wal").iterdir())

    trail.append(a_record())
    trail.seal()
    assert segments() == ["000000.wal"]
    now[0] += 59
    trail.append(a_record())
    assert segments() == ["000000.wal"]
    now[0] += 1
    trail.append(a_record())
    # Full, and not yet in the tree: it stays.
    assert segments() == ["000000.wal", "000001.wal"]
    trail.seal()
    assert segments() == ["000001.wal"]
    now[0] += 60
    trail.append(a_record())
    trail.close()

    assert segments() == []
    kinds = [entry.kind for entry in entries(path)]
    assert kinds.count(Kind.DECISION) == 4
    seqs = [entry.seq for entry in entries(path) if entry.kind is not Kind.GENESIS]
    assert seqs == list(range(6))


def test_an_old_wal_stays_while_its_head_cannot_be_published(tmp_path: Path) -> None:
    path, now = a_directory(tmp_path), [0.0]
    trail = Trail(
        path,
        an_identity(),
        first_record=a_policy_record,
        checkpoint_seconds=3600,
        segment_seconds=60,
        elapsed=lambda: now[0],
    )
    trail.append(a_record())
    now[0] += 60
    trail.append(a_record())
    (path / "checkpoint.new").mkdir()  # the disk refuses the new head
    with pytest.raises(TrailUnavailable, match="checkpoint"):
        trail.seal()
    assert len(list((path / "wal").iterdir())) == 2

    (path / "checkpoint.new").rmdir()
    trail.seal()
    assert len(list((path / "wal").iterdir())) == 1
    trail.close()


def test_running_whole_leaves_nothing_behind(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    living = [a_trail(path) for _ in range(3)]
    for trail in living:
        for _ in range(9):
            trail.append(a_record())
    one = Integrator(
        Storage(path, an_identity()), an_identity(), lambda _: None, portion=1
    )

    head = one.run(lock_seconds=1)

    assert head is not None
    assert head.size == 31
    assert not one.behind
    for trail in living:
        trail.close()


def test_a_segment_that_a_crash_left_without_a_name_goes_once_it_is_old(
    tmp_path: Path,
) -> None:
    directory = live.a_directory(tmp_path)
    trail = live.a_trail(directory)
    trail.append(live.a_record())
    old, young, made = (
        directory / "wal" / f"{name}-000000.wal.new"
        for name in ("old", "young", "made")
    )
    for path in (old, young, made):
        path.write_bytes(b"")
    for path in (old, made):
        os.utime(path, (0, 0))
    with made.open("rb") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
        trail.close()
    assert not old.exists()
    assert young.exists()
    assert made.exists()


@pytest.mark.parametrize("suffix", [".wal", ".wal.new"])
def test_a_segment_that_is_gone_once_it_is_looked_at_holds_nobody_up(
    tmp_path: Path, suffix: str
) -> None:
    directory = live.a_directory(tmp_path)
    trail = live.a_trail(directory)
    trail.append(live.a_record())
    # Listed and not there: what another process's segment is, whose name it changes.
    (directory / "wal" / f"w-000000{suffix}").symlink_to(tmp_path / "nowhere")

    trail.close()

    assert [each.kind.value for each in entries(directory)][-1] == "close"
