"""Others' programs accept what our witness signs, and reject its tampered twin."""

from collections.abc import Callable
from pathlib import Path

import pytest

from affidavit.tlog.checkpoint import sign
from affidavit.tlog.note import parse_note
from affidavit.tlog.witness import cosign
from affidavit.wiring.keyring import load_identity
from support import vectors
from support.anchored import an_anchored_project
from support.anchors import LOG, NOW, WITNESS, Log, a_witness
from support.cli import invoke
from support.go_judge import GoJudge, Ruling, build

ONE = Log(70)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> GoJudge:
    return build(tmp_path_factory.mktemp("go-judge"))


@pytest.fixture
def cosigned(tmp_path: Path) -> bytes:
    return ONE.note(42) + a_witness(tmp_path / "w").add_checkpoint(ONE.body(0, 42)).body


def ruled(judge: GoJudge, folder: Path, note: bytes) -> Ruling:
    (folder / "note").write_bytes(note)
    return judge("cosignature", WITNESS.vkey, LOG.vkey, folder / "note")


def test_x_mod_accepts_what_the_witness_signed(
    judge: GoJudge, tmp_path: Path, cosigned: bytes
) -> None:
    ruling = ruled(judge, tmp_path, cosigned)

    root = ONE.head(42).text.split("\n")[2]
    assert (ruling.exit_code, ruling.output) == (0, f"ok 42 {root} at {NOW}\n")


def test_x_mod_accepts_the_vectors(judge: GoJudge, tmp_path: Path) -> None:
    ruling = ruled(judge, tmp_path, vectors.log_file("checkpoint"))

    assert ruling.output == f"ok 70000 {vectors.LOG_ROOT_BASE64} at 1700000000\n"


def test_x_mod_accepts_entry_and_witness_of_a_cosigned_proof(
    judge: GoJudge, tmp_path: Path
) -> None:
    with an_anchored_project(tmp_path / "p") as project:
        assert invoke("trail", "anchor", cwd=project.folder).code == 0
    show = ("trail", "show", "--kind", "decision", "--json")
    identifier = invoke(*show, cwd=project.folder).lines[0]["id"]
    made = invoke(
        *("trail", "prove", identifier, "--out", "p.tlog-proof"),
        *("--record", "entry"),
        cwd=project.folder,
    )
    assert made.code == 0, made.err
    vkey = str(load_identity(project.settings).verifier)
    file = project.folder / "p.tlog-proof"
    _, _, note = file.read_bytes().partition(b"\n\n")

    proved = judge("proof", vkey, file, project.folder / "entry")
    (tmp_path / "note").write_bytes(note)
    seen = judge("cosignature", WITNESS.vkey, vkey, tmp_path / "note")

    assert proved.exit_code == 0, proved.output
    assert seen.output.startswith(proved.output.strip() + " at ")


def another_time(note: bytes) -> bytes:
    """The line of another time under this signature."""
    *others, line = parse_note(note).signatures
    moved = bytearray(line.signature)
    moved[7] ^= 1
    changed = type(line)(line.name, line.key_id, bytes(moved))
    return (
        parse_note(note).text.encode()
        + b"\n"
        + "".join(each.line for each in (*others, changed)).encode()
    )


def another_head(note: bytes) -> bytes:
    """A head of the log's under the witness's line for this one."""
    line = parse_note(note).signatures[-1]
    return parse_note(ONE.note(43)).with_signatures(line).encode()


def another_witness(note: bytes) -> bytes:
    line = cosign(ONE.head(42), WITNESS.name, LOG.signer, time=NOW)
    return parse_note(ONE.note(42)).with_signatures(line).encode()


def a_plain_signature(note: bytes) -> bytes:
    """The witness's key used for a note: no cosignature says when."""
    return sign(ONE.head(42), WITNESS.signer)


@pytest.mark.parametrize(
    "tamper", [another_time, another_head, another_witness, a_plain_signature]
)
def test_x_mod_rejects_the_tampered_twin(
    judge: GoJudge, tmp_path: Path, cosigned: bytes, tamper: Callable[[bytes], bytes]
) -> None:
    ruling = ruled(judge, tmp_path, tamper(cosigned))

    assert ruling.exit_code == 1
    assert "ok" not in ruling.output.split()
