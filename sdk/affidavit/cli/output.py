"""Everything that a person reads: width, colour, nothing that a terminal would obey.

Results go to stdout, the rest to stderr. Colour follows NO_COLOR and FORCE_COLOR, then
whether a terminal listens. Text that came from outside is shown, never obeyed: control
characters and bidirectional overrides are spelled out. Knows no command.
"""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

import click

from affidavit.cli.teaching import QUIET

GOOD, BAD, ODD, FAINT = "green", "red", "yellow", "bright_black"
_UNBOUNDED = 10_000
"""Columns of a table that no terminal cuts: a pipe takes lines of any length."""


def coloured(stream: TextIO) -> bool:
    """Whether to colour what goes to `stream` (no-color.org, force-color.org)."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def quiet() -> bool:
    """Whether the user asked for results and errors only."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.find_root().meta.get(QUIET))


def safe(text: str) -> str:
    """`text` with each character spelled out that a terminal would not just show."""
    if text.isprintable():
        return text
    return "".join(
        char
        if char.isprintable() or char == "\n"
        else char.encode("unicode_escape").decode("ascii")
        for char in text
    )


def say(text: str = "", *, colour: str | None = None) -> None:
    """A line of the result."""
    _line(text, sys.stdout, colour)


def hint(text: str) -> None:
    """A line that helps and is no part of the result; left out with `--quiet`."""
    if not quiet():
        _line(text, sys.stderr, FAINT)


def note(text: str) -> None:
    """A line about something under way, from any thread; `quiet` is the caller's."""
    _line(text, sys.stderr, None)


def error(text: str) -> None:
    """What went wrong, and what to do, as one message of the program."""
    label = click.style("error:", fg=BAD, bold=True)
    _raw(f"affidavit: {label} {safe(text)}", sys.stderr)


def error_line(text: str) -> None:
    """A further line below an error."""
    _line(text, sys.stderr, None)


def say_pairs(pairs: Iterable[tuple[str, str]], *, indent: int = 2) -> None:
    """Lines of a name and a value, values one below the other."""
    rows = list(pairs)
    width = max((len(name) for name, _ in rows), default=0)
    for name, value in rows:
        say(f"{'':{indent}}{name:<{width}}  {value}".rstrip())


def say_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table, as wide as the terminal, or as its content where no terminal listens."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colour = coloured(sys.stdout)
    bounded = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(
        file=sys.stdout,
        width=None if bounded else _UNBOUNDED,
        force_terminal=colour,
        no_color=not colour,
        highlight=False,
    )
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(safe(cell)) for cell in row))
    console.print(table)


def bar(value: int, most: int, *, width: int = 24) -> str:
    """`value` as a bar of at most `width` columns, `most` being the longest."""
    eighths = round(8 * width * value / most) if most else 0
    full, rest = divmod(max(eighths, int(value > 0)), 8)
    return "█" * full + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[rest]


def _line(text: str, stream: TextIO, colour: str | None) -> None:
    shown = safe(text)
    _raw(click.style(shown, fg=colour) if colour else shown, stream)


def _raw(text: str, stream: TextIO) -> None:
    click.echo(text, file=stream, color=coloured(stream))
