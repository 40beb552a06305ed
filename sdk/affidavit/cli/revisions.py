"""A policy as it is on the disk, or as it was in a git revision.

Knows `HEAD~1`, `main:policies/policy.yaml` and paths, in that order of doubt: what is
there as a path is a path. A revision's files are taken out to a temporary folder, YAML
only, and named afterwards as git names them. Asks the `git` program; writes nothing in
the repository.
"""

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from affidavit.errors import PolicyNotFound, ToolUnavailable

_SECONDS = 60
_MOST_BYTES = 64 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A policy that can be read at `path`."""

    path: Path
    name: str
    """As it was asked for."""
    taken_from: str | None = None
    """The revision and a colon, where `path` lies below a temporary folder."""
    folder: Path | None = None

    def renamed(self, text: str) -> str:
        """`text` with temporary paths as git names them."""
        if self.folder is None or self.taken_from is None:
            return text
        return text.replace(f"{self.folder}/", self.taken_from)


@contextmanager
def opened(asked: str, usual: Path) -> Iterator[Opened]:
    """The policy that `asked` means; `usual` is whose past a bare revision tells.

    Raises `PolicyNotFound` for what is neither a path nor a revision that holds it, and
    `ToolUnavailable` without git.
    """
    path = Path(asked)
    if path.exists() or path.is_symlink():
        yield Opened(path=path, name=asked)
        return
    revision, colon, name = asked.partition(":")
    top = _top(asked)
    inside = PurePosixPath(name) if colon else _within(usual, top, asked)
    commit = _commit(revision, asked, top)
    with tempfile.TemporaryDirectory(prefix="affidavit-") as directory:
        folder = Path(directory).resolve()
        _take_out(commit, inside, folder, asked, top)
        yield Opened(
            path=folder / inside, name=asked, taken_from=f"{revision}:", folder=folder
        )


def _top(asked: str) -> Path:
    try:
        done = _git(["rev-parse", "--show-toplevel"], Path.cwd())
    except PolicyNotFound as error:
        raise PolicyNotFound(
            f"{asked}: no such file, and no git repository whose revision it could be."
        ) from error
    return Path(done.decode().rstrip("\n"))


def _within(usual: Path, top: Path, asked: str) -> PurePosixPath:
    real = usual.resolve()
    if not real.is_relative_to(top.resolve()):
        raise PolicyNotFound(
            f"{asked}: {usual} lies outside the repository. Say which file of the "
            f"revision is meant: {asked}:policies/policy.yaml."
        )
    return PurePosixPath(real.relative_to(top.resolve()).as_posix())


def _commit(revision: str, asked: str, top: Path) -> str:
    asking = ["rev-parse", "--verify", "--quiet", "--end-of-options"]
    try:
        return _git([*asking, f"{revision}^{{commit}}"], top).decode().strip()
    except PolicyNotFound as error:
        raise PolicyNotFound(
            f"{asked}: neither a file nor a revision of {top}. Write a path, HEAD~1, "
            "or main:policies/policy.yaml."
        ) from error


def _take_out(
    commit: str, inside: PurePosixPath, folder: Path, asked: str, top: Path
) -> None:
    """The YAML files of the policy's folder and below, for what it extends."""
    kind = _kind(commit, inside, top)
    if kind is None:
        raise PolicyNotFound(f"{asked}: {inside} is not in that revision.")
    around = inside if kind == "tree" else inside.parent
    data = _git(["archive", "--format=tar", commit, "--", str(around)], top)
    if len(data) > _MOST_BYTES:
        raise PolicyNotFound(f"{asked}: {around} holds more than {_MOST_BYTES} bytes.")
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        # Files only: a link could lead out of the folder.
        yaml = [
            each
            for each in archive
            if each.isfile() and each.name.endswith((".yaml", ".yml"))
        ]
        archive.extractall(folder, members=yaml, filter="data")


def _kind(commit: str, inside: PurePosixPath, top: Path) -> str | None:
    if str(inside) in (".", ""):
        return "tree"
    try:
        return _git(["cat-file", "-t", f"{commit}:{inside}"], top).decode().strip()
    except PolicyNotFound:
        return None


def _git(arguments: list[str], folder: Path) -> bytes:
    command = ["git", "--no-replace-objects", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            check=True,
            timeout=_SECONDS,
        )
    except FileNotFoundError as error:
        raise ToolUnavailable(
            "git is not installed, and a revision is read by it."
        ) from error
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise PolicyNotFound(f"git {arguments[0]} failed.") from error
    return done.stdout
