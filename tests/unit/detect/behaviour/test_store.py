"""States that processes share, and what damage and loss do: nothing but a log line."""

import logging
import subprocess
import sys
from pathlib import Path

import pytest

from affidavit.detect.behaviour.store import HEADER_BYTES, Store, directory_of

SIZE = 4096


def the_file(directory: Path) -> Path:
    (file,) = directory.glob("*.state")
    return file


def test_processes_share_a_block(tmp_path: Path) -> None:
    directory = tmp_path / "trail.behaviour"
    mine = Store(directory, b"k" * 32).block("a purpose", SIZE)
    mine[0] = 1
    program = (
        "import sys; from pathlib import Path; "
        "from affidavit.detect.behaviour.store import Store; "
        f"block = Store(Path(sys.argv[1]), b'k' * 32).block('a purpose', {SIZE}); "
        "assert block[0] == 1; block[1] = 2"
    )
    subprocess.run([sys.executable, "-c", program, str(directory)], check=True)

    assert (mine[0], mine[1]) == (1, 2)


def test_names_of_files_tell_no_purpose(tmp_path: Path) -> None:
    Store(tmp_path, b"k" * 32).block("support.reply", SIZE)
    first = the_file(tmp_path).name
    Store(tmp_path, b"other").block("support.reply", SIZE)

    assert "support" not in first
    assert len(list(tmp_path.glob("*.state"))) == 2


def test_only_the_owner_reads_them(tmp_path: Path) -> None:
    directory = tmp_path / "b"
    Store(directory, b"k").block("p", SIZE)

    assert directory.stat().st_mode & 0o777 == 0o700
    assert the_file(directory).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("damage", [b"", b"noise", b"x" * (HEADER_BYTES + SIZE)])
def test_a_damaged_file_is_begun_anew_and_said(
    tmp_path: Path, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    store = Store(tmp_path, b"k")
    store.block("p", SIZE)
    the_file(tmp_path).write_bytes(damage)

    with caplog.at_level(logging.WARNING):
        block = store.block("p", SIZE)
    assert bytes(block) == bytes(SIZE)
    assert "begun anew" in caplog.text
    assert the_file(tmp_path).stat().st_size == HEADER_BYTES + SIZE


def test_a_deleted_file_is_made_again(tmp_path: Path) -> None:
    store = Store(tmp_path, b"k")
    old = store.block("p", SIZE)
    the_file(tmp_path).unlink()

    old[3] = 4  # who has it mapped goes on
    assert store.block("p", SIZE)[3] == 0


def test_a_store_that_cannot_be_had_is_memory_of_this_process(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "b").write_text("a file where the folder should be")
    store = Store(tmp_path / "b", b"k")

    with caplog.at_level(logging.WARNING):
        blocks = [store.block("p", SIZE), store.block("q", SIZE)]
    assert all(len(each) == SIZE for each in blocks)
    assert caplog.text.count("this process alone") == 1


def test_nothing_is_left_of_a_file_that_cannot_be_made(tmp_path: Path) -> None:
    store = Store(tmp_path, b"k")
    (tmp_path / store._file("p")).mkdir()

    assert len(store.block("p", SIZE)) == SIZE
    assert [each.suffix for each in tmp_path.iterdir()] == [".state"]


def test_states_stand_beside_the_trail(tmp_path: Path) -> None:
    assert directory_of(tmp_path / "trail") == tmp_path / "trail.behaviour"
