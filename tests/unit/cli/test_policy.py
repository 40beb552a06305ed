from pathlib import Path

from support.cli import invoke


def test_the_group_lists_its_commands(tmp_path: Path) -> None:
    shown = invoke("policy", "--help", cwd=tmp_path)

    assert shown.code == 0
    assert [name for name in ("check", "explain") if f"  {name} " in shown.out] == [
        "check",
        "explain",
    ]
