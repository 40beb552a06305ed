"""Commands whose help teaches, and groups that import a command when it is used.

Knows click. Knows no command: a group is given a table of them, each with the one line
that its parent's help shows, so that `affidavit --help` imports none.
"""

import difflib
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any, NamedTuple

import click


class Use(NamedTuple):
    """One of a command's commonest uses."""

    line: str
    """What to type."""
    purpose: str


class Exits(NamedTuple):
    """What the exit codes of a command mean."""

    zero: str
    one: str
    two: str


NO_FINDINGS = "does not occur"
USAGE = "usage error, or something this needs cannot be read"


class Lazy(NamedTuple):
    """A command that is not imported yet."""

    place: str
    """`package.module:attribute`."""
    summary: str


def etiquette(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--quiet` and `--no-input`, which every command takes."""
    quiet = click.option(
        "-q",
        "--quiet",
        is_flag=True,
        expose_value=False,
        callback=_be_quiet,
        help="Results and errors only: no progress, no hints.",
    )
    no_input = click.option(
        "--no-input",
        is_flag=True,
        expose_value=False,
        callback=_never_ask,
        help="Never ask for a passphrase, the one thing that is ever asked for.",
    )
    return quiet(no_input(command))


QUIET, NO_INPUT = "affidavit.quiet", "affidavit.no-input"


def _be_quiet(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        context.find_root().meta[QUIET] = True


def _never_ask(context: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001 - click's signature
    if value:
        context.find_root().meta[NO_INPUT] = True


class TeachingCommand(click.Command):
    """A command with its commonest uses and its exit codes at the end of its help."""

    def __init__(
        self,
        *arguments: Any,
        uses: Sequence[Use] = (),
        exits: Exits | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*arguments, **options)
        self.uses = tuple(uses)
        self.exits = exits

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write uses and exit codes."""
        del ctx
        if self.uses:
            with formatter.section("Uses"):
                for use in self.uses:
                    # Whole on its line, however narrow the terminal: people copy it.
                    indent = " " * formatter.current_indent
                    formatter.write(f"{indent}{use.line}\n")
                    formatter.indent()
                    formatter.write_text(use.purpose)
                    formatter.dedent()
        if self.exits is not None:
            with formatter.section("Exit codes"):
                codes = zip("012", self.exits, strict=True)
                formatter.write_dl([(code, meaning) for code, meaning in codes])


class LazyGroup(TeachingCommand, click.Group):
    """A group of commands that are named, listed in order, and imported on use."""

    def __init__(
        self, *arguments: Any, lazy: Mapping[str, Lazy] | None = None, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self.lazy = dict(lazy or {})

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names, in the order of the table."""
        del ctx
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command; None when there is none of that name."""
        del ctx
        named = self.lazy.get(cmd_name)
        if named is None:
            return None
        module, _, attribute = named.place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read arguments; without any, show the help and leave with 2."""
        if not args and not ctx.resilient_parsing:
            click.echo(ctx.get_help(), err=True)
            ctx.exit(2)
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which names are near."""
        name = args[0]
        if name not in self.lazy and not name.startswith("-"):
            near = difflib.get_close_matches(name, self.lazy, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else "See --help."
            raise click.UsageError(f"No such command: {name!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        """List the commands without importing them."""
        del ctx
        with formatter.section("Commands"):
            rows = [(name, each.summary) for name, each in self.lazy.items()]
            formatter.write_dl(rows)
