"""Runs aics-tlog, a verifier of C2SP logs that is not ours and needs Python 3.12."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

_ROOT = Path(__file__).parents[2]
PROGRAM = _ROOT / ".venv-judges" / "bin" / "aics-tlog"
_OLDEST = (3, 12)


@dataclass(frozen=True, slots=True)
class AicsJudge:
    """The program."""

    program: Path

    def __call__(self, *arguments: str | Path) -> dict[str, Any]:
        """Run a command; its report, whose `ok` agrees with its exit code."""
        done = subprocess.run(
            [self.program, *arguments], capture_output=True, text=True, check=False
        )
        told: dict[str, Any] = json.loads(done.stdout)
        assert told["ok"] == (done.returncode == 0), done
        return told


def found() -> AicsJudge:
    """The judge. Without it the test fails where it could be installed, and is skipped
    with a word where no Python of this machine runs it.
    """
    if PROGRAM.exists():
        return AicsJudge(PROGRAM)
    listed = subprocess.run(
        [_ROOT / ".ci" / "pythons"], capture_output=True, text=True, check=False
    )
    versions = map(_version, listed.stdout.split())
    if any(version >= _OLDEST for version in versions):
        pytest.fail("aics-tlog is missing: `make judges` makes .venv-judges")
    pytest.skip("aics-tlog has NOT judged our logs: it needs Python 3.12, none is here")


def _version(python: str) -> tuple[int, int]:
    code = "import sys; print(*sys.version_info[:2])"
    told = subprocess.run(
        [python, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    major, minor = told.stdout.split()
    return int(major), int(minor)
