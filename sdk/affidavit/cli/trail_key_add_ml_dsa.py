"""`affidavit trail key add-ml-dsa`: a second signature, for when Ed25519 falls."""

from pathlib import Path

import click

from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.cli.trail_key_rotate import changes
from affidavit.wiring.keyring import ml_dsa_path


@click.command(
    cls=TeachingCommand,
    name="add-ml-dsa",
    uses=(
        Use("affidavit trail key add-ml-dsa", "from the next checkpoint on"),
        Use("affidavit trail key --ml-dsa > trail.ml-dsa.vkey", "its verifier key"),
    ),
    exits=Exits("added", NO_FINDINGS, "there is one already, or it cannot be made"),
)
@etiquette
@arguments.trail
@arguments.signing_key
@arguments.as_json
def command(*, trail: Path | None, signing_key: str | None, as_json: bool) -> int:
    """Make an ML-DSA-44 key that signs every checkpoint beside the Ed25519 one.

    Its file lies beside the signing key, under the same passphrase, if there is one;
    every process that writes the trail needs it. Verifiers who trust it demand its line
    (c2sp.org/tlog-cosignature, type 0x06); others read past it.
    """
    change = changes(trail, signing_key)
    key, done = change.add_ml_dsa()
    path = ml_dsa_path(change.settings)
    if as_json:
        machine.emit(
            {"file": machine.text(path), "record": done.index, "vkey": str(key)}
        )
    else:
        output.say("added", colour=output.GOOD)
        output.say_pairs([("file", str(path)), ("record", str(done.index))])
        output.hint("`affidavit trail key --ml-dsa` prints the key to hand out.")
    return 0
