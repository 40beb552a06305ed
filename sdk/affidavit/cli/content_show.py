"""`affidavit content show`: one content, held against what the trail committed to."""

import os
import sys
from hashlib import sha256
from pathlib import Path

import click

from affidavit import canonical
from affidavit.cli import arguments, output, progress
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.contents import Part, State
from affidavit.errors import Incomplete
from affidavit.gate import content_key
from affidavit.trail import proofs
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.wiring.contents import content_store
from affidavit.wiring.settings import read_settings

_KINDS = {
    Part.REQUEST: (Kind.DECISION, "content"),
    Part.RESPONSE: (Kind.OUTCOME, "output"),
}
_WHY = {
    State.SHREDDED: "it was shredded, and nothing opens it any more",
    State.NEVER: "nothing of this call was kept; `keep_content = true` keeps what "
    "comes from then on",
    State.KEPT: "this part of the call was not kept: there was none, it was larger "
    "than is kept, or the process was killed before it could be",
}


@click.command(
    cls=TeachingCommand,
    name="show",
    uses=(
        Use("affidavit content show 0199a8c2-…", "the request, as JSON"),
        Use("affidavit content show 0199a8c2-… --response > answer", "the answer"),
    ),
    exits=Exits(
        "printed, and it is what the trail committed to",
        "it is not: the content, or the record, was changed",
        "not kept, shredded, not sealed yet, no key, or a usage error",
    ),
)
@etiquette
@click.argument("identifier", metavar="ID")
@arguments.trail
@click.option("--response", is_flag=True, help="The answer, not the request.")
def command(*, identifier: str, trail: Path | None, response: bool) -> int:
    """Print the request of the call ID, or what it was answered, byte for byte.

    It is held against the commitment in the call's sealed record first, so that what
    is printed without complaint is what was decided on.
    """
    settings = read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)
    identity = own_identity(settings)
    part = Part.RESPONSE if response else Part.REQUEST
    store = content_store(settings, identity)
    data = store.get(identifier, part)
    if data is None:
        raise Incomplete(f"{identifier}: {_WHY[store.state(identifier)]}.")
    store.close()
    key = content_key(identity.secrets.content, identifier, part.value.encode())
    holds = _committed(settings.trail, identifier, part) == canonical.text(
        canonical.mac(key, data if part is Part.REQUEST else sha256(data).digest())
    )
    if not holds:
        output.error(
            f"{identifier}: this is not the {part.value} that the trail committed to. "
            "Run `affidavit trail verify`; if that holds, the kept content is wrong."
        )
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    return 0 if holds else 1


def _committed(trail: Path, identifier: str, part: Part) -> str:
    kind, field = _KINDS[part]
    reader = TrailReader(trail)
    with progress.shown("searching") as tell:
        index, _ = proofs.locate(reader, identifier, kind, progress=tell)
    (record,) = reader.records(index, index + 1)
    said = None if record.body is None else record.body.get(field)
    if not isinstance(said, dict) or not isinstance(said.get("commitment"), str):
        raise Incomplete(
            f"{identifier}: the record commits to no content, or its body was pruned."
        )
    commitment: str = said["commitment"]
    return commitment
