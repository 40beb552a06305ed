"""`affidavit incident`: each of its commands is there, and says when to use it."""

from pathlib import Path

from affidavit.cli.incident import COMMANDS
from support.cli import invoke


def test_each_command_can_be_had_and_teaches(tmp_path: Path) -> None:
    for name in COMMANDS:
        told = invoke("incident", name, "--help", cwd=tmp_path)
        assert told.code == 0, name
        assert "Exit codes" in told.out
        assert "Uses" in told.out


def test_the_help_points_to_the_first_ten_minutes(tmp_path: Path) -> None:
    assert "docs/incidents.md" in invoke("incident", "--help", cwd=tmp_path).out
