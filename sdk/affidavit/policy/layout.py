"""A policy's text as a tree that keeps what a reader of values forgets.

Knows where each value stands, how it is written, and which comment belongs to what. It
reads only text that `source.parse` has accepted, so that nothing here is refused twice.
Nothing is said about what the values mean.
"""

import re
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import accumulate
from operator import itemgetter
from typing import Any, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

_COMMENT = re.compile(r"#[^\n]*")


@dataclass(slots=True)
class Scalar:
    """One value that holds no other, as it is written: quotes, block header and all."""

    raw: str
    start: int
    end: int
    block: bool
    """Whether it is written as `|` or `>` and lines below."""


@dataclass(slots=True)
class Container:
    """A mapping or a list."""

    mapping: bool
    flow: bool
    column: int
    end: int = 0
    items: list["Item"] = field(default_factory=list)
    tail: list[str] = field(default_factory=list)
    """Comments below the last item, and empty lines before them."""


Written: TypeAlias = Scalar | Container


@dataclass(slots=True)
class Item:
    """One entry of a mapping, or one member of a list."""

    start: int
    column: int
    node: Written
    key: str | None = None
    """As it is written; None in a list."""
    key_end: int = 0
    lead: list[str] = field(default_factory=list)
    """Comments above it, and an empty text for each gap."""
    trail: str = ""
    """A comment on its own line, with the spaces before it."""


def read(text: str) -> Container:
    """The tree of an accepted document, with every comment in its place."""
    events = (
        each
        for each in YAML(typ="safe", pure=True).parse(text)
        if isinstance(each, _SHAPES)
    )
    root = _node(text, events, next(events))
    if not isinstance(root, Container):
        root = Container(mapping=False, flow=False, column=0)
    _place_comments(text, root)
    return root


_SHAPES = (
    ScalarEvent,
    MappingStartEvent,
    SequenceStartEvent,
    MappingEndEvent,
    SequenceEndEvent,
)


def _node(text: str, events: Iterator[Event], first: Any) -> Written:
    start, end = first.start_mark.index, first.end_mark.index
    if isinstance(first, ScalarEvent):
        raw = text[start:end].rstrip("\n ")
        return Scalar(raw, start, start + len(raw), first.style in ("|", ">"))
    mapping = isinstance(first, MappingStartEvent)
    flow = bool(first.flow_style)
    node = Container(mapping=mapping, flow=flow, column=first.start_mark.column)
    for event in events:
        if isinstance(event, MappingEndEvent | SequenceEndEvent):
            node.end = event.end_mark.index
            break
        node.items.append(_item(text, events, event, node))
    return node


def _item(text: str, events: Iterator[Event], first: Any, parent: Container) -> Item:
    start, column = first.start_mark.index, first.start_mark.column
    if parent.mapping:
        end = first.end_mark.index
        node = _node(text, events, next(events))
        return Item(start, column, node, key=text[start:end], key_end=end)
    if not parent.flow:
        start, column = _dash(text, start, parent.column), parent.column
    return Item(start, column, _node(text, events, first))


def _dash(text: str, start: int, column: int) -> int:
    """Where the dash stands that begins the item whose value is at `start`."""
    line = text.rfind("\n", 0, start) + 1
    while text[line + column : line + column + 1] != "-":
        line = text.rfind("\n", 0, line - 1) + 1
    return line + column


def _items(node: Written) -> Iterator[Item]:
    """All items below, each before what it holds."""
    if isinstance(node, Container):
        for item in node.items:
            yield item
            yield from _items(item.node)


def scalars(root: Container) -> Iterator[tuple[int, int]]:
    """Where keys and scalars stand in the text, in order."""
    for item in _items(root):
        if item.key is not None:
            yield item.start, item.key_end
        if isinstance(item.node, Scalar):
            yield item.node.start, item.node.end


def comments(text: str, root: Container) -> list[tuple[int, str]]:
    """Every comment and where it begins; what a scalar holds is none."""
    found: list[tuple[int, str]] = []
    position = 0
    for start, end in [*scalars(root), (len(text), len(text))]:
        gap = _COMMENT.finditer(text, position, start)
        found += [(each.start(), each[0].rstrip()) for each in gap]
        position = end
    return found


def _place_comments(text: str, root: Container) -> None:
    placer = _Placer(text, root)
    lines = text.split("\n")
    begins = list(accumulate((len(line) + 1 for line in lines), initial=0))
    within = _within_scalars(root, begins)
    marks: dict[int, list[tuple[int, Item | str]]] = {}
    for item in reversed(placer.items):
        marks.setdefault(bisect(begins, item.start), []).append((item.start, item))
    for at, comment in comments(text, root):
        marks.setdefault(bisect(begins, at), []).append((at, comment))
    for number, line in enumerate(lines, 1):
        if line.strip() or number in within:
            for at, mark in sorted(marks.get(number, ()), key=itemgetter(0)):
                placer.take(at, begins[number - 1], mark)
            placer.gap = False
        else:
            placer.gap = True


def _within_scalars(root: Container, begins: list[int]) -> set[int]:
    """Numbers of the lines that a scalar goes on in."""
    lines: set[int] = set()
    for start, end in scalars(root):
        lines.update(range(bisect(begins, start) + 1, bisect(begins, end) + 1))
    return lines


class _Placer:
    """Walks through the text and gives each comment to what it is about."""

    def __init__(self, text: str, root: Container) -> None:
        self.gap = False
        """Whether an empty line stands right above."""
        self.items = list(_items(root))
        self._text = text
        self._root = root
        self._starts = [item.start for item in self.items]
        ends = [(end, n) for n, item in enumerate(self.items) for end in _ends(item)]
        self._ends = sorted(ends)
        self._chains = [chain for _, chain in _chains(root, ())]

    def take(self, at: int, line: int, mark: Item | str) -> None:
        """What stands at `at` on the line that begins at `line`."""
        if isinstance(mark, Item):
            self._item(mark)
        elif self._text[line:at].strip():
            self._trailing(at, line, mark)
        else:
            self._own_line(at, at - line, mark)

    def _item(self, item: Item) -> None:
        """Here begins an item; of several that begin here, the outermost is first."""
        if self.gap:
            item.lead.append("")
        self.gap = False

    def _own_line(self, at: int, column: int, comment: str) -> None:
        """Above what follows, or below what it is indented like."""
        number = bisect(self._starts, at)
        following = self.items[number] if number < len(self.items) else None
        target = self._root.tail if following is None else following.lead
        if following is None or column > following.column:
            before = self._chains[number - 1] if number else ()
            after = (self._root,) if following is None else self._chains[number]
            fitting = [c for c, least in _indents(before) if least <= column]
            if fitting and not any(fitting[-1] is each for each in after):
                target = fitting[-1].tail
        if self.gap:
            target.append("")
        self.gap = False
        target.append(comment)

    def _trailing(self, at: int, line: int, comment: str) -> None:
        """Beside the value that ends last before it on its line, from `line` on."""
        number = bisect(self._ends, (at, len(self.items))) - 1
        if number < 0 or self._ends[number][0] < line:
            self._own_line(at, -1, comment)
            return
        item = self.items[self._ends[number][1]]
        if item.trail:
            item.lead.append(item.trail.strip())
        before = self._text[line:at]
        spaces = len(before) - len(before.rstrip())
        item.trail = " " * max(2, spaces) + comment


def _chains(
    node: Container, above: tuple[Container, ...]
) -> Iterator[tuple[Item, tuple[Container, ...]]]:
    """Each item with the containers that it stands in, outermost first."""
    chain = (*above, node)
    for item in node.items:
        yield item, chain
        if isinstance(item.node, Container):
            yield from _chains(item.node, chain)


def _indents(chain: tuple[Container, ...]) -> Iterator[tuple[Container, int]]:
    """Each container in lines of its own, and how far its comments are indented.

    A list may stand as far left as the key above it; then what is no further to the
    right belongs to the mapping.
    """
    above = -1
    for container in chain:
        if not container.flow:
            yield container, max(container.column, above + 1)
            above = container.column


def _ends(item: Item) -> Iterator[int]:
    if item.key is not None:
        yield item.key_end
    if isinstance(item.node, Scalar) or item.node.flow:
        yield item.node.end
