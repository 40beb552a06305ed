import os
from pathlib import Path

import pytest

from affidavit.scan.data import files
from affidavit.scan.data.files import Format, Source, sources
from support import datasets

ROWS = [{"id": at, "text": f"text {at}"} for at in range(3)]


def one(path: Path) -> Source:
    (found,) = sources(path)
    return found


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.jsonl", b'{"a":1}\n', Format.JSON_LINES),
        ("a.json", b'{"a":1}\n{"a":2}\n', Format.JSON_LINES),
        ("a.json", b'{"a":\n1}\n', Format.JSON),
        ("a.json", b'[{"a":1}]', Format.JSON),
        ("a.JSON", b'"x"\n"y"\n', Format.JSON),
        ("a.tsv", b"a\tb\n", Format.TABLE),
        ("notes", b"words\n", Format.TEXT),
    ],
)
def test_a_format_is_told_by_name_and_content(
    tmp_path: Path, name: str, content: bytes, kind: Format
) -> None:
    (tmp_path / name).write_bytes(content)

    assert one(tmp_path / name).portions[0].format is kind


def test_long_files_are_divided(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'"x"\n' * (files.PORTION // 2))
    portions = one(path).portions

    assert [each.start for each in portions] == [0, files.PORTION]
    assert sum(each.size for each in portions) == path.stat().st_size
    groups = one(datasets.parquet(tmp_path / "a.parquet", ROWS)).portions
    assert [(each.start, each.rows) for each in groups] == [(0, 2), (1, 1)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.bin", b"\0\1\2"),
        ("a.parquet", b"PAR1 and nothing more"),
        ("a.parquet.gz", b""),
        ("a.jsonl.zst", b""),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    found = one(tmp_path / name)

    assert found.problem or found.portions


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert "No such file" in str(one(tmp_path / "none.jsonl").problem)


@pytest.mark.parametrize("name", ["pipe", "pipe.jsonl", "pipe.parquet", "pipe.gz"])
def test_a_pipe_is_a_problem_and_not_waited_on(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    assert "a pipe or a device" in str(one(tmp_path / name).problem)


def test_a_saved_data_set_is_its_shards(tmp_path: Path) -> None:
    folder = datasets.saved(tmp_path / "train", ROWS)
    (tmp_path / "picture.png").write_bytes(b"\0")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "config").write_text("x")
    found = {each.path.name: each for each in sources(tmp_path)}

    assert found["data-00000-of-00001.arrow"].portions
    assert found["state.json"].left_out
    assert found["picture.png"].left_out
    assert "config" not in found
    assert len(files.files_at(tmp_path)) == 1
    (folder / "data-00000-of-00001.arrow").unlink()
    problems = [each.problem for each in sources(tmp_path) if each.problem]
    assert problems == ["state.json names it, and it is not there"]


@pytest.mark.parametrize("ending", [".gz", ".zst", ""])
def test_packed_files_are_unpacked(tmp_path: Path, ending: str) -> None:
    path = datasets.json_lines(tmp_path / f"a.jsonl{ending}", ROWS)

    with files.opened(path, ending) as file:
        assert file.read().count(b"\n") == 3
    assert one(path).portions[0].format is Format.JSON_LINES
