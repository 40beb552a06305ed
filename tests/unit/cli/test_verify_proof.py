from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from affidavit.tlog.proof import TlogProof
from support.cli import a_recorded_project, invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    settings = a_recorded_project(tmp_path)
    shown = invoke("trail", "show", "--kind", "decision", "--json", cwd=tmp_path)
    identifier = shown.lines[0]["id"]
    invoke("trail", "prove", identifier, "--out", "call.tlog-proof", cwd=tmp_path)
    (tmp_path / "acme.vkey").write_text(f"{own_identity(settings).verifier}\n")
    return tmp_path


def changed(folder: Path, **parts: object) -> None:
    file = folder / "call.tlog-proof"
    proof = TlogProof.parse(file.read_bytes())
    values = {
        "index": proof.index,
        "hashes": proof.hashes,
        "checkpoint": proof.checkpoint,
        "extra": proof.extra,
    }
    file.write_bytes(TlogProof(**(values | parts)).encode())  # type: ignore[arg-type]  # a builder for tests


def test_an_edited_entry_is_invalid(folder: Path) -> None:
    entry = TlogProof.parse((folder / "call.tlog-proof").read_bytes()).extra
    assert entry is not None
    changed(folder, extra=entry.replace(b'"permit"', b'"refuse"'))

    told = invoke(
        "verify", "call.tlog-proof", "--key", "acme.vkey", "--json", cwd=folder
    )
    assert told.code == 1
    assert told.json["verdict"] == "invalid"
    assert told.json["problems"]


def test_a_proof_by_another_log_is_invalid(folder: Path) -> None:
    (folder / "other").mkdir()
    other = a_recorded_project(folder / "other")
    (folder / "acme.vkey").write_text(f"{own_identity(other).verifier}\n")

    read = invoke("verify", "call.tlog-proof", "--key", "acme.vkey", cwd=folder)
    assert read.code == 1
    assert "Problems:" in read.out


def test_a_torn_proof_is_invalid(folder: Path) -> None:
    file = folder / "call.tlog-proof"
    file.write_bytes(file.read_bytes()[:-10])
    assert invoke("verify", file, "--key", "acme.vkey", cwd=folder).code == 1


def test_a_proof_without_its_entry_is_not_enough(folder: Path) -> None:
    changed(folder, extra=None)
    read = invoke("verify", "call.tlog-proof", "--key", "acme.vkey", cwd=folder)
    assert read.code == 2
    assert "carries it" in read.err


def test_a_trail_does_not_go_with_a_proof(folder: Path) -> None:
    read = invoke(
        "verify",
        "call.tlog-proof",
        "--key",
        "acme.vkey",
        "--trail",
        ".affidavit/trail",
        cwd=folder,
    )
    assert read.code == 2
