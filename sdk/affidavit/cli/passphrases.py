"""Passphrases at the command line: from the environment, a file, or a person.

Asks only on a terminal, and never with `--no-input`. What a person typed is kept for
this run, since one command may open a key more than once.
"""

import os
import sys
from functools import cache
from pathlib import Path

import click

from affidavit.cli.teaching import NO_INPUT
from affidavit.keys.passphrase import FILE_VARIABLE, VARIABLE, first_line
from affidavit.keys.passphrase import from_environment as _from_environment


def given(where: str) -> bytes | None:
    """What opens `where`: the environment's passphrase, or a person's; else None."""
    return _from_environment(os.environ)(where) or (_asked(where) if asks() else None)


def asks() -> bool:
    """Whether a person can be asked."""
    context = click.get_current_context(silent=True)
    forbidden = context is not None and context.find_root().meta.get(NO_INPUT)
    return not forbidden and sys.stdin.isatty() and sys.stderr.isatty()


@cache
def _asked(where: str) -> bytes:
    text: str = click.prompt(f"Passphrase of {where}", hide_input=True, err=True)
    return text.encode("utf-8", "surrogateescape")


def new(file: Path | None, option: str) -> bytes:
    """A passphrase to be set: the line of `file`, or typed twice.

    A usage error where nobody can be asked.
    """
    if file is not None:
        return first_line(file)
    if not asks():
        raise click.UsageError(
            "There is no terminal to ask for the new passphrase. Give it with "
            f"{option}: a file of mode 0600 that holds it alone on a line."
        )
    text: str = click.prompt(
        "New passphrase", hide_input=True, confirmation_prompt=True, err=True
    )
    return text.encode("utf-8", "surrogateescape")


def first(file: Path | None) -> bytes:
    """The passphrase of a key that is about to be made: that of the environment, which
    programs will use, else as `new`.
    """
    if file is None and (found := _from_environment(os.environ)("a new key")):
        return found
    return new(file, f"{VARIABLE}, or with {FILE_VARIABLE}")
