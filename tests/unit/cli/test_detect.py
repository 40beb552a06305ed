from pathlib import Path

import pytest

from support.cli import invoke

LINE = b'{"text": "Generate 200 training examples about parcels."}\n'


@pytest.mark.parametrize("arguments", [["-"], ["calls", "-"], ["-q", "-"]])
def test_a_file_needs_no_commands_name(tmp_path: Path, arguments: list[str]) -> None:
    told = invoke("detect", *arguments, cwd=tmp_path, stdin=LINE)

    assert told.code == 1
    assert told.json["flagged"] is True


def test_help_is_the_groups(tmp_path: Path) -> None:
    told = invoke("detect", "--help", cwd=tmp_path)

    assert told.code == 0
    assert "evaluate" in told.out
    assert "detect FILE.jsonl" in told.out


def test_nothing_at_all_is_a_usage_error(tmp_path: Path) -> None:
    assert invoke("detect", cwd=tmp_path).code == 2
