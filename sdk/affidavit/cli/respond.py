"""`affidavit respond`: answer a counterparty's challenge with records and proofs."""

import os
from pathlib import Path

import click

from affidavit.attest.challenge import (
    MAX_BYTES,
    Challenge,
    Response,
    checked_reason,
    respond,
)
from affidavit.cli import arguments, handing, machine, output
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.cli.wording import count
from affidavit.dsse import MAX_ENVELOPE_BYTES
from affidavit.errors import SettingsInvalid
from affidavit.trail.reader import TrailReader
from affidavit.wiring.settings import read_settings


@click.command(
    cls=TeachingCommand,
    name="respond",
    uses=(
        Use(
            "affidavit respond challenge.json --out response.json",
            "the records that follow from it, with proofs",
        ),
        Use(
            "affidavit respond challenge.json --out response.json "
            "--withhold-bodies 'names of customers'",
            "the same, where bodies are asked for and must not be shown",
        ),
    ),
    exits=Exits(
        "written",
        "the file is no challenge, or the trail is damaged",
        "the challenge is not about this trail, or something cannot be read",
    ),
)
@etiquette
@click.argument("path", type=arguments.PATH)
@click.option(
    "--withhold-bodies",
    metavar="REASON",
    help="Show no body although asked to, and say why: it is signed.",
)
@click.option(
    "--out",
    required=True,
    type=arguments.PATH,
    metavar="FILE",
    help="Where to write the answer.",
)
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(
    *,
    path: Path,
    withhold_bodies: str | None,
    out: Path,
    trail: Path | None,
    signing_key: str | None,
    as_json: bool,
) -> int:
    """Answer the challenge at PATH from your own trail, and sign the answer.

    Which records are shown follows from the challenge: nothing can be chosen. Entries
    tell times, effects and pseudonyms; where bodies are asked for they tell what each
    call was, and no content. Look at the answer before you send it.
    """
    challenge = Challenge.parse(handing.read(path, MAX_BYTES))
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )
    if out.exists():
        raise SettingsInvalid(f"{out}: is there already, and is not overwritten.")
    withheld = None if withhold_bodies is None else checked_reason(withhold_bodies)
    identity = own_identity(settings)
    envelope = respond(
        TrailReader(settings.trail), challenge, identity.signer, withheld=withheld
    )
    data = envelope.encode()
    if len(data) > MAX_ENVELOPE_BYTES:
        raise SettingsInvalid(
            f"The answer has {len(data)} bytes, {MAX_ENVELOPE_BYTES} are read: ask "
            "them for a challenge of fewer records."
        )
    handing.hand_out(out, data)
    _say(out, challenge, Response.parse(envelope.payload), as_json=as_json)
    return 0


def _say(out: Path, challenge: Challenge, response: Response, *, as_json: bool) -> None:
    shown = response.shown
    if as_json:
        machine.emit(
            {
                "bodies": shown.embodied,
                "challenge": challenge.digest,
                "path": machine.text(out),
                "records": len(shown.records),
                "statement": challenge.statement,
                "withheld": response.withheld,
            }
        )
        return
    output.say(f"wrote {out}", colour=output.GOOD)
    output.say_pairs(
        [
            ("shows", count(len(shown.records), "record")),
            ("bodies", "shown" if shown.embodied else "not shown"),
            ("answers", f"challenge {challenge.digest}"),
        ]
    )
