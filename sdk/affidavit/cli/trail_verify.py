"""`affidavit trail verify`: everything that can be checked of a trail."""

import os
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from affidavit.cli import (
    arguments,
    findings,
    machine,
    pins,
    progress,
    trusting,
    verifying,
)
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.errors import Incomplete, Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import parse_note
from affidavit.trail.reader import TrailReader
from affidavit.verify import verify_trail
from affidavit.wiring.settings import Settings, read_settings

MAX_CHECKPOINT_BYTES = 1 << 20


@click.command(
    cls=TeachingCommand,
    name="verify",
    uses=(
        Use("affidavit trail verify", "your own trail, with your own key"),
        Use(
            "affidavit trail verify ./copy --key trail.vkey --older checkpoint.june",
            "somebody else's trail, with the key that they published and a checkpoint "
            "that you kept: what was cut off or rewritten since shows too",
        ),
        Use(
            "affidavit trail verify --witness witness.vkey --anchor seen.checkpoint",
            "held against what a witness cosigned: a rewrite by the key holder shows",
        ),
        Use("affidavit trail verify --max-age 2h --min-size 10000", "in monitoring"),
        Use(
            "affidavit trail verify --incremental",
            "every few minutes: only what was added since; now and then without it",
        ),
    ),
    exits=Exits(
        "valid: everything that was checked holds",
        "invalid: something was changed, removed, reordered, or signed by another key",
        "not enough to decide (no key, no trail, an unreadable file, lost bodies), "
        "or a usage error",
    ),
)
@etiquette
@click.argument("path", required=False, type=arguments.PATH)
@arguments.trusted_key
@trusting.option
@click.option(
    "--min-size",
    type=click.IntRange(min=0),
    metavar="N",
    help="Fewer sealed records than this are a truncation.",
)
@click.option(
    "--max-age",
    type=arguments.SPAN,
    metavar="SPAN",
    help="A newest sealed record older than this is a truncation: 2h, 30d.",
)
@click.option(
    "--older",
    type=arguments.PATH,
    metavar="FILE",
    help="A `checkpoint` file that you kept: the trail must extend it.",
)
@pins.options
@verifying.options
@arguments.as_json
def command(
    *,
    path: Path | None,
    trusted_key: tuple[str, ...],
    trust_file: Path | None,
    min_size: int | None,
    max_age: timedelta | None,
    older: Path | None,
    witness: tuple[str, ...],
    quorum: int | None,
    tsa_ca: tuple[Path, ...],
    anchor: tuple[Path, ...],
    jobs: int | None,
    incremental: bool,
    memory_folder: Path | None,
    as_json: bool,
) -> int:
    """Verify the trail at PATH (default: the settings' trail), changing nothing.

    Names each bad record by index, id, kind and time, and says what could not be
    checked. The key is yours or the one you give, never one found beside the trail.
    """

    def settings() -> Settings:
        return read_settings(environ=os.environ, directory=Path.cwd())

    believed = trusting.read(trust_file)
    own, (least, age) = trusting.options_of(believed), trusting.bounds(believed)
    older = older or own.get("older")
    trusted = trusting.trusted(believed, trust_file, trusted_key, settings)
    pinned = trusting.given(own, (witness, quorum, tsa_ca))
    if pinned is None and path is None:
        pinned = pins.own(settings().anchors)
    if pinned is None and anchor:
        raise click.UsageError("Evidence needs a --witness or --tsa-ca to trust.")
    reader = TrailReader(path if path is not None else settings().trail)
    if memory_folder is not None and not incremental:
        raise click.UsageError("--memory is for --incremental.")
    with ExitStack() as held:
        memory = None
        if incremental:
            place = verifying.memory(
                reader.path, trusted.keys, memory_folder, os.environ
            )
            memory = held.enter_context(place)
        tell = held.enter_context(progress.shown("verifying"))
        report = verify_trail(
            reader,
            key=trusted.keys,
            now=datetime.now(UTC),
            min_size=least if min_size is None else min_size,
            max_age=age if max_age is None else max_age,
            wal_key=trusted.wal_key,
            older=None if older is None else _checkpoint(older),
            pins=pinned,
            evidence=pins.evidence(reader.path, anchor),
            progress=tell,
            spread=verifying.spread(jobs),
            memory=memory,
        )
    if as_json:
        machine.emit(findings.as_json(report, trusted))
    else:
        findings.say(report, trusted)
    return report.exit_code


def _checkpoint(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_CHECKPOINT_BYTES + 1)
        Checkpoint.parse(parse_note(data).text)
    except (OSError, Malformed) as error:
        raise Incomplete(
            f"{path}: the older checkpoint cannot be read ({error}). Name a copy of "
            "the trail's `checkpoint` file that you kept."
        ) from error
    return data
