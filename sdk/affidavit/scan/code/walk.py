"""Which files a scan of some paths is about.

In a git work tree git says: what it tracks, and what it neither tracks nor ignores.
Elsewhere every file below a folder, without following links. Folders of tools and of
other people's packages are left out; what is named outright is scanned whatever it is.
"""

import os
import subprocess
from collections.abc import Iterable, Iterator
from fnmatch import translate
from pathlib import Path
from re import Pattern
from re import compile as compiled
from typing import NamedTuple

from affidavit.scan.code.languages import FIRST_BYTES, Language, by_name, by_start

LEFT_OUT = frozenset(
    [
        ".eggs",
        ".git",
        ".hg",
        ".ipynb_checkpoints",
        ".mypy_cache",
        ".nox",
        ".pytest_cache",
        ".ruff_cache",
        ".svn",
        ".tox",
        ".venv",
        "__pycache__",
        "__pypackages__",
        "node_modules",
        "site-packages",
        "venv",
    ]
)
"""Folders below a path that are never entered."""
_GIT_SECONDS = 60


class Target(NamedTuple):
    """A file to scan."""

    path: Path
    language: Language | None
    """None for one that was named outright and is in no language that is read."""


class Listing(NamedTuple):
    """What there is to scan."""

    targets: tuple[Target, ...]
    ungoverned_by_git: tuple[Path, ...]
    """Folders of which git could not say what it ignores: everything was listed."""


def listed(paths: Iterable[Path], exclude: Iterable[str] = ()) -> Listing:
    """The files to scan, each once, in order. Raises `OSError` for a path that is not.

    `exclude` are globs, against the whole path as it is given and each of its ends:
    `tests/*`, `*.min.js`, `vendor`.
    """
    patterns = [compiled(translate(each.rstrip("/"))) for each in exclude]
    found: dict[Path, Target] = {}
    alone: list[Path] = []
    for path in paths:
        if path.is_dir():
            known = _from_git(path)
            if known is None:
                alone.append(path)
            for each in _from_disk(path) if known is None else known:
                if not _excluded(each, path, patterns):
                    _add(found, each, named=False)
        else:
            path.lstat()  # raises for what is not there
            if not _excluded(
                path, Path.cwd() if path.is_absolute() else Path(), patterns
            ):
                _add(found, path, named=True)
    return Listing(tuple(found.values()), tuple(alone))


def _add(found: dict[Path, Target], path: Path, *, named: bool) -> None:
    language = by_name(path.name)
    if language is None and not path.suffix:
        language = _by_start(path)
    if language is not None or named:
        found.setdefault(path, Target(path, language))


def _by_start(path: Path) -> Language | None:
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return by_start(file.read(FIRST_BYTES))
    except OSError:
        return None


def _excluded(path: Path, root: Path, patterns: list[Pattern[str]]) -> bool:
    if not patterns:
        return False
    try:
        parts = path.relative_to(root).parts
    except ValueError:
        parts = path.parts
    ends = {path.as_posix(), *parts}
    for index in range(len(parts)):
        ends.add("/".join(parts[index:]))
        ends.add("/".join(parts[: index + 1]))
    return any(pattern.match(each) for pattern in patterns for each in ends)


def _from_disk(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(each for each in folders if each not in LEFT_OUT)
        for name in sorted(files):
            yield Path(folder, name)


def _from_git(root: Path) -> list[Path] | None:
    """What git lists below `root`; None where it cannot say."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others"]
    try:
        done = subprocess.run(
            [*command, "--exclude-standard", "--deduplicate"],
            capture_output=True,
            check=False,
            timeout=_GIT_SECONDS,
            env={**os.environ, "GIT_OPTIONAL_LOCKS": "0"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    if done.returncode != 0 or (not done.stdout and _is_ignored(root)):
        return None
    names = [os.fsdecode(each) for each in done.stdout.split(b"\0") if each]
    return [path for name in sorted(names) for path in _entry(root, name)]


def _is_ignored(root: Path) -> bool:
    """Whether `root` is ignored as a whole: whoever names it wants it all the same."""
    command = ["git", "-C", str(root), "check-ignore", "-q", "."]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _entry(root: Path, name: str) -> Iterable[Path]:
    if not LEFT_OUT.isdisjoint(name.split("/")):
        return ()
    path = root / name
    if not os.path.lexists(path):
        return ()  # tracked, and removed from the work tree
    if name.endswith("/") or (not path.suffix and path.is_dir()):
        # Another repository inside of this one: its own git answers for it.
        if path.is_symlink():
            return ()
        inner = _from_git(path)
        return _from_disk(path) if inner is None else inner
    return (path,)
