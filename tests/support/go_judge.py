"""Builds and runs the judge in `conformance/go`: golang.org/x/mod's verification."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[1] / "conformance" / "go"
PACKAGES = "golang-go golang-golang-x-mod-dev"
_GOPATH = "/usr/share/gocode"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """What the judge said and how it exited."""

    exit_code: int
    output: str


@dataclass(frozen=True, slots=True)
class GoJudge:
    """The built program."""

    program: Path

    def __call__(self, *arguments: str | Path) -> Ruling:
        """Run the judge; see `conformance/go/main.go` for its arguments."""
        done = subprocess.run(
            [self.program, *arguments], capture_output=True, text=True, check=False
        )
        return Ruling(exit_code=done.returncode, output=done.stdout + done.stderr)


def build(directory: Path) -> GoJudge:
    """Compile the judge into `directory` from Debian's packages, without a network.

    Fails the test when they are missing: a conformance run without its judge must not
    look like one that passed.
    """
    go = shutil.which("go")
    if go is None or not Path(_GOPATH, "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.fail(f"the Go judge cannot be built: apt-get install {PACKAGES}")
    program = directory / "verifier"
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOFLAGS": "",
        "GOPATH": _GOPATH,
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
    }
    built = subprocess.run(
        [go, "build", "-o", program, "."],
        cwd=SOURCES,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if built.returncode != 0:
        pytest.fail(f"the Go judge does not compile:\n{built.stderr}")
    return GoJudge(program)
