"""`affidavit incident serve`: the webhook receiver, as a program."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import click

from affidavit.cli import arguments, incident_desk, machine, output, progress
from affidavit.cli.incident_fetch import fetching
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.witness_serve import address, stopping
from affidavit.errors import SettingsInvalid
from affidavit.incident.receiver import Answer, Receiver
from affidavit.incident.server import PATH, WebhookServer

DEFAULT_LISTEN = "127.0.0.1:8766"


@click.command(
    cls=TeachingCommand,
    name="serve",
    uses=(
        Use(
            "affidavit incident serve --fetch-purpose compliance",
            "OPENAI_WEBHOOK_SECRET and OPENAI_API_KEY in the environment, a reverse "
            "proxy with TLS in front",
        ),
        Use(
            "affidavit incident serve --no-fetch",
            "open incidents for what a webhook itself says, and fetch nothing",
        ),
    ),
    exits=Exits(
        "stopped by SIGINT or SIGTERM",
        NO_FINDINGS,
        "no secret, no trail, no key, the address cannot be had, or usage",
    ),
)
@etiquette
@click.option(
    "--listen",
    default=DEFAULT_LISTEN,
    metavar="HOST:PORT",
    help=f"Address to listen on; {DEFAULT_LISTEN} by default, port 0 takes any.",
)
@click.option("--path", "at", default=PATH, metavar="PATH", help=f"{PATH} by default.")
@click.option(
    "--max-age",
    type=arguments.SPAN,
    default="5m",
    metavar="SPAN",
    help="How old a delivery may be; 5m by default.",
)
@click.option(
    "--fetch/--no-fetch",
    default=True,
    help="Whether to fetch the case or alert that an event names; it does not say "
    "otherwise whom it is about.",
)
@click.option(
    "--fetch-purpose", metavar="NAME", help="Purpose of the calls that fetch."
)
@click.option("--base-url", metavar="URL", help="Where to fetch, if not at OpenAI.")
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(
    *,
    listen: str,
    at: str,
    max_age: timedelta,
    fetch: bool,
    fetch_purpose: str | None,
    base_url: str | None,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
) -> int:
    """Receive the provider's safety webhooks until SIGINT or SIGTERM.

    Each verified event opens an incident and suspends whom it is about before it is
    answered; what could not be recorded is answered 503, and the provider tries again.
    The first line on stdout says where it listens; each request is a line on stderr.
    """
    from affidavit.clients.notices import Webhooks

    settings = incident_desk.settled(trail, signing_key)
    webhooks = Webhooks(_secret(), max_age=int(max_age.total_seconds()))
    with ExitStack() as stack, progress.shown("reading the trail") as tell:
        ask = (
            stack.enter_context(fetching(settings, fetch_purpose, base_url))
            if fetch
            else None
        )
        receiver = Receiver(incident_desk.desk(settings, tell), webhooks.verify, ask)
        receiver.remember()
        server = WebhookServer(
            address(listen),
            receiver,
            tell=_nothing if output.quiet() else output.note,
            told=_telling(as_json=as_json),
            path=at,
        )
        try:
            with stopping(server):
                _say(server, at, as_json=as_json)
                server.serve_forever()
        finally:
            server.close()
    return 0


def _secret() -> str:
    from affidavit.clients.notices import SECRET_VARIABLE

    if not (secret := os.environ.get(SECRET_VARIABLE)):
        raise SettingsInvalid(
            f"Webhooks are verified with their secret, in {SECRET_VARIABLE}: the "
            "provider shows it where the webhook is made."
        )
    return secret


def _nothing(_line: str) -> None:
    """What `--quiet` does with the access log."""


def _say(server: WebhookServer, at: str, *, as_json: bool) -> None:
    if as_json:
        machine.emit({"url": f"{server.url}{at}"})
    else:
        output.say(f"listening on {server.url}{at}")


def _telling(*, as_json: bool) -> Callable[[Answer], None]:
    def told(answer: Answer) -> None:
        opening = answer.opening
        if opening is None:
            return
        suspended = opening.opened.suspends
        if as_json:
            machine.emit(
                {
                    "again": opening.again,
                    "incident": opening.incident,
                    "suspended": incident_desk.listed(suspended),
                    "unfetched": answer.unfetched,
                }
            )
        else:
            output.say(
                f"incident {opening.incident}: suspended "
                f"{incident_desk.told(suspended)}",
                colour=output.GOOD if suspended else output.BAD,
            )
        if answer.unfetched is not None:
            output.error(
                f"incident {opening.incident}: {answer.unfetched}. Nobody is suspended "
                f"for it; `affidavit incident suspend {opening.incident} …` does."
            )

    return told
