from dataclasses import replace

from affidavit.errors import Diagnostic
from affidavit.policy.render import frame

SOURCE = 'name: acme\nrules:\n  - {id: a, efect: deny, model: "gpt-5 mini"}\n'
UNKNOWN = Diagnostic(
    path="policies/policy.yaml",
    line=3,
    column=13,
    rule="P010",
    message="unknown field 'efect'",
    help="Did you mean effect?",
)


def test_the_line_is_shown_with_its_span_marked() -> None:
    assert frame(UNKNOWN, SOURCE) == (
        "error[P010]: unknown field 'efect'\n"
        " --> policies/policy.yaml:3:13\n"
        "  |\n"
        '3 |   - {id: a, efect: deny, model: "gpt-5 mini"}\n'
        "  |             ^^^^^\n"
        "  = help: Did you mean effect?"
    )


def marked(line: str, column: int) -> str:
    diagnostic = replace(UNKNOWN, line=1, column=column, help=None)
    return "\n".join(frame(diagnostic, line).split("\n")[3:])


def test_a_quoted_text_is_marked_whole() -> None:
    assert marked('m: "a b", c', 4) == '1 | m: "a b", c\n  |    ^^^^^'


def test_wide_characters_take_two_columns() -> None:
    assert marked("名: x", 4) == "1 | 名: x\n  |     ^"


def test_a_mark_beyond_the_line_s_end_is_shown() -> None:
    assert marked("a: [1", 6) == "1 | a: [1\n  |      ^"


def test_a_long_line_is_cut_around_its_mark() -> None:
    text = frame(replace(UNKNOWN, line=1, column=5_001), "x " * 5_000)
    shown, mark = text.split("\n")[3:5]
    assert len(shown) < 140
    assert shown[mark.index("^")] == "x"


def test_a_terminal_is_not_told_what_to_do() -> None:
    assert "\x1b" not in marked("a: \x1b[31m", 4)


def test_a_line_that_is_gone_is_left_out() -> None:
    assert frame(replace(UNKNOWN, line=99), SOURCE).count("\n") == 2
