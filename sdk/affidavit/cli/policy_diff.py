"""`affidavit policy diff`: what two policies decide differently."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from affidavit.calls import Call
from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output, revisions
from affidavit.cli.arguments import When
from affidavit.cli.revisions import Opened
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.policy.globs import Globs

if TYPE_CHECKING:  # heavy, and only for comparing
    from affidavit.policy.diff import Cell, Difference
    from affidavit.policy.witnesses import Witness

SHOWN = 50
"""Rows that a person is shown without --limit; JSON has all that were told."""
_MAIN = ("model", "endpoint")


@click.command(
    cls=TeachingCommand,
    name="diff",
    uses=(
        Use("affidavit policy diff HEAD", "what the change in the work tree does"),
        Use(
            "affidavit policy diff main:policies/policy.yaml policies/policy.yaml "
            "--format markdown",
            "for a pull request",
        ),
        Use("affidavit policy diff old.yaml new.yaml --json", "for a program"),
    ),
    exits=Exits(
        "nothing changed",
        "something did: calls are decided otherwise, or what is said beside them",
        "usage, a policy cannot be read, or there is too much to go through",
    ),
)
@etiquette
@click.argument("before", type=arguments.PLACE, metavar="A")
@click.argument("after", type=arguments.PLACE, metavar="[B]", required=False)
@click.option(
    "--purpose", "globs", multiple=True, metavar="GLOB", help="These only. Repeatable."
)
@click.option(
    "--since", type=arguments.TIME, help="Calls from this day on (UTC). Default: today."
)
@click.option(
    "--format",
    "shape",
    type=click.Choice(("text", "json", "markdown")),
    default="text",
    help="For a person, a program, or a pull request.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--limit",
    type=click.IntRange(min=1),
    default=SHOWN,
    show_default=True,
    help="Rows of text and markdown.",
)
def command(
    *,
    before: str,
    after: str | None,
    globs: tuple[str, ...],
    since: When | None,
    shape: str,
    as_json: bool,
    limit: int,
) -> int:
    """Say which calls policy B decides otherwise than policy A.

    A and B are files, folders, or git revisions: HEAD~1, or main:policies/policy.yaml.
    Without B, the settings' policy; a bare revision is that policy's past. Every kind
    of call is gone through, and each change comes with a call that shows it.
    """
    with ExitStack() as stack:
        usual = _settings_policy()
        sides = [
            stack.enter_context(revisions.opened(asked, usual))
            for asked in (before, after or str(usual))
        ]
        told = _compared(sides[0], sides[1], globs, since)
    match "json" if as_json else shape:
        case "json":
            machine.emit(_as_json(told))
        case "markdown":
            _say_markdown(told, limit)
        case _:
            _say(told, limit)
    return 1 if told.rows or told.beside else 0


class Row(NamedTuple):
    """Cells of several purposes that read the same."""

    purposes: tuple[str, ...]
    before: str
    after: str
    within: tuple[tuple[str, str], ...]
    """Heading and label, by axis."""
    because: tuple[str | None, str | None]
    """The rule that decides the witness, before and after."""
    witness: dict[str, Json] | None

    def of(self, heading: str) -> str:
        """The label under a heading; `any` where it makes no difference."""
        return dict(self.within).get(heading, "any")

    @property
    def when(self) -> str:
        """Everything besides model and endpoint."""
        said = [f"{h} {v}" for h, v in self.within if h not in _MAIN]
        return "; ".join(said) or "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What changed, in words."""

    before: str
    after: str
    rows: tuple[Row, ...]
    untold: int
    purposes: int
    beside: tuple[str, ...]
    since: str


def _settings_policy() -> Path:
    from affidavit.wiring.settings import read_settings

    return read_settings(environ=os.environ, directory=Path.cwd()).policy


def _compared(
    before: Opened, after: Opened, globs: Sequence[str], since: When | None
) -> Told:
    from affidavit.policy.beside import beside
    from affidavit.policy.diff import compare
    from affidavit.policy.sides import side

    first, second = side(before.path), side(after.path)
    known = {*first.policy.purposes, *second.policy.purposes}
    match = Globs(tuple(globs or ("*",))).match
    day = (since.start if since else datetime.now(UTC)).date()
    chosen = [name for name in known if match(name)]
    found = compare(first, second, since=day, purposes=chosen)
    return Told(
        before=before.name,
        after=after.name,
        rows=tuple(_rows(found, before, after)),
        untold=found.untold,
        purposes=len(found.purposes),
        beside=tuple(beside(first, second, found)),
        since=day.isoformat(),
    )


def _rows(found: "Difference", before: Opened, after: Opened) -> Iterator[Row]:
    rows: dict[object, Row] = {}
    for cell in found.cells:
        row = _row(cell, found, before, after)
        key = row.before, row.after, row.within, row.because
        known = rows.get(key)
        rows[key] = (
            row
            if known is None
            else known._replace(purposes=known.purposes + row.purposes)
        )
    yield from rows.values()


def _row(cell: "Cell", found: "Difference", before: Opened, after: Opened) -> Row:
    from affidavit.policy import labels

    seen = cell.witness
    because: tuple[str | None, str | None] = (None, None)
    if seen is not None:
        because = (seen.before.reasons[0].rule, seen.after.reasons[0].rule)
    return Row(
        purposes=(cell.purpose,),
        before=cell.before.value,
        after=cell.after.value,
        within=labels.told(cell.within, found.seen[cell.purpose], found.space),
        because=because,
        witness=None if seen is None else _witness(seen, before, after),
    )


def _witness(seen: "Witness", before: Opened, after: Opened) -> dict[str, Json]:
    """The call as `policy explain --call` reads it, and why each side decides so."""
    sides = ((before, seen.before), (after, seen.after))
    return {
        "call": _call(seen.call)
        | {
            "at": seen.day.isoformat(),
            "findings": [
                {
                    "activity": each.activity,
                    "kind": each.kind,
                    "score": f"{each.score:.3f}",
                }
                for each in seen.findings
            ],
        },
        "reasons": [
            {
                "message": machine.text(decision.reasons[0].message),
                "rule": decision.reasons[0].rule,
                "where": None
                if decision.reasons[0].where is None
                else machine.text(opened.renamed(decision.reasons[0].where)),
            }
            for opened, decision in sides
        ],
    }


def _call(call: Call) -> dict[str, Json]:
    said: dict[str, Json] = {
        "endpoint": call.endpoint,
        "host": call.host,
        "model": call.model,
        "origin": call.origin,
        "parameters": dict(call.parameters),
        "provider": call.provider,
        "purpose": call.purpose,
        "safety_identifier": call.safety_id,
        "user": call.subject,
        "project": call.project,
    }
    return {name: value for name, value in said.items() if value is not None}


def _as_json(told: Told) -> dict[str, Json]:
    return {
        "after": machine.text(told.after),
        "before": machine.text(told.before),
        "beside": [machine.text(line) for line in told.beside],
        "cells": [
            {
                "after": row.after,
                "because": list(row.because),
                "before": row.before,
                "purposes": list(row.purposes),
                "within": {name: machine.text(label) for name, label in row.within},
                "witness": row.witness,
            }
            for row in told.rows
        ],
        "purposes": told.purposes,
        "since": told.since,
        "untold": told.untold,
    }


_HEADINGS = ("purpose", "model", "endpoint", "when", "before", "after", "decided by")


def _cells(row: Row) -> tuple[str, ...]:
    purposes = ", ".join(row.purposes[:3])
    more = f" and {len(row.purposes) - 3} more" if len(row.purposes) > 3 else ""
    first, second = row.because
    rules = " → ".join(dict.fromkeys(filter(None, (first, second))))
    possible = "" if row.witness is not None else " (possible: no call found)"
    return (
        purposes + more,
        row.of("model"),
        row.of("endpoint"),
        row.when + possible,
        row.before,
        row.after,
        rules,
    )


def _summary(told: Told) -> str:
    what = f"{count(told.purposes, 'purpose')} gone through, from {told.since} on"
    if not told.rows:
        return f"No call is decided otherwise ({what})."
    effects = [(row.before, row.after) for row in told.rows]
    kinds = ", ".join(
        f"{effects.count(each)} {each[0]} → {each[1]}"
        for each in dict.fromkeys(effects)
    )
    return f"{count(len(told.rows) + told.untold, 'change')}: {kinds} ({what})."


_MASK = (
    "Where a rule that both policies have refuses the call, or asks for review, it "
    "still does."
)


def _say(told: Told, limit: int) -> None:
    output.say(f"{told.before} → {told.after}")
    if told.rows:
        output.say_table(_HEADINGS, [_cells(row) for row in told.rows[:limit]])
        output.say()
    output.say(_summary(told))
    for line in told.beside:
        output.say(f"  - {line}")
    hidden = max(0, len(told.rows) - limit) + told.untold
    if hidden:
        output.hint(f"{count(hidden, 'more change')}: --limit shows more, --json all")
    if told.rows:
        output.hint(_MASK + " `--json` has a call for each change.")


def _say_markdown(told: Told, limit: int) -> None:
    output.say(f"**Policy: `{_cell(told.before)}` → `{_cell(told.after)}`**")
    output.say()
    if told.rows:
        output.say(f"| {' | '.join(_HEADINGS)} |")
        output.say(f"|{'---|' * len(_HEADINGS)}")
        for row in told.rows[:limit]:
            output.say(f"| {' | '.join(map(_cell, _cells(row)))} |")
        output.say()
    output.say(_summary(told))
    for line in told.beside:
        output.say(f"- {_cell(line)}")
    hidden = max(0, len(told.rows) - limit) + told.untold
    if hidden:
        output.say(f"- {count(hidden, 'more change')} not shown")
    if told.rows:
        output.say()
        output.say(_MASK)


def _cell(text: str) -> str:
    """A table's cell: nothing in it is read as layout."""
    for sign in "\\|*_<[`":
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\n", " ")
