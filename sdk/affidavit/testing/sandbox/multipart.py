"""multipart/form-data as it comes in (RFC 7578, RFC 2046 §5.1), in bounded memory.

Knows boundaries and parts. A part's content goes to a `Blob` piece by piece, so that an
upload of any size needs no more memory than a small one.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self, assert_never

from affidavit.testing.sandbox.blobs import Blob, BlobWriter
from affidavit.testing.sandbox.http import BodyUnreadable, Headers, Part

KEPT_BODY: Final = 1 << 20
"""A form's body is kept as it came up to so many bytes."""
_LONGEST_HEAD: Final = 16_384
_MOST_PARTS: Final = 10_000
_BOUNDARY: Final = re.compile(
    r';\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))', re.IGNORECASE
)
_PARAMETER: Final = r';\s*%s="((?:[^"\\\r\n]|\\.)*)"'
_NAME: Final = re.compile(_PARAMETER % "name", re.IGNORECASE)
_FILENAME: Final = re.compile(_PARAMETER % "filename", re.IGNORECASE)
_ESCAPED: Final = re.compile(r"\\(.)|%(22|0D|0A)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form's body: its parts, and the bytes themselves while they are few."""

    parts: tuple[Part, ...]
    body: bytes


def boundary_of(headers: Headers) -> bytes | None:
    """What separates the parts of a form's body; None when the body is no form."""
    kind = headers.get("content-type", "")
    found = _BOUNDARY.search(kind)
    if not kind.lower().startswith("multipart/form-data") or found is None:
        return None
    return (found[1] or found[2]).encode("latin-1")


def read_form(pieces: Iterable[bytes], boundary: bytes) -> Form:
    """The form that `pieces` make up, else `BodyUnreadable`."""
    kept: bytearray | None = bytearray()
    with FormReader(boundary) as reader:
        try:
            for piece in pieces:
                if kept is not None:
                    kept = kept + piece if len(kept) + len(piece) <= KEPT_BODY else None
                reader.feed(piece)
            parts = reader.finish()
        except BodyUnreadable as error:
            error.read = bytes(kept or b"")
            raise
    return Form(parts=parts, body=bytes(kept or b""))


class _At(Enum):
    """What the reader expects next."""

    BOUNDARY = "the first boundary"
    SEPARATOR = "what follows a boundary"
    HEAD = "a part's head"
    CONTENT = "a part's content"
    END = "nothing more"


class FormReader:
    """Takes a form's bytes in pieces of any size; `finish` gives its parts."""

    def __init__(self, boundary: bytes) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._left = bytearray(b"\r\n")  # the first boundary needs no line before it
        self._at = _At.BOUNDARY
        self._parts: list[Part] = []
        self._head = ""
        self._writer = BlobWriter()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.discard()

    def feed(self, data: bytes) -> None:
        """Take the next bytes; `BodyUnreadable` when they cannot be a form's."""
        self._left += data
        while self._step():
            pass

    def finish(self) -> tuple[Part, ...]:
        """The parts; `BodyUnreadable` when the last boundary has not come."""
        if self._at is not _At.END:
            raise _malformed(f"it ended before {self._at.value}")
        return tuple(self._parts)

    def _step(self) -> bool:
        """Read on as far as the bytes go; whether it is worth trying again."""
        match self._at:
            case _At.BOUNDARY | _At.CONTENT:
                return self._content()
            case _At.SEPARATOR:
                return self._separator()
            case _At.HEAD:
                return self._read_head()
            case _At.END:
                self._left.clear()  # an epilogue means nothing
                return False
            case _:
                assert_never(self._at)

    def _content(self) -> bool:
        found = self._left.find(self._delimiter)
        # Without a delimiter, the last bytes may be the beginning of one.
        end = found if found >= 0 else len(self._left) - len(self._delimiter) + 1
        if self._at is _At.CONTENT and end > 0:
            self._writer.write(self._left[:end])
        if end > 0:
            del self._left[:end]
        if found < 0:
            return False
        del self._left[: len(self._delimiter)]
        if self._at is _At.CONTENT:
            self._parts.append(_part(self._head, self._writer.finish()))
        self._at = _At.SEPARATOR
        return True

    def _separator(self) -> bool:
        if self._left.startswith(b"--"):
            self._at = _At.END
            return True
        end = self._left.find(b"\r\n")
        if end < 0 and len(self._left) <= _LONGEST_HEAD:
            return False
        if self._left[: max(end, 0)].strip(b" \t") or end < 0:
            raise _malformed("something other than a line's end follows a boundary")
        # The line's end stays: it is what an empty head begins and ends with.
        del self._left[:end]
        self._at = _At.HEAD
        return True

    def _read_head(self) -> bool:
        end = self._left.find(b"\r\n\r\n")
        if end < 0 and len(self._left) <= _LONGEST_HEAD:
            return False
        if not 0 <= end <= _LONGEST_HEAD or len(self._parts) >= _MOST_PARTS:
            raise _malformed("a part's head is too long, or there are too many parts")
        try:
            self._head = self._left[:end].decode()
        except UnicodeDecodeError as error:
            raise _malformed("a part's head is not UTF-8") from error
        del self._left[: end + 4]
        self._writer = BlobWriter()
        self._at = _At.CONTENT
        return True


def _part(head: str, blob: Blob) -> Part:
    fields = {}
    for line in head.split("\r\n"):
        field, _, value = line.partition(":")
        fields[field.strip().lower()] = value.strip()
    disposition = ";" + fields.get("content-disposition", "").partition(";")[2]
    name, filename = _NAME.search(disposition), _FILENAME.search(disposition)
    if name is None:
        raise _malformed("a part has no name")
    return Part(
        name=_unescaped(name[1]),
        filename=None if filename is None else _unescaped(filename[1]),
        content_type=fields.get("content-type"),
        blob=blob,
    )


def _unescaped(value: str) -> str:
    """Undo how browsers and HTTP libraries write quotes and line ends."""
    return _ESCAPED.sub(lambda m: m[1] or chr(int(m[2], 16)), value)


def _malformed(why: str) -> BodyUnreadable:
    return BodyUnreadable(400, f"The body is not a well-formed form: {why}.")
