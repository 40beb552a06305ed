"""What docs/proofs.md tells an auditor to type works as printed, and finds forgery."""

import base64
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from affidavit.tlog.proof import TlogProof
from support import aics_judge
from support.cli import a_recorded_project, invoke, record_calls

PAGE = (Path(__file__).parents[2] / "docs" / "proofs.md").read_text("utf-8")
HERE = Path(sys.executable).parent
KEEPER, JUDGE = "made-by-the-keeper", "aics-tlog"
FILES = (
    *("acme.vkey", "call.tlog-proof", "call.cose", "call.entry", "june.checkpoint"),
    *("now.checkpoint", "grown.consistency", "grown.cose"),
)


def blocks(of: str = "") -> list[str]:
    found = re.findall(r"^```sh ?(.*?)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    return [text for kind, text in found if kind == of]


def shell(block: str, folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    path = os.pathsep.join(
        [str(HERE), str(aics_judge.PROGRAM.parent), os.environ["PATH"]]
    )
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env={**os.environ, "PATH": path, **more},
        capture_output=True,
        text=True,
        check=False,
    )


def typed(folder: Path) -> dict[str, subprocess.CompletedProcess[str]]:
    """All blocks for anybody, by how they begin."""
    return {block.split("\n")[0]: shell(block, folder) for block in blocks()}


@pytest.fixture(scope="module")
def handed_over(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What an auditor holds, made by the page's own commands."""
    keeper = tmp_path_factory.mktemp("keeper")
    settings = a_recorded_project(keeper)
    shutil.copy(settings.trail / "checkpoint", keeper / "june.checkpoint")
    record_calls(settings)
    shutil.copy(settings.trail / "checkpoint", keeper / "now.checkpoint")
    shown = invoke("trail", "show", "--kind", "decision", "--json", cwd=keeper)
    (block,) = blocks(KEEPER)
    made = shell(block, keeper, ID=shown.lines[0]["id"])
    assert made.returncode == 0, made.stderr
    auditor = tmp_path_factory.mktemp("auditor")
    for name in FILES:
        shutil.copy(keeper / name, auditor / name)
    shutil.copytree(settings.trail, auditor / "trail")
    return auditor


@pytest.fixture
def auditor(handed_over: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(handed_over, tmp_path / "auditor"))


def test_every_block_accepts_what_the_keeper_handed_over(auditor: Path) -> None:
    told = typed(auditor)

    assert len(told) == 3
    for done in told.values():
        assert done.returncode == 0, done.stdout + done.stderr
    assert "in a tree of 13 that" in told["cat > check.py <<'PYTHON'"].stdout


def test_every_block_refuses_another_record(auditor: Path) -> None:
    file = auditor / "call.tlog-proof"
    proof = TlogProof.parse(file.read_bytes())
    assert proof.extra is not None
    other = proof.extra.replace(b'"permit"', b'"refuse"')
    forged = TlogProof(proof.index, proof.hashes, proof.checkpoint, other)
    file.write_bytes(forged.encode())
    (auditor / "call.entry").write_bytes(other)
    key = (auditor / "acme.vkey").read_bytes()
    (auditor / "key.der").write_bytes(_der(key))

    told = typed(auditor)

    assert [done.returncode for done in told.values()] == [1, 1, 1]


def test_every_block_refuses_a_signature_by_another_key(
    auditor: Path, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    assert invoke("init", cwd=tmp_path / "other").code == 0
    other = invoke("trail", "key", cwd=tmp_path / "other").out
    (auditor / "acme.vkey").write_text(other)
    (auditor / "key.der").write_bytes(_der(other.encode()))

    assert all(done.returncode for done in typed(auditor).values())


def test_the_log_verifier_accepts_and_refuses_the_twin(auditor: Path) -> None:
    aics_judge.found()
    proof = TlogProof.parse((auditor / "call.tlog-proof").read_bytes())
    (block,) = blocks(JUDGE)
    accepted = shell(block, auditor, INDEX=str(proof.index))
    tiles = [each for each in (auditor / "trail/tile/0").rglob("*") if each.is_file()]
    for tile in tiles:
        tile.write_bytes(bytes(32) + tile.read_bytes()[32:])
    refused = shell(block, auditor, INDEX=str(proof.index))

    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    assert accepted.stdout.count('"ok": true') == 2
    assert refused.returncode == 1


def _der(vkey: bytes) -> bytes:
    public = base64.b64decode(vkey.strip().split(b"+", 2)[2])[1:]
    return bytes.fromhex("302a300506032b6570032100") + public
