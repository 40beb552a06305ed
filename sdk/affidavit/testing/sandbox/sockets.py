"""The sandbox's websockets: a port of their own on 127.0.0.1, a thread a connection.

Knows connections and how to end them, well or badly; what is said is `sockets_said`'s.
Built on the `websockets` library, which openai's own websockets need too
(`pip install openai[realtime]`) and nothing else here does: without it, asking for the
sandbox's websockets raises `SettingsInvalid`.
"""

import socket
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum
from http import HTTPStatus
from importlib import import_module
from threading import Lock, Thread
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

import orjson

from affidavit.errors import SettingsInvalid
from affidavit.testing.sandbox.http import Headers
from affidavit.testing.sandbox.server import HOST
from affidavit.testing.sandbox.sockets_said import CLOSES, Event, Talk, talk_at

_JOIN_SECONDS: Final = 5.0


class Trouble(Enum):
    """How the next response, or the next handshake, goes wrong."""

    DROP = "drop"
    """The connection is cut in the middle of a response, without a close frame."""
    CLOSE = "close"
    """The connection is closed, with code 1000, in the middle of a response."""
    FAIL = "fail"
    """The response fails, and says so."""
    ERROR = "error"
    """An `error` event comes instead of a response."""
    REFUSE = "refuse"
    """The handshake is answered with 503."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handshake:
    """One handshake as it came."""

    path: str
    query: Mapping[str, str]
    headers: Headers


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedEvent:
    """One event that a client sent."""

    connection: int
    """Number of the handshake that opened its connection, from 0."""
    event: Mapping[str, Any]
    """Empty for a frame that is no JSON object."""
    frame: bytes


class Sockets:
    """Serves until it is closed. `handshakes` and `events` have what came, in order."""

    def __init__(
        self,
        *,
        new_serial: Callable[[], str],
        clock: Callable[[], float],
        billed: Callable[[Headers, str, Mapping[str, Any]], None] = lambda *_: None,
    ) -> None:
        """`billed` is told the handshake's headers, the model, and each response that
        was completed.
        """
        self._billed = billed
        self.handshakes: list[Handshake] = []
        self.events: list[ReceivedEvent] = []
        self._new_serial = new_serial
        self._clock = clock
        self._lock = Lock()
        self.closed = False
        self._troubles: deque[Trouble] = deque()
        serve = _server()
        self._server = serve(self._talk, HOST, 0, process_request=self._admit)
        port = self._server.socket.getsockname()[1]
        self.url = f"ws://{HOST}:{port}/v1"
        """What OpenAI's clients call `websocket_base_url`."""
        self._thread = Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def trouble_next(self, trouble: Trouble, *, times: int = 1) -> None:
        """Let the next responses, or handshakes, go wrong in this way."""
        with self._lock:
            self._troubles.extend([trouble] * times)

    def types(self) -> list[str]:
        """The `type` of each event that came."""
        return [str(each.event.get("type")) for each in self.events]

    def close(self) -> None:
        """Take no more connections. Those that are open end with their clients."""
        if self.closed:
            return
        self.closed = True
        self._server.shutdown()
        self._thread.join(_JOIN_SECONDS)

    def _trouble(self, *, handshake: bool = False) -> Trouble | None:
        with self._lock:
            if not self._troubles:
                return None
            if (self._troubles[0] is Trouble.REFUSE) is not handshake:
                return None
            return self._troubles.popleft()

    def _admit(self, connection: Any, request: Any) -> Any:
        parts = urlsplit(request.path)
        handshake = Handshake(
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            headers=Headers(list(request.headers.raw_items())),
        )
        with self._lock:
            self.handshakes.append(handshake)
        if self._trouble(handshake=True) is not None:
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "troubled\n")
        if not {"authorization", "api-key"} & set(handshake.headers):
            return connection.respond(HTTPStatus.UNAUTHORIZED, "no credential\n")
        if talk_at(parts.path) is None:
            return connection.respond(HTTPStatus.NOT_FOUND, "no such socket\n")
        return None

    def _talk(self, connection: Any) -> None:
        number, talk = self._begin(connection.request)
        from websockets.exceptions import ConnectionClosed

        with suppress(ConnectionClosed):  # what the client said may wait to be read
            for said in talk.opens():
                connection.send(orjson.dumps(said).decode())
        try:
            for message in connection:
                event = self._heard(number, message)
                if self._answer(connection, talk, event):
                    return
        except (ConnectionClosed, OSError):
            return  # the client went, or was dropped

    def _begin(self, request: Any) -> tuple[int, Talk]:
        parts = urlsplit(request.path)
        query = dict(parse_qsl(parts.query))
        kind = talk_at(parts.path) or Talk
        talk = kind(
            model=query.get("model") or query.get("deployment"),
            new_serial=self._new_serial,
            now=int(self._clock()),
        )
        with self._lock:
            return len(self.handshakes) - 1, talk

    def _heard(self, number: int, message: str | bytes) -> Mapping[str, Any]:
        frame = message.encode() if isinstance(message, str) else message
        try:
            event = orjson.loads(frame)
        except orjson.JSONDecodeError:
            event = {}
        if not isinstance(event, dict):
            event = {}
        received = ReceivedEvent(connection=number, event=event, frame=frame)
        with self._lock:
            self.events.append(received)
        return event

    def _answer(self, connection: Any, talk: Talk, event: Mapping[str, Any]) -> bool:
        """Send what is said; True when the connection has ended."""
        trouble: Trouble | None = None
        for said in talk.hears(event):
            if _begins(said):
                trouble = self._trouble()
            complaint = talk.error("troubled", event)
            troubled = _troubled(said, trouble, complaint)
            connection.send(orjson.dumps(troubled).decode())
            if response := _completed(troubled):
                headers = Headers(list(connection.request.headers.raw_items()))
                self._billed(headers, talk.model, response)
            match trouble:
                case Trouble.DROP if ".delta" in said["type"]:
                    connection.socket.shutdown(socket.SHUT_RDWR)
                    return True
                case Trouble.CLOSE if ".delta" in said["type"]:
                    return True  # the server closes what its handler leaves
                case Trouble.ERROR:
                    return False
                case _:
                    pass
            if said["type"] in CLOSES:
                return True
        return False


def _completed(said: Event) -> Mapping[str, Any] | None:
    """The response that an event says was completed, if it says so."""
    inner = said["event"] if isinstance(said.get("event"), dict) else said
    ended = inner.get("type") in ("response.done", "response.completed")
    response = inner.get("response")
    return response if ended and isinstance(response, dict) else None


def _begins(said: Event) -> bool:
    inner = said.get("event")
    kind = inner.get("type") if isinstance(inner, dict) else said["type"]
    return kind == "response.created"


def _troubled(said: Event, trouble: Trouble | None, complaint: Event) -> Event:
    """The event, with the failure that was asked for."""
    if trouble is Trouble.ERROR:
        return complaint
    ends = said["type"] in ("response.done", "response.completed")
    if trouble is not Trouble.FAIL or not ends:
        return said
    error = {"type": "server_error", "code": "troubled", "message": "troubled"}
    details = {"status_details": {"type": "failed", "error": error}, "error": error}
    kind = said["type"].replace("completed", "failed")
    response = {**said["response"], "status": "failed", **details}
    return {**said, "type": kind, "response": response}


def _server() -> Callable[..., Any]:
    try:
        serve: Callable[..., Any] = import_module("websockets.sync.server").serve
    except ImportError as error:
        raise SettingsInvalid(
            "the sandbox's websockets need the `websockets` library, as openai's do: "
            "pip install 'openai[realtime]'."
        ) from error
    return serve
