"""`affidavit detect`: the group, and the names of its commands.

`affidavit detect FILE` is short for `affidavit detect calls FILE`: what is no name of a
command is the file. A file that bears a command's name is written `./rules`.
"""

import click

from affidavit.cli.teaching import Exits, Lazy, LazyGroup, Use, etiquette

DEFAULT = "calls"
COMMANDS = {
    DEFAULT: Lazy(
        "affidavit.cli.detect_calls:command",
        "Say what each call of a FILE is doing; `detect FILE` is short for it.",
    ),
    "evaluate": Lazy(
        "affidavit.cli.detect_evaluate:command",
        "Measure the detector on labelled prompts.",
    ),
    "rules": Lazy(
        "affidavit.cli.detect_rules:command", "List the rules, or explain one."
    ),
}
_OF_THE_GROUP = frozenset({"-h", "--help"})


class _WithDefault(LazyGroup):
    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read arguments, DEFAULT being the command where none is named."""
        named = bool(args) and (args[0] in self.lazy or args[0] in _OF_THE_GROUP)
        if args and not named:
            args = [DEFAULT, *args]
        return super().parse_args(ctx, args)


@click.command(
    cls=_WithDefault,
    name="detect",
    lazy=COMMANDS,
    uses=(
        Use("affidavit detect FILE.jsonl", "one JSON object for each line's call"),
        Use("affidavit detect --explain FILE.jsonl", "the words it rests on, and why"),
        Use("affidavit detect evaluate FILE.jsonl", "recall and false positives"),
        Use("affidavit detect rules", "what is looked for"),
    ),
    exits=Exits(
        "nothing was flagged, or measured",
        "something was flagged",
        "usage, or the file cannot be read",
    ),
)
@etiquette
def group() -> None:
    """See what a call is for, from its own words: as a policy is told it.

    Nothing is sent anywhere and nothing is recorded.
    """
