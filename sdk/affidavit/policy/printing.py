"""The one layout of a policy: a tree of what is written, as text.

Knows indents, widths and where comments go. Scalars are printed as they are written, so
that nothing is read and spelt anew. In which order keys stand is the caller's business.
"""

from collections.abc import Iterator

from affidavit.policy.layout import Container, Item, Scalar, Written

WIDTH = 100
"""Columns up to which a list or mapping in brackets stays on its line."""
_STEP = 2


def printed(root: Container) -> str:
    """The document, with a line feed at its end."""
    lines = [*_items(root, 0), *_notes(root.tail, 0)]
    return "\n".join(_single_gaps(lines)) + "\n"


def _single_gaps(lines: list[str]) -> Iterator[str]:
    """Every line, but never two empty ones in a row outside of scalars."""
    # Empty lines within a scalar are its content: they are marked until here.
    before = None
    for line in lines:
        if line or before:
            yield "" if line == _KEPT else line
        before = line


_KEPT = "\0"
"""Stands for an empty line that belongs to a scalar."""


def _items(node: Container, indent: int) -> Iterator[str]:
    for number, item in enumerate(node.items):
        lead = item.lead[1:] if number == 0 and item.lead[:1] == [""] else item.lead
        yield from _notes(lead, indent)
        yield from _item(item, indent)


def _notes(notes: list[str], indent: int) -> Iterator[str]:
    for note in notes:
        yield " " * indent + note if note else ""


def _item(item: Item, indent: int) -> Iterator[str]:
    mark = "-" if item.key is None else f"{item.key}:"
    head = " " * indent + mark
    node = item.node
    if isinstance(node, Scalar):
        yield from _scalar(head, node, item.trail, indent + _STEP)
        return
    short = _in_brackets(node)
    if short is not None and len(f"{head} {short}") <= WIDTH:
        yield f"{head} {short}{item.trail}"
        return
    if item.key is None:
        yield from _in_a_list(item, node, indent)
        return
    yield head + item.trail
    yield from _items(node, indent + _STEP)
    yield from _notes(node.tail, indent + _STEP)


def _in_a_list(item: Item, node: Container, indent: int) -> Iterator[str]:
    """A collection that begins on the line of its dash."""
    first, *rest = node.items
    yield from _notes([note for note in first.lead if note], indent)
    if item.trail:
        yield " " * indent + item.trail.strip()
    lines = list(_item(first, indent + _STEP))
    yield " " * indent + "- " + lines[0].lstrip(" ")
    yield from lines[1:]
    for each in rest:
        yield from _notes(each.lead, indent + _STEP)
        yield from _item(each, indent + _STEP)
    yield from _notes(node.tail, indent + _STEP)


def _scalar(head: str, node: Scalar, trail: str, indent: int) -> Iterator[str]:
    first, *rest = node.raw.split("\n")
    margin = min((_indent(line) for line in rest if line.strip()), default=0)
    lines = [f"{head} {first}".rstrip()]
    for line in rest:
        kept = line[margin:] if node.block else line.strip()
        lines.append(" " * indent + kept if line.strip() else _KEPT)
    lines[-1] += trail
    yield from lines


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _in_brackets(node: Written) -> str | None:
    """A collection on one line; None where it was not, or cannot be."""
    if isinstance(node, Scalar):
        return None if node.block or "\n" in node.raw else node.raw
    if not node.flow or node.tail:
        return None
    parts = []
    for item in node.items:
        value = None if item.trail or any(item.lead) else _in_brackets(item.node)
        if value is None:
            return None
        parts.append(value if item.key is None else f"{item.key}: {value}")
    opened, closed = "{}" if node.mapping else "[]"
    return opened + ", ".join(parts) + closed
