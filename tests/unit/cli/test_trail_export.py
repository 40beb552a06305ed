import csv
import json
from pathlib import Path

import pytest

from affidavit.trail.history import COLUMNS
from affidavit.wiring import Governor
from support.cli import a_recorded_project, invoke
from support.project import a_call, a_project


def test_every_call_is_a_line(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    exported = invoke("trail", "export", cwd=tmp_path)

    assert exported.code == 0
    assert all(line.keys() == set(COLUMNS) for line in exported.lines)
    assert sorted(str(line["ending"]) for line in exported.lines) == [
        "None",
        "complete",
        "unknown",
    ]


def test_a_spreadsheet_gets_the_same(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    made = invoke(
        "trail", "export", "--format", "csv", "--out", "calls.csv", cwd=tmp_path
    )
    assert made.code == 0
    assert "3 calls" in made.err
    with (tmp_path / "calls.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    lines = invoke("trail", "export", cwd=tmp_path).lines
    assert [row["id"] for row in rows] == [line["id"] for line in lines]
    assert tuple(rows[0]) == COLUMNS


def test_a_name_from_outside_is_no_formula(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        governor.commit(governor.consider(a_call(model='=HYPERLINK("x")')))

    exported = invoke("trail", "export", "--format", "csv", cwd=tmp_path)

    (row,) = csv.DictReader(exported.out.splitlines())
    assert row["model"] == '\'=HYPERLINK("x")'


@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet"])
def test_nothing_is_overwritten(tmp_path: Path, kind: str) -> None:
    a_recorded_project(tmp_path)
    (tmp_path / "there").write_text("mine")
    made = invoke("trail", "export", "--format", kind, "--out", "there", cwd=tmp_path)
    assert made.code == 2
    assert (tmp_path / "there").read_text() == "mine"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    made = invoke("trail", "export", "--out", "no/calls.jsonl", cwd=tmp_path)
    assert made.code == 2
    assert "no/calls.jsonl: cannot be written" in made.err
    assert "There is no folder no: make it, or name another place." in made.err
    assert "affidavit init" not in made.err


def test_calls_are_selected(tmp_path: Path) -> None:
    a_recorded_project(tmp_path)
    exported = invoke("trail", "export", "--purpose", "unheard.*", cwd=tmp_path)
    assert [json.loads(line)["effect"] for line in exported.out.splitlines()] == [
        "refuse"
    ]
