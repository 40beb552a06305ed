"""JSON lines, by portions of a file; and JSON that is one value.

Knows bytes and where lines end. A line that is no JSON is told and passed over: the
others are still read.
"""

import codecs
from collections.abc import Iterator
from typing import Any, BinaryIO

import orjson

from affidavit.scan.data.rows import Problem, Row

MOST_ROW = 64 << 20
"""Bytes of one row; a longer one is told and passed over."""
MOST_JSON = 512 << 20
"""Bytes of a file that is one JSON value, and has to be read whole."""
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_lines(
    file: BinaryIO, problems: list[Problem], *, start: int = 0, end: int | None = None
) -> Iterator[Row]:
    """The rows of the lines that begin in `[start, end)`, numbered from 1 there.

    A line that cannot be read is a row without value; an empty one has no size either.
    """
    at = _begin(file, start)
    number = 0
    while (end is None or at < end) and (line := file.readline(MOST_ROW)):
        number += 1
        at += len(line)
        if len(line) == MOST_ROW and not line.endswith(b"\n"):
            at += _pass_over(file)
            problems.append(Problem(number, f"longer than {MOST_ROW >> 20} MiB"))
            yield Row(number, None, len(line))
            continue
        if start == 0 and number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)
        if line.isspace():
            yield Row(number, None, 0)
            continue
        try:
            yield Row(number, orjson.loads(line), len(line))
        except orjson.JSONDecodeError as error:
            problems.append(Problem(number, why_no_json(line, error)))
            yield Row(number, None, len(line))


def _begin(file: BinaryIO, start: int) -> int:
    """Go to the first line that begins at `start` or later; where that is."""
    if start == 0:
        return 0
    file.seek(start - 1)
    return start - 1 + _pass_over(file)


def _pass_over(file: BinaryIO) -> int:
    """Read to the end of this line; how many bytes that were."""
    passed = 0
    while piece := file.readline(1 << 20):
        passed += len(piece)
        if piece.endswith(b"\n"):
            break
    return passed


def why_no_json(data: bytes, error: Exception) -> str:
    """What is wrong with what should be JSON, in words."""
    if data.startswith(_UTF16) or b"\0" in data[:64]:
        return "not UTF-8: this looks like UTF-16 or a binary file"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return f"not UTF-8: byte {wrong.start + 1} is {data[wrong.start]:#04x}"
    return f"not JSON: {error}"


def read_json(file: BinaryIO, problems: list[Problem]) -> Iterator[Row]:
    """The rows of a file that is one value: the items of its list, or of its lists."""
    data = file.read(MOST_JSON + 1)
    if len(data) > MOST_JSON:
        problems.append(
            Problem(None, f"JSON over {MOST_JSON >> 20} MiB; write it as JSON lines")
        )
        return
    try:
        value = orjson.loads(data.removeprefix(codecs.BOM_UTF8))
    except orjson.JSONDecodeError as error:
        problems.append(Problem(None, why_no_json(data, error)))
        return
    found = list(_items(value))
    size = len(data) // max(len(found), 1)
    for number, each in enumerate(found, 1):
        yield Row(number, each, size)


def _items(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        yield from value
        return
    if isinstance(value, dict):
        lists = [each for each in value.values() if isinstance(each, list)]
        if any(isinstance(item, dict) for each in lists for item in each[:1]):
            rest = {k: v for k, v in value.items() if not isinstance(v, list)}
            for each in lists:
                yield from each
            yield rest
            return
    yield value
