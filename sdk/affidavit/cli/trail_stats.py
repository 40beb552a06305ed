"""`affidavit trail stats`: what a trail adds up to, and a chart of it."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output, progress, reading
from affidavit.cli.arguments import When
from affidavit.cli.gone import Gone
from affidavit.cli.selection import Selection
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.trail.history import CallRecord, calls
from affidavit.trail.reader import TrailReader
from affidavit.wiring.settings import read_settings

_NONE = "(none)"
_GROUPS: dict[str, Callable[[CallRecord], str | None]] = {
    "purpose": lambda call: call.purpose,
    "model": lambda call: call.model,
    "endpoint": lambda call: call.endpoint,
    "effect": lambda call: call.effect,
    "ending": lambda call: call.ending,
    "rule": lambda call: call.rule,
    "day": lambda call: call.at[:10],
}
_IN_ORDER = ("day",)
_SAID_BY_BODIES = ("purpose", "model", "endpoint", "rule")
_Group = tuple[str | None, str | None]
"""A value, or why it is not known: `pruned`, `missing`; neither for calls without."""


@dataclass(slots=True)
class _Sum:
    calls: int = 0
    refused: int = 0
    failed: int = 0
    """Calls that left and did not end well, or of which nothing is known."""
    input_tokens: int = 0
    output_tokens: int = 0
    estimated: int = 0
    """Calls whose tokens are an estimate."""
    gone: int = 0
    """Calls without a body: their tokens are not counted."""

    def add(self, call: CallRecord) -> None:
        self.calls += 1
        self.refused += call.ending is None
        self.failed += call.ending not in (None, "complete")
        self.input_tokens += call.input_tokens or 0
        self.output_tokens += call.output_tokens or 0
        self.estimated += call.estimated is True
        self.gone += call.gone is not None


@click.command(
    cls=TeachingCommand,
    name="stats",
    uses=(
        Use("affidavit trail stats", "calls and tokens of each purpose"),
        Use(
            "affidavit trail stats --by day --since 2026-11-01",
            "how the month went, as a chart",
        ),
        Use("affidavit trail stats --by rule --json", "what decided, for a program"),
    ),
    exits=Exits(
        "counted",
        "a record is damaged; run `affidavit trail verify`",
        "no trail, it cannot be read, or a usage error",
    ),
)
@etiquette
@click.argument("path", required=False, type=arguments.PATH)
@click.option(
    "--by",
    type=click.Choice(list(_GROUPS)),
    default="purpose",
    show_default=True,
    help="What to count calls by.",
)
@click.option("--since", type=arguments.TIME, help="From this date or moment on (UTC).")
@click.option(
    "--until",
    type=arguments.TIME,
    help="Until this date inclusive, or before a moment.",
)
@arguments.as_json
def command(
    *, path: Path | None, by: str, since: When | None, until: When | None, as_json: bool
) -> int:
    """Count the calls of the trail at PATH: how many, how they ended, and tokens.

    Counts what lies there and verifies nothing; a statement's figures are `attest`'s.
    """
    arguments.ordered(since, until)
    if path is None:
        path = read_settings(environ=os.environ, directory=Path.cwd()).trail
    reader = TrailReader(path)
    selection = Selection(since=since, until=until)
    with progress.shown("counting") as tell:
        found = selection.of(reading.told(reader, tell))
        sums = _sums(calls(found, Gone(reader).why), by)
    ordered = dict(sorted(sums.items(), key=_rank(by)))
    if as_json:
        machine.emit({"by": by, "groups": [_object(*each) for each in ordered.items()]})
    else:
        _say(by, ordered)
    return 0


def _sums(rows: Iterable[CallRecord], by: str) -> dict[_Group, _Sum]:
    sums: dict[_Group, _Sum] = {}
    for row in rows:
        unknown = row.gone if by in _SAID_BY_BODIES else None
        group = (None, unknown) if unknown else (_GROUPS[by](row), None)
        sums.setdefault(group, _Sum()).add(row)
    return sums


def _rank(by: str) -> Callable[[tuple[_Group, _Sum]], tuple[int, str, str]]:
    """Days in their order, all else by how many."""

    def rank(item: tuple[_Group, _Sum]) -> tuple[int, str, str]:
        (name, gone), total = item
        return 0 if by in _IN_ORDER else -total.calls, name or "", gone or ""

    return rank


def _object(group: _Group, total: _Sum) -> Json:
    name, gone = group
    return {
        "calls": total.calls,
        "estimated": total.estimated,
        "failed": total.failed,
        "gone": gone,
        "input_tokens": total.input_tokens,
        "name": name,
        "output_tokens": total.output_tokens,
        "refused": total.refused,
    }


def _say(by: str, sums: dict[_Group, _Sum]) -> None:
    most = max((total.calls for total in sums.values()), default=0)
    rows = [
        (
            f"({gone})" if gone else name or _NONE,
            f"{total.calls:,}",
            f"{total.refused:,}",
            f"{total.failed:,}",
            f"{total.input_tokens:,}",
            f"{total.output_tokens:,}" + ("*" if total.estimated else ""),
            output.bar(total.calls, most),
        )
        for (name, gone), total in sums.items()
    ]
    headings = (by, "calls", "refused", "failed", "tokens in", "tokens out", "")
    output.say_table(headings, rows)
    output.hint(f"{count(sum(each.calls for each in sums.values()), 'call')}.")
    if bodiless := sum(each.gone for each in sums.values()):
        output.hint(f"{count(bodiless, 'call')} without a body: tokens unknown.")
    if any(each.estimated for each in sums.values()):
        output.hint("* with estimates, where the provider counted nothing.")
