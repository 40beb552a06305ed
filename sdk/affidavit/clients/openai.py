"""The drop-in classes: every argument of the originals, and `purpose` and `affidavit`.

Knows names and signatures only; what governs is `_governed`. The classes carry the
originals' names because the user agent is the class's name.
"""

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

import openai

from affidavit.clients._governed import GovernedAsync, GovernedSync

if TYPE_CHECKING:
    from affidavit.clients._arguments import (
        Arguments,
        AsyncArguments,
        AsyncAzureArguments,
        AsyncAzureChanges,
        AsyncChanges,
        AzureArguments,
        AzureChanges,
        Changes,
    )

_Class = TypeVar("_Class", bound=type)


def signed(governed: _Class) -> _Class:
    """Give `__init__`, `copy` and `with_options` the installed original's signatures.

    `help()`, notebooks and everything else that asks `inspect` then sees each argument.
    """
    original = next(
        base for base in governed.__mro__ if base.__module__.split(".")[0] == "openai"
    )
    for name in ("__init__", "copy"):
        method, theirs = _same(getattr(governed, name), name), getattr(original, name)
        method.__signature__ = _with_ours(theirs)
        # Where their annotations, which are text, find the names that they use.
        method.__wrapped__, method.__annotations__ = theirs, theirs.__annotations__
        setattr(governed, name, method)
    governed.with_options = governed.copy  # type: ignore[attr-defined]  # as openai does
    return governed


def _same(method: Callable[..., Any], name: str) -> Any:
    """A function of its own, so that its signature is this class's only."""

    def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
        return method(self, *args, **kwargs)

    forward.__name__, forward.__doc__ = name, method.__doc__
    return forward


def _with_ours(original: Callable[..., Any]) -> inspect.Signature:
    signature = inspect.signature(original)
    ours = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None)
        for name in ("purpose", "affidavit")
    ]
    return signature.replace(parameters=[*signature.parameters.values(), *ours])


@signed
# affidavit: allow C101 -- this is the class that governs it
class OpenAI(GovernedSync, openai.OpenAI):
    """`openai.OpenAI`, governed."""

    if TYPE_CHECKING:

        def __init__(self, **arguments: Unpack[Arguments]) -> None: ...
        def copy(self, **changes: Unpack[Changes]) -> Self:
            """The original's, and `purpose`."""

        def with_options(self, **changes: Unpack[Changes]) -> Self:
            """The original's, and `purpose`."""


@signed
# affidavit: allow C101 -- this is the class that governs it
class AsyncOpenAI(GovernedAsync, openai.AsyncOpenAI):
    """`openai.AsyncOpenAI`, governed."""

    if TYPE_CHECKING:

        def __init__(self, **arguments: Unpack[AsyncArguments]) -> None: ...
        def copy(self, **changes: Unpack[AsyncChanges]) -> Self:
            """The original's, and `purpose`."""

        def with_options(self, **changes: Unpack[AsyncChanges]) -> Self:
            """The original's, and `purpose`."""


@signed
# affidavit: allow C101 -- this is the class that governs it
class AzureOpenAI(GovernedSync, openai.AzureOpenAI):
    """`openai.AzureOpenAI`, governed."""

    if TYPE_CHECKING:

        def __init__(self, **arguments: Unpack[AzureArguments]) -> None: ...
        def copy(self, **changes: Unpack[AzureChanges]) -> Self:
            """The original's, and `purpose`."""

        def with_options(self, **changes: Unpack[AzureChanges]) -> Self:
            """The original's, and `purpose`."""


@signed
# affidavit: allow C101 -- this is the class that governs it
class AsyncAzureOpenAI(GovernedAsync, openai.AsyncAzureOpenAI):
    """`openai.AsyncAzureOpenAI`, governed."""

    if TYPE_CHECKING:

        def __init__(self, **arguments: Unpack[AsyncAzureArguments]) -> None: ...
        def copy(self, **changes: Unpack[AsyncAzureChanges]) -> Self:
            """The original's, and `purpose`."""

        def with_options(self, **changes: Unpack[AsyncAzureChanges]) -> Self:
            """The original's, and `purpose`."""
