"""Plain text: paragraphs, put together to pieces that outputs fit into.

A piece is looked at as one row, and named by its first line. An output that lies across
the end of a piece is found by what of it stands in either.
"""

import io
from collections.abc import Iterator
from typing import BinaryIO, TextIO

from affidavit.scan.data.rows import Problem, Row

PIECE = 8 << 10
"""Characters from which on a piece ends with its paragraph."""
_LONGEST = 1 << 20
"""Characters of a line that are read at once."""


def read_text(file: BinaryIO, problems: list[Problem]) -> Iterator[Row]:
    """The pieces of a text."""
    with io.TextIOWrapper(file, "utf-8-sig", "surrogateescape") as text:
        yield from _pieces(text, problems)


def _pieces(text: TextIO, problems: list[Problem]) -> Iterator[Row]:
    piece: list[str] = []
    begun = size = 0
    line, odd = 1, False
    while read := text.readline(_LONGEST):
        if not odd and _is_odd(read):
            problems.append(Problem(line, "not UTF-8, from this line on"))
            odd = True
        if not piece:
            begun = line
        piece.append(read)
        size += len(read)
        line += read.endswith("\n")
        if size >= PIECE and (read.isspace() or size >= _LONGEST):
            yield Row(begun, "".join(piece), size)
            piece, size = [], 0
    if piece:
        yield Row(begun, "".join(piece), size)


def _is_odd(read: str) -> bool:
    return not read.isascii() and any("\udc80" <= char <= "\udcff" for char in read)
