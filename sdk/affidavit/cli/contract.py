"""`affidavit contract`: the group, and the names of its commands."""

import click

from affidavit.cli.teaching import Exits, Lazy, LazyGroup, Use, etiquette

COMMANDS = {
    "new": Lazy("affidavit.cli.contract_new:command", "Write a first contract file."),
    "check": Lazy(
        "affidavit.cli.contract_check:command",
        "Find what is wrong with one, or list the checks.",
    ),
    "schema": Lazy(
        "affidavit.cli.contract_schema:command",
        "Print the JSON Schema that editors complete by.",
    ),
}


@click.command(
    cls=LazyGroup,
    name="contract",
    lazy=COMMANDS,
    uses=(
        Use(
            "affidavit contract new --customer 'Globex SE'",
            "a first file to go on with",
        ),
        Use("affidavit contract check contract.yaml", "before it is signed"),
        Use(
            "affidavit attest --contract contract.yaml --out october",
            "whether its promises were kept",
        ),
    ),
    exits=Exits(
        "done, or clean",
        "errors in a contract",
        "usage, or something cannot be read or is there already",
    ),
)
@etiquette
def group() -> None:
    """Write down what was promised, and which figures show that it was kept."""
