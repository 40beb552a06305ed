"""`affidavit attest sign`: an officer's name beside the trail's own.

Adds a signature to a statement's envelope, and makes the files anew that repeat it.
What was signed stays what it was: digests of statements are of what is signed.
"""

import os
from pathlib import Path

import click

from affidavit import durable
from affidavit.attest import handover, officers
from affidavit.attest.packaging import Package
from affidavit.attest.statement import FILE_NAME
from affidavit.attest.told import opened
from affidavit.cli import arguments, handing, machine, output, signers, trust
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.cli.wording import count
from affidavit.dsse import MAX_ENVELOPE_BYTES, Envelope
from affidavit.tlog.note import VerifierKey
from affidavit.wiring.settings import Settings, read_settings

NAME = "officer"


@click.command(
    cls=TeachingCommand,
    name="sign",
    uses=(
        Use(
            "affidavit attest sign october --signing-key ana.pem --new-key "
            "--name ana@acme.example",
            "the first time: makes a key, and prints what others pin",
        ),
        Use(
            "affidavit verify october --key acme.vkey --threshold 2 "
            "--officer ana.vkey --officer bo.vkey --officer cy.vkey",
            "what the other side runs: two of three must have signed",
        ),
    ),
    exits=Exits(
        "signed",
        "the statement is not signed by the trail's key, or is none",
        "no statement, no usable key, or a usage error",
    ),
)
@etiquette
@click.argument("path", type=arguments.PATH)
@signers.options(NAME)
@arguments.trusted_key
@arguments.as_json
def command(
    *,
    path: Path,
    signing_key: str,
    new_key: bool,
    name: str,
    trusted_key: tuple[str, ...],
    as_json: bool,
) -> int:
    """Sign the statement at PATH, a folder of `affidavit attest` or its file.

    Read what it says first: the signature is on all of it. Others' signatures stay, and
    signing twice changes nothing. Without --key it must be of your own settings' trail.
    The certificate and the other files that repeat the envelope are made anew.
    """
    file = path / FILE_NAME if path.is_dir() else path
    data = handing.read(file, MAX_ENVELOPE_BYTES)
    opened(data, trust.trusted(trusted_key, _settings).keys)
    signer = signers.signer(signing_key, new_key=new_key)
    envelope = officers.add(Envelope.parse(data), signer)
    language = handover.language_in(path)
    durable.replace(file, envelope.encode(), mode=file.stat().st_mode & 0o777)
    if path.is_dir():
        # A crash before this leaves them of fewer signatures; `sign` again mends it.
        handover.remake(Package(path), envelope, language)
    key = VerifierKey(name, signer.verifier)
    if as_json:
        machine.emit(
            {
                "path": machine.text(file),
                "signatures": len(envelope.signatures),
                "vkey": str(key),
            }
        )
        return 0
    output.say(f"signed {file}", colour=output.GOOD)
    output.say_pairs(
        [("by", str(key)), ("with", count(len(envelope.signatures), "signature"))]
    )
    return 0


def _settings() -> Settings:
    return read_settings(environ=os.environ, directory=Path.cwd())
