"""The parsed tree of a CEL expression: what it names, compares and costs.

Knows the bytes in which the runtime hands a parsed expression out (`ParsedExpr` of
cel-spec's syntax.proto, in protobuf's wire format), and no more of them than a policy
asks: names, literals, calls and macros, with their places. Evaluates nothing.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from affidavit.errors import Malformed

DEEPEST = 128
"""Levels of a tree that are read."""

Constant: TypeAlias = bool | int | float | str | bytes | None
_Fields: TypeAlias = dict[int, list[int | bytes]]


class Kind(Enum):
    """What a node is."""

    CONSTANT = "constant"
    NAME = "name"
    SELECT = "select"
    TEST = "test"
    """`has(operand.field)`."""
    CALL = "call"
    LIST = "list"
    OTHER = "other"
    """A map or a message that is made."""
    LOOP = "loop"
    """A macro over a list: its parts are range, start, condition, step, result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """One node and the nodes below it."""

    kind: Kind
    offset: int
    """Where it stands in the expression, in characters: an operator at its sign."""
    name: str = ""
    """Of a name, a field, a function or a loop's variable."""
    value: Constant = None
    parts: tuple["Tree", ...] = ()
    locals: frozenset[str] = frozenset()
    """Variables that a loop binds within itself."""


def parse(serialized: bytes) -> Tree:
    """The tree of an expression that was parsed and not checked.

    Raises `Malformed` for bytes that are no such expression, or one deeper than
    `DEEPEST`.
    """
    try:
        parsed = _message(_fields(serialized), 2)
        places = _places(_message(parsed, 3))
        return _tree(_message(parsed, 2), places, 0)
    except (IndexError, KeyError, struct.error, UnicodeDecodeError) as error:
        raise Malformed("not a parsed CEL expression") from error


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> _Fields:
    """A message's fields by number, as they stand in it."""
    found: _Fields = {}
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        value: int | bytes
        match tag & 7:
            case 0:
                value, at = _varint(data, at)
            case 1:
                value, at = data[at : at + 8], at + 8
            case 2:
                size, at = _varint(data, at)
                value, at = data[at : at + size], at + size
            case _:
                raise Malformed(f"a field of wire type {tag & 7}")
        found.setdefault(tag >> 3, []).append(value)
    return found


def _message(fields: _Fields, number: int) -> _Fields:
    return _fields(_bytes(fields, number))


def _bytes(fields: _Fields, number: int) -> bytes:
    value = fields.get(number, [b""])[-1]
    return value if isinstance(value, bytes) else b""


def _text(fields: _Fields, number: int) -> str:
    return _bytes(fields, number).decode()


def _number(fields: _Fields, number: int) -> int:
    value = fields.get(number, [0])[-1]
    return value if isinstance(value, int) else 0


def _places(source: _Fields) -> Mapping[int, int]:
    """Offsets by a node's id."""
    entries = (_fields(each) for each in source.get(4, []) if isinstance(each, bytes))
    return {_number(entry, 1): _number(entry, 2) for entry in entries}


def _tree(node: _Fields, places: Mapping[int, int], depth: int) -> Tree:
    if depth > DEEPEST:
        raise Malformed(f"the expression is nested deeper than {DEEPEST} levels")
    number = next((each for each in _READERS if each in node), _OTHER)
    inner = _message(node, number)
    made, below, text = _READERS[number]
    parts = tuple(
        _tree(_fields(each), places, depth + 1)
        for each in _below(inner, below, made)
        if isinstance(each, bytes)
    )
    tested = made is Kind.SELECT and bool(_number(inner, 3))
    return Tree(
        kind=Kind.TEST if tested else made,
        offset=places.get(_number(node, 2), 0),
        name=_text(inner, text) if text else "",
        value=_constant(inner) if made is Kind.CONSTANT else None,
        parts=parts,
        locals=_bound(inner) if made is Kind.LOOP else frozenset(),
    )


_OTHER = 8
_READERS: Mapping[int, tuple[Kind, tuple[int, ...], int]] = {
    3: (Kind.CONSTANT, (), 0),
    4: (Kind.NAME, (), 1),
    5: (Kind.SELECT, (1,), 2),
    6: (Kind.CALL, (1, 3), 2),
    7: (Kind.LIST, (1,), 0),
    _OTHER: (Kind.OTHER, (2,), 0),
    9: (Kind.LOOP, (2, 4, 5, 6, 7), 1),
}
"""By the number of a node's field: what it is, what holds nodes, and what its name."""


def _below(inner: _Fields, numbers: Sequence[int], made: Kind) -> Iterator[int | bytes]:
    for number in numbers:
        for each in inner.get(number, []):
            if made is not Kind.OTHER or not isinstance(each, bytes):
                yield each
                continue
            entry = _fields(each)  # of a map or a message: a key and a value
            yield from (*entry.get(3, []), *entry.get(4, []))


def _bound(inner: _Fields) -> frozenset[str]:
    """The variable, the accumulator and perhaps a second variable."""
    return frozenset(_text(inner, number) for number in (1, 3, 8) if number in inner)


def _constant(fields: _Fields) -> Constant:
    if 2 in fields:
        return bool(_number(fields, 2))
    if 3 in fields:
        value = _number(fields, 3)
        return value - (1 << 64) if value >= 1 << 63 else value
    if 4 in fields:
        return _number(fields, 4)
    if 5 in fields:
        unpacked: float = struct.unpack("<d", _bytes(fields, 5))[0]
        return unpacked
    if 6 in fields:
        return _text(fields, 6)
    return _bytes(fields, 7) if 7 in fields else None


def walk(
    tree: Tree, bound: frozenset[str] = frozenset()
) -> Iterator[tuple[Tree, frozenset[str]]]:
    """Each node, outermost first, with the variables that loops have bound there."""
    yield tree, bound
    inner = bound | tree.locals
    for index, part in enumerate(tree.parts):
        # A loop's range is evaluated outside of it.
        outside = tree.kind is Kind.LOOP and index == 0
        yield from walk(part, bound if outside else inner)


def dotted(tree: Tree) -> tuple[str, int] | None:
    """`a.b.c` and where it begins, for a chain of plain selects; else None."""
    fields: list[str] = []
    node = tree
    while node.kind in (Kind.SELECT, Kind.TEST) and len(node.parts) == 1:
        fields.append(node.name)
        node = node.parts[0]
    if node.kind is not Kind.NAME:
        return None
    return ".".join([node.name, *reversed(fields)]), node.offset
