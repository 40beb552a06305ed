import pytest

from affidavit.policy.cel_places import within
from affidavit.policy.report import Place, Report
from affidavit.policy.source import node_at, parse

TEXTS = [
    "k: one && two",
    "k: 'one && \"''\" two'",
    'k: "one \\"\\u00e9\\" \\\\ two"',
    "k: one\n   && \n\n   two",
    "k: 'one\n   && \n   two'",
    'k: "one\n   && \\\n   two"',
    "k: |\n  one\n    &&\n  two\n",
    "k: |2\n    one\n  two\n",
    "k: >-\n  one\n  &&\n\n\n  two\n",
    "k: > # said\n\n  one\n  two\n",
    "a:\n  - k\n  -   'é one two'\nk: \"é two\"\n",
    "\N{BYTE ORDER MARK}k: |\r\n  one\r\n  two\r\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_word_within_a_value_is_found_where_it_stands(text: str) -> None:
    report = Report("x")
    root = parse(text.encode(), report)
    assert root is not None, report.found
    node = node_at(root, ("k",))
    lines = text.removeprefix("\N{BYTE ORDER MARK}").split("\n")
    line = max(number for number, each in enumerate(lines) if "two" in each)
    wanted = Place(line + 1, lines[line].index("two") + 1)
    assert within(text, node, str(node.value).index("two")) == wanted


def test_a_value_that_is_no_text_has_one_place() -> None:
    report = Report("x")
    root = parse(b"k: 7", report)
    assert root is not None
    assert within("k: 7", node_at(root, ("k",)), 5) == Place(1, 4)


def test_an_offset_beyond_the_end_stays_in_the_file() -> None:
    report = Report("x")
    root = parse(b"k: |\n  a\n", report)
    assert root is not None
    assert within("k: |\n  a\n", node_at(root, ("k",)), 99).line <= 3
