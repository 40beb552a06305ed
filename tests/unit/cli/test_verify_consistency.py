import shutil
from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from support.cli import Ran, a_recorded_project, invoke, record_calls


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What an auditor has: `june`, and a proof of growth in both forms."""
    settings = a_recorded_project(tmp_path)
    shutil.copy(settings.trail / "checkpoint", tmp_path / "june")
    record_calls(settings)
    shutil.copy(settings.trail / "checkpoint", tmp_path / "july")
    record_calls(settings)
    made = invoke(
        *("trail", "consistency", "june", "--out", "grown", "--receipt", "grown.cose"),
        cwd=tmp_path,
    )
    assert made.code == 0
    (tmp_path / "acme.vkey").write_text(f"{own_identity(settings).verifier}\n")
    return tmp_path


def verify(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("verify", *arguments, "--key", "acme.vkey", cwd=cwd)


@pytest.mark.parametrize("proof", ["grown", "grown.cose"])
def test_growth_is_valid_from_the_checkpoint_that_was_kept(
    folder: Path, proof: str
) -> None:
    read = verify(proof, "--older", "june", cwd=folder)
    told = verify(proof, "--older", "june", "--json", cwd=folder)

    assert read.code == told.code == 0
    assert read.out.startswith(f"{proof}: valid\n")
    assert "19 records begin with the first 7 unchanged" in read.out
    assert (told.json["artefact"], told.json["verdict"]) == ("consistency", "valid")
    assert (told.json["old"]["size"], told.json["new"]["size"]) == (7, 19)


@pytest.mark.parametrize("proof", ["grown", "grown.cose"])
def test_from_another_checkpoint_it_is_invalid(folder: Path, proof: str) -> None:
    read = verify(proof, "--older", "july", cwd=folder)
    told = verify(proof, "--older", "july", "--json", cwd=folder)

    assert read.code == told.code == 1
    assert "is from 7 records on" in read.out
    assert told.json["problems"]
    assert told.json["verdict"] == "invalid"


@pytest.mark.parametrize("proof", ["grown", "grown.cose"])
def test_a_torn_proof_is_invalid(folder: Path, proof: str) -> None:
    data = (folder / proof).read_bytes()
    (folder / proof).write_bytes(data[:-10])

    assert verify(proof, "--older", "june", cwd=folder).code == 1


@pytest.mark.parametrize("proof", ["grown", "grown.cose"])
def test_without_a_kept_checkpoint_it_proves_nothing(folder: Path, proof: str) -> None:
    ran = verify(proof, cwd=folder)

    assert ran.code == 2
    assert "--older" in ran.err


def test_another_history_is_not_extended(folder: Path) -> None:
    other = folder / "other"
    other.mkdir()
    theirs = a_recorded_project(other)
    (folder / "acme.vkey").write_text(f"{own_identity(theirs).verifier}\n")

    ran = verify("grown", "--older", theirs.trail / "checkpoint", cwd=folder)

    assert ran.code == 1
