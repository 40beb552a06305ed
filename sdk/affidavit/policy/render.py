"""A diagnostic as a compiler shows it: message, place, the line with a mark, help.

Pure text from a diagnostic and the source it is about. Knows no colour and no file:
the command line adds the one and reads the other.
"""

import re
import unicodedata

from affidavit.errors import Diagnostic

MAX_WIDTH = 120
"""Columns of source that are shown; a longer line is cut around its mark."""

_LEAD = 20
# What an author would call the thing at a column: a quoted text, or a run of characters
# that no separator breaks.
_TOKEN = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s,\[\]{}:#]+(?::[^\s,\[\]{}]+)*|\S")


def frame(diagnostic: Diagnostic, source: str) -> str:
    """The diagnostic with the line of `source` that it is about.

    A line that `source` does not have is left out, so a file that has changed since is
    not quoted wrongly.
    """
    place = f"{diagnostic.path}:{diagnostic.line}:{diagnostic.column}"
    gutter = " " * len(str(diagnostic.line))
    text = [f"{diagnostic.level}[{diagnostic.rule}]: {diagnostic.message}"]
    text.append(f"{gutter}--> {place}")
    lines = source.replace("\r\n", "\n").split("\n")
    if 0 < diagnostic.line <= len(lines):
        shown, mark = _marked(lines[diagnostic.line - 1], diagnostic.column - 1)
        text.append(f"{gutter} |")
        text.append(f"{diagnostic.line} | {shown}".rstrip())
        text.append(f"{gutter} | {mark}")
    if diagnostic.help:
        text.append(f"{gutter} = help: {diagnostic.help}")
    return "\n".join(text)


def _marked(line: str, column: int) -> tuple[str, str]:
    token = _TOKEN.match(line, column)
    end = token.end() if token else column + 1
    start = max(0, column - _LEAD) if len(line) > MAX_WIDTH else 0
    stop = start + MAX_WIDTH
    before, span = line[start:column], line[column : min(end, stop)]
    lead = "…" if start else ""
    tail = "…" if stop < len(line) else ""
    shown = lead + _printable(line[start:stop]) + tail
    indent = " " * _width(lead + _printable(before))
    return shown, indent + "^" * max(1, _width(_printable(span)))


def _printable(text: str) -> str:
    """One column for what a terminal would obey instead of show."""
    return "".join(
        c if c.isprintable() else " " if c == "\t" else "\ufffd" for c in text
    )


def _width(text: str) -> int:
    """Columns on a terminal: wide characters take two, combining marks none."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)
