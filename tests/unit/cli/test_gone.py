"""Pruned is what a signed record says; all else that is gone is missing."""

from pathlib import Path

from affidavit.cli.gone import Gone
from affidavit.trail.reader import StoredRecord, TrailReader
from support import aged


def why(path: Path) -> dict[str | None, int]:
    reader = TrailReader(path)
    gone = Gone(reader)
    found = [gone.why(each) for each in reader.records()]
    return {each: found.count(each) for each in set(found)}


def test_pruned_and_missing_are_told_apart(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    aged.an_old_trail(path, 3)
    aged.pruned(path)
    young = aged.indices(path, ["outcome"])[-1]
    bodies = aged.bodies(path)
    bodies[young] = None
    (file,) = (path / "body" / "000.p").iterdir()
    file.write_bytes(aged.encoded(bodies))

    found = why(path)
    assert (found["pruned"], found["missing"]) == (6, 1)


def test_a_record_that_cannot_be_read_explains_nothing(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    aged.an_old_trail(path, 3)
    aged.pruned(path)
    bodies = aged.bodies(path)
    bodies[aged.kinds(path).index("pruning")] = None
    (file,) = (path / "body" / "000.p").iterdir()
    file.write_bytes(aged.encoded(bodies))

    assert why(path)["missing"] == 7


def test_a_record_that_is_not_in_the_tree_is_never_pruned(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    (stored,) = TrailReader(path).records()
    pending = StoredRecord(
        index=None, entry=stored.entry, body=None, salt=None, sealed=False
    )
    gone = Gone(TrailReader(path))
    assert (gone.why(pending), gone.why(stored)) == ("missing", None)
