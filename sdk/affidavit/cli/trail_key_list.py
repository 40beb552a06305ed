"""`affidavit trail key list`: every key that ever signed the trail."""

import os
from pathlib import Path

import click

from affidavit.cli import arguments, findings, machine, output, progress
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.trail.reader import TrailReader
from affidavit.verify.keyhistory import KeyHistory, read_history
from affidavit.wiring.keyring import own_keys
from affidavit.wiring.settings import read_settings


@click.command(
    cls=TeachingCommand,
    name="list",
    uses=(
        Use("affidavit trail key list", "which key signed since which record"),
        Use("affidavit trail key list --json", "with whole verifier keys"),
    ),
    exits=Exits(
        "listed",
        "a key record does not hold; `affidavit trail verify` says more",
        "no trail, or no key of it",
    ),
)
@etiquette
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(*, trail: Path | None, signing_key: str | None, as_json: bool) -> int:
    """List the trail's keys: since which record, until which, and in what state.

    Reads the `key` records and checks their signatures; whether the trail as a whole
    holds is `affidavit trail verify`'s to say.
    """
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )
    pinned = own_keys(settings, own_identity(settings))
    with progress.shown("reading") as tell:
        history = read_history(TrailReader(settings.trail), pinned, tell)
    if as_json:
        machine.emit(
            {
                "keys": [findings.key_as_json(each) for each in history.spans],
                "origin": pinned.name,
                "problems": [findings.problem_as_json(it) for it in history.problems],
            }
        )
    else:
        _say(history)
    return 1 if history.problems else 0


def _say(history: KeyHistory) -> None:
    rows = [
        (
            each.vkey.split("+", 2)[1],
            "ML-DSA-44" if len(each.vkey) > findings.LONG_KEY else "Ed25519",
            str(each.since),
            each.at,
            "" if each.until is None else str(each.until),
            each.state + ("" if each.reason is None else f": {each.reason}"),
        )
        for each in history.spans
    ]
    output.say_table(("key", "kind", "since record", "at", "until", "state"), rows)
    findings.say_list_of_problems(history.problems)
