"""A provider on loopback that fails as it is told, down to the bytes of its sockets.

A request says in its `x-fault` header how it shall be answered. The answer to a retry,
which openai announces by `x-stainless-retry-count`, is a good one where the fault's
name begins with `once-`. Every request is kept with the call that it names.
"""

import json
import socket
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

from support.http_client import COMPLETION, EVENTS

_SOON = "retry-after-ms: 1\r\n"
_FINAL = "x-should-retry: false\r\n"
_STALL_SECONDS = 20.0
TOKEN_PATH = "/oauth/token"
"""Where every token is exchanged for one that is good for an hour."""
_SSE = "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\n"
_BODY = json.dumps(COMPLETION).encode()
_TOKEN = b'{"access_token": "exchanged", "token_type": "Bearer", "expires_in": 3600}'


class _CutOffError(Exception):
    """The fault asks for the connection to end here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """One request as it reached a server."""

    method: str
    path: str
    """As the request line has it: whole for a proxy."""
    headers: Mapping[str, str]
    """By name in lower case."""
    body: bytes

    @property
    def attempt(self) -> int:
        return int(self.headers.get("x-stainless-retry-count", "0"))

    @property
    def fault(self) -> str:
        return self.headers.get("x-fault", "none")

    @property
    def call(self) -> str:
        return self.headers.get("x-call", "")


class _Wire:
    """One connection's answering side."""

    def __init__(self, server: "FaultyProvider", connection: socket.socket) -> None:
        self.server, self.connection = server, connection
        self._file = connection.makefile("rb")

    def close(self) -> None:
        self._file.close()
        self.connection.close()

    def request(self) -> Arrived | None:
        """The next request, its body read; None at the end."""
        line = self._file.readline()
        if not line:
            return None
        headers: dict[str, str] = {}
        while (field := self._file.readline().strip()) != b"":
            name, _, value = field.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        body = self._file.read(int(headers.get("content-length", "0")))
        method, path, _ = line.decode("ascii").split()
        return Arrived(method=method, path=path, headers=headers, body=body)

    def head(self, status: int, fields: str) -> None:
        head = f"HTTP/1.1 {status} -\r\nx-request-id: req-{status}\r\n{fields}\r\n"
        self.connection.sendall(head.encode("ascii"))

    def whole(self, status: int, body: bytes, fields: str = "") -> None:
        kind = "content-type: application/json\r\n"
        self.head(status, f"{kind}content-length: {len(body)}\r\n{fields}")
        self.connection.sendall(body)

    def pieces(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))

    def reset(self) -> None:
        """End the connection with a reset: what was sent may be lost, too."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        raise _CutOffError

    def stall(self) -> None:
        """Say no more until the other side gives up, or the server stops."""
        self.connection.settimeout(0.05)
        until = time.monotonic() + _STALL_SECONDS
        while time.monotonic() < until and not self.server.stopping.is_set():
            try:
                if not self.connection.recv(1):
                    break
            except TimeoutError:
                continue
        raise _CutOffError


def _error(wire: _Wire, status: int, fields: str = "") -> None:
    wire.whole(status, b'{"error": {"message": "told to", "code": "told"}}', fields)


def _good(wire: _Wire) -> None:
    wire.whole(200, _BODY)


def _slow(wire: _Wire) -> None:
    time.sleep(0.01)
    _good(wire)


def _half_a_body(wire: _Wire) -> None:
    wire.head(
        200, f"content-type: application/json\r\ncontent-length: {len(_BODY)}\r\n"
    )
    wire.connection.sendall(_BODY[: len(_BODY) // 2])


def _reset_in_body(wire: _Wire) -> None:
    _half_a_body(wire)
    wire.reset()


def _stall_in_body(wire: _Wire) -> None:
    _half_a_body(wire)
    wire.stall()


def _stream(wire: _Wire) -> None:
    wire.head(200, _SSE)
    wire.pieces(*EVENTS)
    wire.connection.sendall(b"0\r\n\r\n")


def _trickle(wire: _Wire) -> None:
    wire.head(200, _SSE)
    for event in EVENTS:
        wire.pieces(event)
        time.sleep(0.001)
    wire.connection.sendall(b"0\r\n\r\n")


def _half_an_event(wire: _Wire) -> None:
    wire.head(200, _SSE)
    wire.pieces(*EVENTS[:3], EVENTS[3][: len(EVENTS[3]) // 2])


def _break_in_event(wire: _Wire) -> None:
    _half_an_event(wire)
    raise _CutOffError  # the connection is closed in good order, the message is not


def _end_in_event(wire: _Wire) -> None:
    _half_an_event(wire)
    wire.connection.sendall(b"0\r\n\r\n")  # to HTTP this is a whole message


def _reset_in_event(wire: _Wire) -> None:
    _half_an_event(wire)
    wire.reset()


def _stall_in_event(wire: _Wire) -> None:
    _half_an_event(wire)
    wire.stall()


def _redirect_home(wire: _Wire) -> None:
    _error(wire, 307, "location: /v1/chat/completions?hop=1\r\n")


def _redirect_away(wire: _Wire) -> None:
    _error(wire, 307, f"location: {wire.server.elsewhere}/v1/chat/completions\r\n")


FAULTS: Mapping[str, Callable[[_Wire], None]] = {
    "none": _good,
    "slow": _slow,
    "token": lambda wire: wire.whole(200, _TOKEN),
    "once-401": lambda wire: _error(wire, 401, _FINAL),
    "once-429": lambda wire: _error(wire, 429, _SOON),
    "429": lambda wire: _error(wire, 429, _SOON),
    "429-final": lambda wire: _error(wire, 429, _FINAL),
    "429-no-hint": lambda wire: _error(wire, 429),
    "once-500": lambda wire: _error(wire, 500, _SOON),
    "500": lambda wire: _error(wire, 500, _SOON),
    **{
        str(status): partial(_error, status=status, fields=_FINAL)
        for status in (400, 401, 403, 404, 409, 418, 422, 503)
    },
    "malformed": lambda wire: wire.whole(200, b'{"id": "cut off'),
    "silence": _Wire.stall,
    "reset": _Wire.reset,
    "reset-in-body": _reset_in_body,
    "stall-in-body": _stall_in_body,
    "redirect-home": _redirect_home,
    "redirect-away": _redirect_away,
    "stream": _stream,
    "trickle": _trickle,
    "break-in-event": _break_in_event,
    "end-in-event": _end_in_event,
    "reset-in-event": _reset_in_event,
    "stall-in-event": _stall_in_event,
}


class FaultyProvider:
    """Listens on a port of its own from `with` on; one thread for each connection."""

    def __init__(self, *, elsewhere: str = "") -> None:
        self.elsewhere = elsewhere
        """Origin to which `redirect-away` leads."""
        self.stopping = threading.Event()
        self.arrived: dict[str, list[Arrived]] = defaultdict(list)
        """Requests by the call that they name, in order of arrival."""
        self.connections = 0
        self.failures: list[BaseException] = []
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, socket.socket] = {}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._accepting = threading.Thread(target=self._accept, name="faults")

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    @property
    def base_url(self) -> str:
        return f"{self.origin}/v1"

    def __enter__(self) -> Self:
        self._accepting.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stopping.set()
        self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`
        self._accepting.join()
        self._listener.close()
        with self._lock:
            left = dict(self._open)
        for thread, connection in left.items():
            with suppress(OSError):  # its thread was faster
                connection.shutdown(socket.SHUT_RDWR)
            thread.join()
        assert not self.failures, self.failures

    def _accept(self) -> None:
        while not self.stopping.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            # Head and body go out by themselves: Nagle would hold the second for 40 ms.
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections += 1
            thread = threading.Thread(target=self._serve, args=(connection,))
            with self._lock:  # `_serve` cannot strike it off before it is written down
                self._open[thread] = connection
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        wire = _Wire(self, connection)
        try:
            while self._answer(wire):
                pass
        except (OSError, ValueError, _CutOffError):
            pass  # the client has gone, or the fault was to end here
        except BaseException as error:  # noqa: BLE001 - a mistake of the server itself
            self.failures.append(error)
        finally:
            wire.close()
            with self._lock:
                del self._open[threading.current_thread()]

    def _answer(self, wire: _Wire) -> bool:
        request = wire.request()
        if request is None:
            return False
        arrived = self.arrived[request.call]
        arrived.append(request)
        fault = request.fault
        if request.path == TOKEN_PATH:
            fault = "token"
        elif "hop=1" in request.path:
            fault = "none"
        elif fault.startswith("once-"):
            again = len(arrived) > 1 if request.call else request.attempt > 0
            fault = "none" if again else fault
        FAULTS[fault](wire)
        return True
