from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.testing.sandbox.http import BodyUnreadable, Headers
from affidavit.testing.sandbox.wire import (
    LAST_CHUNK,
    chunk,
    head,
    read_body,
)

CHUNKED = Headers([("Transfer-Encoding", "chunked")])


def sized(length: str) -> Headers:
    return Headers([("Content-Length", length)])


@given(st.lists(st.binary(min_size=1)))
def test_chunks_that_are_printed_are_read_back(parts: list[bytes]) -> None:
    stream = BytesIO(b"".join(map(chunk, parts)) + LAST_CHUNK + b"next request")

    assert read_body(CHUNKED, stream, most=1 << 20) == b"".join(parts)
    assert stream.read() == b"next request"


@given(st.binary())
def test_a_sized_body_is_read_and_not_a_byte_more(body: bytes) -> None:
    stream = BytesIO(body + b"next request")

    assert read_body(sized(str(len(body))), stream, most=1 << 20) == body
    assert stream.read() == b"next request"


def test_no_length_is_no_body() -> None:
    assert read_body(Headers(), BytesIO(b"next"), most=10) == b""


def test_extensions_and_trailers_of_chunks_are_passed_over() -> None:
    stream = BytesIO(b"3;a=b\r\nabc\r\n0\r\nX-Sum: 1\r\n\r\nnext")

    assert read_body(CHUNKED, stream, most=10) == b"abc"
    assert stream.read() == b"next"


@pytest.mark.parametrize(
    ("headers", "data"),
    [
        (sized("11"), b"x" * 11),
        (sized("9" * 5000), b""),
        (CHUNKED, b"b\r\n" + b"x" * 11),
        (CHUNKED, b"6\r\nxxxxxx\r\n6\r\nxxxxxx\r\n0\r\n\r\n"),
    ],
)
def test_a_body_over_the_limit_is_413(headers: Headers, data: bytes) -> None:
    with pytest.raises(BodyUnreadable) as caught:
        read_body(headers, BytesIO(data), most=10)

    assert caught.value.answer.status == 413


def test_a_body_at_the_limit_is_read() -> None:
    assert read_body(sized("00010"), BytesIO(b"x" * 10), most=10) == b"x" * 10


@pytest.mark.parametrize(
    ("headers", "data", "came"),
    [
        (sized("-1"), b"", b""),
        (sized("+1"), b"x", b""),
        (sized("1, 1"), b"x", b""),
        (sized("5"), b"abc", b"abc"),
        (CHUNKED, b"", b""),
        (CHUNKED, b"3\r\nabc\r\nzz\r\n", b"abc"),
        (CHUNKED, b"-3\r\nabc", b""),
        (CHUNKED, b"3\r\nabc\r\n4\r\nd", b"abcd"),
        (Headers([("Transfer-Encoding", "gzip")]), b"", b""),
        (
            Headers([("Transfer-Encoding", "chunked"), ("Content-Length", "3")]),
            b"abc",
            b"",
        ),
    ],
)
def test_a_body_that_is_badly_framed_is_400_and_what_came_is_kept(
    headers: Headers, data: bytes, came: bytes
) -> None:
    with pytest.raises(BodyUnreadable) as caught:
        read_body(headers, BytesIO(data), most=10)

    assert caught.value.answer.status == 400
    assert caught.value.read == came


def test_heads_are_printed_with_or_without_a_known_reason() -> None:
    assert head(200, {"a": "b"}) == b"HTTP/1.1 200 OK\r\na: b\r\n\r\n"
    assert head(599, {}) == b"HTTP/1.1 599 \r\n\r\n"
