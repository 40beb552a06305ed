"""Arguments for a method of the openai package, made from what its signature says.

Required parameters only. What cannot be made is an error, never a skip: the audit then
fails until `support.egress` says by hand what to pass, and why.
"""

import dataclasses
import datetime as dt
import inspect
import os
import types
import typing
from collections import abc
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

import openai
import pydantic
import typing_extensions
from openai._types import NotGiven, Omit
from openai.pagination import AsyncCursorPage, SyncCursorPage

Arguments = dict[str, Any]

SAID = {
    "method": "GET",
    "model": "gpt-4o-mini",
    "path": "/audit",
    "to": os.devnull,
    "url": "/audit",
}
"""Texts that had better not be a word of no meaning, by parameter."""
_DEEPEST = 6


class CannotMakeError(Exception):
    """No value of this type can be made."""


class Made(openai.BaseModel):
    """For methods that want a type to parse into."""

    id: str = ""


def calls(function: Callable[..., Any]) -> Iterator[Arguments]:
    """Arguments for each of a function's overloads; for the function itself if none."""
    seen: list[Arguments] = []
    for variant in typing.get_overloads(function) or [function]:
        arguments = _of(variant)
        if arguments not in seen:
            seen.append(arguments)
            yield arguments


def _of(function: Callable[..., Any]) -> Arguments:
    hints = typing_extensions.get_type_hints(function)
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {
        name: make(hints[name], name)
        for name, parameter in inspect.signature(function).parameters.items()
        if name != "self"
        and parameter.default is inspect.Parameter.empty
        and parameter.kind not in kinds
    }


def make(hint: Any, name: str, depth: int = 0) -> Any:
    """A value of type `hint` for the parameter or key `name`."""
    if depth > _DEEPEST:
        raise CannotMakeError(f"{name}: too deep")
    for maker in (_by_name, _special, _generic, _record, _plain, _ready_made):
        made = maker(hint, name, depth)
        if made is not None:
            return made
    raise CannotMakeError(f"{name}: {hint!r}")


def _by_name(hint: Any, name: str, depth: int) -> Any:
    del depth
    return SAID.get(name) if hint is str or str in get_args(hint) else None


def _special(hint: Any, name: str, depth: int) -> Any:
    match hint:
        case typing.TypeVar():
            return {} if hint.__bound__ is None else make(hint.__bound__, name, depth)
        case typing_extensions.TypeAliasType():
            return make(hint.__value__, name, depth)
        case _ if hint in (Any, object, Ellipsis):
            return {}
        case typing.ForwardRef() | str():
            return {}  # a recursive type: any JSON does
        case _:
            return None


def _generic(hint: Any, name: str, depth: int) -> Any:
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _first_of(inner, name, depth)
    if origin is typing.Literal:
        return inner[0]
    if origin in (typing.Annotated, typing_extensions.Required):
        return make(inner[0], name, depth)
    if origin is type:
        return _type_for(inner[0])
    if origin is tuple:
        return tuple(make(each, name, depth + 1) for each in inner if each is not ...)
    if origin is abc.Callable:
        return lambda *_, **__: None
    if not isinstance(origin, type) or origin is os.PathLike:
        return None
    return _collection(origin, inner, name, depth)


def _collection(origin: type, inner: Any, name: str, depth: int) -> Any:
    if issubclass(origin, abc.Mapping):
        return {}
    if issubclass(origin, abc.Iterable) or origin.__name__ == "SequenceNotStr":
        return [make(inner[0], name, depth + 1)]
    return None


def _first_of(options: tuple[Any, ...], name: str, depth: int) -> Any:
    missing = (type(None), Omit, NotGiven)
    for option in options:
        if option in missing:
            continue
        try:
            return make(option, name, depth)
        except CannotMakeError:
            continue
    raise CannotMakeError(f"{name}: none of {options}")


def _type_for(wanted: Any) -> Any:
    """A class to answer with: what a variable is bound to, if that says anything."""
    bound = wanted.__bound__ if isinstance(wanted, typing.TypeVar) else Made
    if isinstance(bound, typing.ForwardRef):
        return _PAGES[bound.__forward_arg__]
    return bound if inspect.isclass(get_origin(bound) or bound) else object


_PAGES = {
    "BaseSyncPage[Any]": SyncCursorPage[Made],
    "BaseAsyncPage[Any]": AsyncCursorPage[Made],
}


def _record(hint: Any, name: str, depth: int) -> Any:
    """A TypedDict, a model or a dataclass, with what it requires."""
    del name
    if typing_extensions.is_typeddict(hint):
        return {key: make(of, key, depth + 1) for key, of in _required(hint)}
    if isinstance(hint, type) and issubclass(hint, pydantic.BaseModel):
        fields = hint.model_fields.items()
        needed = {
            key: make(field.annotation, key, depth + 1)
            for key, field in fields
            if field.is_required()
        }
        return hint.model_construct(**needed)
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        types_of = typing_extensions.get_type_hints(hint)
        needed = {
            field.name: make(types_of[field.name], field.name, depth + 1)
            for field in dataclasses.fields(hint)
        }
        return hint(**needed)
    return None


def _ready_made(hint: Any, name: str, depth: int) -> Any:
    """A class of openai's own that wants nothing to be made, such as a handler."""
    del name, depth
    if not isinstance(hint, type) or not hint.__module__.startswith("openai."):
        return None
    try:
        return hint()
    except TypeError:
        return None


def _required(kind: Any) -> Iterator[tuple[str, Any]]:
    # The annotations are text, so `__required_keys__` does not know `Required[…]`.
    hints: Mapping[str, Any] = typing_extensions.get_type_hints(
        kind, include_extras=True
    )
    for key, hint in hints.items():
        origin = get_origin(hint)
        if origin is typing_extensions.Required or (
            kind.__total__ and origin is not typing_extensions.NotRequired
        ):
            yield key, hint


_PLAIN: Mapping[Any, Any] = {
    bool: False,
    str: "audit-1",
    int: 1,
    float: 1.0,
    bytes: b"audit",
    dict: {},
    dt.datetime: dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    dt.date: dt.date(2026, 1, 1),
}


def _plain(hint: Any, name: str, depth: int) -> Any:
    del name, depth
    if hint is os.PathLike or get_origin(hint) is os.PathLike:
        return Path(__file__)  # any file that exists
    return _PLAIN.get(hint) if isinstance(hint, type) else None
