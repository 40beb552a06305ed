"""Which warnings a check says: options that name codes, or how codes begin.

Knows codes. An error is always said: what keeps a policy from being in force is not a
matter of taste.
"""

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

import click

from affidavit.errors import Diagnostic
from affidavit.policy.report import Code

Codes: TypeAlias = tuple[str, ...]
_WARNINGS = tuple(code.value for code in Code if code.value.startswith("P1"))


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--select` and `--ignore`; the command takes both as `Codes`."""
    for name, words in (
        ("--ignore", "Say nothing of these warnings: P104, or P10 for all of them."),
        ("--select", "Of warnings, say these only."),
    ):
        option = click.option(
            name, multiple=True, metavar="CODE[,CODE]", callback=_codes, help=words
        )
        command = option(command)
    return command


def chosen(
    found: Iterable[Diagnostic], select: Codes, ignore: Codes
) -> list[Diagnostic]:
    """Every error, and the warnings that are wanted."""
    return [
        each
        for each in found
        if each.level == "error"
        or (
            (not select or each.rule.startswith(select))
            and not (ignore and each.rule.startswith(ignore))
        )
    ]


def _codes(
    context: click.Context, parameter: click.Parameter, given: tuple[str, ...]
) -> Codes:
    codes = tuple(part.strip() for each in given for part in each.split(","))
    for code in codes:
        if not any(warning.startswith(code) for warning in _WARNINGS) or not code:
            known = f"{_WARNINGS[0]} to {_WARNINGS[-1]}"
            raise click.BadParameter(
                f"{code!r} is no warning. Warnings are {known}; an error is always "
                "said.",
                context,
                parameter,
            )
    return codes
