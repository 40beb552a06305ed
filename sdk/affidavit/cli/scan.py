"""`affidavit scan`: the group, and the names of its commands."""

import click

from affidavit.cli.teaching import Exits, Lazy, LazyGroup, Use, etiquette

COMMANDS = {
    "code": Lazy(
        "affidavit.cli.scan_code:command",
        "Find clients that nothing governs, and calls without a purpose.",
    ),
    "data": Lazy(
        "affidavit.cli.scan_data:command",
        "Say which rows of a data set copy recorded outputs.",
    ),
    "key": Lazy(
        "affidavit.cli.scan_key:command",
        "Write what others need to scan data for your trail.",
    ),
}


@click.command(
    cls=LazyGroup,
    name="scan",
    lazy=COMMANDS,
    uses=(
        Use("affidavit scan code src/", "before merging a change"),
        Use("affidavit scan data train/", "before training on it"),
    ),
    exits=Exits(
        "nothing was found",
        "something was found",
        "usage, or not enough to decide",
    ),
)
@etiquette
def group() -> None:
    """Look for what must not be there."""
