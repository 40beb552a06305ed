from pathlib import Path

from affidavit.cli.scan import COMMANDS
from support.cli import invoke


def test_the_group_names_what_there_is_to_scan(tmp_path: Path) -> None:
    told = invoke("scan", "--help", cwd=tmp_path)
    assert told.code == 0
    for name, command in COMMANDS.items():
        assert name in told.out
        assert command.summary in " ".join(told.out.split())


def test_every_command_is_there_and_teaches(tmp_path: Path) -> None:
    for name in COMMANDS:
        told = invoke("scan", name, "--help", cwd=tmp_path)
        assert told.code == 0
        assert "Exit codes:" in told.out
