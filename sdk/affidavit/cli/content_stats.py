"""`affidavit content stats`: what is kept, by day."""

import os
from contextlib import closing
from pathlib import Path

import click

from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.cli.wording import size
from affidavit.wiring.contents import content_store
from affidavit.wiring.settings import read_settings


@click.command(
    cls=TeachingCommand,
    name="stats",
    uses=(
        Use("affidavit content stats", "days, contents, sizes"),
        Use("affidavit content stats --json", "for monitoring"),
    ),
    exits=Exits("told", NO_FINDINGS, "no key, an unreadable store, or a usage error"),
)
@etiquette
@arguments.trail
@arguments.as_json
def command(*, trail: Path | None, as_json: bool) -> int:
    """Say how many contents are kept, of which days, and how large they are."""
    settings = read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)
    with closing(content_store(settings, own_identity(settings))) as store:
        held = list(store.held())
    if as_json:
        machine.emit(
            {
                "days": [
                    {"bytes": day.size, "contents": day.contents, "day": day.day}
                    for day in held
                ],
                "kept": settings.keep_content,
                "path": machine.text(store.path),
            }
        )
        return 0
    state = "kept" if settings.keep_content else "not kept (`keep_content` is off)"
    output.say_pairs([("contents", state), ("folder", str(store.path))])
    if held:
        rows = [[day.day, f"{day.contents:,}", size(day.size)] for day in held]
        output.say_table(("day", "contents", "size"), rows)
    return 0
