"""`affidavit policy`: the group, and the names of its commands."""

import click

from affidavit.cli.teaching import Exits, Lazy, LazyGroup, Use, etiquette

COMMANDS = {
    "check": Lazy(
        "affidavit.cli.policy_check:command",
        "Find what is wrong, or ought to be looked at.",
    ),
    "fmt": Lazy(
        "affidavit.cli.policy_fmt:command",
        "Lay out policies in the one way, comments kept.",
    ),
    "schema": Lazy(
        "affidavit.cli.policy_schema:command",
        "Print the JSON Schema that editors complete by.",
    ),
    "explain": Lazy(
        "affidavit.cli.policy_explain:command",
        "Decide about one call, with every rule.",
    ),
}


@click.command(
    cls=LazyGroup,
    name="policy",
    lazy=COMMANDS,
    uses=(
        Use("affidavit policy check", "before committing a change"),
        Use(
            "affidavit policy explain --purpose support.reply --model gpt-5",
            "would this call leave, and why",
        ),
    ),
    exits=Exits(
        "clean, or permitted",
        "violations, or refused",
        "usage, or the policy cannot be read",
    ),
)
@etiquette
def group() -> None:
    """Check a policy, and explain what it decides."""
