"""Diagnostics on stdout: for a person, a program, a pull request, or a code scanner.

Knows four shapes, the options that choose one and what a program is told by its exit
code; nothing of what is diagnosed. Files are read once each, to show
the line that a diagnostic is about.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from affidavit.canonical import Json
from affidavit.cli import machine, output
from affidavit.cli.catalogues import titled
from affidavit.cli.wording import count
from affidavit.errors import Diagnostic
from affidavit.policy.render import frame
from affidavit.policy.report import Code

SHAPES = ("text", "json", "github", "sarif")
UNREADABLE = frozenset(
    code.value for code in (Code.SYNTAX, Code.NOT_UTF8, Code.TOO_LARGE)
)
"""Errors that say: this is no such file at all. The others are found in one."""

_COLOURS = {"error": output.BAD, "warning": output.ODD}
_GITHUB = {"error": "error", "warning": "warning", "note": "notice"}


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--format` and `--json`, as `shape` and `as_json`."""
    named = click.option(
        "--format",
        "shape",
        type=click.Choice(SHAPES),
        default="text",
        help="For a person, a program, a pull request, or a code scanner (SARIF "
        "2.1.0).",
    )
    short = click.option(
        "--json", "as_json", is_flag=True, help="The same as --format json."
    )
    return named(short(command))


def exit_code(found: Iterable[Diagnostic]) -> int:
    """0 without errors, 1 with errors in a file, 2 when it is no such file at all."""
    errors = {each.rule for each in found if each.level == "error"}
    if errors & UNREADABLE:
        return 2
    return 1 if errors else 0


def say(
    shape: str,
    found: Sequence[Diagnostic],
    paths: Sequence[Path],
    *,
    checked: str | None = None,
    more: Mapping[str, Json] | None = None,
    hide: Callable[[str], str] = str,
) -> None:
    """Print what was found at `paths` in one of `SHAPES`.

    `checked` stands for the paths in the last line of text, `more` adds fields to JSON.
    `hide` takes out of a source what must not be shown, and moves nothing in it.
    """
    match shape:
        case "text":
            _say_text(found, checked or f"{count(len(paths), 'path')} checked", hide)
        case "json":
            _say_json(found, paths, more or {})
        case "github":
            _say_github(found)
        case _:
            _say_sarif(found)


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


def _say_text(
    found: Sequence[Diagnostic], checked: str, hide: Callable[[str], str]
) -> None:
    sources = _Sources(hide)
    for diagnostic in found:
        title, *rest = frame(diagnostic, sources[diagnostic.path]).split("\n")
        output.say(title, colour=_COLOURS.get(diagnostic.level, output.FAINT))
        output.say("\n".join(rest))
        output.say()
    errors, warnings = _totals(found)
    verdict = "clean" if not found else f"{errors}, {warnings}"
    output.say(f"{checked}: {verdict}")


def _say_json(
    found: Sequence[Diagnostic], paths: Sequence[Path], more: Mapping[str, Json]
) -> None:
    machine.emit(
        {
            **more,
            "diagnostics": [as_json(each) for each in found],
            "errors": sum(each.level == "error" for each in found),
            "paths": [machine.text(path) for path in paths],
            "warnings": sum(each.level == "warning" for each in found),
        }
    )


def _say_github(found: Sequence[Diagnostic]) -> None:
    for each in found:
        remedy = f" Help: {each.help}" if each.help else ""
        place = (
            f"file={_property(each.path)},line={each.line},col={each.column},"
            f"title={_property(titled(each.rule))}"
        )
        kind = _GITHUB.get(each.level, "notice")
        output.say(f"::{kind} {place}::{_data(each.message + remedy)}")


def _say_sarif(found: Sequence[Diagnostic]) -> None:
    from affidavit.cli.sarif import as_sarif

    machine.emit(as_sarif(found))


def escaped(text: str, *, inside: bool = False) -> str:
    """As a GitHub workflow command's message, or `inside` it as a property."""
    return _property(text) if inside else _data(text)


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

    def __init__(self, hide: Callable[[str], str]) -> None:
        super().__init__()
        self._hide = hide

    def __missing__(self, path: str) -> str:
        try:
            text = Path(path).read_text("utf-8-sig", "replace")
        except OSError:
            text = ""
        self[path] = shown = self._hide(text)
        return shown
