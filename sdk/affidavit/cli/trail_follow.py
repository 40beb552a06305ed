"""`affidavit trail follow`: records as they are written."""

import os
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from pathlib import Path

import click

from affidavit.cli import arguments, machine, output, trail_show
from affidavit.cli.gone import Gone
from affidavit.cli.reading import Following
from affidavit.cli.selection import Selection
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.wiring.settings import read_settings

POLL_SECONDS = 0.25


@click.command(
    cls=TeachingCommand,
    name="follow",
    uses=(
        Use("affidavit trail follow --kind decision", "decisions, while they are made"),
        Use("affidavit trail follow --effect refuse --json", "refusals, for a program"),
    ),
    exits=Exits(
        "interrupted, or --for is over",
        "a record is damaged; run `affidavit trail verify`",
        "no trail, it cannot be read, or a usage error",
    ),
)
@etiquette
@click.argument("path", required=False, type=arguments.PATH)
@arguments.of_purpose
@arguments.of_model
@trail_show.of_kinds
@trail_show.of_effects
@click.option(
    "--last",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="N",
    help="Begin with the last N there are.",
)
@click.option(
    "--for",
    "span",
    type=arguments.SPAN,
    metavar="SPAN",
    help="Stop after this long: 90s, 15m. Default: at an interrupt.",
)
@arguments.as_json
def command(
    *,
    path: Path | None,
    purpose: str | None,
    model: str | None,
    kinds: tuple[str, ...],
    effects: tuple[str, ...],
    last: int,
    span: timedelta | None,
    as_json: bool,
) -> int:
    """List the records of the trail at PATH as they are written, until interrupted.

    Records are told in the order in which they are seen, sealed or not, each once.
    Shows what lies there and verifies nothing.
    """
    if path is None:
        path = read_settings(environ=os.environ, directory=Path.cwd()).trail
    selection = Selection(purpose=purpose, model=model, kinds=kinds, effects=effects)
    until = None if span is None else time.monotonic() + span.total_seconds()
    reader = TrailReader(path)
    tell = partial(_tell_json if as_json else _tell, Gone(reader))
    try:
        _follow(Following(reader), selection, tell, last=last, until=until)
    except KeyboardInterrupt:
        output.hint("")
    return 0


def _follow(
    following: Following,
    selection: Selection,
    tell: Callable[[Iterable[StoredRecord]], None],
    *,
    last: int,
    until: float | None,
) -> None:
    takes = selection.taker()
    before = (each for each in following.new() if takes(each))
    tell(deque(before, maxlen=last))
    while until is None or time.monotonic() < until:
        time.sleep(POLL_SECONDS)
        tell([each for each in following.new() if takes(each)])


def _tell_json(gone: Gone, records: Iterable[StoredRecord]) -> None:
    for record in records:
        machine.emit(trail_show.as_object(record, gone.why(record)))


def _tell(gone: Gone, records: Iterable[StoredRecord]) -> None:
    for record in records:
        _, *cells = trail_show.row(record, gone.why(record))
        output.say("  ".join(cell for cell in cells if cell))
