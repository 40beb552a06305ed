"""`affidavit scan key`: what somebody else needs in order to scan data for a trail."""

import os
from pathlib import Path

import click

from affidavit import durable
from affidavit.cli import arguments, handing, machine, output
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trail_export import must_be_new
from affidavit.fingerprint import Key
from affidavit.trail.identity import load_secrets, secret_path
from affidavit.trail.printkey import PrintKey
from affidavit.wiring.settings import read_settings


@click.command(
    cls=TeachingCommand,
    name="key",
    uses=(
        Use(
            "affidavit scan key data-team.key",
            "then: affidavit scan data train/ --trail ./copy --key acme.vkey "
            "--fingerprint-key data-team.key",
        ),
    ),
    exits=Exits("written", NO_FINDINGS, "no trail, the place is taken, or usage"),
)
@etiquette
@click.argument("out", type=arguments.PATH)
@arguments.trail
@arguments.as_json
def command(*, out: Path, trail: Path | None, as_json: bool) -> int:
    """Write the key of the trail's fingerprints to OUT, for your own reader only.

    With it and a copy of the trail's bodies anybody can test whether a text that they
    have was an output. It opens nothing else: no label, no content, no signature.
    """
    settings = read_settings(environ=os.environ, directory=Path.cwd(), trail=trail)
    must_be_new(out)
    secrets = load_secrets(secret_path(settings.trail))
    with handing.writing(out):
        durable.create(out, PrintKey(secrets.origin, Key(secrets.fingerprint)).print())
    if as_json:
        machine.emit({"origin": secrets.origin, "path": machine.text(out)})
    output.hint(f"{out}: the fingerprint key of {secrets.origin}")
    return 0
