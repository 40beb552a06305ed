"""`affidavit reconcile`: the provider's bill held against the trail.

Knows options. What agrees with what is `affidavit.reconcile`'s; where a bill comes from
is `reconcile_bill`'s, and what is said about it `reconcile_said`'s.
"""

import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.cli import (
    arguments,
    machine,
    progress,
    reconcile_bill,
    reconcile_said,
    trust,
)
from affidavit.cli.arguments import When
from affidavit.cli.reconcile_bill import ADMIN_KEY
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.reconcile.reconciliation import Asked, reconcile, sources
from affidavit.trail.reader import TrailReader
from affidavit.wiring.settings import read_settings


@click.command(
    cls=TeachingCommand,
    name="reconcile",
    uses=(
        Use(
            "affidavit reconcile --from 2026-10-01 --to 2026-10-31 --fetch "
            "--save october-usage",
            f"fetch the bill with the key in {ADMIN_KEY}, and keep it",
        ),
        Use(
            "affidavit reconcile --from 2026-10-01 --to 2026-10-31 "
            "--usage october-usage",
            "the same from what was kept, offline",
        ),
        Use(
            "affidavit reconcile --from 2026-10-01 --to 2026-10-31 "
            "--usage azure-metrics.json --alias gpt-5=gpt-5-2025-08-07",
            "Azure Monitor's metrics",
        ),
    ),
    exits=Exits(
        "every billed request is covered by a recorded call",
        "the bill has requests that the trail has not",
        "days are missing, a document is not understood, the trail does not verify, "
        "the bill cannot be fetched, or usage",
    ),
)
@etiquette
@click.option(
    "--from", "start", required=True, type=arguments.TIME, help="First day, in UTC."
)
@click.option("--to", "end", required=True, type=arguments.TIME, help="Last day.")
@click.option(
    "--usage",
    type=arguments.PATH,
    multiple=True,
    metavar="FILE|DIR",
    help="What the provider says it served: JSON of its usage endpoints, or of Azure "
    "Monitor's metrics (also CSV). A folder is read whole. Repeatable.",
)
@click.option(
    "--fetch",
    is_flag=True,
    help=f"Fetch it, with the administrator's key in {ADMIN_KEY}, as governed calls.",
)
@click.option(
    "--save",
    type=arguments.PATH,
    metavar="DIR",
    help="A new folder for the responses, byte for byte, and what was found: what "
    "`affidavit attest --reconciliation` takes. After a --fetch that was interrupted, "
    "the same command goes on where it ended.",
)
@click.option(
    "--fetched",
    type=arguments.TIME,
    metavar="TIME",
    help="When the documents of --usage were fetched. Default: what their folder says, "
    "else now.",
)
@click.option("--base-url", metavar="URL", help="Where to fetch it, if not at OpenAI.")
@click.option("--purpose", metavar="NAME", help="Purpose of the fetching calls.")
@click.option(
    "--governed-key",
    "keys",
    multiple=True,
    metavar="ID",
    help="Provider's id of an API key that governed programs use. When given, what "
    "other keys were billed is uncovered. Repeatable.",
)
@click.option(
    "--project", metavar="ID", help="Whose the calls are that name no project."
)
@click.option(
    "--alias",
    "aliases",
    multiple=True,
    metavar="NAME=SNAPSHOT",
    help="What a model's name stood for, where no answer says so. Repeatable.",
)
@arguments.trail
@arguments.trusted_key
@arguments.as_json
def command(
    *,
    start: When,
    end: When,
    usage: tuple[Path, ...],
    fetch: bool,
    save: Path | None,
    fetched: When | None,
    base_url: str | None,
    purpose: str | None,
    keys: tuple[str, ...],
    project: str | None,
    aliases: tuple[str, ...],
    trail: Path | None,
    trusted_key: tuple[str, ...],
    as_json: bool,
) -> int:
    """Compare what the provider billed with what the trail recorded.

    Cell by cell (day, kind, project, model): covered, uncovered and excess, in requests
    and tokens, never netted; with what may explain each difference. No local log proves
    that nothing went around it: the bill is the other witness.
    """
    arguments.ordered(start, end)
    _whole_days(start, end)
    if fetch == bool(usage):
        raise click.UsageError("Give --usage, or --fetch.")
    if fetch and fetched is not None:
        raise click.UsageError("--fetched is about --usage: --fetch fetches now.")
    settings = read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)
    if save is not None:
        reconcile_bill.must_be_free(save)
    asked = Asked(
        start=_day(start.start),
        end=_day(end.after),
        keys=frozenset(keys) or None,
        project=project,
        aliases=_named(aliases),
    )
    now = datetime.now(UTC)
    documents = (
        list(reconcile_bill.fetched(settings, asked, base_url, purpose, save))
        if fetch
        else [document for path in usage for document in reconcile_bill.read(path)]
    )
    with progress.shown("verifying and comparing") as tell:
        found = reconcile(
            TrailReader(settings.trail),
            sources(documents),
            asked,
            key=trust.trusted(trusted_key, lambda: settings).keys,
            now=now,
            fetched=fetched.start if fetched else reconcile_bill.fetched_at(usage),
            progress=tell,
        )
    if save is not None:
        reconcile_bill.keep(save, documents, found)
    if as_json:
        machine.emit(found.as_json())
    else:
        reconcile_said.say(found)
    return 0 if found.whole else 1


def _whole_days(start: When, end: When) -> None:
    for each in (start, end):
        if not each.is_date:
            raise click.UsageError("Bills are by UTC day: write dates, 2026-10-01.")


def _day(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d")


def _named(aliases: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for each in aliases:
        name, equals, snapshot = each.partition("=")
        if not (name and equals and snapshot):
            raise click.UsageError(f"--alias {each}: write NAME=SNAPSHOT.")
        found[name] = snapshot
    return found
