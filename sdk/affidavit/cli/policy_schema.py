"""`affidavit policy schema`: what editors complete and check a policy by."""

import click

from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette


@click.command(
    cls=TeachingCommand,
    name="schema",
    uses=(
        Use(
            "affidavit policy schema > policies/policy.schema.json",
            "then, as the policy's first line:\n"
            "# yaml-language-server: $schema=./policy.schema.json",
        ),
    ),
    exits=Exits("printed", NO_FINDINGS, "usage"),
)
@etiquette
@click.option("--tests", is_flag=True, help="Of *.test.yaml files instead.")
def command(*, tests: bool) -> int:
    """Print the JSON Schema (2020-12) of policies and packs.

    With it an editor completes fields, shows what each is for, and marks what cannot
    be. What spans fields or files only `affidavit policy check` can tell.
    """
    from affidavit.policy import case_schema, schema

    click.echo(case_schema.text() if tests else schema.text(), nl=False)
    return 0
