from pathlib import Path

from support.cli import invoke


def test_the_group_names_its_commands(tmp_path: Path) -> None:
    told = invoke("contract", "--help", cwd=tmp_path)
    assert told.code == 0
    for name in ("new", "check", "schema"):
        assert f"  {name} " in told.out
