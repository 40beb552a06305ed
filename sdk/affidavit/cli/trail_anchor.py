"""`affidavit trail anchor`: show the newest checkpoint to others, now."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.anchors.plan import Plan
from affidavit.anchors.rounds import Round, Rounds
from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count, moment
from affidavit.errors import AnchorUnavailable, SettingsInvalid
from affidavit.trail.anchors import Standing
from affidavit.wiring.settings import read_settings

WAIT_SECONDS = 120.0
"""For another process that is anchoring just now."""


@click.command(
    cls=TeachingCommand,
    name="anchor",
    uses=(
        Use("affidavit trail anchor", "by cron, where programs are short-lived"),
        Use("affidavit trail anchor --due", "only whom it is time to ask again"),
    ),
    exits=Exits(
        "the newest checkpoint is anchored, by as many witnesses as the quorum wants",
        "somebody has seen another history of this trail: it was rewritten or cut off",
        "nobody is named to ask, or too few of them answered",
    ),
)
@etiquette
@arguments.trail
@click.option("--due", is_flag=True, help="Ask only those whose time has come.")
@arguments.as_json
def command(*, trail: Path | None, due: bool, as_json: bool) -> int:
    """Have the newest checkpoint cosigned, stamped and published, as settings say.

    Whom to ask stands in `[tool.affidavit.anchors]`. Needs no key; running programs do
    the same in the background.
    """
    settings = read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)
    plan = settings.anchors
    if plan is None or not plan.names:
        raise SettingsInvalid(
            "No anchors are named. Write a table [tool.affidavit.anchors] with "
            "witnesses, tsa or publish; docs/anchors.md shows one."
        )
    rounds = Rounds(settings.trail, plan)
    done = rounds.run(lock_seconds=WAIT_SECONDS, all_of_them=not due)
    if done is None:
        raise AnchorUnavailable(
            f"{settings.trail}: another process has been anchoring for "
            f"{WAIT_SECONDS:.0f} s. Try again."
        )
    code = exit_code(plan, done)
    if as_json:
        machine.emit(_as_json(plan, done, code))
    else:
        _say(plan, done, code)
    return code


def exit_code(plan: Plan, done: Round) -> int:
    """1 when somebody contradicts, 2 when too few hold, else 0."""
    standings = done.standings
    if any(each.contradicted for each in standings.values()):
        return 1
    cosigned = sum(_holds(standings[each.name], done) for each in plan.witnesses)
    witnesses = {each.name for each in plan.witnesses}
    rest = [each for name, each in standings.items() if name not in witnesses]
    whole = all(_holds(each, done) for each in rest)
    return 0 if whole and cosigned >= plan.wanted else 2


def _holds(standing: Standing, done: Round) -> bool:
    return standing.done is not None and standing.done.size >= done.size


def _as_json(plan: Plan, done: Round, code: int) -> dict[str, Json]:
    return {
        "anchors": [
            {
                "asked": name in done.asked,
                "at": None if each.done is None else _at(each.done.at),
                "contradicted": each.contradicted,
                "error": None if each.error is None else machine.text(each.error),
                "name": machine.text(name),
                "size": None if each.done is None else each.done.size,
            }
            for name, each in done.standings.items()
        ],
        "exit_code": code,
        "quorum": plan.wanted,
        "size": done.size,
    }


def _say(plan: Plan, done: Round, code: int) -> None:
    for name, each in done.standings.items():
        if each.error is not None:
            output.say(f"{name}: {each.error}", colour=output.BAD)
        elif each.done is None:
            output.say(f"{name}: not asked yet")
        else:
            size, at = count(each.done.size, "record"), _at(each.done.at)
            output.say(f"{name}: {size}, at {at}", colour=output.GOOD)
    if plan.witnesses:
        held = sum(_holds(done.standings[each.name], done) for each in plan.witnesses)
        output.say(
            f"{held} of {count(len(plan.witnesses), 'witness', 'witnesses')} cosigned "
            f"all {count(done.size, 'record')}; {plan.wanted} wanted"
        )
    if code == 1:
        output.hint("Run `affidavit trail verify`, and keep everything as it is.")


def _at(milliseconds: int) -> str:
    return moment(datetime.fromtimestamp(milliseconds / 1000, UTC))
