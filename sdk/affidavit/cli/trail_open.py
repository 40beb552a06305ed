"""`affidavit trail open`: one record opened, and content held against it."""

import os
from hashlib import sha256
from pathlib import Path

import click
import orjson

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.cli import arguments, machine, output, progress
from affidavit.cli.gone import MISSING, PRUNED, Gone
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.errors import Incomplete, Malformed
from affidavit.gate import content_key
from affidavit.trail import proofs
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind
from affidavit.wiring.settings import read_settings

_GONE = {
    PRUNED: "The body was pruned, as a signed record says.",
    MISSING: "The body is missing, and no record says why.",
}
_PARTS = {
    Kind.DECISION: ("request", "content"),
    Kind.OUTCOME: ("response", "output"),
}
"""Of each kind: the part that is committed to, and the body's field that says so."""


@click.command(
    cls=TeachingCommand,
    name="open",
    uses=(
        Use("affidavit trail open 0199a8c2-…", "what it says, and its content's key"),
        Use(
            "affidavit trail open 0199a8c2-… --content request.json",
            "whether this is the request that was decided on",
        ),
        Use(
            "affidavit trail open 0199a8c2-… --outcome --content answer.json "
            "--content-key KEY --trail ./copy",
            "the same for an auditor, who got this one key and the response's bytes",
        ),
    ),
    exits=Exits(
        "opened, and the content given is the one",
        "the content is not the one that was committed to",
        "no such record, pruned, no key, unreadable, or a usage error",
    ),
)
@etiquette
@click.argument("identifier", metavar="ID")
@arguments.trail
@click.option("--outcome", is_flag=True, help="The call's outcome, not its decision.")
@click.option(
    "--content",
    "file",
    type=arguments.PATH,
    metavar="FILE",
    help="The request's JSON, or the response's bytes: check them against the record.",
)
@click.option(
    "--content-key",
    "key_text",
    metavar="KEY",
    help="The record's content key, as its owner revealed it. Default: derived from "
    "the trail's secret.",
)
@arguments.as_json
def command(
    *,
    identifier: str,
    trail: Path | None,
    outcome: bool,
    file: Path | None,
    key_text: str | None,
    as_json: bool,
) -> int:
    """Show the sealed record ID with the key that opens its content's commitment.

    Telling that key opens this one content and no other. Content itself is not in the
    trail: whoever kept it can show with --content that it is what was decided on.
    """
    settings = read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)
    reader = TrailReader(settings.trail)
    kind = Kind.OUTCOME if outcome else Kind.DECISION
    with progress.shown("searching") as tell:
        index, _ = proofs.locate(reader, identifier, kind, progress=tell)
    (record,) = reader.records(index, index + 1)
    part, field = _PARTS[kind]
    if key_text is not None:
        key = _key(key_text)
    else:
        secret = own_identity(settings).secrets.content
        key = content_key(secret, identifier, part.encode())
    matches = None if file is None else _matches(record, field, key, _data(file, kind))
    told: dict[str, Json] = {
        "body": None if record.body is None else dict(record.body),
        "content_key": canonical.text(key),
        "gone": Gone(reader).why(record),
        "id": identifier,
        "index": index,
        "kind": kind.value,
        "matches": matches,
        "part": part,
        "salt": None if record.salt is None else canonical.text(record.salt),
    }
    if as_json:
        machine.emit(told)
    else:
        _say(told, record)
    return 1 if matches is False else 0


def _key(text: str) -> bytes:
    try:
        key = canonical.untext(text)
    except Malformed as error:
        raise click.BadParameter(str(error), param_hint="--content-key") from error
    if len(key) != sha256().digest_size:
        raise click.BadParameter("a key has 32 bytes", param_hint="--content-key")
    return key


def _data(file: Path, kind: Kind) -> bytes:
    """What a commitment is made to: canonical JSON, or the digest of the bytes."""
    try:
        data = file.read_bytes()
    except OSError as error:
        raise Incomplete(f"{file}: cannot be read ({error.strerror}).") from error
    if kind is Kind.OUTCOME:
        return sha256(data).digest()
    try:
        return orjson.dumps(orjson.loads(data), option=orjson.OPT_SORT_KEYS)
    except orjson.JSONDecodeError as error:
        raise Incomplete(
            f"{file}: a request's content is its JSON body ({error})."
        ) from error


def _matches(record: StoredRecord, field: str, key: bytes, data: bytes) -> bool:
    said = None if record.body is None else record.body.get(field)
    if not isinstance(said, dict) or not isinstance(said.get("commitment"), str):
        raise Incomplete(
            "The record commits to no content: its body was pruned, or nothing was "
            "read of the answer."
        )
    commitment: str = said["commitment"]
    return commitment == canonical.text(canonical.mac(key, data))


def _say(told: dict[str, Json], record: StoredRecord) -> None:
    output.say(f"record {told['index']}: {told['kind']} {told['id']}")
    output.say_pairs(
        [
            ("at", record.entry.at),
            ("effect", record.entry.effect or ""),
            ("content key", f"{told['content_key']} (opens its {told['part']})"),
        ]
    )
    if record.body is None:
        output.say(_GONE[str(told["gone"])], colour=output.ODD)
    else:
        shown = orjson.dumps(record.body, option=orjson.OPT_INDENT_2).decode()
        output.say(shown)
    match told["matches"]:
        case True:
            output.say("This is the content.", colour=output.GOOD)
        case False:
            output.say("This is not the content.", colour=output.BAD)
        case _:
            pass
