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
    "budgets": Lazy(
        "affidavit.cli.policy_budgets:command",
        "Show what purposes have used of their budgets.",
    ),
    "test": Lazy(
        "affidavit.cli.policy_test:command",
        "Hold a policy against cases, and count what they cover.",
    ),
    "diff": Lazy(
        "affidavit.cli.policy_diff:command",
        "Say which calls another policy decides otherwise.",
    ),
    "new": Lazy(
        "affidavit.cli.policy_new:command", "Write a first policy, and its tests."
    ),
    "replay": Lazy(
        "affidavit.cli.policy_replay:command",
        "Say what a candidate would have decided otherwise.",
    ),
    "sign": Lazy("affidavit.cli.policy_sign:command", "Put one's name to a policy."),
    "verify": Lazy(
        "affidavit.cli.policy_verify:command", "Say who signed a policy, and if enough."
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
