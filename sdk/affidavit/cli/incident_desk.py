"""What the commands about incidents share: options, the desk, words for a person."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import click

from affidavit.canonical import Json
from affidavit.cli.progress import Tell
from affidavit.cli.teaching import NO_FINDINGS, Exits
from affidavit.incident.desk import Desk, Writes
from affidavit.incident.model import Aspect, Incident, Target
from affidavit.trail.reader import TrailReader
from affidavit.wiring.settings import Settings, read_settings

EXITS = Exits("done", NO_FINDINGS, "no such incident, no key, no trail, or usage")

_OPTIONS: Sequence[tuple[str, Aspect, str]] = (
    ("--purpose", Aspect.PURPOSE, "Calls of this purpose, exactly. Repeatable."),
    (
        "--safety-id",
        Aspect.SAFETY,
        "Calls with this safety identifier. Repeatable.",
    ),
    ("--subject", Aspect.SUBJECT, "Calls on behalf of this end user. Repeatable."),
    ("--model", Aspect.MODEL, "Calls that ask for this model, exactly. Repeatable."),
    ("--project", Aspect.PROJECT, "Calls billed to this project. Repeatable."),
)


def targets(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say what is suspended; `chosen` reads them."""
    command = click.option(
        "--everything", is_flag=True, help="Every call of every process on the trail."
    )(command)
    for name, aspect, words in reversed(_OPTIONS):
        command = click.option(
            name, f"of_{aspect.value}", multiple=True, metavar="NAME", help=words
        )(command)
    return command


def chosen(values: dict[str, Any]) -> tuple[Target, ...]:
    """What those options say."""
    named = [
        Target(aspect=aspect, value=value)
        for _, aspect, _ in _OPTIONS
        for value in values[f"of_{aspect.value}"]
        if value
    ]
    if values["everything"]:
        named.append(Target(aspect=Aspect.EVERYTHING))
    return tuple(dict.fromkeys(named))


def settled(trail: Path | None, signing_key: str | None = None) -> Settings:
    """The settings, with what the command line says instead."""
    return read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )


def desk(settings: Settings, tell: Tell) -> Desk:
    """Whoever changes the incidents of the settings' trail.

    The key is opened when something is to be recorded: by then calls are suspended, and
    a passphrase that has to be typed keeps nobody waiting.
    """

    def opens() -> AbstractContextManager[Writes]:
        # Imported here: it takes as long as all the rest, and calls are suspended by
        # now.
        from affidavit.cli import appending
        from affidavit.cli.trust import own_identity

        return appending.opened(settings, own_identity(settings), "incident")

    return Desk(
        path=settings.trail,
        origin=TrailReader(settings.trail).head().origin,
        opens=opens,
        clock=time.time_ns,
        randomness=os.urandom,
        tell=tell,
    )


def told(found: Sequence[Target]) -> str:
    """Targets in words."""
    return ", ".join(map(str, found)) or "nothing"


def listed(found: Sequence[Target]) -> list[Json]:
    """Targets for programs."""
    return [each.as_json() for each in found]


def as_object(incident: Incident) -> dict[str, Json]:
    """An incident, for programs."""
    closed = incident.closed
    return {
        "at": incident.at,
        "closed": None if closed is None else closed.at,
        "ever_suspended": listed(incident.ever_suspended),
        "id": incident.id,
        "notice": incident.notice.as_json(),
        "open": incident.is_open,
        "reason": incident.opened.reason,
        "suspended": listed(incident.suspended),
    }
