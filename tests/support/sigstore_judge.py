"""Runs @sigstore/verify, an npm package that is not ours, on bundles of ours."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "conformance" / "sigstore"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What it says, and its exit code."""

    said: str
    code: int

    @property
    def accepted(self) -> bool:
        assert (self.said == "accepted") == (self.code == 0), self
        return self.code == 0


def asked(bundle: Path, key_id: str, spki: Path, chain: Path | None) -> Judgement:
    """Have it judge a bundle under a key, and demand a time stamp where `chain` has an
    authority's certificates. Fails where the package is not installed.
    """
    if not (FOLDER / "node_modules" / ".locked").exists():
        pytest.fail("@sigstore/verify is missing: `make node-judges` installs it")
    more = [] if chain is None else [str(chain)]
    program = str(FOLDER / "judge.cjs")
    command = ["node", program, str(bundle), key_id, str(spki), *more]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return Judgement(done.stdout.strip(), done.returncode)
