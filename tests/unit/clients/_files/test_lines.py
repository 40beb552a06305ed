"""Lines of a file that comes by in pieces: each once, whole, and none too long."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from affidavit.clients._files.lines import LONGEST, RawLine, Splitter


def split(*pieces: bytes) -> list[RawLine]:
    splitter = Splitter()
    lines = [line for piece in pieces for line in splitter.feed(piece)]
    return lines + list(splitter.rest())


def data(*pieces: bytes) -> list[bytes | None]:
    return [line.data for line in split(*pieces)]


LINES = st.lists(st.binary(max_size=8).filter(lambda line: b"\n" not in line))


@given(LINES, st.lists(st.integers(min_value=0, max_value=64)))
def test_where_a_file_is_cut_makes_no_difference(
    lines: list[bytes], cuts: list[int]
) -> None:
    whole = b"\n".join(lines)
    edges = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[start:end] for start, end in pairwise(edges)]

    assert split(*pieces) == split(whole)
    stripped = [line.removeprefix(b"\xef\xbb\xbf") for line in lines[:1]] + lines[1:]
    expected = [line.strip() for line in stripped]
    assert data(whole) == [line for line in expected if line]


def test_blank_lines_are_no_lines_but_count() -> None:
    assert split(b"\n \r\na\r\n\nb") == [
        RawLine(number=3, data=b"a"),
        RawLine(number=5, data=b"b"),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert data(b"\xef\xbb\xbf{}\n\xef\xbb\xbf{}") == [b"{}", b"\xef\xbb\xbf{}"]


def test_a_line_over_the_limit_is_given_up_and_the_next_is_read() -> None:
    long = b"x" * LONGEST

    assert data(long, b"\nnext") == [long, b"next"]
    assert split(long, b"y", b"zz\nnext\n") == [
        RawLine(number=1, data=None),
        RawLine(number=2, data=b"next"),
    ]
    assert split(long + b"y\nnext\n")[0].data is None
    assert split(long, b"y") == [RawLine(number=1, data=None)]


def test_a_line_that_is_given_up_takes_no_memory() -> None:
    splitter = Splitter()
    for _ in range(20):
        assert list(splitter.feed(b"x" * (1 << 20))) == []
        assert splitter.carried <= LONGEST

    assert splitter.carried == 0


def test_a_copy_goes_on_without_touching_the_original() -> None:
    splitter = Splitter()
    list(splitter.feed(b"one\ntw"))
    copy = splitter.copy()

    assert list(copy.feed(b"o\nthr")) == [RawLine(number=2, data=b"two")]
    assert list(copy.rest()) == [RawLine(number=3, data=b"thr")]
    assert list(splitter.rest()) == [RawLine(number=2, data=b"tw")]
