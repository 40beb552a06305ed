"""What a row of a data set is: texts in it, where they stand, and what it is called.

Knows values as JSON has them, nested as they come, and no file.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

MOST_NAME = 128
_NAMES = ("id", "_id", "uuid", "custom_id", "record_id", "conversation_id", "idx")


class Problem(NamedTuple):
    """What could not be read."""

    number: int | None
    """As of a row; None for what is said of the whole portion or file."""
    message: str


class Row(NamedTuple):
    """One row, as far as it was read."""

    number: int
    """From 1, in its portion; of lines, the line that it begins in."""
    value: Any
    size: int
    """Bytes, or nearly."""


def texts(value: Any) -> list[str]:
    """Every text in a row, in order, at any depth."""
    if isinstance(value, str):
        return [value]
    found: list[str] = []
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            found.append(node)
        elif isinstance(node, dict):
            waiting.extend(reversed(node.values()))
        elif isinstance(node, list):
            waiting.extend(reversed(node))
    return found


def places(value: Any) -> Iterator[tuple[str, str]]:
    """The same texts, each with its place such as `messages[2].content`."""
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        place, node = waiting.pop()
        if isinstance(node, str):
            yield place, node
        elif isinstance(node, Mapping):
            inner = [
                (f"{place}.{key}" if place else str(key), node[key]) for key in node
            ]
            waiting.extend(reversed(inner))
        elif isinstance(node, list):
            inner = [(f"{place}[{at}]", each) for at, each in enumerate(node)]
            waiting.extend(reversed(inner))


def name(value: Any) -> str | None:
    """What a row calls itself, if it does."""
    if not isinstance(value, dict):
        return None
    for field in _NAMES:
        found = value.get(field)
        if isinstance(found, str | int) and not isinstance(found, bool):
            return str(found)[:MOST_NAME]
    return None
