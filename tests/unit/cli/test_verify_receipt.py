from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from affidavit.tlog import merkle, receipt
from affidavit.wiring import Settings, read_settings
from support.cli import Ran, a_recorded_project, invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A receipt for a decision, and the entry that it is for."""
    settings = a_recorded_project(tmp_path)
    (tmp_path / "acme.vkey").write_text(f"{own_identity(settings).verifier}\n")
    shown = invoke("trail", "show", "--kind", "decision", "--json", cwd=tmp_path)
    identifier = shown.lines[0]["id"]
    for kind, option in (("call", ()), ("end", ("--outcome",))):
        files = ("--receipt", f"{kind}.cose", "--record", f"{kind}.entry")
        made = invoke("trail", "prove", identifier, *option, *files, cwd=tmp_path)
        assert made.code == 0
    return tmp_path


def verify(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("verify", *arguments, "--key", "acme.vkey", cwd=cwd)


@pytest.mark.parametrize(("name", "kind"), [("call", "decision"), ("end", "outcome")])
def test_a_receipt_and_its_record_are_valid(folder: Path, name: str, kind: str) -> None:
    files = (f"{name}.cose", "--record", f"{name}.entry")
    read, told = verify(*files, cwd=folder), verify(*files, "--json", cwd=folder)

    assert read.code == told.code == 0
    assert read.out.startswith(f"{name}.cose: valid\n")
    assert (told.json["artefact"], told.json["verdict"]) == ("receipt", "valid")
    assert (told.json["kind"], told.json["problems"]) == (kind, [])
    assert told.json["size"] == 7


def test_an_edited_record_is_invalid(folder: Path) -> None:
    entry = folder / "call.entry"
    entry.write_bytes(entry.read_bytes().replace(b'"permit"', b'"refuse"'))

    read = verify("call.cose", "--record", "call.entry", cwd=folder)
    told = verify("call.cose", "--record", "call.entry", "--json", cwd=folder)

    assert read.code == told.code == 1
    assert "Problems:" in read.out
    assert (told.json["verdict"], len(told.json["problems"])) == ("invalid", 1)


def test_the_record_of_another_receipt_is_invalid(folder: Path) -> None:
    assert verify("call.cose", "--record", "end.entry", cwd=folder).code == 1


def test_a_receipt_that_names_another_subject_is_invalid(folder: Path) -> None:
    identity = own_identity(_settings(folder))
    entry = (folder / "call.entry").read_bytes()
    leaf, other = merkle.leaf_hash(entry), merkle.leaf_hash(b"other")
    found = merkle.Inclusion(
        index=0, leaf=leaf, size=2, root=merkle.node_hash(leaf, other)
    )
    lying = receipt.issue_inclusion(
        found,
        (other,),
        signer=identity.signer,
        key=identity.verifier,
        subject="urn:uuid:another#decision",
    )
    (folder / "call.cose").write_bytes(lying)

    ran = verify("call.cose", "--record", "call.entry", cwd=folder)

    assert ran.code == 1
    assert "says that it is about" in ran.out


def _settings(folder: Path) -> Settings:
    return read_settings(environ={}, directory=folder)


def test_a_torn_receipt_is_invalid(folder: Path) -> None:
    file = folder / "call.cose"
    file.write_bytes(file.read_bytes()[:-10])

    assert verify("call.cose", "--record", "call.entry", cwd=folder).code == 1


def test_a_receipt_without_its_record_is_not_enough(folder: Path) -> None:
    ran = verify("call.cose", cwd=folder)

    assert ran.code == 2
    assert "--record" in ran.err
    assert verify("call.cose", "--record", "missing", cwd=folder).code == 2
