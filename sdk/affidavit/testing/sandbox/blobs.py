"""Contents of files: held in memory while small, on disk from 1 MiB on.

Knows bytes, their number and their digest, and nothing of forms or files' names. A blob
on disk lives as long as somebody refers to it, so nobody has to remember to delete one.
"""

import contextlib
import os
import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import IO, Final, Self

IN_MEMORY: Final = 1 << 20
"""A blob has at most so many bytes in memory."""
PIECE: Final = 1 << 18


@dataclass(frozen=True, slots=True, weakref_slot=True, kw_only=True, eq=False)
class Blob:
    """Bytes that arrived or were made. Cannot change; read as often as you like."""

    size: int
    sha256: str
    """64 hex digits."""
    _data: bytes | None = field(default=None, repr=False)
    _path: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, data: bytes) -> "Blob":
        """`data` as a blob."""
        with BlobWriter() as writer:
            writer.write(data)
            return writer.finish()

    @property
    def held(self) -> int:
        """How many of its bytes are in memory."""
        return len(self._data or b"")

    def open(self) -> IO[bytes]:
        """A reader from the first byte on; the caller closes it."""
        if self._path is None:
            return BytesIO(self._data or b"")
        return open(self._path, "rb")

    def pieces(self) -> Iterator[bytes]:
        """The bytes in order, at most 256 KiB at a time."""
        with self.open() as reader:
            while piece := reader.read(PIECE):
                yield piece

    def read(self) -> bytes:
        """All bytes at once."""
        return b"".join(self.pieces())


class BlobWriter:
    """Takes bytes until `finish` gives the blob; leaving without that drops them."""

    def __init__(self, in_memory: int = IN_MEMORY) -> None:
        self._most = in_memory
        self._held = bytearray()
        self._digest = sha256()
        self._size = 0
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def write(self, data: bytes | bytearray) -> None:
        """Append `data`."""
        self._digest.update(data)
        self._size += len(data)
        if self._file is not None:
            self._file.write(data)
            return
        self._held += data
        if len(self._held) > self._most:
            self._file = tempfile.NamedTemporaryFile(  # noqa: SIM115 - `finish` closes it
                prefix="affidavit-sandbox-", delete=False
            )
            self._file.write(self._held)
            self._held = bytearray()

    def finish(self) -> Blob:
        """The blob of all that was written; the writer is done."""
        digest = self._digest.hexdigest()
        file, self._file = self._file, None
        if file is None:
            return Blob(size=self._size, sha256=digest, _data=bytes(self._held))
        file.close()
        blob = Blob(size=self._size, sha256=digest, _path=file.name)
        # A process that is killed leaves the file to the system's temporary folder.
        weakref.finalize(blob, _remove, file.name)
        return blob

    def discard(self) -> None:
        """Drop what was written, unless it has been finished."""
        file, self._file = self._file, None
        if file is not None:
            file.close()
            _remove(file.name)


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):  # somebody cleaned the folder before us
        os.unlink(path)
