"""YAML that we write ourselves: cases from recorded calls, first policies.

Knows the little of YAML that it takes to write values down so that they are read back
as they were. Pure.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]*(?: [A-Za-z0-9_.@/(),-]+)*", re.ASCII)
_RESERVED = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_STEP = 2


def scalar(value: object) -> str:
    """One value, in quotes where it would be read as something else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    text = str(value)
    plain = _PLAIN.fullmatch(text) and text.lower() not in _RESERVED
    return text if plain else json.dumps(text, ensure_ascii=True)


def flow(value: object) -> str:
    """A value on one line, lists and mappings in brackets."""
    match value:
        case Mapping():
            inside = (f"{scalar(key)}: {flow(each)}" for key, each in value.items())
            return "{" + ", ".join(inside) + "}"
        case list() | tuple():
            return "[" + ", ".join(map(_in_brackets, value)) + "]"
        case _:
            return scalar(value)


def _in_brackets(value: object) -> str:
    text = flow(value)
    if isinstance(value, str) and text == value and "," in text:
        return json.dumps(value)
    return text


def block(value: Mapping[str, Any], indent: int = 0) -> Iterator[str]:
    """A mapping as lines; mappings below it as blocks, lists in brackets."""
    lead = " " * indent
    for key, each in value.items():
        if isinstance(each, Mapping) and each:
            yield f"{lead}{scalar(key)}:"
            yield from block(each, indent + _STEP)
        elif _is_list_of_mappings(each):
            yield f"{lead}{scalar(key)}:"
            for member in each:
                yield from item(member, indent + _STEP)
        else:
            yield f"{lead}{scalar(key)}: {flow(each)}"


def item(value: Mapping[str, Any], indent: int) -> Iterator[str]:
    """A mapping as one item of a list."""
    lines = list(block(value, indent + _STEP))
    yield " " * indent + "- " + lines[0][indent + _STEP :]
    yield from lines[1:]


def _is_list_of_mappings(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and bool(value)
        and all(isinstance(each, Mapping) for each in value)
    )


def comment(text: str, indent: int = 0, width: int = 88) -> Iterator[str]:
    """`text` as lines of a comment."""
    lead = " " * indent + "# "
    line = ""
    for word in text.split():
        if line and len(lead) + len(line) + 1 + len(word) > width:
            yield lead + line
            line = word
        else:
            line = f"{line} {word}" if line else word
    if line:
        yield lead + line
