"""Where a character of a YAML scalar stands in the file.

Knows how the five styles of scalars are written: plain, two kinds of quotes, literal
and folded blocks (YAML 1.2.2 §7.3, §8.1). It follows the value through the text, so
that an error within an expression is shown where its author sees it. Reads no YAML:
where a scalar begins, and that it is well formed, is known already.
"""

from collections.abc import Sequence

from affidavit.policy.report import Place
from affidavit.policy.source import Node

_ESCAPES = {"x": 4, "u": 6, "U": 10}
"""Characters of an escape that is longer than two (YAML 1.2.2 §5.7)."""


def within(text: str, node: Node, offset: int) -> Place:
    """The place of character `offset` of the text that `node` holds in `text`.

    The scalar's own place for a node that is no text, and its end for an offset beyond.
    """
    if not isinstance(node.value, str):
        return node.place
    lines = text.removeprefix("\N{BYTE ORDER MARK}").replace("\r\n", "\n").split("\n")
    match node.style:
        case "|" | ">":
            follow = _Follow.into_block(lines, node)
        case "'" | '"':
            follow = _Follow(lines, node.place.line - 1, node.place.column, node.style)
        case style:
            follow = _Follow(lines, node.place.line - 1, node.place.column - 1, style)
    for character in node.value[:offset]:
        follow.over(character)
    return follow.place()


class _Follow:
    """A position in the text that keeps up with one in the value; both from 0."""

    def __init__(
        self, lines: Sequence[str], row: int, column: int, style: str, indent: int = -1
    ) -> None:
        self._lines = lines
        self._row, self._column = row, column
        self._style = style
        self._indent = indent
        """Of a block; -1 for a scalar whose lines begin wherever their text does."""

    @classmethod
    def into_block(cls, lines: Sequence[str], node: Node) -> "_Follow":
        """Past the header, at the first line's first character."""
        row = node.place.line
        value = str(node.value)
        while row < len(lines) - 1 and not lines[row].strip():
            row += 1
        lead = len(value.lstrip("\n")) - len(value.lstrip("\n").lstrip(" "))
        indent = _blanks(lines[row]) - lead if row < len(lines) else 0
        return cls(lines, node.place.line, indent, node.style, indent)

    def place(self) -> Place:
        """Where it is, as people count."""
        self._settle()
        self._skip_blank()
        return Place(self._row + 1, self._column + 1)

    def over(self, character: str) -> None:
        """Pass what stands for one character of the value."""
        self._settle()
        if self._ended() and character in " \n":
            self._next_row()
            return
        self._skip_blank()  # a fold keeps one break less than there are
        self._column += self._width()

    def _settle(self) -> None:
        """Past a break that stands for nothing."""
        line = self._line()
        if self._style == '"' and line[self._column :].rstrip() == "\\":
            self._next_row()

    def _skip_blank(self) -> None:
        while self._ended() and self._row < len(self._lines) - 1:
            self._next_row()

    def _next_row(self) -> None:
        self._row = min(self._row + 1, len(self._lines) - 1)
        self._column = self._indent if self._indent >= 0 else _blanks(self._line())

    def _line(self) -> str:
        line = self._lines[self._row]
        return line if self._indent >= 0 else line.rstrip()

    def _ended(self) -> bool:
        return self._column >= len(self._line())

    def _width(self) -> int:
        rest = self._line()[self._column : self._column + 2]
        if self._style == '"' and rest[:1] == "\\":
            return _ESCAPES.get(rest[1:], 2)
        return 2 if self._style == "'" and rest == "''" else 1


def _blanks(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
