"""CSV and its like: a row for each record, a text for each cell.

Knows the standard library's reader (RFC 4180 and what people make of it). The first
record names the columns, and is looked at as a row too: it may be none.
"""

import csv
import io
from collections.abc import Iterator
from typing import Any, BinaryIO

from affidavit.scan.data.lines import MOST_ROW
from affidavit.scan.data.rows import Problem, Row

_DELIMITERS = ",;\t|"


def read_table(file: BinaryIO, problems: list[Problem]) -> Iterator[Row]:
    """The records of a table, each by the line that it begins in."""
    csv.field_size_limit(MOST_ROW)
    # Bytes that are no UTF-8 become lone surrogates: their row is told, and still read.
    with io.TextIOWrapper(file, "utf-8-sig", "surrogateescape", newline="") as text:
        if first := text.readline(MOST_ROW):
            reader = csv.reader(
                _again(first, text), delimiter=_delimiter(first), strict=True
            )
            yield from _records(reader, problems)


def _records(reader: Any, problems: list[Problem]) -> Iterator[Row]:
    names: list[str] = []
    line = 1
    while True:
        try:
            cells = next(reader, None)
        except csv.Error as error:
            # What follows is out of step: where the next record begins, nobody knows.
            message = f"not CSV: {error}; what follows in this file was not read"
            problems.append(Problem(line, message))
            return
        if cells is None:
            return
        if any(map(_is_odd, cells)):
            problems.append(Problem(line, "not UTF-8"))
        names = names or cells
        yield Row(line, _record(names, cells), sum(map(len, cells)))
        line = reader.line_num + 1


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _record(names: list[str], cells: list[str]) -> dict[str, str]:
    more = [f"column {at + 1}" for at in range(len(names), len(cells))]
    return dict(zip([*names, *more], cells, strict=False))


def _delimiter(first: str) -> str:
    """What stands most often in the first line; a comma where none does."""
    return max(_DELIMITERS, key=lambda each: (first.count(each), each == ","))


def _is_odd(cell: str) -> bool:
    return not cell.isascii() and any("\udc80" <= char <= "\udcff" for char in cell)
