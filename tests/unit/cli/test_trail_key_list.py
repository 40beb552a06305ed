"""`affidavit trail key list`."""

from pathlib import Path

from support.cli import invoke
from support.project import a_project


def test_every_key_is_listed_with_its_time_and_state(tmp_path: Path) -> None:
    a_project(tmp_path)
    old = invoke("trail", "key", cwd=tmp_path).out.strip()
    for command in (
        ("rotate",),
        ("revoke", old.split("+")[1], "--reason", "laptop stolen"),
        ("add-ml-dsa",),
    ):
        assert invoke("trail", "key", *command, cwd=tmp_path).code == 0
    shown = invoke("trail", "key", "list", cwd=tmp_path)
    told = invoke("trail", "key", "list", "--json", cwd=tmp_path).json

    assert shown.code == 0
    assert "revoked: laptop stolen" in shown.out
    assert "ML-DSA-44" in shown.out
    assert [(each["since"], each["until"], each["state"]) for each in told["keys"]] == [
        (0, 1, "revoked"),
        (1, None, "in force"),
        (3, None, "in force"),
    ]
    assert told["keys"][0]["vkey"] == old
    assert told["keys"][0]["revoked"] == 2
    assert told["problems"] == []


def test_without_a_trail_there_is_nothing_to_list(tmp_path: Path) -> None:
    assert invoke("trail", "key", "list", cwd=tmp_path).code == 2
