"""`affidavit trust`: the group, and the names of its commands."""

import click

from affidavit.cli.teaching import Exits, Lazy, LazyGroup, Use, etiquette

COMMANDS = {
    "new": Lazy("affidavit.cli.trust_new:command", "Write a first trust file."),
    "check": Lazy("affidavit.cli.trust_check:command", "Find what is wrong with one."),
    "schema": Lazy(
        "affidavit.cli.trust_schema:command",
        "Print the JSON Schema that editors complete by.",
    ),
}


@click.command(
    cls=LazyGroup,
    name="trust",
    lazy=COMMANDS,
    uses=(
        Use(
            "affidavit trust new --key acme.vkey --witness partner.vkey",
            "a first file, from keys that were given to you",
        ),
        Use("affidavit trust check trust.yaml", "before it is relied on"),
        Use("affidavit verify october --trust trust.yaml", "what it is for"),
    ),
    exits=Exits(
        "done, or clean",
        "errors in a trust file",
        "usage, or something cannot be read or is there already",
    ),
)
@etiquette
def group() -> None:
    """Write down whom you believe, and what you demand, once."""
