"""Governed websockets: what a client's `connect` methods return, and who may open.

Knows openai's resources, and the connection managers that they make, in either major.
A manager is given a class of its own, derived from openai's, whose opening is decided
before anything connects, and a `create_connection` through which every frame passes
(`frames`). Whatever else of the SDK is about to open a websocket asks
the client for its authentication first, and is refused there: a way that we do not
know is closed.
"""

import inspect
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any

from affidavit.clients._sockets import frames
from affidavit.clients._sockets.account import aadmit, admit
from affidavit.clients._sockets.entrance import Entrance, opening_client
from affidavit.clients.errors import CallUngoverned

RESOURCES = ("beta", "live", "realtime", "responses")
"""Of a client: those that open websockets, or hold one that does."""
_OPTIONS = "websocket_connection_options"
_READERS = ("openai.resources.", "openai._websocket", "openai.lib.")
_ASKS_ONLY = "openai.lib.realtime_translation"  # for a query, before it connects
if TYPE_CHECKING:

    class _Original:
        """What `super()` is: one of openai's clients, hence `Any`."""

        auth_headers: Any
        _websocket_query_params: Any

else:
    _Original = object


class GovernedSockets(_Original):
    """Of a client: guards the resources that open websockets."""

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        for name in RESOURCES:
            original = inspect.getattr_static(cls, name, None)
            if isinstance(original, cached_property) and original not in _properties:
                governed = _governed_property(original)
                governed.__set_name__(cls, name)
                setattr(cls, name, governed)

    def _websocket_query_params(self, url: Any, extra_query: Any) -> Any:
        # openai 3 asks for these before nearly every handshake.
        if _caller(2) != _ASKS_ONLY:
            self._affidavit_opens(str(url.copy_with(query=None)))
        return super()._websocket_query_params(url, extra_query)

    @property
    def auth_headers(self) -> dict[str, str]:
        # Both majors read these before nearly every handshake, and openai 2 nothing
        # else that is ours; its REST requests take their headers from elsewhere.
        for depth in range(2, 5):
            reader = _caller(depth)
            if reader.startswith(_READERS):
                self._affidavit_opens(reader)
        headers: dict[str, str] = super().auth_headers
        return headers

    def _affidavit_opens(self, what: str) -> None:
        if opening_client.get() is not self:
            raise CallUngoverned(
                f"The websocket ({what}) was not opened: it does not come through this "
                "client's own `connect` methods, so no decision covers it. Use "
                "`client.realtime.connect` and its siblings."
            )

    def _affidavit_escapes(self, connection: Any) -> CallUngoverned:
        """What is raised for a connection whose frames nobody reads."""
        return CallUngoverned(
            f"The websocket was closed again: {type(connection).__qualname__} does not "
            "send through the connection that was decided, so its frames would escape "
            "the policy and the trail."
        )


def _caller(depth: int) -> str:
    try:
        frame = sys._getframe(depth)  # noqa: SLF001 - inspect's costs milliseconds
    except ValueError:
        return ""  # nobody calls so deep
    name: str = frame.f_globals.get("__name__", "")
    return name


def guard_client(client: Any) -> None:
    """Guard the resources that a client made before it was governed."""
    for name in RESOURCES:
        if name in vars(client):
            guarded(vars(client)[name])


def guarded(resource: Any) -> Any:
    """`resource`, with its `connect` and those of the resources within it governed.

    It is given a class of its own: a client may be copied for each call, and its
    resources made anew, so that this must cost next to nothing.
    """
    kind = type(resource)
    made = _resources.get(kind)
    if made is None:
        made = _resources[kind] = _governed_resource(kind)
        _resources[made] = made
    resource.__class__ = made
    for name, value in vars(resource).items():
        if isinstance(getattr(made, name, None), cached_property):
            guarded(value)  # made before its client was governed
    return resource


_resources: dict[type, type] = {}


def _governed_resource(kind: type) -> type:
    """`kind`, governed; itself when it neither opens a websocket nor holds resources
    that may.
    """
    names: dict[str, Any] = {}
    for base in reversed(kind.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, cached_property) and not name.startswith("with_"):
                names[name] = _governed_property(value)
    connect = getattr(kind, "connect", None)
    if connect is not None:
        names["connect"] = _governed_connect(connect)
    return frames.derived(kind, type(kind.__name__, (), names)) if names else kind


_properties: set["cached_property[Any]"] = set()


def _governed_property(original: "cached_property[Any]") -> "cached_property[Any]":
    made = cached_property(lambda holder: guarded(original.func(holder)))
    _properties.add(made)
    return made


def _governed_connect(connect: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(connect)
    def governed(resource: Any, *args: Any, **kwargs: Any) -> Any:
        signature = inspect.signature(connect)
        asked = signature.bind(resource, *args, **kwargs).arguments
        if _OPTIONS not in signature.parameters:
            raise CallUngoverned(
                f"{connect.__qualname__} takes no {_OPTIONS}: this release of openai "
                "opens websockets in a way that cannot be governed yet, so it was not "
                "opened. Use the HTTP endpoints, or an older release."
            )
        client = resource._client  # noqa: SLF001 - openai's
        entrance = Entrance(client, asked)
        options = dict(asked.get(_OPTIONS) or {})
        is_async = _is_async(client)
        options["create_connection"] = frames.factory(
            entrance.guard, options.get("create_connection"), is_async=is_async
        )
        manager = connect(**{**asked, _OPTIONS: options})
        manager.__class__ = _governed_manager(type(manager), is_async=is_async)
        manager._affidavit = entrance  # noqa: SLF001 - ours, on their object
        return manager

    return governed


def _is_async(client: Any) -> bool:
    return inspect.iscoroutinefunction(type(client).request)


_classes: dict[type, type] = {}


def _governed_manager(kind: type, *, is_async: bool) -> type:
    made = _classes.get(kind)
    if made is None:
        methods = _AsyncManager if is_async else _SyncManager
        made = _classes[kind] = frames.derived(kind, methods)
    return made


class _Manager:
    _affidavit: Entrance
    _theirs: Any


class _SyncManager(_Manager):
    """Before the sync managers of openai."""

    def __enter__(self) -> Any:
        entrance = self._affidavit
        try:
            connection = self._affidavit_enter()
        except BaseException as error:
            entrance.session.not_opened(error)
            raise
        forbidden = entrance.entered(connection)
        if forbidden is not None:
            connection.close()
            entrance.session.not_opened(forbidden)
            raise forbidden
        return connection

    enter = __enter__

    def _affidavit_enter(self) -> Any:
        if hasattr(self._theirs, "_connect_ws"):  # the beta's managers connect in here
            return self._theirs.__enter__(self)
        with self._affidavit_opening():
            return self._theirs.__enter__(self)

    def _connect_ws(self, extra_query: Any, extra_headers: Any) -> Any:
        self._affidavit.ask(extra_query, extra_headers)
        with self._affidavit_opening():
            connect = self._theirs._connect_ws  # noqa: SLF001 - openai's
            return connect(self, extra_query, extra_headers)

    @contextmanager
    def _affidavit_opening(self) -> Iterator[None]:
        entrance = self._affidavit
        opening, account = entrance.prepare(self)
        if account is not None:
            admit(entrance.session.governor, account)
        entrance.session.admitted(opening, account)
        with entrance.trying():
            yield


class _AsyncManager(_Manager):
    """The same for `async`: it differs by `await`."""

    async def __aenter__(self) -> Any:
        entrance = self._affidavit
        try:
            connection = await self._affidavit_enter()
        except BaseException as error:
            entrance.session.not_opened(error)
            raise
        forbidden = entrance.entered(connection)
        if forbidden is not None:
            await connection.close()
            entrance.session.not_opened(forbidden)
            raise forbidden
        return connection

    enter = __aenter__

    async def _affidavit_enter(self) -> Any:
        if hasattr(self._theirs, "_connect_ws"):  # the beta's managers connect in here
            return await self._theirs.__aenter__(self)
        async with self._affidavit_opening():
            return await self._theirs.__aenter__(self)

    async def _connect_ws(self, extra_query: Any, extra_headers: Any) -> Any:
        self._affidavit.ask(extra_query, extra_headers)
        async with self._affidavit_opening():
            connect = self._theirs._connect_ws  # noqa: SLF001 - openai's
            return await connect(self, extra_query, extra_headers)

    @asynccontextmanager
    async def _affidavit_opening(self) -> AsyncIterator[None]:
        entrance = self._affidavit
        opening, account = entrance.prepare(self)
        if account is not None:
            await aadmit(entrance.session.governor, account)
        entrance.session.admitted(opening, account)
        with entrance.trying():
            yield
