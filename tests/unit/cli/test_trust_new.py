from pathlib import Path

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
