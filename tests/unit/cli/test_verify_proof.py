import base64
from pathlib import Path

import pytest

from affidavit.cli.trust import own_identity
from affidavit.tlog.proof import TlogProof
from support.anchored import an_anchored_project
from support.anchors import WITNESS, WITNESS_KEY
from support.cli import Ran, a_recorded_project, invoke


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    settings = a_recorded_project(tmp_path)
    shown = invoke("trail", "show", "--kind", "decision", "--json", cwd=tmp_path)
    identifier = shown.lines[0]["id"]
    invoke("trail", "prove", identifier, "--out", "call.tlog-proof", cwd=tmp_path)
    (tmp_path / "acme.vkey").write_text(f"{own_identity(settings).verifier}\n")
    return tmp_path


def changed(file: Path, **parts: object) -> None:
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
    changed(folder / "call.tlog-proof", extra=entry.replace(b'"permit"', b'"refuse"'))

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
    changed(folder / "call.tlog-proof", extra=None)
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


def test_pinned_witnesses_must_have_cosigned(tmp_path: Path) -> None:
    with an_anchored_project(tmp_path / "p") as project:
        folder = project.folder
        found = invoke("trail", "show", "--kind", "decision", "--json", cwd=folder)
        prove = ("trail", "prove", found.lines[0]["id"], "--out")
        invoke(*prove, "before.tlog-proof", cwd=folder)
        assert invoke("trail", "anchor", cwd=folder).code == 0
        invoke(*prove, "after.tlog-proof", cwd=folder)

    def verified(name: str, *options: str) -> Ran:
        witness = ("--witness", str(WITNESS_KEY))
        return invoke("verify", f"{name}.tlog-proof", *witness, *options, cwd=folder)

    before, after = verified("before", "--json"), verified("after", "--json")
    assert (before.code, before.json["verdict"]) == (2, "incomplete")
    assert "cosigned, 0 did" in before.json["unchecked"][0]
    assert (after.code, after.json["witnessed"]) == (0, [WITNESS.name])
    assert f"seen by  {WITNESS.name}" in verified("after").out
    forge(folder / "after.tlog-proof")
    assert verified("after").code == 1


def forge(file: Path) -> None:
    """Change the time at which the proof's witness says it cosigned."""
    proof = TlogProof.parse(file.read_bytes())
    first, last = proof.checkpoint.rstrip(b"\n").rsplit(b" ", 1)
    line = bytearray(base64.b64decode(last))
    line[4 + 7] ^= 1  # after the key's ID, the lowest byte of the time
    forged = first + b" " + base64.b64encode(line) + b"\n"
    changed(file, checkpoint=forged)
