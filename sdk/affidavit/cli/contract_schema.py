"""`affidavit contract schema`: what editors complete and check a contract by."""

import click

from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette


@click.command(
    cls=TeachingCommand,
    name="schema",
    uses=(
        Use(
            "affidavit contract schema > contract.schema.json",
            "then, as the contract's first line:\n"
            "# yaml-language-server: $schema=./contract.schema.json",
        ),
    ),
    exits=Exits("printed", NO_FINDINGS, "usage"),
)
@etiquette
def command() -> int:
    """Print the JSON Schema (2020-12) of contract files.

    With it an editor completes checks, shows what each is for, and marks what cannot
    be. What spans fields only `affidavit contract check` can tell.
    """
    from affidavit.attest import contract_schema

    click.echo(contract_schema.text(), nl=False)
    return 0
