"""`affidavit trail show`: the records of a trail, as they lie there."""

import os
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output
from affidavit.cli.arguments import When
from affidavit.cli.selection import Selection
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.errors import Malformed, TrailUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import parse_note
from affidavit.trail.reader import StoredRecord, TrailReader, stored
from affidavit.trail.record import KINDS, Kind
from affidavit.wiring.settings import read_settings

ROWS = 100
"""Rows of a table without `--limit`. JSON has no such limit: programs count."""
_EFFECTS = (
    "permit",
    "refuse",
    "review",
    "observed",
    "complete",
    "abandoned",
    "error",
)


@click.command(
    cls=TeachingCommand,
    name="show",
    uses=(
        Use("affidavit trail show --limit 20", "the last 20 records"),
        Use(
            "affidavit trail show --effect refuse --since 2026-11-01",
            "what was refused",
        ),
        Use(
            "affidavit trail show --kind decision --json",
            "one record a line, for jq and spreadsheets",
        ),
    ),
    exits=Exits(
        "shown",
        "a record is damaged; run `affidavit trail verify`",
        "no trail, it cannot be read, or a usage error",
    ),
)
@etiquette
@click.argument("path", required=False, type=arguments.PATH)
@click.option("--purpose", metavar="GLOB", help="Calls that declared this purpose.")
@click.option("--model", metavar="GLOB", help="Calls that asked for this model.")
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Repeatable."
)
@click.option(
    "--effect",
    "effects",
    multiple=True,
    type=click.Choice(_EFFECTS),
    help="Of a decision, or how a call ended. Repeatable.",
)
@click.option("--since", type=arguments.TIME, help="From this date or moment on (UTC).")
@click.option(
    "--until",
    type=arguments.TIME,
    help="Until this date inclusive, or before a moment.",
)
@click.option(
    "--limit", type=click.IntRange(min=1), metavar="N", help="The last N of them only."
)
@arguments.as_json
def command(
    *,
    path: Path | None,
    purpose: str | None,
    model: str | None,
    kinds: tuple[str, ...],
    effects: tuple[str, ...],
    since: When | None,
    until: When | None,
    limit: int | None,
    as_json: bool,
) -> int:
    """List the records of the trail at PATH (default: the settings' trail), in order.

    Sealed and pending alike. Shows what lies there and verifies nothing.
    """
    arguments.ordered(since, until)
    if path is None:
        path = read_settings(environ=os.environ, directory=Path.cwd()).trail
    selection = Selection(
        purpose=purpose,
        model=model,
        kinds=kinds,
        effects=effects,
        since=since,
        until=until,
    )
    found = selection.of(_records(TrailReader(path)))
    if as_json:
        for record in _last(found, limit):
            machine.emit(_as_json(record))
    else:
        _say(found, limit or ROWS)
    return 0


def _records(reader: TrailReader) -> Iterator[StoredRecord]:
    """Every record of one moment of the trail, in order, while it goes on growing."""
    with reader.snapshot() as moment:
        sealed = _sealed(reader.path, moment.checkpoint)
        end = max(sealed, moment.state.size if moment.state else 0)
        pairs = zip(reader.entries(0, end), reader.bodies(0, end), strict=True)
        for (index, entry), (_, salted) in pairs:
            yield stored(index, entry, salted, sealed=index < sealed)
        for frame in chain.from_iterable(wal.frames() for wal in moment.wals):
            entry, salt, body = frame.parts()
            yield stored(None, entry, salt + body, sealed=False)


def _sealed(path: Path, note: bytes) -> int:
    try:
        return Checkpoint.parse(parse_note(note).text).size
    except Malformed as error:
        raise TrailUnavailable(
            f"{path}: the checkpoint cannot be read ({error}). Restore it from a "
            "backup."
        ) from error


def _last(records: Iterable[StoredRecord], limit: int | None) -> Iterable[StoredRecord]:
    return records if limit is None else deque(records, maxlen=limit)


def _as_json(record: StoredRecord) -> dict[str, Json]:
    entry = record.entry
    return {
        "at": entry.at,
        "body": record.body,
        "effect": entry.effect,
        "id": entry.id,
        "index": record.index,
        "kind": entry.kind.value,
        "policy": entry.policy,
        "sealed": record.sealed,
        "seq": entry.seq,
        "writer": entry.writer,
    }


def _say(records: Iterable[StoredRecord], limit: int) -> None:
    kept: deque[StoredRecord] = deque(maxlen=limit)
    total = 0
    for record in records:
        kept.append(record)
        total += 1
    headings = (
        "#",
        "at (UTC)",
        "kind",
        "effect",
        "purpose",
        "model",
        "endpoint",
        "what",
    )
    output.say_table(headings, [_row(record) for record in kept])
    if total > len(kept):
        output.hint(
            f"The last {count(len(kept), 'record')} of {total:,}; --limit N shows "
            "more, --json all."
        )
    output.hint("Shown, not verified: `affidavit trail verify` does that.")


def _row(record: StoredRecord) -> tuple[str, ...]:
    entry, body = record.entry, record.body or {}
    named = (_text(body, name) for name in ("purpose", "model", "endpoint"))
    return (
        str(record.index) if record.sealed else "pending",
        entry.at.removesuffix("Z").replace("T", " "),
        entry.kind.value,
        entry.effect or "",
        *named,
        "(pruned)" if record.body is None else _what(entry.kind, body),
    )


def _what(kind: Kind, body: Mapping[str, Json]) -> str:
    """The one thing about a record that a reader wants first."""
    match kind, body:
        case Kind.DECISION, {"reasons": [{"rule": rule, "message": message}, *_]}:
            return f"{rule}: {message}"
        case Kind.OUTCOME, {"error": str(name)}:
            return name
        case Kind.OUTCOME, {"usage": {"input": read, "output": written}}:
            return f"{read} tokens in, {written} out"
        case Kind.POLICY, {"name": name, "mode": mode}:
            return f"{name}, mode {mode}"
        case Kind.GENESIS, {"origin": origin}:
            return str(origin)
        case Kind.CLOSE, {"records": int(number)}:
            return f"{count(number, 'record')} by this writer"
        case Kind.RECOVERY, {"bytes": number, "wal": name}:
            return f"{number} bytes cut from {name}"
        case _:
            return ""


def _text(body: Mapping[str, Json], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
