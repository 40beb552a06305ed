"""`affidavit reconcile`: the provider's bill held against the trail.

Knows options, files and words. What agrees with what is `affidavit.reconcile`'s; how a
bill is fetched is `clients.usage`'s, which is loaded only for that.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from affidavit.cli import arguments, machine, output, progress, trust
from affidavit.cli.arguments import When
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.durable import unavailable
from affidavit.errors import Incomplete, SettingsInvalid
from affidavit.reconcile.causes import Likely
from affidavit.reconcile.compare import Compared
from affidavit.reconcile.reconciliation import (
    Asked,
    Reconciliation,
    reconcile,
    sources,
)
from affidavit.reconcile.report import NO_PURPOSES, UNSIGNED, coverage
from affidavit.reconcile.usage import MAX_DOCUMENT_BYTES
from affidavit.trail.reader import TrailReader
from affidavit.wiring.settings import Settings, read_settings

ADMIN_KEY = "OPENAI_ADMIN_KEY"
SHOWN = 40
"""Cells that a person is shown; JSON has all."""


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
    "Monitor's metrics. A folder is read whole. Repeatable.",
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
    help="A new folder for what was fetched, byte for byte.",
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
    if save is not None and not fetch:
        raise click.UsageError("--save keeps what --fetch fetches.")
    settings = read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)
    asked = Asked(
        start=_day(start.start),
        end=_day(end.after),
        keys=frozenset(keys) or None,
        project=project,
        aliases=_named(aliases),
    )
    documents = (
        list(_fetched(settings, start, end, base_url, purpose))
        if fetch
        else [document for path in usage for document in _read(path)]
    )
    if save is not None:
        _keep(save, documents)
    with progress.shown("verifying and comparing") as tell:
        found = reconcile(
            TrailReader(settings.trail),
            sources(documents),
            asked,
            key=trust.trusted(trusted_key, lambda: settings).keys,
            now=datetime.now(UTC),
            progress=tell,
        )
    if as_json:
        machine.emit(found.as_json())
    else:
        _say(found)
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


def _read(path: Path) -> Iterator[tuple[str, bytes]]:
    """A file, or every JSON file of a folder, by name."""
    try:
        files = sorted(path.glob("*.json")) if path.is_dir() else [path]
        if not files:
            raise Incomplete(f"{path}: no .json file in there.")
        for file in files:
            with file.open("rb") as opened:
                yield file.name, opened.read(MAX_DOCUMENT_BYTES + 1)
    except OSError as error:
        raise Incomplete(f"{path}: cannot be read ({error.strerror}).") from error


def _keep(folder: Path, documents: Sequence[tuple[str, bytes]]) -> None:
    try:
        folder.mkdir(parents=True)
        for name, data in documents:
            (folder / name).write_bytes(data)
    except FileExistsError as error:
        raise Incomplete(f"{folder}: is there already: name a new folder.") from error
    except OSError as error:
        raise unavailable(folder, error) from error


def _fetched(
    settings: Settings,
    start: When,
    end: When,
    base_url: str | None,
    purpose: str | None,
) -> Iterator[tuple[str, bytes]]:
    key = os.environ.get(ADMIN_KEY)
    if not key:
        raise SettingsInvalid(
            f"--fetch needs an administrator's key in {ADMIN_KEY}: usage is not shown "
            "to a project's key."
        )
    from affidavit.clients.openai import OpenAI
    from affidavit.clients.usage import fetch
    from affidavit.wiring.governor import Governor

    with Governor(settings=settings) as governor:
        client = OpenAI(
            api_key=key, base_url=base_url, purpose=purpose, affidavit=governor
        )
        period = int(start.start.timestamp()), int(end.after.timestamp())
        with progress.shown("fetching") as tell:
            for number, page in enumerate(fetch(client, *period), 1):
                tell(number, number)
                yield page.name, page.data


def _say(found: Reconciliation) -> None:
    compared = found.comparison
    share = coverage(compared)
    covered = "nothing was billed" if share is None else f"{share} of billed requests"
    output.say(f"coverage {covered}", colour=output.GOOD if found.whole else output.BAD)
    output.say_pairs(
        [
            ("period", f"{found.asked.start} to {found.asked.end}, the end not in it"),
            ("billed", count(compared.billed, "request")),
            ("recorded", count(compared.recorded, "call")),
            ("uncovered", f"{compared.uncovered}, billed and not recorded"),
            ("excess", f"{compared.excess}, recorded and not billed"),
        ]
    )
    _say_cells(compared.cells, found.likely)
    if found.without_body:
        output.say(
            f"{count(found.without_body, 'decision')} of the period have no body any "
            "more and are in no cell."
        )
    for line in (UNSIGNED, NO_PURPOSES):
        output.say(line)


def _say_cells(
    cells: Sequence[Compared], likely: Mapping[int, Sequence[Likely]]
) -> None:
    if not likely:
        output.say("Every cell agrees.")
        return
    rows: list[list[str]] = []
    for index in sorted(likely)[:SHOWN]:
        each = cells[index]
        rows.append(
            [
                each.cell.day,
                each.cell.family,
                each.cell.project or "-",
                each.cell.model or "-",
                str(each.requests.billed),
                str(each.requests.recorded),
                str(each.requests.uncovered),
                str(each.requests.excess),
                "; ".join(f"{one.requests} {one.words}" for one in likely[index]),
            ]
        )
    headings = ("day", "kind", "project", "model", "billed", "recorded")
    output.say_table((*headings, "uncovered", "excess", "likely"), rows)
    if len(likely) > SHOWN:
        output.say(f"{len(likely) - SHOWN} more cells differ: --json has all.")
