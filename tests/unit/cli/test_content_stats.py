"""What is kept is counted by day, and nothing kept is said plainly."""

from pathlib import Path

from support.cli import invoke
from support.kept import a_keeping_project
from support.project import a_project


def test_days_are_counted(tmp_path: Path) -> None:
    a_keeping_project(tmp_path)
    told = invoke("content", "stats", "--json", cwd=tmp_path).json
    assert told["kept"] is True
    assert sum(day["contents"] for day in told["days"]) == 6
    assert "contents" in invoke("content", "stats", cwd=tmp_path).out


def test_a_project_that_keeps_none_says_so(tmp_path: Path) -> None:
    a_project(tmp_path)
    told = invoke("content", "stats", cwd=tmp_path)
    assert (told.code, "`keep_content` is off" in told.out) == (0, True)
