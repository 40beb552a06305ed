"""`affidavit policy budgets`: what purposes have used up, and what is left."""

import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.counters import Counters, Reading
from affidavit.errors import SettingsInvalid
from affidavit.policy.amounts import Unit, cents, moment
from affidavit.policy.budgets import Budget, subject_digest
from affidavit.policy.in_force import Policy
from affidavit.policy.loader import load
from affidavit.wiring import counting
from affidavit.wiring.keyring import load_identity
from affidavit.wiring.settings import Settings, read_settings

_MOST = 10
"""Counters of one budget that a table shows unless all are asked for."""


class _Row(NamedTuple):
    """One counter of a budget that is in force."""

    budget: Budget
    who: str
    used: int
    start: int
    frees: int

    @property
    def left(self) -> int:
        return max(0, self.budget.amount.limit - self.used)


@click.command(
    cls=TeachingCommand,
    name="budgets",
    uses=(
        Use("affidavit policy budgets", "what is used and left, now"),
        Use(
            "affidavit policy budgets --purpose support.reply --json",
            "of one purpose, for a program",
        ),
        Use(
            "affidavit policy budgets --subject user-17",
            "where budgets are counted for each subject",
        ),
        Use(
            "affidavit policy budgets --found",
            "begin to count on a Redis server, once",
        ),
    ),
    exits=Exits(
        "shown, or founded",
        NO_FINDINGS,
        "usage, or the policy or the counters cannot be read",
    ),
)
@etiquette
@arguments.policy
@click.option("--purpose", help="Of this purpose alone.")
@click.option("--subject", help="What is counted for this subject (`user`) alone.")
@click.option("--all", "everyone", is_flag=True, help="Every counter, not the fullest.")
@click.option(
    "--found",
    is_flag=True,
    help="Begin to count where the setting `budgets` points, with what the trail says "
    "was used. A Redis server needs that once, and again when it lost its data.",
)
@click.option(
    "--accept-gaps",
    is_flag=True,
    help="With --found: pass over decisions whose bodies were pruned.",
)
@arguments.as_json
def command(
    *,
    policy: Path | None,
    purpose: str | None,
    subject: str | None,
    everyone: bool,
    found: bool,
    accept_gaps: bool,
    as_json: bool,
) -> int:
    """Show what each purpose has used of its budgets, by all processes, and when more
    is free.
    """
    settings = read_settings(environ=os.environ, directory=Path.cwd(), policy=policy)
    in_force = load(settings.policy)
    now = time.time_ns() // 1_000_000
    if accept_gaps and not found:
        raise click.UsageError("--accept-gaps goes with --found.")
    if purpose is not None and purpose not in in_force.purposes:
        raise SettingsInvalid(f"{settings.policy} declares no purpose {purpose!r}.")
    store = counting.store_of(settings)
    try:
        if found:
            _begin(store, settings, in_force, now, accept_gaps=accept_gaps)
        rows = list(_rows(in_force, tuple(store.read(now)), now))
    finally:
        store.close()
    rows = [row for row in rows if _wanted(row, purpose, subject)]
    if as_json:
        budgets: list[Json] = [_object(row) for row in rows]
        machine.emit({"budgets": budgets, "counted": store.where})
    else:
        _say(rows, store.where, everyone=everyone)
    return 0


def _begin(
    store: Counters,
    settings: Settings,
    policy: Policy,
    now: int,
    *,
    accept_gaps: bool,
) -> None:
    found = getattr(store, "found", None)
    if found is not None:
        found()
    keeper = counting.keeper(
        settings,
        load_identity(settings).origin,
        lambda: policy,
        lambda: None,
        accept_gaps=accept_gaps,
    )
    try:
        keeper.join(now)
    finally:
        keeper.close()
    output.hint(f"Budgets are counted at {store.where}.")


def _rows(policy: Policy, readings: Sequence[Reading], now: int) -> Iterator[_Row]:
    """A row for each counter in use, the fullest first; one for a budget without."""
    for purpose in policy.purposes.values():
        for budget in purpose.budgets:
            start, end = budget.amount.window.around(now)
            counters = sorted(
                (
                    (reading.used, reading.key.who)
                    for reading in readings
                    if (reading.key.budget, reading.key.start) == (budget.id, start)
                ),
                key=lambda each: (-each[0], each[1]),
            )
            if not counters and not budget.per:
                counters = [(0, "")]
            for used, who in counters:
                yield _Row(budget, who, used, start, end)


def _wanted(row: _Row, purpose: str | None, subject: str | None) -> bool:
    if purpose is not None and row.budget.purpose != purpose:
        return False
    wanted = f"subject={subject_digest(subject)}"
    return subject is None or wanted in row.who.split(";")


def _object(row: _Row) -> Json:
    budget = row.budget
    return {
        "budget": budget.id,
        "frees": moment(row.frees),
        "left": row.left,
        "limit": budget.amount.limit,
        "purpose": budget.purpose,
        "since": moment(row.start),
        "unit": budget.unit.value,
        "used": row.used,
        "where": machine.text(budget.where),
        "who": row.who,
        "window": budget.amount.window.value,
    }


def _say(rows: Sequence[_Row], where: str, *, everyone: bool) -> None:
    if not rows:
        output.say("No budget: the policy has none, or nothing was counted for it.")
        return
    told: dict[str, int] = {}
    shown: list[tuple[str, ...]] = []
    for row in rows:
        told[row.budget.id] = told.get(row.budget.id, 0) + 1
        if everyone or told[row.budget.id] <= _MOST:
            shown.append(_cells(row))
    output.say_table(("purpose", "budget", "used", "left", "frees (UTC)", ""), shown)
    if len(shown) < len(rows):
        output.hint(f"{len(rows) - len(shown):,} more; --all shows them.")
    output.hint(f"Counted at {where}.")


def _cells(row: _Row) -> tuple[str, ...]:
    budget = row.budget
    who = f" ({row.who.replace('=', ' ')})" if row.who else ""
    return (
        budget.purpose,
        f"{budget}{who}",
        _shown(budget.unit, row.used, up=True),
        _shown(budget.unit, row.left, up=False),
        moment(row.frees)[:16].replace("T", " "),
        output.bar(min(row.used, budget.amount.limit), budget.amount.limit, width=12),
    )


def _shown(unit: Unit, amount: int, *, up: bool) -> str:
    return cents(amount, up=up) if unit is Unit.COST else unit.shown(amount)
