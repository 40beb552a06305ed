"""The command line, in this process or as the real program, and what it is run on."""

import hashlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import chdir, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import affidavit
from affidavit.cli.main import run
from affidavit.gate import Verdict
from affidavit.wiring import Governor, Settings
from support.project import a_call, a_project, an_outcome

SDK = Path(affidavit.__file__).parents[1]
TESTS = Path(__file__).parents[1]


@dataclass(frozen=True)
class Ran:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON value on stdout."""
        assert self.out.count("\n") == 1, self.out + self.err
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """One JSON value a line."""
        return [json.loads(line) for line in self.out.splitlines()]


def invoke(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> Ran:
    """Run a command in this process, with its own streams and folder."""
    out, err = _text_stream(), _text_stream()
    with (
        chdir(cwd),
        _environment(env or {}),
        _stdin(stdin),
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        code = run([str(each) for each in arguments])
    return Ran(code, _written(out), _written(err))


def program(
    *arguments: str | Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    options: Sequence[str] = (),
) -> Ran:
    """Run the real program; `options` are the interpreter's."""
    done = subprocess.run(
        command(*arguments, options=options),
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        timeout=60,
        check=False,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def command(*arguments: str | Path, options: Sequence[str] = ()) -> list[str]:
    """The real program's command line."""
    return [sys.executable, *options, "-m", "affidavit", *map(str, arguments)]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """What the real program needs of the environment, and `more`."""
    return {**os.environ, "PYTHONPATH": str(SDK), **(more or {})}


def a_recorded_project(directory: Path, *, observe: bool = False) -> Settings:
    """A project whose trail holds two permitted calls, the second without outcome, and
    one that was refused; all sealed."""
    settings = a_project(directory, observe=observe)
    record_calls(settings)
    return settings


def record_calls(settings: Settings, *, close: bool = True) -> Governor:
    """Put three calls to the governor of `settings`, as a client would."""
    governor = Governor(settings=settings)
    verdict = decided(governor)
    governor.conclude(verdict, an_outcome())
    governor.flush()  # or it stands wherever the clock puts it
    decided(governor, model="gpt-5")
    decided(governor, purpose="unheard.of")
    governor.flush()
    if close:
        governor.close()
    return governor


def record_and_vanish(settings: Settings) -> None:
    """Put the three calls in a process that then ends without a farewell."""
    root = settings.trail.parents[1]
    code = (
        "import os; from pathlib import Path;"
        "from affidavit.wiring import read_settings;"
        "from support.cli import record_calls;"
        f"root = Path({str(root)!r});"
        "record_calls(read_settings(environ={}, directory=root), close=False);"
        "os._exit(0)"
    )
    paths = os.pathsep.join((str(SDK), str(TESTS)))
    subprocess.run(
        [sys.executable, "-c", code],
        env=environment({"PYTHONPATH": paths}),
        check=True,
        timeout=60,
    )


def decided(governor: Governor, **changes: object) -> Verdict:
    """One call, decided and durable."""
    verdict = governor.consider(a_call(**changes))
    governor.commit(verdict)
    return verdict


def tree_digest(directory: Path) -> dict[str, tuple[int, str]]:
    """Every path below `directory`, with its mode and the digest of its bytes."""
    return {
        str(path.relative_to(directory)): (path.stat().st_mode, _digest(path))
        for path in sorted(directory.rglob("*"))
    }


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def edit_record(trail: Path, old: bytes, new: bytes) -> None:
    """Put `new`, as long as `old`, wherever that stands in the trail's entries."""
    assert len(old) == len(new)
    for path in (trail / "tile" / "entries").rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes().replace(old, new))


def _text_stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8")


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()


@contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(more)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _stdin(data: bytes) -> Iterator[None]:
    before = sys.stdin
    sys.stdin = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
    try:
        yield
    finally:
        sys.stdin = before
