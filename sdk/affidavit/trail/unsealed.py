"""WAL files read from outside, while their writers may be writing.

Knows where one file's untaken frames begin and what stands after the last of them.
Reads in pieces of 1 MiB through an open file, which outlives the file's name. Holds no
key and judges nothing: MAC chains are checked by `verify`.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from affidavit import regular
from affidavit.errors import Malformed
from affidavit.trail import wal
from affidavit.trail.state import Taken
from affidavit.trail.wal import Frame, Header

CHUNK_BYTES = 1 << 20
"""At least one whole frame of any size fits."""
_NAME = re.compile(r"([A-Za-z0-9_-]{1,64})-([0-9]{6,12})\.wal", re.ASCII)
_REREADS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Torn:
    """Bytes after the last whole frame that are not zeros."""

    offset: int
    size: int
    resumes: bool
    """Whether a whole frame follows: then the damage lies between records."""


class OpenWal:
    """One WAL file, opened. `frames` may be walked once; then `torn` is settled."""

    def __init__(
        self, name: str, writer: str, segment: int, fd: int, taken: Taken | None
    ) -> None:
        self.name, self.writer, self.segment = name, writer, segment
        self._fd = fd
        self.torn: Torn | None = None
        self.known = taken is not None
        """Whether the tree has taken from this file before."""
        self.header: Header | None = None
        """None when the file begins with none that can be read."""
        self.header_frame: Frame | None = None
        with suppress(Malformed):
            self.header, self.header_frame = wal.header(self._piece(0))
        self.taken = taken or self._untouched()

    def _untouched(self) -> Taken:
        if self.header is None or self.header_frame is None:
            return Taken(offset=0, mac=bytes(wal.MAC_BYTES), seq=0)
        header, frame = self.header, self.header_frame
        return Taken(offset=frame.end, mac=header.after, seq=header.first)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)

    def frames(self) -> Iterator[Frame]:
        """Whole frames that the tree does not have yet, in order."""
        offset, suspect = self.taken.offset, None
        for _ in range(_REREADS):
            for frame in self._whole_from(offset):
                yield frame
                offset = frame.end
            found = self._rest(offset)
            # What looks torn may be a write that we overtook: only what two readings in
            # a row find at the same place is.
            if found is None or found == suspect:
                self.torn = found
                return
            suspect = found

    def _whole_from(self, offset: int) -> Iterator[Frame]:
        while True:
            end = 0
            for frame in wal.scan(self._piece(offset)):
                end = frame.end
                yield Frame(
                    offset + frame.start, offset + end, frame.mac, frame.payload
                )
            if not end:
                return
            offset += end

    def _rest(self, offset: int) -> Torn | None:
        """What stands from `offset` to the end of the file, if it is not all zeros."""
        at, last = offset, None
        while piece := self._piece(at):
            if kept := piece.rstrip(b"\0"):
                last = at + len(kept)
            at += len(piece)
        if last is None:
            return None
        first = self._piece(offset)
        beyond = 8 + int.from_bytes(first[:4], "big")
        resumes = beyond < len(first) and any(True for _ in wal.scan(first, beyond))
        return Torn(offset=offset, size=last - offset, resumes=resumes)

    def _piece(self, offset: int) -> bytes:
        return os.pread(self._fd, CHUNK_BYTES, offset)


def open_all(directory: Path, taken: Mapping[str, Taken]) -> tuple[OpenWal, ...]:
    """Every WAL in `directory`, by writer and then by segment.

    FileNotFoundError when one goes between listing and opening; other OSErrors as they
    come. No file stays open then.
    """
    try:
        names = os.listdir(directory)
    except (FileNotFoundError, NotADirectoryError):
        return ()
    named = [found for name in names if (found := _NAME.fullmatch(name))]
    named.sort(key=lambda found: (found[1], int(found[2])))
    opened: list[OpenWal] = []
    try:
        for found in named:
            fd = regular.descriptor(directory / found[0])
            try:
                before = taken.get(found[0])
                opened.append(OpenWal(found[0], found[1], int(found[2]), fd, before))
            except BaseException:
                os.close(fd)
                raise
    except BaseException:
        for each in opened:
            each.close()
        raise
    return tuple(opened)
