from pathlib import Path

from support.cli import invoke


def test_the_groups_help_names_its_commands(tmp_path: Path) -> None:
    ran = invoke("trust", "--help", cwd=tmp_path)
    assert ran.code == 0
    assert all(name in ran.out for name in ("new", "check", "schema"))
