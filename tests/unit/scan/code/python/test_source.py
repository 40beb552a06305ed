import pytest

from affidavit.scan.code.python.source import (
    Positions,
    Source,
    Unfit,
    comments,
    decoded,
    parsed,
    split,
    starts,
    too_large,
)


@pytest.mark.parametrize(
    "text", ["", "a", "a\n", "a\r\nb", "a\rb\n", "\x0c\n\x0b\u2028x"]
)
def test_lines_are_pythons_lines(text: str) -> None:
    assert len(split(text)) == len(starts(text))
    for line, start in zip(split(text), starts(text), strict=True):
        assert text[start:].startswith(line)


def test_places_count_characters_and_cells() -> None:
    positions = Positions(Source("é = x\nab", {2: (3, 7)}, {2: 4}))
    assert positions.spot(1, 5) == (1, 5, 0)
    assert positions.spot(2, 1) == (7, 6, 3)
    assert positions.line(2) == 7


def test_a_text_is_decoded_as_python_would() -> None:
    assert decoded(b"\xef\xbb\xbfx") == "x"
    assert decoded("# coding: latin-1\né".encode("latin-1")).endswith("é")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"\xff", "C002"),
        (b"# coding: nothing\n", "C002"),
        (b"# coding: ascii\n\n\xc3", "C002"),
    ],
)
def test_what_cannot_be_decoded_is_said(data: bytes, why: str) -> None:
    with pytest.raises(Unfit) as caught:
        decoded(data)
    assert caught.value.facts.findings[0].rule.value == why


def test_the_place_where_the_parser_gave_up_is_told() -> None:
    with pytest.raises(Unfit) as caught:
        parsed(Source("x = 1\ny = = 2"))
    (finding,) = caught.value.facts.findings
    assert finding.at == (2, 5, 0)
    assert "Python 3." in finding.message


def test_warnings_about_the_file_are_not_ours(recwarn: pytest.WarningsRecorder) -> None:
    parsed(Source("x = '\\d'\nassert (1, 'a')"))
    assert not recwarn.list


def test_comments_are_told_from_texts() -> None:
    source = Source("x = '# a'  # b\n  # c\n")
    assert list(comments(source)) == [(1, 11, "# b", False), (2, 2, "# c", True)]
    assert list(comments(Source("(  # open"))) == [(1, 3, "# open", False)]


def test_a_large_file_is_said_with_its_size() -> None:
    assert "2097153" in too_large(2097153).findings[0].message
