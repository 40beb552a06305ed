"""`affidavit trail export`: calls as rows, for the tools that people analyse with."""

import csv
import io
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from affidavit import canonical, durable
from affidavit.cli import arguments, output, parquet, progress, reading
from affidavit.cli.arguments import When
from affidavit.cli.gone import Gone
from affidavit.cli.selection import Selection
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.errors import Incomplete
from affidavit.trail.history import COLUMNS, CallRecord, calls
from affidavit.trail.reader import TrailReader
from affidavit.wiring.settings import read_settings


@click.command(
    cls=TeachingCommand,
    name="export",
    uses=(
        Use("affidavit trail export > calls.jsonl", "one call a line"),
        Use(
            "affidavit trail export --format csv --since 2026-11-01 --out november.csv",
            "for a spreadsheet",
        ),
        Use(
            "affidavit trail export --format parquet --out calls",
            "calls/purpose=…/day=…/, for DuckDB: select * from "
            "read_parquet('calls/**/*.parquet')",
        ),
    ),
    exits=Exits(
        "written",
        "a record is damaged; run `affidavit trail verify`",
        "no trail, it cannot be read, the place is taken, or a usage error",
    ),
)
@etiquette
@click.argument("path", required=False, type=arguments.PATH)
@click.option(
    "--format",
    "kind",
    type=click.Choice(["jsonl", "csv", "parquet"]),
    default="jsonl",
    show_default=True,
)
@click.option(
    "--out",
    type=arguments.PATH,
    metavar="PATH",
    help="A new file, or for parquet a new folder. Default: standard output.",
)
@arguments.of_purpose
@arguments.of_model
@click.option("--since", type=arguments.TIME, help="From this date or moment on (UTC).")
@click.option(
    "--until",
    type=arguments.TIME,
    help="Until this date inclusive, or before a moment.",
)
def command(
    *,
    path: Path | None,
    kind: str,
    out: Path | None,
    purpose: str | None,
    model: str | None,
    since: When | None,
    until: When | None,
) -> int:
    """Write each call of the trail at PATH as one row: decision and outcome joined.

    A call that left and whose outcome is not recorded has the ending `unknown`. The
    columns are those of docs/formats/export.md. Exports what lies there and verifies
    nothing: `affidavit trail verify` does that.
    """
    arguments.ordered(since, until)
    if path is None:
        path = read_settings(environ=os.environ, directory=Path.cwd()).trail
    selection = Selection(purpose=purpose, model=model, since=since, until=until)
    with progress.shown("exporting") as tell:
        reader = TrailReader(path)
        rows = calls(selection.of(reading.told(reader, tell)), Gone(reader).why)
        if kind != "parquet":
            heading = _csv(COLUMNS) if kind == "csv" else ""
            written = _text(_lines(kind, rows), out, heading)
        elif out is None:
            raise click.UsageError("--format parquet needs --out: it writes a folder.")
        else:
            must_be_new(out)
            written = parquet.write(rows, out)
    if out is not None:
        output.hint(f"{out}: {count(written, 'call')}")
    return 0


def _lines(kind: str, rows: Iterable[CallRecord]) -> Iterator[str]:
    """A line for each row."""
    for row in rows:
        if kind == "csv":
            yield _csv([getattr(row, name) for name in COLUMNS])
        else:
            yield canonical.dumps(asdict(row)).decode() + "\n"


def _csv(cells: Sequence[object]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([_cell(cell) for cell in cells])  # RFC 4180 line ends
    return line.getvalue()


def _cell(value: object) -> object:
    # A spreadsheet takes a cell that begins so for a formula, and names come from
    # outside (OWASP, CSV injection).
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value


def _text(lines: Iterable[str], out: Path | None, heading: str) -> int:
    """Write them; how many they were. `out` appears when it is whole."""
    if out is None:
        click.echo(heading, nl=False)
        for line in lines:
            click.echo(line, nl=False)
        return 0
    must_be_new(out)
    partial = out.with_name(out.name + ".partial")
    written = 0
    try:
        with partial.open("w", encoding="utf-8", newline="") as file:
            file.write(heading)
            for line in lines:
                file.write(line)
                written += 1
        partial.rename(out)
    except OSError as error:
        raise durable.unwritable(out, error) from error
    return written


def must_be_new(out: Path) -> None:
    """`Incomplete` where something stands already."""
    if out.exists():
        raise Incomplete(f"{out}: is there already, and nothing is overwritten.")
