"""Calling a method to its end: entered, awaited, iterated, parsed, read and closed."""

import inspect
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from openai._base_client import BasePage
from pydantic import BaseModel

from affidavit.testing.sandbox import ReceivedRequest
from support.egress_arguments import calls

_PAGES = 3
_ITEMS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """One call of the audit, and what reached the sandbox during it."""

    name: str
    requests: Sequence[ReceivedRequest]
    error: BaseException | None
    paginates: bool
    """It answered with a page of a kind that has a next one."""

    @property
    def told(self) -> str:
        """For a failing test."""
        return f"{self.name}: {len(self.requests)} requests, {self.error!r}"


def paginates(value: Any) -> bool:
    """Whether pages of this kind ever have a next one: `SyncPage` never does."""
    if not isinstance(value, BasePage):
        return False
    hints = typing.get_type_hints(type(value).next_page_info)
    return hints["return"] is not type(None)


def use(value: Any) -> bool:
    """Take all that a sync call gives; whether it was a page that has a next one."""
    if isinstance(value, BasePage):
        for _ in islice(value.iter_pages(), _PAGES):  # type: ignore[attr-defined]  # of the sync pages
            pass
        return paginates(value)
    if hasattr(value, "__enter__"):
        with value as inner:
            return use_up(inner)
    return use_up(value)


def use_up(value: Any) -> bool:
    """Take all of what needs no entering, or has been entered."""
    if isinstance(value, BaseModel) and not isinstance(value, BasePage):
        return False
    if hasattr(value, "http_response") and hasattr(value, "parse"):
        return use(value.parse())
    if hasattr(value, "__next__") or _is_stream(value):
        for _ in islice(value, _ITEMS):
            pass
    elif callable(getattr(value, "read", None)):
        value.read()
    else:
        for call in _its_calls(value):
            use(call())
    return False


async def ause(value: Any) -> bool:
    """As `use`, for what an async client gives."""
    if inspect.isawaitable(value):
        value = await value
    if isinstance(value, BasePage):
        number = 0
        async for _ in value.iter_pages():  # type: ignore[attr-defined]  # of the async pages
            number += 1
            if number == _PAGES:
                break
        return paginates(value)
    if hasattr(value, "__aenter__"):
        async with value as inner:
            return await ause_up(inner)
    return await ause_up(value)


async def ause_up(value: Any) -> bool:
    """As `use_up`, for what an async client gives."""
    if isinstance(value, BaseModel) and not isinstance(value, BasePage):
        return False
    if hasattr(value, "http_response") and hasattr(value, "parse"):
        return await ause(value.parse())
    if hasattr(value, "__aiter__"):
        async for _ in value:
            pass
    elif callable(getattr(value, "read", None)):
        read = value.read()
        if inspect.isawaitable(read):
            await read
    else:
        for call in _its_calls(value):
            await ause(call())
    return False


_SAID = ({"type": "response.create"}, {"type": "session.close"})
_ENDS = ("error", "session.closed")
"""One of these is the answer to the last thing said, on every kind of socket."""


def talk(manager: Any) -> None:
    """Open a websocket, ask for a response, and read until it is there."""
    with manager as connection:
        for said in _SAID:
            connection.send(said)
        for event in islice(connection, _ITEMS):
            if event.type in _ENDS:
                return


async def atalk(manager: Any) -> None:
    """As `talk`, for an async client."""
    async with manager as connection:
        for said in _SAID:
            await connection.send(said)
        async for event in connection:
            if event.type in _ENDS:
                return


def _its_calls(value: Any) -> Iterator[Callable[[], Any]]:
    """An object that a helper answers with, and that sends: all that it can do."""
    kind = type(value)
    if not kind.__module__.startswith("openai.lib."):
        return
    for name, function in vars(kind).items():
        if not name.startswith("_") and inspect.isfunction(function):
            for arguments in calls(function):
                yield partial(getattr(value, name), **arguments)


def _is_stream(value: Any) -> bool:
    return hasattr(value, "__iter__") and type(value).__module__.startswith("openai.")
