import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.policy import source
from affidavit.policy.report import Report
from affidavit.policy.source import parse, place_of, plain


def read(text: str | bytes) -> object:
    report = Report("p.yaml")
    root = parse(text.encode() if isinstance(text, str) else text, report)
    assert (root is None) == bool(report.found)
    return None if root is None else plain(root)


def complaint(text: str | bytes) -> tuple[str, int, int]:
    report = Report("p.yaml")
    assert parse(text.encode() if isinstance(text, str) else text, report) is None
    first = report.found[0]
    return first.rule, first.line, first.column


@pytest.mark.parametrize("word", ["no", "No", "on", "off", "yes", "y", "2027-03-31"])
def test_words_stay_text(word: str) -> None:
    assert read(f"{word}: {word}") == {word: word}


def test_values_are_those_of_yaml_1_2() -> None:
    text = 'a: 7\nb: 0o17\nc: 0x1F\nd: 0.8\ne: true\nf: "7"\ng: |\n  two\n  lines\n'
    expected = {"a": 7, "b": 15, "c": 31, "d": 0.8, "e": True, "f": "7"}
    assert read(text) == expected | {"g": "two\nlines\n"}


def test_a_byte_order_mark_and_windows_line_ends_are_read() -> None:
    assert read(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n") == {"a": 1, "b": 2}


def test_keys_and_values_know_where_they_stand() -> None:
    root = parse(b"a:\n  - b: [x, yy]\n", Report("p.yaml"))
    assert root is not None
    assert place_of(root, ("a",), key=True) == (1, 1)
    assert place_of(root, ("a", 0)) == (2, 5)
    assert place_of(root, ("a", 0, "b"), key=True) == (2, 5)
    assert place_of(root, ("a", 0, "b", 1)) == (2, 12)


def test_what_is_missing_is_placed_where_it_is_missing_from() -> None:
    root = parse(b"a:\n  - b: 1\n", Report("p.yaml"))
    assert root is not None
    assert place_of(root, ("a", 0, "nothing")) == (2, 5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("P001", 1, 1)),
        ("# only a comment\n", ("P001", 1, 1)),
        ("---\n", ("P001", 1, 1)),
        ("a: [1\n", ("P001", 2, 1)),
        ("a: b: c\n", ("P001", 1, 5)),
        ("[a]: b\n", ("P001", 1, 1)),
        ("a: @b\n", ("P001", 1, 4)),
        (b"a: \xff\n", ("P002", 1, 4)),
        ("a: 1\nb: 2\na: 3\n", ("P004", 3, 1)),
        ("a: {b: 1, b: 1}\n", ("P004", 1, 11)),
        ("a: &x 1\n", ("P005", 1, 4)),
        ("a: *x\n", ("P005", 1, 4)),
        ("a: !!str b\n", ("P005", 1, 4)),
        ("a: !x b\n", ("P005", 1, 4)),
        ("a: 1\n---\nb: 2\n", ("P005", 2, 1)),
        ("%YAML 1.1\n---\na: no\n", ("P005", 1, 1)),
        ("a:\n\tb: 1\n", ("P006", 2, 1)),
        ("a: 1\n# \u202e hidden\n", ("P006", 2, 3)),
        ("a: b\u2028c\n", ("P006", 1, 5)),
        ("a: b\rc: d\n", ("P006", 1, 5)),
        ('a: "\\e[31m"\n', ("P006", 1, 4)),
        ('a: "\\ud800"\n', ("P006", 1, 4)),
        ("a: 1\nb:\n", ("P007", 2, 1)),
        ("a: [1, ~]\n", ("P007", 1, 8)),
        ("a: .inf\n", ("P012", 1, 4)),
        ("a: .nan\n", ("P012", 1, 4)),
        ("a: 1e999\n", ("P012", 1, 4)),
        ("a: 9007199254740992\n", ("P012", 1, 4)),
    ],
)
def test_what_does_not_belong_is_refused_where_it_stands(
    text: str | bytes, expected: tuple[str, int, int]
) -> None:
    assert complaint(text) == expected


def test_a_merge_key_is_a_key_like_any_other() -> None:
    assert read("<<: {a: 1}\n") == {"<<": {"a": 1}}


def test_every_duplicate_and_empty_key_is_reported() -> None:
    report = Report("p.yaml")
    parse(b"a: 1\na: 2\nb:\nc: 3\nc: 4\n", report)
    assert [d.line for d in report.found] == [2, 3, 5]


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "x" * source.MAX_BYTES,
        "a: " + "x" * source.MAX_WORD + "x",
        "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "!" * 1_000_000,
        "a\n" * 400_000,
        "a " * 500_000,
        "\n" * 1_000_000,
        "[" + "a," * 400_000 + "]",
        '"' + "\\u0041" * 150_000 + '"',
    ],
    ids=lambda text: text[:6],
)
def test_a_file_that_only_wants_to_be_slow_is_refused(text: str) -> None:
    assert complaint(text)[0] == "P003"


def test_nesting_is_allowed_up_to_the_bound() -> None:
    assert read("[" * source.MAX_DEPTH + "]" * source.MAX_DEPTH) is not None
    deeper = source.MAX_DEPTH + 1
    assert complaint("[" * deeper + "]" * deeper) == ("P003", 1, deeper)


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode()))
def test_any_bytes_are_read_or_reported(data: bytes) -> None:
    read(data)


SIGNS = [*":\n[]{},\"'|>#%~\r\\a ", "- ", "? ", "&a", "*a", "!t", "---\n", "...\n"]
FRAGMENTS = st.sampled_from([*SIGNS, "\\x", '"\\U0011FFFF"', "0o9", "<<: "])


@given(st.lists(FRAGMENTS, max_size=25).map("".join))
def test_any_arrangement_of_yaml_s_signs_is_read_or_reported(text: str) -> None:
    read(text)
