"""The group says what it holds and teaches how to use it."""

from pathlib import Path

from affidavit.cli.content import COMMANDS
from support.cli import invoke


def test_the_group_lists_its_commands(tmp_path: Path) -> None:
    shown = invoke("content", "--help", cwd=tmp_path)
    assert shown.code == 0
    assert all(name in shown.out for name in COMMANDS)
    assert "keep_content = true" in shown.out
