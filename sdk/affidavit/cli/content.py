"""`affidavit content`: the group, and the names of its commands."""

import click

from affidavit.cli.teaching import Exits, Lazy, LazyGroup, Use, etiquette

COMMANDS = {
    "show": Lazy(
        "affidavit.cli.content_show:command",
        "Print what a call said, or was told, and check it.",
    ),
    "shred": Lazy(
        "affidavit.cli.content_shred:command", "Make contents unreadable for good."
    ),
    "stats": Lazy("affidavit.cli.content_stats:command", "Say what is kept, by day."),
}


@click.command(
    cls=LazyGroup,
    name="content",
    lazy=COMMANDS,
    uses=(
        Use("affidavit content show 0199a8c2-…", "the request of one call"),
        Use(
            "affidavit content shred --subject user-7 --reason 'asked to be forgotten'",
            "what was said on behalf of one person",
        ),
    ),
    exits=Exits(
        "done", "a content is not the one that was recorded", "usage, or environment"
    ),
)
@etiquette
def group() -> None:
    """Read and shred the contents of calls, where `keep_content = true` keeps them.

    The trail itself holds no prompt and no answer, only commitments to them. Contents
    stand encrypted beside it; without them, or after shredding, it verifies as before.
    """
