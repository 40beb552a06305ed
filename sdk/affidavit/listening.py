"""A small web server whose every wait is bounded: a thread for each connection.

Knows HTTP/1.1 as the standard library reads it, and how to end whatever takes too long,
is too large or is one too many. What a request is answered with is a subclass's affair.
Says nothing in clear that needs hiding; TLS is a reverse proxy's.
"""

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any

from affidavit.errors import SettingsInvalid

EXCHANGE_SECONDS = 15.0
"""From a request's first byte, or the answer before it, to its answer."""
MAX_CONNECTIONS = 64
CLOSE_SECONDS = 10.0
TEXT_TYPE = "text/plain; charset=utf-8"

Tell = Callable[[str], None]


class BoundedServer(ThreadingHTTPServer):
    """Listens from construction on; `SettingsInvalid` when the address is not to be
    had.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_port = False
    request_queue_size = 128
    noun = "server"
    """What it is, in messages."""

    def __init__(
        self,
        address: tuple[str, int],
        connection: "type[Exchanges]",
        *,
        tell: Tell,
        exchange_seconds: float = EXCHANGE_SECONDS,
        max_connections: int = MAX_CONNECTIONS,
    ) -> None:
        self.tell = tell
        self.exchange_seconds = exchange_seconds
        self._most = max_connections
        self._guard = threading.Lock()
        self._deadlines: dict[socket.socket, float] = {}
        self._answering = 0
        self._idle = threading.Condition(self._guard)
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        try:
            super().__init__(address, connection)
        except (OSError, OverflowError) as error:
            raise SettingsInvalid(
                f"the {self.noun} cannot listen on {address[0]}:{address[1]} "
                f"({error}). Name another address or port."
            ) from error

    def server_bind(self) -> None:
        """Bind without `HTTPServer`'s look-up of the host's name: that can hang."""
        TCPServer.server_bind(self)
        host, self.server_port = self.server_address[:2]
        self.server_name = str(host)

    @property
    def url(self) -> str:
        """Where it is, as this machine sees it."""
        host = self.server_name
        return f"http://{f'[{host}]' if ':' in host else host}:{self.server_port}"

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Take no more connections than there may be threads."""
        del client_address
        with self._guard:
            if len(self._deadlines) >= self._most:
                return False
            self._deadlines[request] = time.monotonic() + self.exchange_seconds
        return True

    def service_actions(self) -> None:
        """Hang up on whoever is overdue; runs twice a second."""
        now = time.monotonic()
        with self._guard:
            overdue = [each for each, end in self._deadlines.items() if end < now]
        for connection in overdue:
            _hang_up(connection)

    def renew(self, connection: socket.socket) -> None:
        """A new exchange begins on a connection."""
        with self._guard:
            if connection in self._deadlines:
                end = time.monotonic() + self.exchange_seconds
                self._deadlines[connection] = end

    def shutdown_request(self, request: Any) -> None:
        """Strike off and close a connection that has ended."""
        with self._guard:
            self._deadlines.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up; print any other error: it is a bug."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """What is done within, the answer's last byte included, `close` waits for."""
        with self._guard:
            self._answering += 1
        try:
            yield
        finally:
            with self._idle:
                self._answering -= 1
                self._idle.notify_all()

    def close(self) -> None:
        """Stop listening and let what is being answered be answered, for a while."""
        self.server_close()
        with self._idle:
            self._idle.wait_for(lambda: not self._answering, CLOSE_SECONDS)
            connections = list(self._deadlines)
        for connection in connections:
            _hang_up(connection)


def _hang_up(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was quicker


class Exchanges(BaseHTTPRequestHandler):
    """One connection: request after request until either side ends it."""

    server: BoundedServer
    protocol_version = "HTTP/1.1"
    sys_version = ""
    disable_nagle_algorithm = True

    def setup(self) -> None:
        """No read or write waits longer than a whole exchange may take."""
        super().setup()
        self.connection.settimeout(self.server.exchange_seconds)

    def handle_one_request(self) -> None:
        """Read one request and answer it, within its time."""
        self.server.renew(self.connection)
        super().handle_one_request()

    def length(self, most: int) -> int | None:
        """How long the request's body is; None without one length of at most `most`."""
        given = self.headers.get_all("content-length") or []
        if len(given) != 1 or self.headers.get("transfer-encoding") is not None:
            return None
        text = given[0].strip()
        if not (text.isascii() and text.isdecimal()) or len(text) > 9:
            return None
        length = int(text)
        return length if length <= most else None

    def body(self, length: int) -> bytes | None:
        """The body; None where the connection ended inside it."""
        body = self.rfile.read(length)
        if len(body) < length:
            self.close_connection = True
            return None
        return body

    def say(
        self,
        status: int,
        body: bytes,
        *,
        kind: str = TEXT_TYPE,
        told: str = "",
        close: bool = False,
    ) -> None:
        """Answer; `told` is for the log."""
        if close:
            self.close_connection = True
        self.log_request(status, told)
        self.send_response_only(status)
        self.send_header("date", self.date_time_string())
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(body)))
        self.send_header("cache-control", "no-store")
        if self.close_connection:
            self.send_header("connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """One line for each request that was answered."""
        # What is not HTTP has neither a command nor a path.
        asked = f"{self.command or '-'} {getattr(self, 'path', '-')[:100]}"
        self.server.tell(
            f"{self.log_date_time_string()} {self.client_address[0]} {asked} "
            f"{int(code)} {size}"
        )

    def log_message(self, *_: object) -> None:
        """Nothing else: `log_request` says it all."""
