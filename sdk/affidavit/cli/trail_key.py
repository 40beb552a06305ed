"""`affidavit trail key`: what an outsider needs in order to verify the trail."""

import os
from pathlib import Path

import click

from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trust import own_identity
from affidavit.wiring.settings import read_settings


@click.command(
    cls=TeachingCommand,
    name="key",
    uses=(
        Use("affidavit trail key > trail.vkey", "a file to hand out, for --key"),
        Use("affidavit trail key --pem > trail.pem", "the same key for openssl"),
    ),
    exits=Exits("printed", NO_FINDINGS, "key or secret is missing or unusable"),
)
@etiquette
@arguments.trail
@arguments.signing_key
@click.option("--pem", is_flag=True, help="Print SubjectPublicKeyInfo in PEM instead.")
@arguments.as_json
def command(
    *, trail: Path | None, signing_key: Path | None, pem: bool, as_json: bool
) -> int:
    """Print the trail's verifier key: public, one line, NAME+ID+BASE64.

    Hand it to whoever shall verify your trail and statements, by another way than the
    trail itself: a contract, a web page, a phone call.
    """
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), trail=trail, key=signing_key
    )
    key = own_identity(settings).verifier
    if as_json:
        machine.emit(
            {
                "key_id": key.key_id.hex(),
                "origin": key.name,
                "pem": key.verifier.pem,
                "spki_sha256": key.verifier.key_id,
                "vkey": str(key),
            }
        )
    else:
        output.say(key.verifier.pem.rstrip("\n") if pem else str(key))
    return 0
