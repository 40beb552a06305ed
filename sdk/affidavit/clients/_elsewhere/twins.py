"""Governed twins of client classes that somebody else wrote.

A twin is a subclass with the name of its original, whose calls are governed before the
original's own code sees them. Knows how one is made and how a client that is there
becomes an instance of it, and back. Knows neither settings nor when that ought to be.
"""

import os
import threading
from typing import Any

import openai
from openai._client import AsyncOpenAI, OpenAI

import affidavit.clients.openai as drop_in
from affidavit.clients import _sockets
from affidavit.clients._governed import (
    Binding,
    Governed,
    GovernedAsync,
    GovernedSync,
    _copied,
)

ROOTS: tuple[type, ...] = (OpenAI, AsyncOpenAI)
"""What every client class derives from: where openai defines them, and not what
somebody may have put in their place in its namespace."""

_DROP_INS = {drop_in.__name__}
if hasattr(openai, "BedrockOpenAI"):  # not every openai 2 has it
    import affidavit.clients.bedrock as drop_in_bedrock

    _DROP_INS.add(drop_in_bedrock.__name__)
_ORIGINAL, _DEFAULT = "_affidavit_original", "_affidavit_default"
_making = threading.RLock()


def _renew_lock() -> None:
    global _making  # noqa: PLW0603 - a thread that held it is not in the child
    _making = threading.RLock()


os.register_at_fork(after_in_child=_renew_lock)


class _Foremost(type):
    """Class of the twins. It lays them out like their originals.

    An object changes its class only to one of the same layout. CPython takes a class's
    layout from its first base, so the original comes first there; and in the order in
    which methods are found, what governs does.
    """

    def mro(cls) -> list[type]:
        """What governs, then the original. A subclass of a twin has the usual order."""
        if _ORIGINAL not in cls.__dict__:
            return super().mro()
        original, governing, unannounced = cls.__bases__
        ours = (base for base in governing.__mro__ if base not in original.__mro__)
        return [cls, *ours, unannounced, *original.__mro__]


class _Unannounced:
    """Keeps a twin from its original's `__init_subclass__`: nobody derived a class, so
    nothing is registered twice or asked for arguments.
    """

    __slots__ = ()

    def __init_subclass__(cls, **arguments: Any) -> None:
        if _ORIGINAL not in cls.__dict__:
            super().__init_subclass__(**arguments)


def original_of(kind: type) -> type | None:
    """Whose twin `kind` is; None if it is none."""
    original: type | None = kind.__dict__.get(_ORIGINAL)
    return original


def twin_of(original: type, binding: Binding) -> type:
    """The twin of `original`, whose clients are told `binding` unless they are copies.

    Raises `TypeError`, or what the original's `__init_subclass__` raises, for a class
    that cannot be subclassed like this.
    """
    with _making:
        # Found and not kept: a class that is thrown away takes its twin along.
        kind: type
        for kind in original.__subclasses__():
            if original_of(kind) is original and _DEFAULT in kind.__dict__:
                break
        else:
            kind = _made(original)
        # Last: a class whose making broke off is found above too, and is no twin.
        setattr(kind, _DEFAULT, binding)
        return kind


def adopt(client: Any, binding: Binding) -> None:
    """Make `client` an instance of its class's twin. Raises as `twin_of` does."""
    twin = twin_of(type(client), binding)
    # Into the dictionary, past any `__setattr__`; and before the class changes: a call
    # of another thread that finds the new class finds this too.
    client.__dict__["_affidavit"] = binding
    try:
        object.__setattr__(client, "__class__", twin)
    except BaseException:
        del client.__dict__["_affidavit"]
        raise
    _sockets.guard_client(client)


def release(client: Any) -> None:
    """Undo `adopt`; a client that was made by a twin becomes its original's."""
    for name in _sockets.RESOURCES:
        if name in client.__dict__:
            _give_back(client.__dict__[name])
    object.__setattr__(client, "__class__", original_of(type(client)))
    for name in [name for name in client.__dict__ if name.startswith("_affidavit")]:
        del client.__dict__[name]


def _give_back(resource: Any) -> None:
    """Undo `_sockets.guarded` of a resource, and of those within it."""
    for kind, governed in _sockets._resources.items():  # noqa: SLF001 - the same package
        if governed is type(resource) and kind is not governed:
            resource.__class__ = kind
            break
    for value in list(vars(resource).values()):
        if type(value) in _sockets._resources:  # noqa: SLF001 - the same package
            _give_back(value)


def _made(original: type) -> type:
    theirs = type(original)
    kind: type = _Foremost
    if theirs is not type:
        kind = type(_Foremost.__name__, (_Foremost, theirs), {})
    # A new one each time: `super()` needs to know the class.
    namespace: dict[str, Any] = {
        "__doc__": original.__doc__,
        "__init__": _as_the_original,
        "__module__": original.__module__,
        "__qualname__": original.__qualname__,
        _ORIGINAL: original,
    }
    bases = (original, _governing(original), _Unannounced)
    return kind(original.__name__, bases, namespace)  # type: ignore[no-any-return]  # a metaclass makes classes


def _as_the_original(self: Any, *args: Any, **kwargs: Any) -> None:
    """A copy comes here, or a framework that asks a client for its class."""
    self._affidavit = _copied.get() or self._affidavit_default
    super(Governed, self).__init__(*args, **kwargs)


def _governing(original: type) -> type:
    """Our drop-in for that very class, else the mixin."""
    kind: type
    for kind in original.__subclasses__():
        if kind.__module__ in _DROP_INS and issubclass(kind, Governed):
            return kind
    return GovernedAsync if issubclass(original, AsyncOpenAI) else GovernedSync
