from pathlib import Path

import pyarrow.parquet as pq  # type: ignore[import-untyped]  # it ships no types
import pytest

from support.cli import Ran, a_recorded_project, invoke


def parquet(cwd: Path, *options: str) -> Ran:
    return invoke("trail", "export", "--format", "parquet", *options, cwd=cwd)


def test_a_reader_of_hive_folders_finds_every_call(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    assert parquet(tmp_path, "--out", "calls").code == 0

    rows = pq.read_table(tmp_path / "calls").to_pylist()

    lines = invoke("trail", "export", cwd=tmp_path).lines
    by_id = {row.pop("id"): row for row in rows}
    for line in lines:
        row = by_id.pop(line.pop("id"))
        assert str(row.pop("day")) == line["at"][:10]
        assert row == line
    assert by_id == {}


def test_without_a_place_there_is_nowhere_to_write(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    made = parquet(tmp_path)
    assert made.code == 2
    assert "--out" in made.err


@pytest.mark.parametrize(
    ("purpose", "folder"),
    [
        ("support.reply", "purpose=support.reply"),
        ("../../etc", "purpose=..%2F..%2Fetc"),
        ("a=b", "purpose=a%3Db"),
        (None, "purpose=none"),
    ],
)
def test_what_was_declared_is_never_a_path(
    tmp_path: Path, purpose: str | None, folder: str
) -> None:
    from affidavit.wiring import Governor
    from support.project import a_call, a_project

    with Governor(settings=a_project(tmp_path)) as governor:
        governor.commit(governor.consider(a_call(purpose=purpose)))
    parquet(tmp_path, "--out", "calls")
    assert [path.name for path in (tmp_path / "calls").iterdir()] == [folder]


def test_a_place_that_cannot_be_written_is_named_and_not_the_trails(
    tmp_path: Path,
) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "file").write_bytes(b"")
    asked = ("trail", "export", "--format", "parquet", "--out", "file/calls")
    told = invoke(*asked, cwd=tmp_path)
    assert told.code == 2
    assert "file/calls: cannot be written (Not a directory)" in told.err
    assert "There is no folder file: make it, or name another place." in told.err
