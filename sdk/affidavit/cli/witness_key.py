"""`affidavit witness key`: the key that a witness cosigns with."""

import os
from pathlib import Path

import click

from affidavit import durable
from affidavit.cli import arguments, machine, output
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette
from affidavit.errors import KeyUnusable, Malformed
from affidavit.keys import SEED_BYTES, Ed25519Signer, load_signer
from affidavit.tlog.note import check_name
from affidavit.tlog.witness import WitnessKey


@click.command(
    cls=TeachingCommand,
    name="key",
    uses=(
        Use(
            "affidavit witness key --new --name acme.example/witness --key witness.pem",
            "make the key and print its public half",
        ),
        Use(
            "affidavit witness key --name acme.example/witness --key witness.pem",
            "print it again",
        ),
    ),
    exits=Exits(
        "printed", NO_FINDINGS, "the key cannot be read, or one is there already"
    ),
)
@etiquette
@click.option(
    "--name",
    required=True,
    help="Name of the witness, a URL without its scheme: part of its key for ever.",
)
@click.option(
    "--key", required=True, type=arguments.PATH, metavar="FILE", help="Private key."
)
@click.option("--new", is_flag=True, help="Make the key; never replaces one.")
@arguments.as_json
def command(*, name: str, key: Path, new: bool, as_json: bool) -> int:
    """Print a witness's verifier key: public, one line, NAME+ID+BASE64.

    Whoever runs the log pins it in `[tool.affidavit.anchors]`, and whoever verifies the
    trail gives it with `--witness`.
    """
    checked_name(name)
    if new:
        if key.exists():
            raise KeyUnusable(f"{key}: is there already. Leave --new out to print it.")
        durable.create(key, Ed25519Signer.from_seed(os.urandom(SEED_BYTES)).pem())
    public = WitnessKey(name, load_signer(key).verifier)
    if as_json:
        machine.emit({"name": name, "vkey": str(public), "path": machine.text(key)})
    else:
        output.say(str(public))
    return 0


def checked_name(name: str) -> str:
    """`name` if it can name a witness, else a usage error."""
    try:
        check_name(name)
    except Malformed as error:
        raise click.UsageError(f"The witness's name is {error}") from error
    return name
