from typing import Any

import click
import pytest

from affidavit.cli import output
from affidavit.cli.teaching import (
    Exits,
    Lazy,
    LazyGroup,
    TeachingCommand,
    Use,
    etiquette,
)


def a_command(**changes: object) -> TeachingCommand:
    options: dict[str, Any] = {
        "uses": (Use("program --with an-argument", "when it matters"),),
        "exits": Exits("good", "bad", "ugly"),
        **changes,
    }
    return TeachingCommand("program", **options)


def help_of(command: click.Command, width: int = 80) -> str:
    return command.get_help(click.Context(command, terminal_width=width))


def test_uses_and_exit_codes_end_the_help() -> None:
    text = help_of(a_command())

    assert text.endswith(
        "Uses:\n  program --with an-argument\n    when it matters\n\n"
        "Exit codes:\n  0  good\n  1  bad\n  2  ugly"
    )


def test_a_use_is_one_line_on_the_narrowest_terminal() -> None:
    line = "program " + "--long-option value " * 5
    text = help_of(a_command(uses=(Use(line.strip(), "to be copied"),)), width=30)

    assert f"  {line.strip()}\n" in text


def test_a_group_lists_its_commands_in_order_without_importing_them() -> None:
    table = {
        "zebra": Lazy("no.such.module:command", "Comes first."),
        "ant": Lazy("no.such.module:other", "Comes second."),
    }
    text = help_of(LazyGroup("group", lazy=table))

    assert text.index("zebra") < text.index("ant")
    assert "Comes first." in text


def test_a_group_imports_a_command_when_it_is_asked_for() -> None:
    group = LazyGroup("group", lazy={"it": Lazy("click:Command", "One.")})
    context = click.Context(group)

    assert group.get_command(context, "it") is click.Command
    assert group.get_command(context, "that") is None


heard: list[bool] = []


@click.command("sub", cls=TeachingCommand)
@etiquette
def sub() -> None:
    heard.append(output.quiet())


@click.command(
    "group", cls=LazyGroup, lazy={"sub": Lazy(f"{__name__}:sub", "The only one.")}
)
@etiquette
def group() -> None:
    pass


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["-q", "sub"], True),
        (["sub", "--quiet"], True),
        (["--no-input", "sub", "--no-input"], False),
    ],
)
def test_quiet_holds_wherever_it_stands(flags: list[str], *, expected: bool) -> None:
    heard.clear()
    group.main(flags, standalone_mode=False)

    assert heard == [expected]
