"""`affidavit completion`: what a shell needs in order to complete our commands."""

import click
from click.shell_completion import ShellComplete, get_completion_class

from affidavit.cli import output
from affidavit.cli.teaching import NO_FINDINGS, Exits, TeachingCommand, Use, etiquette

SHELLS = ("bash", "zsh", "fish")


@click.command(
    cls=TeachingCommand,
    name="completion",
    uses=(
        Use('eval "$(affidavit completion bash)"', "in ~/.bashrc; zsh likewise"),
        Use(
            "affidavit completion fish > ~/.config/fish/completions/affidavit.fish",
            "once, for fish",
        ),
    ),
    exits=Exits("printed", NO_FINDINGS, "usage error"),
)
@etiquette
@click.argument("shell", type=click.Choice(SHELLS))
def command(*, shell: str) -> int:
    """Print the completion script for SHELL: bash, zsh or fish."""
    from affidavit.cli.main import COMPLETE, PROGRAM, cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"this version of click completes nothing for {shell}")
    # The base class's `source`: bash's own starts a bash to ask for its version.
    output.say(ShellComplete.source(kind(cli, {}, PROGRAM, COMPLETE)).rstrip("\n"))
    return 0
