"""Which command lines start a Python that ignores its environment, or its site.

Knows the interpreter's options (`python --help`), `env`, and the first line of scripts.
Starts nothing.
"""

import re
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_PYTHON = re.compile(r"(?:python|pypy)[0-9.]*[a-z]?")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL)
_LONG_WITH_VALUE = "--check-hash-based-pycs"
_LAST, _WITH_VALUE = "cm", "WX"
_LONGEST_SHEBANG = 256
"""Bytes of it that Linux reads (BINPRM_BUF_SIZE)."""


@dataclass(frozen=True, slots=True)
class Option:
    """An option of Python with which it imports nothing that the environment names."""

    letter: str
    effect: str


OPTIONS = {
    each.letter: each
    for each in (
        Option("I", "isolates Python from its environment"),
        Option("E", "lets Python ignore PYTHONPATH"),
        Option("S", "lets Python start without `site`"),
    )
}


def shutting_out(line: Sequence[str]) -> Option | None:
    """The first such option of a command line that starts Python."""
    words = _without_env(line)
    if not words or not _PYTHON.fullmatch(Path(words[0]).name):
        return None
    rest = iter(words[1:])
    for word in rest:
        if word == _LONG_WITH_VALUE:
            next(rest, None)
        elif word in ("-", "--") or not word.startswith("-"):
            return None
        elif not word.startswith("--"):
            option, ends, takes_next = _short(word[1:])
            if option is not None or ends:
                return option
            if takes_next:
                next(rest, None)
    return None


def shebang(program: str, path: str | None) -> Sequence[str]:
    """How the system starts `program`, as its first line says; empty if it has none."""
    found = shutil.which(program, path=path)
    if found is None:
        return ()
    try:
        with Path(found).open("rb") as file:
            first = file.readline(_LONGEST_SHEBANG)
    except OSError:
        return ()
    if not first.startswith(b"#!"):
        return ()
    try:
        return shlex.split(first[2:].decode("utf-8", "replace"))
    except ValueError:
        return ()


def _short(letters: str) -> tuple[Option | None, bool, bool]:
    """(option that shuts out, options end here, the next word is a value)."""
    for position, letter in enumerate(letters):
        if letter in OPTIONS:
            return OPTIONS[letter], True, False
        if letter in _LAST:
            return None, True, False
        if letter in _WITH_VALUE:
            return None, False, position == len(letters) - 1
    return None, False, False


def _without_env(line: Sequence[str]) -> Sequence[str]:
    """The command that `env` starts; `line` itself when that is no `env`."""
    if not line or Path(line[0]).name != "env":
        return line
    for position, word in enumerate(line[1:], start=1):
        if not word.startswith("-") and not _ASSIGNMENT.fullmatch(word):
            return line[position:]
    return ()
