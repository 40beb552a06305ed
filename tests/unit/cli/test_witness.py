"""`affidavit witness` teaches its two commands without importing them."""

from pathlib import Path

from support.cli import invoke


def test_the_group_lists_its_commands(tmp_path: Path) -> None:
    ran = invoke("witness", "--help", cwd=tmp_path)

    assert ran.code == 0
    assert "serve" in ran.out
    assert "affidavit witness key --new" in ran.out


def test_the_root_knows_the_group(tmp_path: Path) -> None:
    assert "witness" in invoke("--help", cwd=tmp_path).out
