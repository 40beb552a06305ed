"""An open trail: integrates by itself, closes cleanly, belongs to one identity."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from affidavit.errors import TrailMismatch, TrailNotFound
from affidavit.tlog.tiles import Tile, read_entries
from affidavit.trail import record as records
from affidavit.trail.record import Entry, Kind
from affidavit.trail.storage import Storage
from affidavit.trail.trail import Trail, boot_id
from support.live import a_directory, a_policy_record, a_record, a_trail, an_identity

PATIENCE_SECONDS = 30


def entries(path: Path) -> list[Entry]:
    storage = Storage(path, an_identity())
    size = storage.checkpoint().size
    found = read_entries(storage.read, Tile("entries", 0, size))
    return [records.decode(entry) for entry in found]


def test_closing_seals_everything_and_says_how_much_there_was(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    trail.append(a_record())
    trail.note(a_record(Kind.OUTCOME, effect="complete"))
    trail.close()
    trail.close()

    kinds = [entry.kind.value for entry in entries(path)]
    assert kinds == ["genesis", "policy", "decision", "outcome", "close"]
    assert list((path / "wal").iterdir()) == []


def test_a_trail_that_recorded_nothing_is_left_as_it_was(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    before = sorted((p, p.stat().st_mtime_ns) for p in path.rglob("*"))
    a_trail(path).close()

    assert sorted((p, p.stat().st_mtime_ns) for p in path.rglob("*")) == before


def test_records_are_integrated_without_being_asked(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path, checkpoint_seconds=0.01)
    trail.append(a_record())

    deadline = time.monotonic() + PATIENCE_SECONDS
    while Storage(path, an_identity()).checkpoint().size < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    trail.close()


def test_a_process_that_lives_and_is_silent_says_so_in_the_checkpoint(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    trail = Trail(
        path,
        an_identity(),
        first_record=a_policy_record,
        checkpoint_seconds=0.01,
        heartbeat_seconds=0.05,
    )
    trail.append(a_record())

    deadline = time.monotonic() + PATIENCE_SECONDS
    while [each.kind for each in entries(path)].count(Kind.HEARTBEAT) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    trail.close()


def test_sealing_shows_at_once_what_is_durable(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    trail.append(a_record())

    head = trail.seal()

    assert head is not None
    assert head.size == 3
    trail.close()


async def test_what_tasks_append_is_sealed_too(tmp_path: Path) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    await trail.aappend(a_record())
    trail.note(a_record(Kind.OUTCOME, effect="complete"))
    trail.close()

    assert len(entries(path)) == 5


def test_a_child_of_a_fork_closes_its_own_records_and_not_its_parents(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path)
    trail.append(a_record())
    child = os.fork()
    if child == 0:
        trail.append(a_record())
        trail.close()
        os._exit(0)
    os.waitpid(child, 0)
    trail.append(a_record())
    trail.close()

    assert [entry.kind for entry in entries(path)].count(Kind.CLOSE) == 2
    assert [entry.kind for entry in entries(path)].count(Kind.DECISION) == 3


def test_another_key_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    path = a_directory(tmp_path)

    with pytest.raises(TrailMismatch):
        a_trail(path, an_identity(seed=b"o" * 32))


def test_no_trail_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrailNotFound):
        Trail(tmp_path, an_identity(), first_record=a_policy_record)


def test_integration_that_fails_is_told_and_loses_no_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path, checkpoint_seconds=0.01)
    state = (path / "state").read_bytes()
    (path / "state").write_bytes(b"{}")
    trail.append(a_record())

    deadline = time.monotonic() + PATIENCE_SECONDS
    while "not integrated" not in caplog.text:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    trail.append(a_record())
    (path / "state").write_bytes(state)
    trail.close()

    assert [entry.kind for entry in entries(path)].count(Kind.DECISION) == 2


def test_a_process_that_ends_without_closing_is_sealed_by_the_next(
    tmp_path: Path,
) -> None:
    path = a_directory(tmp_path)
    program = (
        "import sys; from pathlib import Path; "
        "from support.live import a_trail, a_record; "
        "a_trail(Path(sys.argv[1])).append(a_record())"
    )
    tests = str(Path(__file__).parents[2])
    subprocess.run(
        [sys.executable, "-c", program, str(path)],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([tests, *sys.path])},
    )
    assert len(entries(path)) == 1

    trail = a_trail(path)
    trail.append(a_record())
    trail.close()

    assert [entry.kind for entry in entries(path)].count(Kind.DECISION) == 2


def test_the_boot_has_a_name_where_the_system_gives_one() -> None:
    assert boot_id() == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
