"""`affidavit trail show`: the records of a trail, as they lie there."""

import os
from collections import deque
from collections.abc import Iterable, Mapping
from pathlib import Path

import click

from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output, reading
from affidavit.cli.arguments import When
from affidavit.cli.gone import Gone
from affidavit.cli.selection import Selection
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import KINDS, Kind
from affidavit.wiring.settings import read_settings

ROWS = 100
"""Rows of a table without `--limit`. JSON has no such limit: programs count."""
EFFECTS = (
    "permit",
    "refuse",
    "review",
    "observed",
    "complete",
    "abandoned",
    "error",
)

of_kinds = click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Repeatable."
)
of_effects = click.option(
    "--effect",
    "effects",
    multiple=True,
    type=click.Choice(EFFECTS),
    help="Of a decision, or how a call ended. Repeatable.",
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
@arguments.of_purpose
@arguments.of_model
@of_kinds
@of_effects
@click.option("--since", type=arguments.TIME, help="From this date or moment on (UTC).")
@click.option(
    "--until",
    type=arguments.TIME,
    help="Until this date inclusive, or before a moment.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1_000_000_000),
    metavar="N",
    help="The last N of them only.",
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
    reader = TrailReader(path)
    found, gone = selection.of(reading.records(reader)), Gone(reader)
    if as_json:
        for record in _last(found, limit):
            machine.emit(as_object(record, gone.why(record)))
    else:
        _say(found, limit or ROWS, gone)
    return 0


def _last(records: Iterable[StoredRecord], limit: int | None) -> Iterable[StoredRecord]:
    return records if limit is None else deque(records, maxlen=limit)


def as_object(record: StoredRecord, gone: str | None) -> dict[str, Json]:
    """One record, for programs; `gone` says why its body is not there."""
    entry = record.entry
    return {
        "at": entry.at,
        "body": record.body,
        "effect": entry.effect,
        "gone": gone,
        "id": entry.id,
        "index": record.index,
        "kind": entry.kind.value,
        "policy": entry.policy,
        "sealed": record.sealed,
        "seq": entry.seq,
        "writer": entry.writer,
    }


def _say(records: Iterable[StoredRecord], limit: int, gone: Gone) -> None:
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
    output.say_table(headings, [row(each, gone.why(each)) for each in kept])
    if total > len(kept):
        output.hint(
            f"The last {count(len(kept), 'record')} of {total:,}; --limit N shows "
            "more, --json all."
        )
    output.hint("Shown, not verified: `affidavit trail verify` does that.")


def row(record: StoredRecord, gone: str | None) -> tuple[str, ...]:
    """One record as the cells of a table's row; `gone` says why its body is not
    there.
    """
    entry, body = record.entry, record.body or {}
    named = (_text(body, name) for name in ("purpose", "model", "endpoint"))
    return (
        str(record.index) if record.sealed else "pending",
        entry.at.removesuffix("Z").replace("T", " "),
        entry.kind.value,
        entry.effect or "",
        *named,
        _what(entry.kind, body) if gone is None else f"({gone})",
    )


def _what(kind: Kind, body: Mapping[str, Json]) -> str:
    """The one thing about a record that a reader wants first."""
    match kind, body:
        case Kind.DECISION, _:
            return _decided(body)
        case Kind.OUTCOME, _:
            return _ended(body)
        case Kind.POLICY, {"name": name, "mode": mode}:
            return f"{name}, mode {mode}"
        case Kind.GENESIS, {"origin": origin}:
            return str(origin)
        case Kind.CLOSE, {"records": int(number)}:
            return f"{count(number, 'record')} by this writer"
        case _:
            return _rare(kind, body)


def _rare(kind: Kind, body: Mapping[str, Json]) -> str:
    match kind, body:
        case Kind.RECOVERY, {"bytes": number, "wal": name}:
            return f"{number} bytes cut from {name}"
        case Kind.PRUNING, {"count": int(number), "keep": keep}:
            return f"{count(number, 'body', 'bodies')} pruned, kept for {keep}"
        case Kind.ADDENDUM, {"call": str(call), "what": str(what)}:
            return _added(call, what, body)
        case Kind.INCIDENT, {"what": what, "reason": reason}:
            return f"{what}: {reason}"
        case Kind.INCIDENT, {"says": says, "text": text}:
            return f"{says}: {text}"
        case _:
            return ""


def _added(call: str, what: str, body: Mapping[str, Json]) -> str:
    """What was learnt of a call later: `second_opinion 0.870 quiz of 0193…`."""
    match body:
        case {"finding": {"score": score, "activity": activity}}:
            said = f" {score} {activity}"
        case {"problem": str(problem)}:
            said = f": none ({problem})"
        case {"dropped": int(number)}:
            said = f": {count(number, 'call')} not asked about"
        case _:
            said = ""
    return f"{what}{said}" + (f" of {call}" if call else "")


def _decided(body: Mapping[str, Json]) -> str:
    match body:
        case {"file": dict(file), "reasons": [{"rule": "purpose.permits"}, *_]}:
            return _file(file)
        case {"reasons": [{"rule": rule, "message": message}, *_]}:
            return f"{rule}: {message}"
        case _:
            return ""


def _ended(body: Mapping[str, Json]) -> str:
    match body:
        case {"error": str(name)}:
            return name
        case {"usage": {"input": read, "output": written}}:
            return f"{read} tokens in, {written} out"
        case {"file": str(name)} | {"response": str(name)}:
            return name
        case _:
            return ""


def _file(file: Mapping[str, Json]) -> str:
    """What was uploaded: `batch file, 5 lines, 850 bytes, sha256 8110af6c…`."""
    said = [f"{_text(file, 'purpose')} file".strip()]
    for field, noun in (("lines", "line"), ("bytes", "byte")):
        number = file.get(field)
        if isinstance(number, int):
            said.append(count(number, noun))
    if digest := _text(file, "sha256"):
        said.append(f"sha256 {digest[:8]}…")
    return ", ".join(said)


def _text(body: Mapping[str, Json], name: str) -> str:
    value = body.get(name)
    return value if isinstance(value, str) else ""
