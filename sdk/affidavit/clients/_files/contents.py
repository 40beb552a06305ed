"""The bytes of one file of a multipart body: read before they are sent, and held to
what was read while they are sent.

Knows the shapes of a file that httpx takes (bytes, text, a file object, a tuple around
one of them), and that httpx sends a seekable file from its beginning and any other from
where it stands. Knows no line, no policy and no client.
"""

import io
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any, Protocol

from affidavit.clients.errors import CallUngoverned

CHUNK_BYTES = 256 << 10
SPOOLED_BYTES = 1 << 20
"""A stream that cannot be read twice is kept on disk beyond so many bytes."""


class Hash(Protocol):
    """What is used of a hash object."""

    def update(self, data: bytes, /) -> None:
        """Take more bytes."""

    def hexdigest(self) -> str:
        """The digest of all bytes until now."""


class Contents:
    """One file. `chunks` reads it, once; then `sent` stands for it in the request."""

    def __init__(self, field: str, value: Any) -> None:
        self.field = field
        self._value = value
        self._content = value[1] if isinstance(value, tuple) else value
        self._spool: Any = None
        self._back: int | None = None
        self._replayable = True
        self.size = 0
        self._hash = sha256()
        self.sha256: str | None = None
        """Of all bytes, once they were read."""

    @property
    def readable(self) -> bool:
        """Whether it is something that httpx sends: for anything else, httpx raises."""
        if isinstance(self._content, io.TextIOBase):
            return False
        return isinstance(self._content, bytes | str) or hasattr(self._content, "read")

    def chunks(self) -> Iterator[bytes]:
        """What will be sent, in pieces. Raises what reading the file raises."""
        for data in self._pieces():
            self.size += len(data)
            self._hash.update(data)
            yield data
        self.sha256 = self._hash.hexdigest()

    def _pieces(self) -> Iterator[bytes]:
        content = self._content
        if isinstance(content, bytes | str):
            stream: Any = io.BytesIO(_bytes(content))
        else:
            stream = content
            self._back = _rewound(stream)
            self._replayable = _replayable(stream)
        while read := stream.read(CHUNK_BYTES):
            data = _bytes(read)
            if stream is content and (self._back is None or data is not read):
                self._copy(data)
            yield data

    def _copy(self, data: bytes) -> None:
        """Keep what cannot be read a second time, or not in bytes."""
        if self._spool is None:
            self._spool = _spool()
        self._spool.write(data)

    def restore(self) -> None:
        """Put the caller's file back to where it stood: nothing will be sent."""
        self._restore_place()
        self.close()

    def _restore_place(self) -> None:
        if self._back is not None:
            # A file that was closed meanwhile is nobody's to restore.
            with suppress(OSError, ValueError):
                self._content.seek(self._back)

    def close(self) -> None:
        """Let go of the copy, if one was made."""
        if self._spool is not None:
            self._spool.close()

    def sent(self) -> Any:
        """What stands for the file in the request, and is held to what was read."""
        if isinstance(self._content, bytes | str) or self.sha256 is None:
            return self._value
        stream, back = self._content, self._back or 0
        if self._back is None or self._spool is not None:
            self._restore_place()
            stream, back = self._spool or io.BytesIO(), 0  # it was empty, if no spool
        checked = Checked(
            stream, self.size, self.sha256, back=back, replayable=self._replayable
        )
        if isinstance(self._value, tuple):
            return (self._value[0], checked, *self._value[2:])
        # As httpx names a file that comes without a name.
        return Path(str(getattr(self._value, "name", "upload"))).name, checked


def _bytes(data: bytes | str) -> bytes:
    return data.encode() if isinstance(data, str) else data


def _spool() -> Any:
    # Closed by `Contents.close`: it lives as long as the request, not as a block.
    return SpooledTemporaryFile(max_size=SPOOLED_BYTES)


def _replayable(stream: Any) -> bool:
    """What the SDK asks of a file before it sends it a second time."""
    try:
        return bool(stream.seekable()) and isinstance(stream.tell(), int)
    except (AttributeError, OSError, ValueError):
        return False


def _rewound(stream: Any) -> int | None:
    """Where `stream` stood, now at its beginning; None if it cannot go there."""
    try:
        before = int(stream.tell())
        stream.seek(0)
    except (AttributeError, OSError, ValueError):
        return None
    return before


class Checked:
    """A file that lets its last bytes go only if all were those that were inspected.

    It can be rewound: the SDK does for each try, and httpx before it reads. Until it is
    read, the file stands at `back`, where the caller left it. One that the SDK would
    not have sent twice is not `replayable`, though there is a copy of it by now.
    """

    def __init__(
        self,
        stream: Any,
        size: int,
        digest: str,
        *,
        back: int = 0,
        replayable: bool = True,
    ) -> None:
        self._stream = stream
        self._size = size
        self._digest = digest
        self._back = back
        self._replayable = replayable
        self._start()

    def _start(self) -> None:
        self._stream.seek(self._back)
        self._at = 0
        self._hash: Hash = sha256()

    def seekable(self) -> bool:
        """Whether the SDK may send it again."""
        return self._replayable

    def tell(self) -> int:
        """Bytes read."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to the beginning, or say where the end is; else UnsupportedOperation."""
        if (offset, whence) == (0, io.SEEK_END):
            return self._size
        if (offset, whence) == (self._at, io.SEEK_SET) and offset:
            return offset
        if (offset, whence) != (0, io.SEEK_SET):
            raise io.UnsupportedOperation("what is inspected is sent from the start")
        self._start()
        return 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes; `CallUngoverned` in place of the last ones of other bytes."""
        left = self._size - self._at
        if left == 0:
            return b""
        if self._at == 0:
            self._stream.seek(0)
        wanted = left if size < 0 else min(size, left)
        data = _bytes(self._stream.read(wanted))
        self._at += len(data)
        self._hash.update(data)
        if not data or len(data) > wanted:
            self._differs()
        if self._at == self._size and (self._stream.read(1) or not self._agrees()):
            self._differs()
        return data

    def _agrees(self) -> bool:
        return self._hash.hexdigest() == self._digest

    def _differs(self) -> None:
        raise CallUngoverned(
            f"The upload was broken off before its last bytes: the file is not the "
            f"one that was inspected (SHA-256 {self._digest}, {self._size:,} bytes). "
            "Something wrote to it meanwhile. Upload a copy that stands still."
        )
