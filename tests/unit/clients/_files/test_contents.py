"""What is sent is what was inspected: rewound, copied, or broken off."""

import hashlib
import io
import os
from pathlib import Path
from typing import Any

import pytest

from affidavit.clients._files.contents import CHUNK_BYTES, Checked, Contents
from affidavit.clients.errors import CallUngoverned
from support.http_client import library

DATA = bytes(range(256)) * 2048
DIGEST = hashlib.sha256(DATA).hexdigest()


class Pipe(io.RawIOBase):
    """A stream that can be read once."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)


class Texts:
    """A file in text mode that does not say so."""

    def __init__(self, text: str) -> None:
        self._text = io.StringIO(text)

    def read(self, size: int = -1) -> str:
        return self._text.read(size)

    def tell(self) -> int:
        return self._text.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._text.seek(offset, whence)


def inspected(value: Any) -> Contents:
    contents = Contents("file", value)
    assert b"".join(contents.chunks()) == DATA
    assert (contents.size, contents.sha256) == (len(DATA), DIGEST)
    return contents


def as_sent(value: Any) -> tuple[bytes, Any]:
    """The multipart body that httpx makes of a file, and its headers."""
    request = library.Request(
        "POST", "https://api.openai.com/v1/files", files=[("file", value)]
    )
    return request.read(), request.headers


def content_of(body: bytes) -> bytes:
    return body.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]


@pytest.mark.parametrize("wrap", [False, True])
@pytest.mark.parametrize("kind", ["bytes", "memory", "pipe"])
def test_what_httpx_sends_is_what_was_read_and_no_less(kind: str, wrap: bool) -> None:  # noqa: FBT001 - parametrized
    made: dict[str, Any] = {
        "bytes": DATA,
        "memory": io.BytesIO(DATA),
        "pipe": Pipe(DATA),
    }
    value = ("b.jsonl", made[kind], "text/plain") if wrap else made[kind]
    contents = inspected(value)
    body, headers = as_sent(contents.sent())

    assert content_of(body) == DATA
    assert headers["content-length"] == str(len(body))
    name = b'filename="b.jsonl"' if wrap else b'filename="upload"'
    assert name in body[:300]
    if wrap:
        assert b"Content-Type: text/plain" in body[:300]
    contents.close()


def test_a_file_keeps_the_name_that_httpx_would_give_it(tmp_path: Path) -> None:
    path = tmp_path / "input.jsonl"
    path.write_bytes(DATA)
    with path.open("rb") as file, path.open("rb") as other:
        body, _ = as_sent(inspected(file).sent())
        plain, _ = as_sent(other)

    assert body[:200].partition(b"\r\n")[2] == plain[:200].partition(b"\r\n")[2]


def test_a_file_is_read_from_its_beginning_because_httpx_sends_it_from_there() -> None:
    file = io.BytesIO(DATA)
    file.seek(77)

    contents = inspected(file)
    assert content_of(as_sent(contents.sent())[0]) == DATA


def test_a_file_that_is_not_sent_stands_where_it_stood() -> None:
    file = io.BytesIO(DATA)
    file.seek(77)

    inspected(file).restore()

    assert file.tell() == 77


def test_a_file_that_was_closed_meanwhile_is_let_be() -> None:
    file = io.BytesIO(DATA)
    contents = inspected(file)
    file.close()

    contents.restore()


def test_a_pipe_is_read_once_and_can_be_sent_again(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as end:
        end.write(b"small enough for a pipe")
    with os.fdopen(reading, "rb") as file:
        contents = Contents("file", file)
        assert b"".join(contents.chunks()) == b"small enough for a pipe"
        sent = contents.sent()
        for _ in range(2):
            assert content_of(as_sent(sent)[0]) == b"small enough for a pipe"
        contents.close()


def test_text_is_sent_as_the_bytes_that_httpx_makes_of_it() -> None:
    contents = Contents("file", Texts("ünicode"))

    assert b"".join(contents.chunks()) == "ünicode".encode()
    assert content_of(as_sent(contents.sent())[0]) == "ünicode".encode()
    contents.close()


def test_a_plain_string_is_read_as_utf_8() -> None:
    contents = Contents("file", "ünicode")

    assert b"".join(contents.chunks()) == "ünicode".encode()
    assert contents.sent() == "ünicode"


def test_an_empty_stream_is_sent_empty() -> None:
    contents = Contents("file", Pipe(b""))

    assert list(contents.chunks()) == []
    assert content_of(as_sent(contents.sent())[0]) == b""
    contents.close()


@pytest.mark.parametrize("value", [io.StringIO("text"), 7, ("name", None)])
def test_what_httpx_would_refuse_is_not_readable(value: Any) -> None:
    assert not Contents("file", value).readable


def test_what_was_not_read_is_left_as_it_is() -> None:
    value = io.BytesIO(b"x")

    assert Contents("file", value).sent() is value


@pytest.mark.parametrize(
    "changed",
    [
        DATA[:-1] + b"!",
        b"!" + DATA[1:],
        DATA[:-1],
        DATA + b"!",
        b"",
    ],
    ids=["last byte", "first byte", "shorter", "longer", "empty"],
)
def test_another_files_last_bytes_never_leave(changed: bytes) -> None:
    file = io.BytesIO(DATA)
    sent = inspected(file).sent()[1]
    file.seek(0)
    file.truncate()
    file.write(changed)
    sent.seek(0)

    received: list[bytes] = []
    with pytest.raises(CallUngoverned, match="not the one that was inspected"):
        received.extend(iter(lambda: sent.read(64 << 10), b""))
    assert sum(map(len, received)) < len(DATA)


def test_a_checked_file_is_rewound_for_each_try() -> None:
    sent = Checked(io.BytesIO(DATA), len(DATA), DIGEST)

    assert sent.read(1000) == DATA[:1000]
    assert sent.tell() == 1000
    assert sent.seek(1000) == 1000
    assert sent.seek(0, io.SEEK_END) == len(DATA)
    assert sent.seek(0) == 0
    assert sent.read() == DATA
    assert sent.read(1) == b""
    assert sent.seekable()


def test_a_checked_file_is_read_in_no_other_order() -> None:
    sent = Checked(io.BytesIO(DATA), len(DATA), DIGEST)

    with pytest.raises(io.UnsupportedOperation):
        sent.seek(5)


def test_no_piece_is_larger_than_a_chunk() -> None:
    contents = Contents("file", io.BytesIO(b"x" * (CHUNK_BYTES * 2 + 1)))

    assert [len(data) for data in contents.chunks()] == [CHUNK_BYTES, CHUNK_BYTES, 1]
