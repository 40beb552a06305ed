"""HTTP/1.1 as bytes: reading a request's body, printing a response (RFC 9112).

Knows framing and nothing else. Reads from anything with `read` and `readline`, so that
tests need no socket.
"""

import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Final, Protocol

from affidavit.testing.sandbox.blobs import PIECE
from affidavit.testing.sandbox.http import BodyUnreadable, Headers

_LONGEST_LINE: Final = 4096
_CHUNK_SIZE: Final = re.compile(rb"[0-9A-Fa-f]{1,16}")


class Readable(Protocol):
    """A buffered stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Exactly `size` bytes, fewer only at the end of the stream."""

    def readline(self, size: int, /) -> bytes:
        """Up to and with a newline, at most `size` bytes."""


def read_body(headers: Headers, stream: Readable, *, most: int) -> bytes:
    """The body that `headers` announce, at most `most` bytes, else `BodyUnreadable`."""
    body = bytearray()
    try:
        for piece in body_pieces(headers, stream, most=most):
            body += piece
    except BodyUnreadable as error:
        error.read = bytes(body)
        raise
    return bytes(body)


def body_pieces(headers: Headers, stream: Readable, *, most: int) -> Iterator[bytes]:
    """`read_body` by and by, at most 256 KiB at a time.

    Two framings at once are refused (RFC 9112 §6.3): parties that read such a message
    differently can be made to see different requests.
    """
    coding = headers.get("transfer-encoding")
    length = headers.get("content-length")
    if coding is None:
        return _sized(length or "0", stream, most)
    if length is not None or coding.strip().lower() != "chunked":
        raise BodyUnreadable(
            400, "Send a Content-Length or 'Transfer-Encoding: chunked', not both."
        )
    return _chunked(stream, most)


def _sized(length: str, stream: Readable, most: int) -> Iterator[bytes]:
    if not (length.isascii() and length.isdecimal()):
        raise BodyUnreadable(400, f"Content-Length is not a number: {length!r}.")
    # The digits are counted first: Python refuses to read a number of thousands.
    if len(length.lstrip("0")) > len(str(most)) or int(length) > most:
        raise _too_large(most)
    yield from _exactly(int(length), stream, 0)


def _chunked(stream: Readable, most: int) -> Iterator[bytes]:
    came = 0
    while size := _chunk_size(stream):
        if came + size > most:
            raise _too_large(most)
        yield from _exactly(size, stream, came)
        came += size
        stream.readline(_LONGEST_LINE)
    while stream.readline(_LONGEST_LINE).strip():
        pass  # trailers (RFC 9112 §7.1.2) say nothing that the sandbox needs


def _chunk_size(stream: Readable) -> int:
    text = stream.readline(_LONGEST_LINE).partition(b";")[0].strip()
    if _CHUNK_SIZE.fullmatch(text) is None:
        raise BodyUnreadable(400, f"A chunk's size is not a number: {text[:20]!r}.")
    return int(text, 16)


def _exactly(size: int, stream: Readable, before: int) -> Iterator[bytes]:
    left = size
    while left:
        wanted = min(left, PIECE)
        data = stream.read(wanted)
        left -= len(data)
        if data:
            yield data
        if len(data) < wanted:
            came = before + size - left
            raise BodyUnreadable(400, f"The body ended after {came} bytes.")


def _too_large(most: int) -> BodyUnreadable:
    return BodyUnreadable(
        413, f"The body has more than {most} bytes, the most it may have."
    )


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Status line and header fields, with the empty line that ends them."""
    fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {status} {_phrase(status)}\r\n{fields}\r\n".encode("latin-1")


def _phrase(status: int) -> str:
    """The registered reason phrase; a status without one has none."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def chunk(data: bytes) -> bytes:
    """`data`, not empty, as one chunk (RFC 9112 §7.1)."""
    return b"%x\r\n%s\r\n" % (len(data), data)


LAST_CHUNK: Final = b"0\r\n\r\n"
