import shutil
from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from affidavit.tlog.proof import TlogProof, verify_proof
from affidavit.trail.record import decode
from affidavit.wiring import Settings
from support.cli import a_recorded_project, edit_record, invoke


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_recorded_project(tmp_path)


def an_id(folder: Path, *options: str) -> str:
    told = invoke("trail", "show", "--kind", "decision", "--json", *options, cwd=folder)
    return str(told.lines[0]["id"])


def test_a_printed_proof_proves_its_record(settings: Settings, tmp_path: Path) -> None:
    identifier = an_id(tmp_path)
    printed = invoke("trail", "prove", identifier, cwd=tmp_path)

    proof = TlogProof.parse(printed.out.encode())
    assert proof.extra is not None
    proven = verify_proof(proof, proof.extra, own_identity(settings).verifier)
    assert decode(proof.extra).id == identifier
    assert proven.inclusion.index == proof.index


@pytest.mark.parametrize(
    ("options", "kind"), [((), "decision"), (("--outcome",), "outcome")]
)
def test_what_is_proved_is_told(
    settings: Settings, tmp_path: Path, options: tuple[str, ...], kind: str
) -> None:
    told = invoke(
        "trail", "prove", an_id(tmp_path), *options, "--json", cwd=tmp_path
    ).json

    assert told.keys() == {
        "at",
        "effect",
        "id",
        "index",
        "kind",
        "origin",
        "policy",
        "proof",
        "root",
        "size",
    }
    assert told["kind"] == kind
    assert told["origin"] == own_identity(settings).origin


def test_whoever_has_the_key_verifies_the_file_alone(
    settings: Settings, tmp_path: Path
) -> None:
    made = invoke(
        "trail", "prove", an_id(tmp_path), "--out", "call.tlog-proof", cwd=tmp_path
    )
    assert made.code == 0
    there = tmp_path / "auditor"
    there.mkdir()
    shutil.move(tmp_path / "call.tlog-proof", there)
    (there / "acme.vkey").write_text(f"{own_identity(settings).verifier}\n")

    verify = ("verify", "call.tlog-proof", "--key", "acme.vkey")
    read = invoke(*verify, cwd=there)
    assert read.code == 0
    assert "valid" in read.out
    assert "Not checked:" in read.out
    told = invoke(*verify, "--json", cwd=there).json
    assert (told["verdict"], told["artefact"]) == ("valid", "proof")


def test_nothing_is_proved_from_a_tree_that_does_not_hold(
    settings: Settings, tmp_path: Path
) -> None:
    identifier = an_id(tmp_path)
    edit_record(settings.trail, b"permit", b"refuse")
    made = invoke(
        "trail", "prove", identifier, "--out", "call.tlog-proof", cwd=tmp_path
    )
    assert made.code == 1
    assert not (tmp_path / "call.tlog-proof").exists()


@pytest.mark.parametrize(
    "identifier", ["0199a8c2-0000-7000-8000-000000000000", "no-id", '"', "x" * 500]
)
def test_a_record_that_is_not_there_is_not_enough_to_decide(
    settings: Settings, tmp_path: Path, identifier: str
) -> None:
    made = invoke("trail", "prove", identifier, cwd=tmp_path)
    assert made.code == 2
    assert f"{identifier[:20]}" in made.err
    assert str(settings.trail.name) in made.err
