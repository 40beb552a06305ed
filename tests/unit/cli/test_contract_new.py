from pathlib import Path

import pytest

from affidavit.attest.contract import read
from support.cli import invoke


def test_a_first_contract_is_clean_and_never_overwritten(tmp_path: Path) -> None:
    asked = ("contract", "new", "--supplier", "Ac: me", "--from", "2026-01-01")
    told = invoke(*asked, "--every", "quarter", cwd=tmp_path)
    assert told.code == 0
    made = read(tmp_path / "contract.yaml").content
    assert made.parties[0].name == "Ac: me"
    assert made.schedule is not None
    assert (made.schedule.every, str(made.schedule.start)) == ("quarter", "2026-01-01")
    again = invoke(*asked, cwd=tmp_path)
    assert again.code == 2
    assert "is there already" in again.err


def test_it_begins_with_this_month_and_tells_programs(tmp_path: Path) -> None:
    told = invoke("contract", "new", "a/c.yaml", "--json", cwd=tmp_path)
    assert told.json == {"made": ["a/c.yaml"]}
    schedule = read(tmp_path / "a" / "c.yaml").content.schedule
    assert schedule is not None
    assert schedule.start.day == 1


@pytest.mark.parametrize("name", ["No Name", "a: b"])
def test_a_name_that_is_none_writes_nothing(tmp_path: Path, name: str) -> None:
    told = invoke("contract", "new", "--name", name, cwd=tmp_path)
    assert told.code == 2
    assert not (tmp_path / "contract.yaml").exists()
