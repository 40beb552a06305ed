"""Where the lines of a file begin and end, while it comes by in pieces.

Knows newlines and one bound: a longer line is given up, so that no file takes more
memory than a line may. A splitter is a value: `feed` gives the lines and what stands
after them, so that a file in several parts can go on from any part that arrived.
"""

from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 8 << 20
"""Bytes of a line that is still read."""
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class RawLine:
    """One line that is not blank."""

    number: int
    """From 1; blank lines count."""
    data: bytes | None
    """Without its newline; None when it is longer than `LONGEST`."""


class Splitter:
    """Cuts what it is fed into lines, and keeps the last one until it is whole."""

    def __init__(
        self, *, number: int = 1, carry: bytes | bytearray = b"", lost: bool = False
    ) -> None:
        self._number = number
        self._carry = bytearray(carry)
        self._lost = lost
        """Whether the present line was given up; then `carry` is empty."""

    def copy(self) -> "Splitter":
        """One that goes on from here, without touching this one."""
        return Splitter(number=self._number, carry=self._carry, lost=self._lost)

    @property
    def carried(self) -> int:
        """Bytes of the line that is not whole yet."""
        return len(self._carry)

    def feed(self, data: bytes) -> Iterator[RawLine]:
        """The lines that `data` completes."""
        start = 0
        while (end := data.find(b"\n", start)) >= 0:
            yield from self._end(data[start:end])
            start = end + 1
        self._keep(data[start:])

    def rest(self) -> Iterator[RawLine]:
        """The last line, if no newline ended it."""
        if self._carry or self._lost:
            yield from self._end(b"")

    def _keep(self, data: bytes) -> None:
        if self._lost or len(self._carry) + len(data) > LONGEST:
            self._carry, self._lost = bytearray(), True
        else:
            self._carry += data

    def _end(self, data: bytes) -> Iterator[RawLine]:
        number = self._number
        self._number += 1
        if self._carry or self._lost:
            self._keep(data)
            data = bytes(self._carry)
            self._carry.clear()
        lost = self._lost or len(data) > LONGEST
        self._lost = False
        if lost:
            yield RawLine(number=number, data=None)
        elif line := _stripped(data, first=number == 1):
            yield RawLine(number=number, data=line)


def _stripped(data: bytes, *, first: bool) -> bytes:
    if first:
        data = data.removeprefix(_BOM)
    return data.strip()
