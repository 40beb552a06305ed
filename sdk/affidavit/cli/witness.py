"""`affidavit witness`: the group, and the names of its commands."""

import click

from affidavit.cli.teaching import Exits, Lazy, LazyGroup, Use, etiquette

COMMANDS = {
    "serve": Lazy(
        "affidavit.cli.witness_serve:command", "Cosign the checkpoints of logs."
    ),
    "key": Lazy("affidavit.cli.witness_key:command", "Make or print a witness's key."),
}


@click.command(
    cls=LazyGroup,
    name="witness",
    lazy=COMMANDS,
    uses=(
        Use(
            "affidavit witness key --new --name acme.example/witness --key witness.pem",
            "once; give the line that it prints to whoever runs the log",
        ),
        Use(
            "affidavit witness serve --name acme.example/witness --key witness.pem "
            "--state seen --trust VKEY",
            "VKEY is what `affidavit trail key` prints on their side",
        ),
    ),
    exits=Exits("done", "does not occur", "usage, or something cannot be had"),
)
@etiquette
def group() -> None:
    """Watch somebody's trail: what you cosigned, its key holder cannot rewrite."""
