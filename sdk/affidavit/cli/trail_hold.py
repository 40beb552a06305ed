"""`affidavit trail hold`: records that nothing may be pruned of, and why.

A hold is a record of the trail, and so is its end: both are signed and stay.
"""

import os
import time
from pathlib import Path

import click

from affidavit.attest.tally import stamp
from affidavit.canonical import Json
from affidavit.cli import appending, arguments, machine, output, progress
from affidavit.cli.arguments import When
from affidavit.cli.teaching import (
    NO_FINDINGS,
    USAGE,
    Exits,
    Lazy,
    LazyGroup,
    TeachingCommand,
    Use,
    etiquette,
)
from affidavit.cli.trust import own_identity
from affidavit.cli.wording import count
from affidavit.errors import Incomplete, TrailUnavailable
from affidavit.trail import record as records
from affidavit.trail.holds import Hold, Scope, hold_body, release_body
from affidavit.trail.identity import Identity
from affidavit.trail.prune import alone
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, Record
from affidavit.trail.survey import survey
from affidavit.wiring.settings import Settings, read_settings

LOCK_SECONDS = 2.0
_HERE = "affidavit.cli.trail_hold"
COMMANDS = {
    "add": Lazy(f"{_HERE}:add", "Hold records, for a reason."),
    "list": Lazy(f"{_HERE}:listed", "Say which holds are in force."),
    "remove": Lazy(f"{_HERE}:remove", "End a hold, for a reason."),
}
_EXITS = Exits("done", NO_FINDINGS, "no such hold, no key, no trail; " + USAGE)
"""For all of them."""

_REASON = click.argument("reason", metavar="REASON")


@click.command(
    cls=LazyGroup,
    name="hold",
    lazy=COMMANDS,
    uses=(
        Use(
            'affidavit trail hold add "Dispute 7" --from 2026-03-01 --to 2026-04-30',
            "all calls of two months",
        ),
        Use('affidavit trail hold remove ID "settled"', "and they may go again"),
    ),
    exits=_EXITS,
)
@etiquette
def group() -> None:
    """Keep records from being pruned while an incident or a dispute is open."""


@click.command(
    cls=TeachingCommand,
    name="add",
    uses=(
        Use(
            'affidavit trail hold add "Incident 12" --purpose support.reply '
            "--from 2026-03-01",
            "one purpose, from a day on, until the hold is removed",
        ),
        Use('affidavit trail hold add "Audit 2026"', "everything"),
    ),
    exits=_EXITS,
)
@etiquette
@_REASON
@click.option(
    "--from", "start", type=arguments.TIME, help="Decided from then on (UTC)."
)
@click.option(
    "--to", "end", type=arguments.TIME, help="Until this date inclusive, or a moment."
)
@click.option("--id", "ids", multiple=True, metavar="ID", help="This call. Repeatable.")
@click.option("--purpose", metavar="NAME", help="This purpose, exactly.")
@click.option("--model", metavar="NAME", help="This model, exactly.")
@click.option("--subject", metavar="NAME", help="This end user, exactly.")
@click.option("--safety-id", "safety", metavar="ID", help="This safety identifier.")
@arguments.trail
@arguments.signing_key
@arguments.as_json
def add(
    *,
    reason: str,
    start: When | None,
    end: When | None,
    ids: tuple[str, ...],
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
    **values: str | None,
) -> int:
    """Hold the calls to which all options apply, for REASON; without any, every call.

    The reason is recorded in the trail, under signature.
    """
    arguments.ordered(start, end)
    scope = Scope(
        start=None if start is None else stamp(start.start),
        end=None if end is None else stamp(end.after),
        ids=ids,
        values={name: value for name, value in values.items() if value is not None},
    )
    settings, identity = _own(trail, signing_key)
    record = _recorded(settings, identity, hold_body(scope, reason))
    made = Hold(id=record.id, at=record.at, reason=reason, scope=scope)
    if as_json:
        machine.emit(as_object(made))
    else:
        output.say(f"{record.id}: held, {_covered(scope)}")
    return 0


@click.command(
    cls=TeachingCommand,
    name="list",
    uses=(Use("affidavit trail hold list", "holds in force, oldest first"),),
    exits=_EXITS,
)
@etiquette
@arguments.trail
@arguments.as_json
def listed(*, trail: Path | None, as_json: bool) -> int:
    """List the holds that are in force. Verifies nothing, and needs no key."""
    settings = read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)
    holds = _holds(settings.trail)
    if as_json:
        for each in holds:
            machine.emit(as_object(each))
        return 0
    rows = [(each.id, each.at, _covered(each.scope), each.reason) for each in holds]
    if rows:
        output.say_table(("id", "since (UTC)", "what", "why"), rows)
    output.hint(f"{count(len(rows), 'hold')} in force.")
    return 0


@click.command(
    cls=TeachingCommand,
    name="remove",
    uses=(Use('affidavit trail hold remove 0199a8c2-… "settled on 3 May"', "end it"),),
    exits=_EXITS,
)
@etiquette
@click.argument("identifier", metavar="ID")
@_REASON
@arguments.trail
@arguments.signing_key
@arguments.as_json
def remove(
    *,
    identifier: str,
    reason: str,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
) -> int:
    """End the hold ID, for REASON: the next pruning may take what it kept."""
    settings, identity = _own(trail, signing_key)
    for each in _holds(settings.trail):
        if each.id == identifier:
            end = _recorded(settings, identity, release_body(each, reason))
            if as_json:
                ended: Json = {"at": end.at, "id": end.id, "reason": reason}
                machine.emit({**as_object(each), "ended": ended})
            else:
                output.say(f"{identifier}: not held any more")
            return 0
    raise Incomplete(
        f"{settings.trail}: no hold {identifier[:64]!r} is in force. `affidavit trail "
        "hold list` lists them."
    )


def _own(trail: Path | None, signing_key: str | None) -> tuple[Settings, Identity]:
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )
    return settings, own_identity(settings)


def _recorded(settings: Settings, identity: Identity, body: dict[str, Json]) -> Record:
    """Record it, sealed when this returns: what prunes reads the sealed records."""
    with alone(settings.trail, seconds=LOCK_SECONDS) as had:
        if not had:
            raise TrailUnavailable(
                f"{settings.trail}: bodies are being pruned by another process. "
                "Nothing was held or released; try again in a minute."
            )
        with appending.opened(settings, identity, "hold") as trail:
            record = records.fresh(
                Kind.INCIDENT, body, clock=time.time_ns, randomness=os.urandom
            )
            trail.append(record)
            if trail.seal() is None:
                raise TrailUnavailable(
                    f"{settings.trail}: recorded, and not sealed yet: another process "
                    "holds the lock. It counts from its next seal on; check with "
                    "`affidavit trail hold list`."
                )
    return record


def _holds(path: Path) -> tuple[Hold, ...]:
    with progress.shown("searching"):
        return survey(TrailReader(path)).holds


def as_object(hold: Hold) -> dict[str, Json]:
    """A hold, for programs."""
    scope = hold.scope
    return {
        "at": hold.at,
        "from": scope.start,
        "id": hold.id,
        "ids": list(scope.ids),
        "reason": hold.reason,
        "to": scope.end,
        "values": dict(scope.values),
    }


def _covered(scope: Scope) -> str:
    said = [f"{name} {value}" for name, value in scope.values.items()]
    if scope.ids:
        said.append(count(len(scope.ids), "named call"))
    if scope.start is not None:
        said.append(f"from {scope.start}")
    if scope.end is not None:
        said.append(f"before {scope.end}")
    return ", ".join(said) or "every call"
