"""`affidavit incident open`: suspend first, then record."""

import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from affidavit.cli import arguments, incident_desk, machine, output, progress
from affidavit.cli.arguments import When
from affidavit.cli.incident_fetch import fetching
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.errors import Incomplete, Invalid, SettingsInvalid
from affidavit.incident import intake, notice, search
from affidavit.incident.desk import Opening
from affidavit.incident.intake import Intake
from affidavit.incident.model import Channel, Form, Notice, NoticeKind
from affidavit.incident.notice import Received
from affidavit.trail.notices import MAX_DOCUMENT_BYTES
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import stamp
from affidavit.wiring.settings import Settings


@click.command(
    cls=TeachingCommand,
    name="open",
    uses=(
        Use(
            "affidavit incident open --case case_abc --fetch-purpose compliance",
            "fetch the case with OPENAI_API_KEY, as a governed call, and suspend whom "
            "it is about",
        ),
        Use("affidavit incident open alert.json", "from a document that you have"),
        Use(
            'affidavit incident open --reason "letter of 23 November" '
            "--purpose support.reply --from 2026-11-01",
            "by hand: suspend a purpose",
        ),
        Use(
            "affidavit incident open payload.json --header webhook-id:msg_1 "
            "--header webhook-timestamp:1795420000 --header webhook-signature:v1,…",
            "a webhook's payload, its signature verified with OPENAI_WEBHOOK_SECRET",
        ),
    ),
    exits=Exits(
        "opened, and suspended",
        "opened, and nobody is suspended: the notice names nobody that is known here",
        "no trail, no key, a notice that cannot be read or verified, or usage; the "
        "message says whether calls are suspended",
    ),
)
@etiquette
@click.argument("document", required=False, type=arguments.PLACE, metavar="[FILE|-]")
@click.option("--case", metavar="ID", help="Fetch this safety case.")
@click.option("--alert", metavar="ID", help="Fetch this safety alert.")
@click.option(
    "--fetch-purpose", metavar="NAME", help="Purpose of the call that fetches it."
)
@click.option("--base-url", metavar="URL", help="Where to fetch it, if not at OpenAI.")
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME:VALUE",
    help="A header that came with a webhook's payload. Its three are needed.",
)
@click.option(
    "--max-age",
    type=arguments.SPAN,
    default="5m",
    metavar="SPAN",
    help="How old a webhook's signature may be; 5m by default.",
)
@click.option(
    "--kind",
    type=click.Choice([each.value for each in NoticeKind]),
    help="By hand: what the provider did.",
)
@click.option("--reason", metavar="TEXT", help="Why; needed by hand.")
@click.option("--reference", metavar="ID", help="By hand: the provider's id of it.")
@click.option(
    "--request", "requests", multiple=True, metavar="ID", help="A request it names."
)
@click.option(
    "--response", "responses", multiple=True, metavar="ID", help="A response it names."
)
@click.option("--from", "start", type=arguments.TIME, help="What it is about began.")
@click.option("--to", "end", type=arguments.TIME, help="And ended.")
@incident_desk.targets
@click.option(
    "--suspend-nobody",
    is_flag=True,
    help="Record it only: whoever the notice names goes on calling.",
)
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(
    *,
    document: str | None,
    case: str | None,
    alert: str | None,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
    **given: Any,
) -> int:
    """Open an incident: suspend whom a notice is about, and record it under signature.

    The next call of every running process on this trail is refused, in observe mode
    too, until `affidavit incident lift`. What is suspended: whom the notice names, or
    who made the request that it names, and what --purpose and its like add. What it is
    about is held from pruning.
    """
    settings = incident_desk.settled(trail, signing_key)
    arguments.ordered(given["start"], given["end"])
    try:
        taken = _named(_taken(settings, document, case, alert, given), given)
    except Invalid as error:
        # Exit code 1 says that an incident was opened.
        raise Incomplete(f"Nothing was opened or suspended: {error}.") from error
    opened = taken.opened(reason=given["reason"], more=incident_desk.chosen(given))
    if given["suspend_nobody"]:
        if incident_desk.chosen(given):
            raise click.UsageError("--suspend-nobody leaves nobody to name.")
        opened = replace(opened, suspends=())
    names = (*taken.notice.requests, *taken.notice.responses)
    reader = TrailReader(settings.trail)
    with progress.shown("searching and recording") as tell:
        desk = incident_desk.desk(settings, tell)
        opening = desk.open(
            opened,
            identifier=_identifier(taken),
            finds_targets=not given["suspend_nobody"],
            search=lambda: search.calls(
                reader, names, since=intake.since(taken.notice), tell=tell
            ),
        )
    _say(opening, taken, settings, as_json=as_json)
    return 0 if opening.opened.suspends or given["suspend_nobody"] else 1


def _taken(
    settings: Settings,
    document: str | None,
    case: str | None,
    alert: str | None,
    given: dict[str, Any],
) -> Intake:
    if sum(each is not None for each in (document, case, alert)) > 1:
        raise click.UsageError("Give one of FILE, --case and --alert.")
    if document is not None:
        return _of_file(settings, document, given)
    if given["headers"]:
        raise click.UsageError(
            "--header belongs to a webhook's payload: name its file."
        )
    if case is not None or alert is not None:
        form = Form.CASE if case is not None else Form.ALERT
        with fetching(settings, given["fetch_purpose"], given["base_url"]) as fetch:
            received = intake.asked(fetch, form, case or alert or "")
        return intake.taken(received)
    if not given["reason"]:
        raise click.UsageError("By hand it needs --reason: what came, from whom, when.")
    return Intake(notice=_by_hand(given), documents=())


def _of_file(settings: Settings, document: str, given: dict[str, Any]) -> Intake:
    data = _read(document)
    received = _verified(data, given) if given["headers"] else None
    received = received or notice.read(data, Channel.FILE)
    if received.names is None or not os.environ.get("OPENAI_API_KEY"):
        return intake.taken(received)
    with fetching(settings, given["fetch_purpose"], given["base_url"]) as fetch:
        return intake.taken(received, fetch)


def _verified(data: bytes, given: dict[str, Any]) -> Received:
    from affidavit.clients.notices import SECRET_VARIABLE, Webhooks

    secret = os.environ.get(SECRET_VARIABLE)
    if not secret:
        raise SettingsInvalid(
            f"A webhook's payload is verified with its secret, in {SECRET_VARIABLE}."
        )
    headers = _headers(given["headers"])
    delivery = intake.delivery(headers)
    seconds = int(given["max_age"].total_seconds())
    Webhooks(secret, max_age=seconds).verify(data, headers)
    return notice.read(data, Channel.WEBHOOK, delivery)


def _headers(given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in given:
        name, colon, value = each.partition(":")
        if not colon or name.strip().lower() in found:
            raise click.UsageError(f"--header {each}: write NAME:VALUE, each once.")
        found[name.strip().lower()] = value.strip()
    return found


def _read(document: str) -> bytes:
    try:
        if document == "-":
            return sys.stdin.buffer.read(MAX_DOCUMENT_BYTES + 1)
        with Path(document).open("rb") as file:
            return file.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise Incomplete(f"{document}: cannot be read ({error.strerror}).") from error


def _by_hand(given: dict[str, Any]) -> Notice:
    return Notice(
        kind=NoticeKind(given["kind"]) if given["kind"] else NoticeKind.OTHER,
        reference=given["reference"],
    )


def _named(taken: Intake, given: dict[str, Any]) -> Intake:
    """With what the options add to what the notice names."""
    start: When | None = given["start"]
    end: When | None = given["end"]
    added = replace(
        taken.notice,
        requests=tuple(dict.fromkeys((*taken.notice.requests, *given["requests"]))),
        responses=tuple(dict.fromkeys((*taken.notice.responses, *given["responses"]))),
        start=None if start is None else _stamp(start.start),
        end=None if end is None else _stamp(end.after),
    )
    return replace(taken, notice=added)


def _stamp(moment: datetime) -> str:
    return stamp(int(moment.timestamp() * 1000))


def _identifier(taken: Intake) -> str | None:
    """A webhook's delivery opens one incident, however often it is handed in."""
    for each in taken.documents:
        if each.delivery is not None:
            return intake.identifier(each.delivery, taken.notice)
    return None


def _say(opening: Opening, taken: Intake, settings: Settings, *, as_json: bool) -> None:
    opened = opening.opened
    if as_json:
        machine.emit(
            {
                "again": opening.again,
                "at": opening.at,
                "calls": list(opened.calls),
                "held": opening.held,
                "incident": opening.incident,
                "notice": opened.notice.as_json(),
                "suspended": incident_desk.listed(opened.suspends),
                "unfetched": None
                if taken.unfetched is None
                else machine.text(taken.unfetched),
            }
        )
        return
    colour = output.GOOD if opened.suspends else output.BAD
    before = " was opened before; nothing was done" if opening.again else " opened"
    output.say(f"incident {opening.incident}{before}", colour=colour)
    output.say_pairs(
        [
            ("notice", notice.summary(opened.notice)),
            ("suspended", incident_desk.told(opened.suspends)),
            ("in force", f"now, in every process on {settings.trail}"),
            ("calls named", count(len(opened.calls), "call") + " found"),
            ("held", "from pruning" if opening.held else "NOT: pruning is under way"),
        ]
    )
    for line in _next(opening, taken):
        output.hint(line)


def _next(opening: Opening, taken: Intake) -> Sequence[str]:
    said = []
    if taken.unfetched is not None:
        said.append(f"What it is about could not be had: {taken.unfetched}")
    if not opening.opened.suspends:
        said.append(
            f"Nobody is suspended. `affidavit incident suspend {opening.incident} "
            "REASON --purpose NAME` does; --everything stops all calls."
        )
    if not opening.held:
        said.append("`affidavit trail hold add` holds records once pruning has ended.")
    said.append("Work that the provider has begun goes on: cancel batches and jobs.")
    return said
