"""`affidavit policy check`: what is wrong with a policy, as a compiler would say it."""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.cli import arguments, diagnostics, output
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.errors import Diagnostic, PolicyInvalid
from affidavit.policy.check import check
from affidavit.policy.report import Code

UNREADABLE = frozenset(
    code.value for code in (Code.SYNTAX, Code.NOT_UTF8, Code.TOO_LARGE)
)
"""Errors that say: this is no policy at all. The others are found in one."""


@click.command(
    cls=TeachingCommand,
    name="check",
    uses=(
        Use("affidavit policy check", "the policy of the settings"),
        Use("affidavit policy check policies/*.yaml", "several, as a hook does"),
        Use("affidavit policy check --format github", "annotations in a pull request"),
    ),
    exits=Exits(
        "clean; there may be warnings",
        "errors: the policy cannot be put in force",
        "a path cannot be read, is empty or is not YAML, or a usage error",
    ),
)
@etiquette
@click.argument("paths", nargs=-1, type=arguments.PATH)
@click.option(
    "--format",
    "shape",
    type=click.Choice(diagnostics.SHAPES),
    default="text",
    help="For a person, a program, a pull request, or a code scanner (SARIF 2.1.0).",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--fix",
    is_flag=True,
    help="Take out waivers that set nothing aside, then check again. Comments stay.",
)
def command(*, paths: tuple[Path, ...], shape: str, as_json: bool, fix: bool) -> int:
    """Check the policy or pack at each PATH, a file or a folder.

    Without PATH, the settings' policy. Says what is wrong, where, and what to do; dates
    are held against today (UTC). What each code means: docs/policy-lint.md.
    """
    paths = paths or (_settings_policy(),)
    found = _check_all(paths)
    if fix and _fixed(found):
        found = _check_all(paths)
    diagnostics.say("json" if as_json else shape, found, paths)
    return exit_code(found)


def exit_code(found: Iterable[Diagnostic]) -> int:
    """0 without errors, 1 with errors in a policy, 2 when something is no policy."""
    errors = {each.rule for each in found if each.level == "error"}
    if errors & UNREADABLE:
        return 2
    return 1 if errors else 0


def _settings_policy() -> Path:
    from affidavit.wiring.settings import read_settings

    return read_settings(environ=os.environ, directory=Path.cwd()).policy


def _check_all(paths: Iterable[Path]) -> list[Diagnostic]:
    found = [each for path in paths for each in _checked(path)]
    return list(dict.fromkeys(found))


def _checked(path: Path) -> Sequence[Diagnostic]:
    try:
        return check(path, today=datetime.now(UTC).date())
    except PolicyInvalid as error:
        return error.diagnostics


def _fixed(found: Sequence[Diagnostic]) -> bool:
    """Mend the files that can be; whether any was."""
    from affidavit import durable
    from affidavit.policy.mend import MENDED, mended

    changed = False
    for path in dict.fromkeys(each.path for each in found if each.rule in MENDED):
        about = [each for each in found if each.path == path]
        file = Path(path).resolve()  # a link stays a link
        text = mended(file.read_bytes(), about)
        if text is None:
            output.hint(f"{path}: the waivers cannot be taken out; edit them by hand")
            continue
        durable.replace(file, text, mode=file.stat().st_mode & 0o777)
        done = sum(each.rule in MENDED for each in about)
        output.hint(f"{path}: {count(done, 'waiver')} taken out")
        changed = True
    return changed
