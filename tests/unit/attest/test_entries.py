"""Entries beside a statement are enough to count it again, and hold no body."""

from pathlib import Path

import pytest

from affidavit.attest import entries
from affidavit.attest.packaging import Package
from affidavit.attest.recount import verify_statement
from affidavit.errors import BrokenTrail
from affidavit.trail.reader import TrailReader
from affidavit.verify import Verdict
from support.statements import LATER, attested
from support.trails import Builder, a_trail


def copied(trail: Builder, size: int, out: Path) -> Path:
    reader = TrailReader(trail.path)
    note = reader.checkpoint_bytes()
    entries.copy(reader, note, size, Package(out))
    found = entries.beside(out)
    assert found is not None
    return found


@pytest.mark.parametrize("calls", [1, 126, 127, 128, 400])
def test_a_statement_is_recounted_from_them(tmp_path: Path, calls: int) -> None:
    trail = a_trail(tmp_path / "t", calls=calls)
    trail.write()
    statement = attested(trail).encode()
    found = copied(trail, len(trail.records), tmp_path / "out")
    report = verify_statement(
        statement, key=trail.key, now=LATER, trail=TrailReader(found), bodies=False
    )
    assert report.verdict is Verdict.VALID
    assert report.problems == ()
    assert not (found / "body").exists()


@pytest.mark.parametrize("later", [1, 40, 300])
def test_a_trail_that_has_grown_gives_the_tree_as_it_was(
    tmp_path: Path, later: int
) -> None:
    trail = a_trail(tmp_path / "t", calls=150)
    trail.write()
    before, size = attested(trail).encode(), len(trail.records)
    note = TrailReader(trail.path).checkpoint_bytes()
    trail.calls(later)
    trail.write()
    entries.copy(TrailReader(trail.path), note, size, Package(tmp_path / "out"))
    found = entries.beside(tmp_path / "out")
    assert found is not None
    report = verify_statement(
        before, key=trail.key, now=LATER, trail=TrailReader(found), bodies=False
    )
    assert report.problems == ()
    assert report.trail is not None
    assert report.trail.size == size


def test_an_entry_that_was_changed_is_found(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "t", calls=4)
    trail.write()
    statement = attested(trail).encode()
    found = copied(trail, len(trail.records), tmp_path / "out")
    (bundle,) = (found / "tile" / "entries").rglob("[0-9]*[0-9]")
    target = bundle if bundle.is_file() else next(bundle.glob("*"))
    target.write_bytes(target.read_bytes().replace(b"permit", b"refuse", 1))
    report = verify_statement(
        statement, key=trail.key, now=LATER, trail=TrailReader(found), bodies=False
    )
    assert report.verdict is Verdict.INVALID


def test_a_tile_that_is_missing_is_named(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "t", calls=400)
    trail.write()
    (trail.path / "tile" / "entries" / "001").unlink()
    with pytest.raises(BrokenTrail, match="tile/entries/001"):
        copied(trail, len(trail.records), tmp_path / "out")


def test_progress_is_told_file_by_file(tmp_path: Path) -> None:
    trail = a_trail(tmp_path / "t", calls=400)
    trail.write()
    reader, told = TrailReader(trail.path), list[tuple[int, int]]()
    size = len(trail.records)
    note = reader.checkpoint_bytes()
    package = Package(tmp_path / "out")
    entries.copy(reader, note, size, package, lambda *each: told.append(each))
    assert told[-1][0] == told[-1][1] == len(told)


def test_a_folder_without_entries_has_none(tmp_path: Path) -> None:
    assert entries.beside(tmp_path) is None
