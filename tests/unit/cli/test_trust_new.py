from pathlib import Path

import pytest

from affidavit.attest.trust_file import read
from support.cli import invoke
from support.trails import Builder


def test_a_trust_file_is_written_once(tmp_path: Path) -> None:
    key = str(Builder(tmp_path).key)
    made = invoke("trust", "new", "--key", key, "--max-age", "35d", cwd=tmp_path)
    assert made.code == 0
    assert read(tmp_path / "trust.yaml").content.max_age == "35d"
    again = invoke("trust", "new", "--key", key, cwd=tmp_path)
    assert (again.code, "not overwritten" in again.err) == (2, True)


@pytest.mark.parametrize("age", ["1s", "90m", "24h", "5w"])
def test_a_greatest_age_is_told_as_to_every_command(age: str, tmp_path: Path) -> None:
    key = str(Builder(tmp_path).key)
    made = invoke("trust", "new", "--key", key, "--max-age", age, cwd=tmp_path)
    assert made.code == 0, made.err
    assert read(tmp_path / "trust.yaml").content.max_age == age


def test_what_is_no_age_is_told_with_what_is(tmp_path: Path) -> None:
    key = str(Builder(tmp_path).key)
    told = invoke("trust", "new", "--key", key, "--max-age", "1y", cwd=tmp_path)
    assert told.code == 2
    assert "'1y' is no span of time" in told.err
    assert "Write 90s, 15m, 24h, 35d or 5w." in told.err


def test_without_a_key_nothing_is_made_up(tmp_path: Path) -> None:
    ran = invoke("trust", "new", "--no-input", cwd=tmp_path)
    assert ran.code == 2
    assert not (tmp_path / "trust.yaml").exists()


def test_what_cannot_be_relied_on_is_not_written(tmp_path: Path) -> None:
    key = str(Builder(tmp_path).key)
    ran = invoke(
        "trust",
        "new",
        "--key",
        key,
        "--officer",
        key,
        "--threshold",
        "2",
        "--json",
        cwd=tmp_path,
    )
    assert ran.code == 2
    assert not (tmp_path / "trust.yaml").exists()
