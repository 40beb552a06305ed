from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from affidavit.policy import writing
from affidavit.policy.report import Report
from affidavit.policy.source import parse, plain

TEXT = st.text(
    alphabet=st.characters(codec="ascii", categories=["L", "N", "P", "S", "Zs"])
)
SCALARS = st.one_of(TEXT, st.booleans(), st.integers(-99, 99))
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(TEXT, inner, min_size=1, max_size=3)
    ),
    max_leaves=6,
)


def read_back(lines: list[str]) -> Any:
    report = Report("")
    root = parse(("\n".join(lines) + "\n").encode(), report)
    assert root is not None, (report.found, lines)
    return plain(root)


@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=3))
def test_what_is_written_is_read_back_as_it_was(value: dict[str, Any]) -> None:
    assert read_back(list(writing.block(value))) == value
    assert read_back(list(writing.item(value, 0))) == [value]


def test_words_that_yaml_takes_for_something_else_are_quoted() -> None:
    assert [writing.scalar(v) for v in ("yes", "null", "12", "a b", "n: 1", True)] == [
        '"yes"',
        '"null"',
        '"12"',
        "a b",
        '"n: 1"',
        "true",
    ]


def test_a_comment_keeps_within_its_width() -> None:
    lines = list(writing.comment("word " * 40, indent=4, width=60))

    assert all(line.startswith("    # ") and len(line) <= 60 for line in lines)
    assert " ".join(line[6:] for line in lines) == ("word " * 40).strip()
