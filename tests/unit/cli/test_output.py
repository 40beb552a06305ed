import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.cli import output


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environment", "terminal", "expected"),
    [
        ({}, False, False),
        ({}, True, True),
        ({"TERM": "dumb"}, True, False),
        ({"NO_COLOR": "1"}, True, False),
        ({"NO_COLOR": ""}, True, True),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, True, False),
    ],
)
def test_colour_follows_the_conventions(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    terminal: bool,
    expected: bool,
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert output.coloured(Terminal() if terminal else io.StringIO()) is expected


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    shown = output.safe(text)

    assert all(char.isprintable() or char == "\n" for char in shown)
    assert not text.isprintable() or shown == text


def test_an_escape_sequence_from_outside_is_spelled_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.say("model \x1b[2J\u202egpt\r")
    output.error("bad \x1b]0;title\x07")
    output.say_table(("model",), [("\x1b[2J",)])
    captured = capsys.readouterr()

    assert "\x1b" not in captured.out + captured.err
    assert "model \\x1b[2J\\u202egpt\\r" in captured.out
    assert "\\x1b[2J" in captured.out.splitlines()[-1]


def test_markup_in_a_table_is_shown_as_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.say_table(("name", "value"), [("[bold]x[/bold]", "[link=a]")])

    assert "[bold]x[/bold]" in capsys.readouterr().out


def test_a_table_in_a_file_is_not_cut(capsys: pytest.CaptureFixture[str]) -> None:
    wide = "x" * 500
    output.say_table(("a", "b"), [(wide, wide)])

    assert f"{wide}   {wide}" in capsys.readouterr().out


def test_values_of_pairs_stand_one_below_the_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.say_pairs([("a", "1"), ("long", "2")])

    assert capsys.readouterr().out == "  a     1\n  long  2\n"


def test_results_and_the_rest_go_to_streams_of_their_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    output.say("result")
    output.hint("hint")
    output.note("note")
    output.error("error")
    output.error_line("more")

    assert capsys.readouterr() == (
        "result\n",
        "hint\nnote\naffidavit: error: error\nmore\n",
    )


def test_forced_colour_is_in_what_is_said(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    output.say("good", colour=output.GOOD)

    assert capsys.readouterr().out == "\x1b[32mgood\x1b[0m\n"
