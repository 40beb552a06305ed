"""`affidavit trail`: the group, and the names of its commands."""

import click

from affidavit.cli.teaching import Exits, Lazy, LazyGroup, Use, etiquette

COMMANDS = {
    "verify": Lazy(
        "affidavit.cli.trail_verify:command",
        "Find any edit, deletion, reordering or truncation.",
    ),
    "show": Lazy(
        "affidavit.cli.trail_show:command", "List records, sealed or pending."
    ),
    "follow": Lazy(
        "affidavit.cli.trail_follow:command", "List records as they are written."
    ),
    "stats": Lazy(
        "affidavit.cli.trail_stats:command", "Count calls and tokens, with a chart."
    ),
    "export": Lazy(
        "affidavit.cli.trail_export:command",
        "Write calls as JSON lines, CSV or Parquet.",
    ),
    "prove": Lazy(
        "affidavit.cli.trail_prove:command", "Prove one record to somebody else."
    ),
    "consistency": Lazy(
        "affidavit.cli.trail_consistency:command",
        "Prove that the trail only grew since a checkpoint that was kept.",
    ),
    "open": Lazy(
        "affidavit.cli.trail_open:command",
        "Reveal what one record was about, and check content against it.",
    ),
    "disclose": Lazy(
        "affidavit.cli.trail_disclose:command",
        "Hand over all records of one kind, provably all, and no others.",
    ),
    "anchor": Lazy(
        "affidavit.cli.trail_anchor:command",
        "Show the newest checkpoint to witnesses and others.",
    ),
    "prune": Lazy(
        "affidavit.cli.trail_prune:command",
        "Remove bodies that are older than you keep them.",
    ),
    "hold": Lazy(
        "affidavit.cli.trail_hold:group",
        "Keep records from being pruned: incidents, disputes.",
    ),
    "key": Lazy(
        "affidavit.cli.trail_key:command",
        "Print the key that others verify with; rotate, revoke or protect it.",
    ),
}


@click.command(
    cls=LazyGroup,
    name="trail",
    lazy=COMMANDS,
    uses=(
        Use("affidavit trail verify", "check the whole trail of this project"),
        Use("affidavit trail show --effect refuse", "calls that did not leave"),
    ),
    exits=Exits(
        "done, or valid",
        "the trail does not hold",
        "usage, environment, or not enough to decide",
    ),
)
@etiquette
def group() -> None:
    """Verify and read the signed trail of decisions and outcomes."""
