"""Where all frames pass: websockets' connections, with a session that reads along.

Whatever a program calls on openai's connection objects, it comes down to `handshake`,
`send`, `recv` and `close` of a `ClientConnection`. The classes here stand before the
library's, or before the user's own subclass of it, and are made when a connection is:
`websockets` is an optional dependency. Knows no event; the session does.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from functools import cache, cached_property
from threading import get_ident
from types import FunctionType
from typing import TYPE_CHECKING, Any, TypeAlias

from openai import OpenAIError

from affidavit.clients._sockets.account import aadmit, admit
from affidavit.clients._sockets.session import Sending, Session
from affidavit.clients.errors import CallUngoverned, CallUnrecorded, PolicyDenied

if TYPE_CHECKING:
    from asyncio import Task


class Guard:
    """What one governed connection asks of whoever opened it."""

    def __init__(self, session: Session, opens: "Opens") -> None:
        self.session = session
        self.opens = opens
        self.owner: Callable[[], object] = _nobody
        """openai's connection object, for as long as somebody holds it."""
        self.flusher: int | Task[Any] | None = None
        """Whoever opened the connection and is now sending what waited for it."""

    def recovers(self) -> bool:
        """Is openai replacing the connection right now? Then a close ends nothing."""
        return bool(getattr(self.owner(), "_is_reconnecting", False))


def _nobody() -> None:
    return None


class Opens:
    """Tells a handshake what it may be; `clients._sockets` has the real one."""

    def at(self, uri: Any) -> Any:
        """What the handshake to this address asks for, or `CallUngoverned`."""
        raise NotImplementedError

    def tagged(self, headers: Any) -> Any:
        """The handshake's headers, with what a request carries."""
        raise NotImplementedError


Factory: TypeAlias = Callable[..., Any]


def factory(guard: Guard, chosen: Factory | None, *, is_async: bool) -> Factory:
    """A `create_connection` whose connections are guarded.

    `chosen` is the user's own: a class, or a function that returns a connection.
    """

    def create(*arguments: Any, **options: Any) -> Any:
        theirs = _theirs(is_async=is_async)
        make = chosen or theirs
        if isinstance(make, type):
            kind, refusal = _checked(make, theirs)
            connection = _guarded(kind, is_async=is_async)(*arguments, **options)
        else:
            connection = make(*arguments, **options)
            kind, refusal = _checked(type(connection), theirs)
            if refusal is not None:
                connection = kind(*arguments, **options)
            connection.__class__ = _guarded(kind, is_async=is_async)
        connection._affidavit = guard  # noqa: SLF001 - ours, on their object
        connection._affidavit_refusal = refusal  # noqa: SLF001
        return connection

    return create


def _checked(made: type, theirs: type) -> tuple[type, CallUngoverned | None]:
    """A class that can be guarded; and why, if it is not the one that was chosen.

    The handshake raises it: an error here would leave the TCP connection open.
    """
    if issubclass(made, theirs):
        return made, None
    return theirs, CallUngoverned(
        f"The websocket was not opened: `create_connection` makes a {made.__module__}."
        f"{made.__qualname__}, which is no ClientConnection of websockets, so its "
        "frames cannot be governed. Derive it from that."
    )


def guards(connection: object, session: Session) -> bool:
    """Do the frames of this connection pass through `session`?"""
    guard = getattr(connection, "_affidavit", None)
    return isinstance(guard, Guard) and guard.session is session


@cache
def _theirs(*, is_async: bool) -> type:
    if is_async:
        from websockets.asyncio.client import ClientConnection as Async

        return Async
    from websockets.sync.client import ClientConnection as Sync

    return Sync


_classes: dict[type, type] = {}


def _guarded(kind: type, *, is_async: bool) -> type:
    made = _classes.get(kind)
    if made is None:
        methods = _AsyncFrames if is_async else _SyncFrames
        made = _classes[kind] = derived(kind, methods)
    return made


def derived(kind: type, methods: type) -> type:
    """`kind` with the methods of a class that stands for no object of its own.

    They find what they replace under `_theirs`. It passes for `kind`, and an object of
    `kind` can become one of it, which takes that `kind` is its only base.
    """
    names: dict[str, Any] = {
        "__module__": kind.__module__,
        "__qualname__": kind.__qualname__,
        "__slots__": (),
        "_theirs": kind,
    }
    for base in reversed(methods.__mro__[:-1]):
        names |= {key: each for key, each in vars(base).items() if _is_method(each)}
    return type(kind.__name__, (kind,), names)


def _is_method(value: object) -> bool:
    return isinstance(value, FunctionType | cached_property)


def _is_end(error: BaseException) -> bool | None:
    """Whether the connection ended cleanly; None when it has not ended."""
    from websockets.exceptions import (
        ConnectionClosed,
        ConnectionClosedOK,
    )

    if not isinstance(error, ConnectionClosed):
        return None
    return isinstance(error, ConnectionClosedOK)


class _Frames:
    """What the sync and the async connection share."""

    _affidavit: Guard
    _affidavit_refusal: CallUngoverned | None
    _theirs: Any
    protocol: Any
    response: Any

    def _affidavit_read(self, message: object) -> Sending:
        match message:
            case str():
                frame = message.encode("utf-8", "surrogatepass")
            case bytes() | bytearray() | memoryview():
                frame = bytes(message)
            case _:
                raise CallUngoverned(
                    f"The message was not sent: it comes in fragments "
                    f"({type(message).__name__}), and a decision needs the whole. "
                    "Join them first."
                )
        return self._affidavit.session.sending(frame)

    def _affidavit_defers(self, denied: OpenAIError, me: object) -> bool:
        """A refusal of what waited in openai's queue would be swallowed there."""
        guard = self._affidavit
        if guard.flusher is None or guard.flusher != me:
            return False
        guard.session.deferred = guard.session.deferred or denied
        return True

    def _affidavit_flushed(self) -> None:
        """Somebody reads: what waited for the connection has been sent."""
        guard = self._affidavit
        guard.flusher = None
        denied, guard.session.deferred = guard.session.deferred, None
        if denied is not None:
            raise denied

    def _affidavit_came(self, message: object) -> None:
        session = self._affidavit.session
        if isinstance(message, str):
            session.received(message.encode("utf-8", "surrogatepass"))
        elif isinstance(message, bytes):
            session.received(message)

    def _affidavit_ended(self, error: BaseException) -> None:
        clean = _is_end(error)
        if clean is not None:
            self._affidavit.session.lost(error, clean=clean)

    def _affidavit_tried(self, began: float, error: BaseException | None) -> None:
        response = getattr(self, "response", None)
        headers = getattr(response, "headers", {})
        self._affidavit.session.tried(
            getattr(response, "status_code", None),
            began,
            request_id=headers.get("x-request-id"),
            error=type(error).__name__ if error is not None else None,
        )

    def _affidavit_at(self) -> Any:
        if self._affidavit_refusal is not None:
            raise self._affidavit_refusal
        protocol = self.protocol
        uri = getattr(protocol, "uri", None) or getattr(protocol, "wsuri", None)
        return self._affidavit.opens.at(uri)


class _SyncFrames(_Frames):
    """Before `websockets.sync.client.ClientConnection`."""

    def handshake(self, headers: Any = None, *rest: Any, **options: Any) -> None:
        guard, opening = self._affidavit, self._affidavit_at()
        account = guard.session.opening(opening)
        if account is not None:
            admit(guard.session.governor, account)
        guard.session.admitted(opening, account)
        headers = options.pop("additional_headers", headers)
        began = guard.session.now()
        try:
            self._theirs.handshake(self, guard.opens.tagged(headers), *rest, **options)
        except BaseException as error:
            self._affidavit_tried(began, error)
            raise
        self._affidavit_tried(began, None)
        guard.flusher = get_ident()

    def send(self, message: Any, *rest: Any, **options: Any) -> None:
        sending, session = self._affidavit_read(message), self._affidavit.session
        if sending.turn is not None and not sending.admitted:
            try:
                admit(session.governor, sending.turn.account)
            except (PolicyDenied, CallUnrecorded) as denied:
                if self._affidavit_defers(denied, get_ident()):
                    return
                raise
        session.leaving(sending)
        began = session.now()
        try:
            self._theirs.send(self, message, *rest, **options)
        except BaseException as error:
            session.unsent(sending, began, error)
            self._affidavit_ended(error)
            raise
        session.left(sending)

    def recv(self, *arguments: Any, **options: Any) -> Any:
        self._affidavit_flushed()
        try:
            message = self._theirs.recv(self, *arguments, **options)
        except BaseException as error:
            self._affidavit_ended(error)
            raise
        self._affidavit_came(message)
        return message

    def recv_streaming(self, *arguments: Any, **options: Any) -> Iterator[Any]:
        self._affidavit_flushed()
        parts: list[bytes] = []
        try:
            for part in self._theirs.recv_streaming(self, *arguments, **options):
                parts.append(part.encode() if isinstance(part, str) else part)
                yield part
        except BaseException as error:
            self._affidavit_ended(error)
            raise
        self._affidavit_came(b"".join(parts))

    def close(self, *arguments: Any, **options: Any) -> None:
        guard = self._affidavit
        if guard.recovers():
            self._theirs.close(self, *arguments, **options)
            return
        guard.session.closing()
        try:
            self._theirs.close(self, *arguments, **options)
        finally:
            guard.session.finished()


class _AsyncFrames(_Frames):
    """The same for `async`: it differs by `await`."""

    async def handshake(self, headers: Any = None, *rest: Any, **options: Any) -> None:
        guard, opening = self._affidavit, self._affidavit_at()
        account = guard.session.opening(opening)
        if account is not None:
            await aadmit(guard.session.governor, account)
        guard.session.admitted(opening, account)
        headers = options.pop("additional_headers", headers)
        began = guard.session.now()
        try:
            await self._theirs.handshake(
                self, guard.opens.tagged(headers), *rest, **options
            )
        except BaseException as error:
            self._affidavit_tried(began, error)
            raise
        self._affidavit_tried(began, None)
        guard.flusher = _task()

    async def send(self, message: Any, *rest: Any, **options: Any) -> None:
        session = self._affidavit.session
        if session.takes_long(message):
            sending = await _elsewhere(self._affidavit_read, message)
        else:
            sending = self._affidavit_read(message)
        if sending.turn is not None and not sending.admitted:
            try:
                await aadmit(session.governor, sending.turn.account)
            except (PolicyDenied, CallUnrecorded) as denied:
                if self._affidavit_defers(denied, _task()):
                    return
                raise
        session.leaving(sending)
        began = session.now()
        try:
            await self._theirs.send(self, message, *rest, **options)
        except BaseException as error:
            session.unsent(sending, began, error)
            self._affidavit_ended(error)
            raise
        session.left(sending)

    async def recv(self, *arguments: Any, **options: Any) -> Any:
        self._affidavit_flushed()
        try:
            message = await self._theirs.recv(self, *arguments, **options)
        except BaseException as error:
            self._affidavit_ended(error)
            raise
        self._affidavit_came(message)
        return message

    async def recv_streaming(
        self, *arguments: Any, **options: Any
    ) -> AsyncIterator[Any]:
        self._affidavit_flushed()
        parts: list[bytes] = []
        try:
            async for part in self._theirs.recv_streaming(self, *arguments, **options):
                parts.append(part.encode() if isinstance(part, str) else part)
                yield part
        except BaseException as error:
            self._affidavit_ended(error)
            raise
        self._affidavit_came(b"".join(parts))

    async def close(self, *arguments: Any, **options: Any) -> None:
        guard = self._affidavit
        if guard.recovers():
            await self._theirs.close(self, *arguments, **options)
            return
        guard.session.closing()
        try:
            await self._theirs.close(self, *arguments, **options)
        finally:
            guard.session.finished()


def _task() -> "Task[Any] | None":
    from asyncio import current_task

    return current_task()


async def _elsewhere(read: Callable[[object], Sending], message: object) -> Sending:
    """In a thread: a long conversation takes the detectors milliseconds to read."""
    from asyncio import to_thread

    return await to_thread(read, message)
