"""A trail is verified while other processes write it: never a false alarm."""

import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.trail.reader import TrailReader
from affidavit.verify import Verdict, verify_trail
from support import live

PROCESSES = 8
SECONDS = 3.0
_WRITES = """
import sys, time
from pathlib import Path
from support import live
from affidavit.trail.record import Kind

trail = live.a_trail(Path(sys.argv[1]), checkpoint_seconds=0.05)
until = time.monotonic() + float(sys.argv[2])
while time.monotonic() < until:
    decision = live.a_record(size=900)
    trail.append(decision, owes_outcome=True)
    outcome = live.a_record(Kind.OUTCOME, effect="complete")
    trail.note(outcome._replace(id=decision.id))
trail.close()
"""


@pytest.fixture
def writers(tmp_path: Path) -> tuple[Path, list["subprocess.Popen[bytes]"]]:
    path = live.a_directory(tmp_path / "live")
    command = [sys.executable, "-c", _WRITES, str(path), str(SECONDS)]
    folders = [each for each in sys.path if each]
    return path, [
        subprocess.Popen(command, env={"PYTHONPATH": ":".join(folders)})
        for _ in range(PROCESSES)
    ]


def test_a_trail_that_eight_processes_write_never_looks_broken(
    writers: tuple[Path, list["subprocess.Popen[bytes]"]],
) -> None:
    path, processes = writers
    identity = live.an_identity()
    checkpoints: list[bytes] = []
    while any(each.poll() is None for each in processes):
        report = verify_trail(
            TrailReader(path),
            key=identity.verifier,
            now=datetime.now(UTC),
            wal_key=identity.secrets.wal,
            older=checkpoints[-1] if checkpoints else None,
        )
        assert [str(each) for each in report.problems] == []
        assert len(list(TrailReader(path).pending())) >= 0
        checkpoints.append(report.checkpoint)
        time.sleep(0.01)

    assert [each.wait() for each in processes] == [0] * PROCESSES
    report = verify_trail(
        TrailReader(path), key=identity.verifier, now=datetime.now(UTC)
    )
    assert report.verdict is Verdict.VALID
    assert report.writers == PROCESSES + 1
    assert report.pending == 0
    assert report.unknown_outcomes == ()
    assert len(set(checkpoints)) > 1
