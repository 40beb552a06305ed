"""Retention as its users meet it: the real program, and an auditor who has a copy."""

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from support.cli import Ran, command, environment, program
from support.retained import SPRING, an_aged_project

PATIENCE = 60.0


def ok(ran: Ran) -> Ran:
    assert ran.code == 0, ran.out + ran.err
    return ran


def on_disk(folder: Path) -> int:
    return sum(file.stat().st_blocks * 512 for file in folder.rglob("*"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    an_aged_project(folder, old=400, young=3)
    return folder


def test_an_auditor_accepts_a_pruned_trail_and_the_statement_from_before(
    project: Path, tmp_path: Path
) -> None:
    vkey = ok(program("trail", "key", cwd=project)).out.strip()
    ok(program("attest", *SPRING, "--out", tmp_path / "march", cwd=project))
    body = project / ".affidavit" / "trail" / "body"
    before = on_disk(body)

    dry = ok(program("trail", "prune", "--keep", "13months", "--dry-run", cwd=project))
    assert dry.out.startswith("799 bodies would go")
    (project / "affidavit.toml").write_text('keep = "13months"\n')
    done = ok(program("trail", "prune", "--yes", "--json", cwd=project)).json
    assert (done["removed"], done["missing"]) == (799, 0)
    assert before - on_disk(body) > 0.7 * done["bytes"] > 0

    desk = tmp_path / "desk"
    shutil.copytree(project / ".affidavit" / "trail", desk / "copy")
    told = ok(program("trail", "verify", "copy", "--key", vkey, "--json", cwd=desk))
    assert (told.json["verdict"], told.json["bodies_pruned"]) == ("valid", 799)
    statement = tmp_path / "march" / "statement.dsse.json"
    ok(program("verify", statement, "--trail", "copy", "--key", vkey, cwd=desk))

    # Whoever removes one body more cannot pass it off as pruned.
    (last,) = (each for each in (desk / "copy" / "body").rglob("*.p/*"))
    bundle = last.read_bytes()
    place = bundle.rindex(b'"usage"')
    start = bundle.rindex(b'{"attempts"', 0, place) - 16 - 4
    length = int.from_bytes(bundle[start : start + 4], "big")
    rest = bundle[start + 4 + length :]
    last.write_bytes(bundle[:start] + bytes(4) + rest)
    edited = program("trail", "verify", "copy", "--key", vkey, "--json", cwd=desk)
    assert (edited.code, edited.json["verdict"]) == (2, "incomplete")
    assert edited.json["bodies_unexplained"] == 1


def test_a_program_that_is_killed_amid_pruning_is_ended_by_the_next(
    project: Path,
) -> None:
    process = subprocess.Popen(
        command("trail", "prune", "--keep", "1year", "--yes"),
        cwd=project,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    trail = project / ".affidavit" / "trail"
    deadline = time.monotonic() + PATIENCE
    while not any(trail.joinpath("wal").glob("*.wal")) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    ok(program("trail", "verify", cwd=project))
    ok(program("trail", "prune", "--keep", "1year", "--yes", cwd=project))
    told = ok(program("trail", "verify", "--json", cwd=project)).json
    assert (told["bodies_pruned"], told["bodies_unexplained"]) == (799, 0)
    assert told["notes"] == []
