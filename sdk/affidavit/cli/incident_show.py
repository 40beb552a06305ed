"""`affidavit incident list` and `show`: what is recorded, and what is in force.

Verifies nothing, and needs no key.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, incident_desk, machine, output, progress
from affidavit.cli.teaching import TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.incident import board, book, notice
from affidavit.incident.book import Book
from affidavit.incident.model import (
    Clarified,
    Closed,
    Document,
    Evidence,
    Incident,
    Lifted,
    Opened,
    Recorded,
    Suspended,
)
from affidavit.incident.suspended import Suspension
from affidavit.trail.reader import TrailReader


@click.command(
    cls=TeachingCommand,
    name="list",
    uses=(
        Use("affidavit incident list", "what is open, or still suspends somebody"),
        Use("affidavit incident list --all --json", "closed ones too, for programs"),
    ),
    exits=incident_desk.EXITS,
)
@etiquette
@click.option("--all", "every", is_flag=True, help="Closed ones too.")
@arguments.trail
@arguments.as_json
def listed(*, every: bool, trail: Path | None, as_json: bool) -> int:
    """List incidents, oldest first, with what each suspends now."""
    path = incident_desk.settled(trail).trail
    found = _book(path)
    shown = [
        each
        for each in found.incidents.values()
        if every or each.is_open or each.suspended
    ]
    unrecorded = untold(path, found)
    if as_json:
        for each in shown:
            machine.emit(incident_desk.as_object(each))
        return 0
    rows = [_row(each) for each in shown]
    rows += [
        (each.incident, each.at, "NOT RECORDED", str(each.target), each.reason)
        for each in unrecorded
    ]
    if rows:
        heading = ("id", "opened (UTC)", "state", "suspended", "notice")
        output.say_table(heading, rows)
    still_open = sum(each.is_open for each in shown)
    output.hint(f"{count(still_open, 'incident')} open.")
    if unrecorded:
        output.hint(
            "NOT RECORDED: a program suspended and ended before it recorded that. "
            "`affidavit incident lift ID REASON` records and ends it."
        )
    return 0


def _row(each: Incident) -> tuple[str, ...]:
    state = "open" if each.is_open else "closed"
    suspended = incident_desk.told(each.suspended)
    return each.id, each.at, state, suspended, notice.summary(each.notice)


def _book(path: Path) -> Book:
    with progress.shown("searching") as tell:
        return book.read(TrailReader(path), tell)


def untold(path: Path, found: Book) -> Sequence[Suspension]:
    """Suspensions in force of incidents that the trail does not know."""
    listing = board.read(path, TrailReader(path).head().origin)
    every = () if listing is None else listing.all
    return [each for each in every if each.incident not in found.incidents]


@click.command(
    cls=TeachingCommand,
    name="show",
    uses=(Use("affidavit incident show 0199a8c2", "an id, or how it begins"),),
    exits=incident_desk.EXITS,
)
@etiquette
@click.argument("identifier", metavar="ID")
@click.option("--raw", is_flag=True, help="Print the documents only, as received.")
@arguments.trail
@arguments.as_json
def show(*, identifier: str, raw: bool, trail: Path | None, as_json: bool) -> int:
    """Tell all that is recorded of one incident: notice, events, what is suspended."""
    incident = _book(incident_desk.settled(trail).trail).find(identifier)
    if raw:
        for each in incident.opened.documents:
            click.echo(each.text)
    elif as_json:
        machine.emit(
            {
                **incident_desk.as_object(incident),
                "calls": list(incident.opened.calls),
                "documents": [each.as_json() for each in incident.opened.documents],
                "events": [_event(each) for each in incident.events],
                "holds": list(incident.opened.holds),
            }
        )
    else:
        _say(incident)
    return 0


def _event(each: Recorded) -> Json:
    return {
        "at": each.at,
        "id": each.id,
        "index": each.index,
        **{
            name: value
            for name, value in each.event.body().items()
            if name not in ("documents", "incident", "notice")
        },
    }


def _say(incident: Incident) -> None:
    state = "open" if incident.is_open else "closed"
    output.say(f"incident {incident.id}, {state}")
    said = incident.notice
    pairs = [
        ("opened", incident.at),
        ("reason", incident.opened.reason),
        *(
            (name, str(value))
            for name, value in said.as_json().items()
            if not isinstance(value, list)
        ),
        ("requests", ", ".join(said.requests)),
        ("responses", ", ".join(said.responses)),
        ("calls", ", ".join(incident.opened.calls)),
        ("suspended now", incident_desk.told(incident.suspended)),
    ]
    output.say_pairs([(name, value) for name, value in pairs if value])
    for document in incident.opened.documents:
        output.say_pairs([_document(document)])
    output.say()
    rows = [(each.at, each.id, *_told(each)) for each in incident.events]
    output.say_table(("at (UTC)", "record", "what", ""), rows)


def _document(each: Document) -> tuple[str, str]:
    how = {
        "file": "handed in as a file",
        "fetched": "fetched from the provider",
        "webhook": "a webhook's, its signature verified",
    }[each.channel.value]
    return each.form.value, f"{how}, SHA-256 {each.sha256}"


def _told(each: Recorded) -> tuple[str, str]:
    event = each.event
    match event:
        case Opened():
            return "opened", f"suspends {incident_desk.told(event.suspends)}"
        case Suspended():
            return "suspended", f"{incident_desk.told(event.targets)}: {event.reason}"
        case Lifted():
            return "lifted", f"{incident_desk.told(event.targets)}: {event.reason}"
        case Clarified():
            return event.says.value, "; ".join(_clarified(event))
        case Closed():
            return "closed", event.reason


def _clarified(event: Clarified) -> Iterator[str]:
    by = "" if event.by is None else f"{event.by}: "
    to = "" if event.to is None else f" (to {event.to})"
    yield f"{by}{event.text}{to}"
    yield from map(_evidence, event.evidence)


def _evidence(each: Evidence) -> str:
    if each.record is not None:
        return f"record {each.record}"
    return f"file {each.file}, {each.size} bytes, SHA-256 {each.sha256}"
