"""What a call tells the model about tools, and about the form of its answer.

Knows definitions of functions, custom tools, namespaces and MCP servers, and JSON
Schema as far as it holds words: names of properties, descriptions, values that may be
chosen. Credentials, headers and addresses of a tool are nobody's words: they stay out.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import orjson

from affidavit.clients._reading.shapes import ARRAY, OBJECT, inside, items

MOST = 64 << 10
"""Characters of definitions that are read of one call. Servers of tools send megabytes,
the same ones with each call."""

_KNOWN_BYTES = 8 << 10
"""Definitions up to this size are kept once read: 512 of them, 4 MiB at most."""

_TITLES = ("name", "server_label", "description", "server_description")
_SCHEMAS = ("parameters", "input_schema", "output_schema", "schema")
_STRUCTURE = {"type", "$ref", "$schema", "$id", "format", "required", "pattern"}
_NAMING = {"properties", "$defs", "definitions"}


def definitions(tools: object) -> Iterator[Mapping[str, Any]]:
    """Each tool, those of a namespace and the skills of a shell one by one."""
    for tool in items(tools):
        yield tool
        yield from items(tool.get("tools"))
        yield from items(inside(tool, "environment", "skills"))


def described(tool: Mapping[str, Any], room: int) -> tuple[str, bool]:
    """The words of one definition, a line each, and whether they are all.

    No more than `room` characters of them.
    """
    try:
        spelled = orjson.dumps(tool, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # deeper than orjson goes, or a number beyond 64 bits
        text, whole = _told(tool)
    else:
        text, whole = (_known if len(spelled) <= _KNOWN_BYTES else _spelt)(spelled)
    return text[:room], whole and len(text) <= room


def _spelt(spelled: bytes) -> tuple[str, bool]:
    return _told(orjson.loads(spelled))


# The same definitions go out with each call of a program: to write one down and look it
# up costs a tenth of reading it.
_known = lru_cache(maxsize=512)(_spelt)


def _told(tool: Mapping[str, Any]) -> tuple[str, bool]:
    said: list[str] = []
    room = MOST
    for word in _words(tool):
        if len(word) > room:
            said.append(word[: max(room, 0)])
            return "\n".join(said), False
        said.append(word)
        room -= len(word) + 1
    return "\n".join(said), True


def _words(tool: Mapping[str, Any]) -> Iterator[str]:
    inner = next(
        (found for kind in _NESTING if isinstance(found := tool.get(kind), OBJECT)),
        tool,
    )
    for key in _TITLES:
        value = inner.get(key)
        if isinstance(value, str) and value:
            yield value
    for key in _SCHEMAS:
        if key in inner:
            yield from _schema(inner[key])
    form = inner.get("format")
    for grammar in (inside(form, "definition"), inside(form, "grammar", "definition")):
        if isinstance(grammar, str):
            yield grammar


_NESTING = ("function", "custom", "json_schema")


def _schema(schema: object) -> Iterator[str]:
    """Words of a JSON Schema: in `_NAMING`, keys are names that somebody chose."""
    waiting: list[tuple[object, bool]] = [(schema, False)]
    while waiting:
        node, naming = waiting.pop()
        if isinstance(node, str):
            yield node
        elif isinstance(node, ARRAY):
            waiting.extend((each, False) for each in reversed(node))
        elif isinstance(node, OBJECT):
            below = _named(node) if naming else _keyed(node)
            waiting.extend(reversed(below))


def _named(node: Mapping[str, Any]) -> list[tuple[object, bool]]:
    return [
        part for key, value in node.items() for part in ((key, False), (value, False))
    ]


def _keyed(node: Mapping[str, Any]) -> list[tuple[object, bool]]:
    return [
        (value, key in _NAMING) for key, value in node.items() if key not in _STRUCTURE
    ]
