import shutil
from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from affidavit.tlog.proof import TlogProof, verify_proof
from affidavit.tlog.witness import open_cosignatures
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import decode
from affidavit.wiring import Settings
from support.anchored import an_anchored_project
from support.anchors import WITNESS, WITNESS_KEY
from support.cli import a_recorded_project, edit_record, invoke, record_calls


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
        "witnesses",
    }
    assert told["witnesses"] == []
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


def test_a_cosigned_proof_is_one_for_whoever_trusts_the_witness(
    tmp_path: Path,
) -> None:
    with an_anchored_project(tmp_path / "p") as project:
        assert invoke("trail", "anchor", cwd=project.folder).code == 0
        size = TrailReader(project.settings.trail).head().size
        record_calls(project.settings)  # the newest checkpoint, nobody cosigned yet
    identifier = an_id(project.folder)
    prove = ("trail", "prove", identifier)

    told = invoke(*prove, "--json", cwd=project.folder).json
    made = invoke(*prove, "--out", "call.tlog-proof", cwd=project.folder)

    data = (project.folder / "call.tlog-proof").read_bytes()
    proof = TlogProof.parse(data)
    assert proof.encode() == data == told["proof"].encode()
    (seen,) = open_cosignatures(proof.checkpoint, [WITNESS_KEY])
    assert proof.extra is not None
    proven = verify_proof(proof, proof.extra, own_identity(project.settings).verifier)
    assert proven.checkpoint == seen.checkpoint
    assert (seen.checkpoint.size, told["size"]) == (size, size)
    assert told["witnesses"] == [WITNESS.name]
    assert f"cosigned by {WITNESS.name}" in made.out
    assert invoke("verify", "call.tlog-proof", cwd=project.folder).code == 0


def test_a_record_that_no_witness_has_seen_is_proved_all_the_same(
    tmp_path: Path,
) -> None:
    with an_anchored_project(tmp_path / "p") as project:
        assert invoke("trail", "anchor", cwd=project.folder).code == 0
    before = TrailReader(project.settings.trail).head().size
    record_calls(project.settings)
    found = invoke("trail", "show", "--kind", "decision", "--json", cwd=project.folder)
    newest = str(max(found.lines, key=lambda each: each["at"])["id"])

    told = invoke("trail", "prove", newest, "--json", cwd=project.folder).json

    assert told["index"] >= before
    assert told["witnesses"] == []
    assert told["size"] == TrailReader(project.settings.trail).head().size


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
