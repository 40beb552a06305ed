"""`affidavit trust schema`: what editors complete and check a trust file by."""

import click

from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette


@click.command(
    cls=TeachingCommand,
    name="schema",
    uses=(
        Use(
            "affidavit trust schema > trust.schema.json",
            "then, as the file's first line:\n"
            "# yaml-language-server: $schema=./trust.schema.json",
        ),
    ),
    exits=Exits("printed", NO_FINDINGS, "usage"),
)
@etiquette
def command() -> int:
    """Print the JSON Schema (2020-12) of trust files."""
    from affidavit.attest import trust_file

    click.echo(trust_file.schema_text(), nl=False)
    return 0
