"""`affidavit policy check`: what is wrong with a policy, as a compiler would say it."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.errors import Diagnostic, PolicyInvalid
from affidavit.policy.check import check
from affidavit.policy.render import frame
from affidavit.policy.report import Code
from affidavit.wiring.settings import read_settings

UNREADABLE = frozenset(
    code.value for code in (Code.SYNTAX, Code.NOT_UTF8, Code.TOO_LARGE)
)
"""Errors that say: this is no policy at all. The others are found in one."""
_COLOURS = {"error": output.BAD, "warning": output.ODD}
_GITHUB = {"error": "error", "warning": "warning", "note": "notice"}


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
    type=click.Choice(("text", "json", "github")),
    default="text",
    help="For a person, a program, or a pull request.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def command(*, paths: tuple[Path, ...], shape: str, as_json: bool) -> int:
    """Check the policy or pack at each PATH, a file or a folder.

    Without PATH, the settings' policy. Says what is wrong, where, and what to do; dates
    are held against today (UTC).
    """
    if not paths:
        settings = read_settings(environ=os.environ, directory=Path.cwd())
        paths = (settings.policy,)
    found = [each for path in paths for each in _checked(path)]
    found = list(dict.fromkeys(found))
    _PRINTERS["json" if as_json else shape](found, paths)
    return exit_code(found)


def exit_code(found: Iterable[Diagnostic]) -> int:
    """0 without errors, 1 with errors in a policy, 2 when something is no policy."""
    errors = {each.rule for each in found if each.level == "error"}
    if errors & UNREADABLE:
        return 2
    return 1 if errors else 0


def _checked(path: Path) -> Sequence[Diagnostic]:
    try:
        return check(path, today=datetime.now(UTC).date())
    except PolicyInvalid as error:
        return error.diagnostics


def _say_text(found: Sequence[Diagnostic], paths: Sequence[Path]) -> None:
    sources = _Sources()
    for diagnostic in found:
        title, *rest = frame(diagnostic, sources[diagnostic.path]).split("\n")
        output.say(title, colour=_COLOURS.get(diagnostic.level, output.FAINT))
        output.say("\n".join(rest))
        output.say()
    errors, warnings = _totals(found)
    verdict = "clean" if not found else f"{errors}, {warnings}"
    checked = count(len(paths), "path")
    output.say(f"{checked} checked: {verdict}")


def _say_json(found: Sequence[Diagnostic], paths: Sequence[Path]) -> None:
    machine.emit(
        {
            "diagnostics": [as_json(each) for each in found],
            "errors": sum(each.level == "error" for each in found),
            "paths": [machine.text(path) for path in paths],
            "warnings": sum(each.level == "warning" for each in found),
        }
    )


def as_json(diagnostic: Diagnostic) -> dict[str, Json]:
    """One diagnostic's stable fields; lines and columns count from 1."""
    return {
        "column": diagnostic.column,
        "help": diagnostic.help,
        "level": diagnostic.level,
        "line": diagnostic.line,
        "message": machine.text(diagnostic.message),
        "path": machine.text(diagnostic.path),
        "rule": diagnostic.rule,
    }


def _say_github(found: Sequence[Diagnostic], paths: Sequence[Path]) -> None:
    del paths
    for each in found:
        remedy = f" Help: {each.help}" if each.help else ""
        place = (
            f"file={_property(each.path)},line={each.line},col={each.column},"
            f"title={_property(each.rule)}"
        )
        kind = _GITHUB.get(each.level, "notice")
        output.say(f"::{kind} {place}::{_data(each.message + remedy)}")


def _data(text: str) -> str:
    """Escaped as the message of a GitHub workflow command."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """Escaped as a property of a GitHub workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _totals(found: Iterable[Diagnostic]) -> tuple[str, str]:
    levels = [each.level for each in found]
    return (
        count(levels.count("error"), "error"),
        count(levels.count("warning"), "warning"),
    )


class _Sources(dict[str, str]):
    """Texts of files by path, read once; empty where a file cannot be read."""

    def __missing__(self, path: str) -> str:
        try:
            text = Path(path).read_text("utf-8-sig", "replace")
        except OSError:
            text = ""
        self[path] = text
        return text


_PRINTERS: Mapping[str, Callable[[Sequence[Diagnostic], Sequence[Path]], None]] = {
    "text": _say_text,
    "json": _say_json,
    "github": _say_github,
}
