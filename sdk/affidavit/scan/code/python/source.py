"""The text of a Python file: decoded as Python would, with positions for people.

Knows encodings, lines and comments; a notebook's cells are one text here, as they are
one program when they run.
"""

import ast
import io
import re
import tokenize
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from affidavit.scan.code.facts import Facts, Spot, failed
from affidavit.scan.code.rules import Rule

LARGEST_BYTES = 2 * 1024 * 1024
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_SPLIT_AGAIN = "Split the file, or leave it out with --exclude."


class Unfit(Exception):
    """A text that cannot be analysed; `facts` say why."""

    def __init__(self, facts: Facts) -> None:
        super().__init__(facts)
        self.facts = facts


@dataclass(frozen=True, slots=True)
class Source:
    """A text, and where each of its lines is for whoever reads the file."""

    text: str
    places: Mapping[int, tuple[int, int]] = field(default_factory=dict)
    """Line to (cell, line in it); empty for a plain file."""
    shifts: Mapping[int, int] = field(default_factory=dict)
    """Line to the characters that were cut off at its start."""

    def lines(self) -> list[str]:
        """The lines, without their ends."""
        return split(self.text)


def split(text: str) -> list[str]:
    """Lines as Python counts them, without their ends."""
    return [each.rstrip("\r\n") for each in _LINE.findall(text)]


def starts(text: str) -> list[int]:
    """Where each line begins, in characters."""
    return [each.start() for each in _LINE.finditer(text)]


class Positions:
    """Turns the tree's positions, which count bytes from 0, into a reader's."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lines = source.lines()

    def spot(self, line: int, offset: int) -> Spot:
        """The reader's position of a byte offset in a line."""
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        if not text.isascii():
            offset = len(text.encode()[:offset].decode(errors="ignore"))
        return self.character(line, offset)

    def character(self, line: int, offset: int) -> Spot:
        """The same for an offset in characters."""
        cell, place = self._source.places.get(line, (0, line))
        return Spot(place, offset + self._source.shifts.get(line, 0) + 1, cell)

    def line(self, line: int) -> int:
        """The reader's line."""
        return self._source.places.get(line, (0, line))[1]


def decoded(data: bytes) -> str:
    """The text of a Python file, else `Unfit`: PEP 263."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        return data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeDecodeError) as error:
        reason = str(error).partition(" for ")[0]
        raise Unfit(
            failed(
                Rule.UNDECODABLE,
                f"no Python text: {reason}",
                "Save the file as UTF-8, or leave it out with --exclude.",
            )
        ) from error


def parsed(source: Source) -> ast.Module:
    """The tree of `source`, else `Unfit` with the place where the parser gave up."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the file, which nobody runs here
            return ast.parse(source.text)
    except SyntaxError as error:
        spot = Positions(source).character(error.lineno or 1, (error.offset or 1) - 1)
        message = f"not the Python that {_version()} reads: {error.msg}"
        raise Unfit(_unparseable(message, spot)) from error
    except (RecursionError, MemoryError) as error:
        raise Unfit(too_deep()) from error
    except ValueError as error:
        raise Unfit(_unparseable(f"no Python: {error}", Spot(1, 1))) from error


def _unparseable(message: str, spot: Spot) -> Facts:
    remedy = "Mend it, scan with the Python that runs it, or leave it out: --exclude."
    place = spot._replace(line=max(1, spot.line), column=max(1, spot.column))
    return failed(Rule.UNPARSEABLE, message, remedy, place)


def _version() -> str:
    import sys

    return f"Python {sys.version_info.major}.{sys.version_info.minor}"


def too_deep() -> Facts:
    """The facts of a file that nests deeper than can be followed."""
    return failed(Rule.TOO_LARGE, "too deep to be analysed", _SPLIT_AGAIN)


def too_large(size: int) -> Facts:
    """The facts of a file that is too large, of `size` bytes."""
    message = f"{size} bytes; files up to {LARGEST_BYTES} bytes are analysed"
    return failed(Rule.TOO_LARGE, message, _SPLIT_AGAIN)


def comments(source: Source) -> Iterator[tuple[int, int, str, bool]]:
    """Each comment: line, offset in characters, text, whether alone on its line."""
    readline = io.StringIO(source.text, newline="").readline
    try:
        for token in tokenize.generate_tokens(readline):
            if token.type == tokenize.COMMENT:
                line, offset = token.start
                yield line, offset, token.string, not token.line[:offset].strip()
    except (tokenize.TokenError, SyntaxError):
        return  # the tree was read; whatever tokenize dislikes is at the end
