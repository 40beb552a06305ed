import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from support.anchors import WITNESS
from support.cli import Ran, a_recorded_project, edit_record, invoke

YESTERDAY = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
FIELDS = {
    "anchors",
    "artefact",
    "checked",
    "claim",
    "contract",
    "exceptions",
    "key",
    "key_source",
    "lacking",
    "origin",
    "period",
    "problems",
    "root",
    "sample",
    "size",
    "trail",
    "unchecked",
    "verdict",
}


@pytest.fixture
def auditor(tmp_path: Path) -> Path:
    """A folder with a statement and no entries, a copy of its trail, and the writer's
    verifier key.
    """
    settings = a_recorded_project(tmp_path / "owner")
    folder = tmp_path / "auditor"
    asked = ("--from", YESTERDAY, "--out", folder / "out", "--entries", "none")
    made = invoke("attest", *asked, cwd=tmp_path / "owner")
    assert made.code == 0
    shutil.copytree(settings.trail, folder / "copy")
    (folder / "acme.vkey").write_text(f"{own_identity(settings).verifier}\n")
    return folder


def verify(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("verify", *arguments, "--key", "acme.vkey", cwd=cwd)


@pytest.mark.parametrize("path", ["out", "out/statement.dsse.json"])
def test_a_statement_is_valid_by_itself(path: str, auditor: Path) -> None:
    told = verify(path, "--json", cwd=auditor)
    read = verify(path, cwd=auditor)

    assert told.code == read.code == 0
    assert told.json.keys() == FIELDS
    assert (told.json["artefact"], told.json["verdict"]) == ("statement", "valid")
    assert told.json["claim"] == "PASS WITH EXCEPTIONS"
    assert told.json["trail"] is None
    assert read.out.splitlines()[0] == f"{path}: valid"
    assert "Not checked:" in read.out


def test_with_the_trail_every_figure_is_counted_again(auditor: Path) -> None:
    told = verify("out", "--trail", "copy", "--json", cwd=auditor)

    assert told.code == 0
    assert told.json["trail"]["verdict"] == "valid"


def test_a_statement_that_the_trail_contradicts_is_invalid(auditor: Path) -> None:
    edit_record(auditor / "copy", b'"effect":"refuse"', b'"effect":"permit"')
    told = verify("out", "--trail", "copy", "--json", cwd=auditor)

    assert told.code == 1
    assert told.json["problems"]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: b"{}",
        lambda data: b"\xff",
        lambda data: data[:-1],
        lambda data: data + b" ",
        lambda data: data.replace(b'"sig":"', b'"sig":"A', 1),
    ],
)
def test_a_changed_statement_is_invalid_for_programs_too(
    change: object, auditor: Path
) -> None:
    assert callable(change)
    file = auditor / "out" / "statement.dsse.json"
    file.write_bytes(change(file.read_bytes()))
    told = verify("out", "--json", cwd=auditor)
    read = verify("out", cwd=auditor)

    assert told.code == read.code == 1
    assert told.json.keys() == FIELDS
    assert told.json["verdict"] == "invalid"
    assert told.json["problems"][0]["fault"] == "statement"
    assert "out: invalid" in read.out


def test_a_statement_by_another_key_is_invalid(auditor: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    invoke("init", cwd=other)
    told = invoke("verify", auditor / "out", "--json", cwd=other)

    assert told.code == 1
    assert str(other / ".affidavit" / "key.pem") in told.json["key_source"]


def test_the_key_that_a_statement_names_is_not_trusted(auditor: Path) -> None:
    told = invoke("verify", "out", cwd=auditor)

    assert (told.code, told.out) == (2, "")
    assert "--key" in told.err


def test_what_it_says_of_anchors_is_told(auditor: Path) -> None:
    told = verify("out", "--json", cwd=auditor).json
    read = verify("out", cwd=auditor)

    assert told["anchors"]["witnesses"] == []
    assert "none: nobody else had seen this trail" in read.out
    assert any("anchors" in each for each in told["unchecked"])


def test_a_witness_can_be_demanded_with_the_trail(auditor: Path) -> None:
    demanded = verify("out", "--trail", "copy", "--witness", WITNESS.vkey, cwd=auditor)
    bare = verify("out", "--witness", WITNESS.vkey, cwd=auditor)

    assert demanded.code == 2
    assert "None by" in demanded.out
    assert bare.code == 2
    assert "with --trail" in bare.out
