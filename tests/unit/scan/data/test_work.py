import json
from pathlib import Path

import pytest

from affidavit.fingerprint import Key
from affidavit.scan.data import files, work
from affidavit.scan.data.files import Source, sources
from affidavit.scan.data.work import Scanned, scan
from support import datasets
from support.data_scan import OUTPUTS, a_trail
from support.printed import prose

TRAIL = a_trail(OUTPUTS)
ROWS = [
    {"id": "mine", "text": prose(60, 900)},
    {"id": "copy", "text": OUTPUTS[5]},
    {"id": "more", "text": prose(60, 901)},
]


def scanned(path: Path) -> Scanned:
    return scan(list(sources(path)), [TRAIL], jobs=1)[0]


def test_every_format_gives_the_same_rows(tmp_path: Path) -> None:
    paths = [
        datasets.json_lines(tmp_path / "a.jsonl", ROWS),
        datasets.json_lines(tmp_path / "a.jsonl.gz", ROWS),
        datasets.json_lines(tmp_path / "a.jsonl.zst", ROWS),
        datasets.parquet(tmp_path / "a.parquet", ROWS, group=1),
        datasets.arrow(tmp_path / "a.arrow", ROWS, stream=False),
        datasets.arrow(tmp_path / "b.arrow", ROWS, stream=True),
    ]
    (tmp_path / "a.json").write_text(json.dumps(ROWS, indent=1))
    for path in [*paths, tmp_path / "a.json"]:
        found = scanned(path)
        assert found.rows == 3, path
        assert [(hit.row, hit.name) for hit in found.hits] == [(2, "copy")], path
        assert found.kinds == {"exact": 1}
        assert found.sha256
        assert not found.problems


def test_tables_and_texts_are_read_by_line(tmp_path: Path) -> None:
    found = scanned(datasets.table(tmp_path / "a.csv", ROWS))
    assert [(hit.row, hit.place) for hit in found.hits] == [(3, "text")]
    text = tmp_path / "a.txt"
    text.write_text("\n\n".join(f"{prose(900, at)}\n\n{OUTPUTS[at]}" for at in (1, 2)))
    assert len(scanned(text).hits) == 2


def test_rows_are_numbered_through_all_portions(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    filler = json.dumps({"text": "x" * 1000}) + "\n"
    count = 2 * files.PORTION // len(filler)
    with path.open("w") as file:
        file.write(filler * count)
        file.write("no json\n")
        file.write(json.dumps({"text": OUTPUTS[2]}) + "\n")
    found = scanned(path)

    assert found.rows == count + 2
    assert [hit.row for hit in found.hits] == [count + 2]
    assert [each.number for each in found.problems] == [count + 1]


def test_damage_is_told_and_other_files_are_read(tmp_path: Path) -> None:
    whole = datasets.json_lines(tmp_path / "b.jsonl.gz", ROWS * 500)
    (tmp_path / "a.jsonl.gz").write_bytes(whole.read_bytes()[:-20])
    broken = datasets.parquet(tmp_path / "c.parquet", ROWS * 300, group=900)
    data = bytearray(broken.read_bytes())
    data[100:2000] = bytes(1900)
    broken.write_bytes(data)
    cut = datasets.arrow(tmp_path / "d.arrow", ROWS * 50, stream=True)
    cut.write_bytes(cut.read_bytes()[:-3000])

    one, two, three, four = scan(list(sources(tmp_path)), [TRAIL], jobs=1)
    for damaged in (one, three, four):
        assert damaged.problems, damaged.source.name
    assert two.kinds == {"exact": 500}
    assert not two.problems


def test_a_problem_beyond_the_first_twenty_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("no json\n" * 30)
    found = scanned(path)

    assert len(found.problems) == work.MOST_TOLD
    assert found.more_problems == 10


def test_a_file_that_is_gone_or_written_to_is_told(tmp_path: Path) -> None:
    path = datasets.json_lines(tmp_path / "a.jsonl", ROWS)
    (source,) = sources(path)

    def touch(_done: int, _total: int) -> None:
        with path.open("a") as file:
            file.write("\n")

    (changed,) = scan([source], [TRAIL], jobs=1, tell=touch)
    assert "written to" in changed.problems[0].message
    path.unlink()
    (gone,) = scan([source], [TRAIL], jobs=1)
    assert gone.sha256 is None
    assert gone.problems


def test_processes_find_what_one_finds(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    filler = json.dumps({"text": "-" * 4000}) + "\n"
    with path.open("w") as file:
        for at in range(4):
            file.write(filler * (2 * work.WORTH // 4 // len(filler) + 1))
            file.write(json.dumps({"text": OUTPUTS[at]}) + "\n")
    told: list[tuple[int, int]] = []
    found = [*sources(path), Source(tmp_path / "x", "x", 0, problem="unreadable")]
    many = scan(found, [TRAIL], jobs=2, tell=lambda *done: told.append(done))
    one = scan(found, [TRAIL], jobs=1)

    assert many == one
    assert len(many[0].hits) == 4
    assert told[-1] == (path.stat().st_size, path.stat().st_size)
    assert isinstance(TRAIL.key, Key)


@pytest.mark.parametrize("jobs", [1, 3])
def test_nothing_to_read_gives_nothing(tmp_path: Path, jobs: int) -> None:
    assert scan(list(sources(tmp_path)), [TRAIL], jobs=jobs) == []
