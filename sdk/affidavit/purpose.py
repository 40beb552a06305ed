"""Why a call is made: the value, and the scope that carries it.

Knows names and the context variable; whether a policy knows the purpose is the policy's
business. A scope nests, and belongs to the thread or asyncio task that opened it. It
holds no state but the context variable, so one `purpose` object may be entered again,
and by many tasks and threads at once.
"""

import inspect
import re
from collections.abc import AsyncGenerator, Callable, Generator
from contextvars import ContextVar
from functools import partial, wraps
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from affidavit.errors import SettingsInvalid

HEADER = "X-Declared-Purpose"
"""Header that declares one call's purpose, and that each request carries."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_.-]{0,126}[a-z0-9])?", re.ASCII)
_open: ContextVar[tuple["purpose", ...]] = ContextVar("affidavit_purpose", default=())
_Function = TypeVar("_Function", bound=Callable[..., Any])


def checked(name: str) -> str:
    """`name` if it can be a purpose's name, else `SettingsInvalid`.

    Lower-case ASCII letters, digits, `.`, `-` and `_`, 1 to 128 of them, a letter or
    digit first and last: it travels in an HTTP header and stands in policies.
    """
    if not isinstance(name, str) or _NAME.fullmatch(name) is None:
        raise SettingsInvalid(
            f"{name!r} cannot be a purpose. Use lower-case letters, digits, '.', '-' "
            "and '_', at most 128, as in 'support.reply'."
        )
    return name


def current() -> str | None:
    """The purpose that the innermost open scope declares."""
    scopes = _open.get()
    return scopes[-1].name if scopes else None


class purpose:  # noqa: N801 - reads as a statement: `with purpose("…")`
    """Declare why the calls inside are made: `with purpose("support.reply"): …`.

    Also a decorator. On a function the scope covers the call; on an `async` function
    what is awaited; on a generator, plain or async, each step of its own body and never
    the code that consumes it. Raises `SettingsInvalid` for a name that no policy could
    hold.
    """

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = checked(name)

    def __enter__(self) -> Self:
        _open.set((*_open.get(), self))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        scopes = _open.get()
        # Not always the innermost: a generator that is left early closes its scope when
        # it is finalised, and others may have opened or closed meanwhile. One that is
        # finalised elsewhere leaves in a context that never entered: there is nothing
        # of ours to close there.
        for at in reversed(range(len(scopes))):
            if scopes[at] is self:
                _open.set(scopes[:at] + scopes[at + 1 :])
                return

    def __call__(self, function: _Function) -> _Function:
        """`function`, with this purpose declared whenever its own body runs."""
        plain = inspect.isroutine(function) or isinstance(function, partial)
        body = function if plain else type(function).__call__  # an object, or a class
        if inspect.isasyncgenfunction(body):
            wrapper = self._async_generator(function)
        elif inspect.iscoroutinefunction(body):
            wrapper = self._coroutine(function)
        elif inspect.isgeneratorfunction(body):
            wrapper = self._generator(function)
        else:
            wrapper = self._function(function)
        return cast(_Function, wrapper)

    def _function(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def scoped(*args: Any, **kwargs: Any) -> Any:
            with self:
                return function(*args, **kwargs)

        return scoped

    def _coroutine(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        async def scoped(*args: Any, **kwargs: Any) -> Any:
            with self:
                return await function(*args, **kwargs)

        return scoped

    def _generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def scoped(*args: Any, **kwargs: Any) -> Generator[Any, Any, Any]:
            with self:
                generator = function(*args, **kwargs)
            step, value = generator.send, None
            while True:
                with self:
                    try:
                        item = step(value)
                    except StopIteration as stop:
                        return stop.value
                try:
                    step, value = generator.send, (yield item)
                except GeneratorExit:
                    with self:
                        generator.close()
                    raise
                except BaseException as error:  # noqa: BLE001 - handed to the body
                    step, value = generator.throw, error

        return scoped

    def _async_generator(self, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        async def scoped(*args: Any, **kwargs: Any) -> AsyncGenerator[Any, Any]:
            with self:
                generator = function(*args, **kwargs)
            step, value = generator.asend, None
            while True:
                with self:
                    try:
                        item = await step(value)
                    except StopAsyncIteration:
                        return
                try:
                    step, value = generator.asend, (yield item)
                except GeneratorExit:
                    with self:
                        await generator.aclose()
                    raise
                except BaseException as error:  # noqa: BLE001 - handed to the body
                    step, value = generator.athrow, error

        return scoped
