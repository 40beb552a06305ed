"""The least JSON value that a type of openai's answers holds.

Knows pydantic models, literals, unions and the plain types; required fields only, empty
objects, and one item in the lists that an answer holds itself.
"""

import datetime as dt
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel

_DEPTH = 1
"""Models within which a list gets an item: without any, the SDK finds answers wrong."""
_PLAIN: dict[object, object] = {
    bool: True,
    str: "text",
    int: 1,
    float: 1.5,
    bytes: "text",
    dt.datetime: "2026-01-01T00:00:00Z",
    dt.date: "2026-01-01",
    Any: {},
    object: {},
    None: None,
    type(None): None,
}


class CannotAnswer(Exception):
    """No finite value of this type can be made from its annotations."""


def least(wanted: Any, *, within: tuple[object, ...] = ()) -> object:
    """A JSON value of the type `wanted`; `CannotAnswer` when there is none."""
    if isinstance(wanted, TypeVar):
        return {}
    if wanted in _PLAIN:
        return _PLAIN[wanted]
    if hasattr(wanted, "__value__"):  # `type X = …`
        return least(wanted.__value__, within=within)
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin is Annotated:
        return least(inner[0], within=within)
    if origin is Literal:
        return inner[0]
    if origin in {Union, types.UnionType}:
        return _either(inner, within)
    return _made(wanted, origin or wanted, within)


def _either(choices: tuple[Any, ...], within: tuple[object, ...]) -> object:
    # Null last: an answer that says nothing at all tests nothing.
    for choice in sorted(choices, key=lambda each: each in {None, type(None)}):
        try:
            return least(choice, within=within)
        except CannotAnswer:
            continue
    raise CannotAnswer(f"none of {choices}")


def _made(wanted: Any, kind: Any, within: tuple[object, ...]) -> object:
    if not isinstance(kind, type):
        raise CannotAnswer(str(wanted))
    if issubclass(kind, BaseModel):
        return _model(wanted if isinstance(wanted, type) else kind, within)
    if issubclass(kind, str):
        return "text"
    if issubclass(kind, Mapping):
        return {}
    if issubclass(kind, Sequence | typing.Iterable):
        return _items(get_args(wanted), within)
    raise CannotAnswer(str(wanted))


def _items(inner: tuple[Any, ...], within: tuple[object, ...]) -> list[object]:
    if not inner or len(within) > _DEPTH:
        return []
    try:
        return [least(inner[0], within=within)]
    except CannotAnswer:
        return []


def _model(model: type[BaseModel], within: tuple[object, ...]) -> object:
    if model in within:
        raise CannotAnswer(f"{model} holds itself")
    fields = {}
    for name, field in model.model_fields.items():
        # A page's `data` has a default in openai's types; providers always send it.
        if field.is_required() or (not within and name == "data"):
            fields[field.alias or name] = least(
                field.annotation, within=(*within, model)
            )
    return fields
