"""The sockets of the sandbox: a thread for each connection, on 127.0.0.1 only.

Knows HTTP connections and how to end them, well or badly; what a request is answered
with is decided by the function that it is given. Built on the standard library's
`http.server`, so that production installs carry no web server.
"""

import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import Event, Lock, Thread, current_thread
from typing import Any, Final, assert_never

from affidavit.errors import SettingsInvalid
from affidavit.testing.sandbox.http import (
    Answer,
    BodyUnreadable,
    Declined,
    Download,
    Headers,
    Part,
    Stream,
    error_answer,
)
from affidavit.testing.sandbox.instructions import Break
from affidavit.testing.sandbox.multipart import Form, boundary_of, read_form
from affidavit.testing.sandbox.provider import Plan
from affidavit.testing.sandbox.wire import (
    LAST_CHUNK,
    body_pieces,
    chunk,
    head,
    read_body,
)

HOST: Final = "127.0.0.1"
_LONGEST_REQUEST_LINE: Final = 65_536
_DRAIN_SECONDS: Final = 2.0
_JOIN_SECONDS: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One request as it was read."""

    method: str
    target: str
    """Path and query, as sent."""
    headers: Headers
    body: bytes
    parts: tuple[Part, ...] = ()
    """Fields and files, when the body is a form."""
    declined: Declined | None = None
    """Why its body was not read to the end."""


Respond = Callable[[Arrival], Plan]


class Server(ThreadingHTTPServer):
    """Listens from construction on; `SettingsInvalid` if the port cannot be had."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_port = False
    # socketserver's 5 would make a burst of connections wait for TCP to try again.
    request_queue_size = 1024

    def __init__(
        self,
        port: int,
        respond: Respond,
        *,
        most_body_bytes: int,
        most_form_bytes: int,
    ) -> None:
        self.respond = respond
        self.most_body_bytes = most_body_bytes
        self.most_form_bytes = most_form_bytes
        self.stopping = Event()
        self._lock = Lock()
        self._open: dict[Thread, socket.socket] = {}
        self._accepting = Thread(target=self._accept, name="sandbox", daemon=True)
        try:
            super().__init__((HOST, port), _Connection)
        except (OSError, OverflowError) as error:
            raise SettingsInvalid(
                f"the sandbox cannot listen on {HOST}:{port} ({error}). "
                "Name another port, or 0 for any that is free."
            ) from error

    def server_bind(self) -> None:
        """Bind without `HTTPServer`'s look-up of the host's name: that can hang."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def start(self) -> None:
        """Accept connections in a thread of its own."""
        self._accepting.start()

    def wait(self) -> None:
        """Return once the server is closed; an interrupt comes through."""
        self._accepting.join()

    def _accept(self) -> None:
        while not self.stopping.is_set():
            self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Take no connection once stopping: `close` makes one to wake the accepter."""
        del request, client_address
        return not self.stopping.is_set()

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a connection in a thread that `close` knows of."""
        arguments = (request, client_address)
        thread = Thread(
            target=self._serve, args=arguments, name="sandbox-connection", daemon=True
        )
        with self._lock:  # `_serve` cannot strike it off before it is written down
            thread.start()
            self._open[thread] = request

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            with self._lock:
                del self._open[current_thread()]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that hang up; print any other error: it is a bug."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def close(self) -> None:
        """Stop listening, end every connection, and wait for their threads to end."""
        self.stopping.set()
        self._wake()
        self._accepting.join(_JOIN_SECONDS)
        self.server_close()
        with self._lock:
            connections = list(self._open.items())
        for _, request in connections:
            _hang_up(request, socket.SHUT_RDWR)
        for thread, _ in connections:
            thread.join(_JOIN_SECONDS)

    def _wake(self) -> None:
        try:
            socket.create_connection((HOST, self.server_port), _JOIN_SECONDS).close()
        except OSError:
            # The backlog is full or the socket is gone: the accepter is awake already.
            return


def _hang_up(connection: socket.socket, how: int) -> None:
    try:
        connection.shutdown(how)
    except OSError:
        return  # the other side was quicker


class _Connection(BaseHTTPRequestHandler):
    """One connection: request after request until either side ends it."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def handle_one_request(self) -> None:
        """Read one request, of any method, and answer it."""
        self.raw_requestline = self.rfile.readline(_LONGEST_REQUEST_LINE + 1)
        if len(self.raw_requestline) > _LONGEST_REQUEST_LINE:
            self.command, self.request_version = "", ""
            self.send_error(414)
        elif not self.raw_requestline:
            self.close_connection = True
        elif self.parse_request():
            self._exchange()

    def log_message(self, *_: object) -> None:
        """Nothing: whoever wants to see the requests asks the sandbox."""

    def send_error(
        self, code: int, message: str | None = None, explain: str | None = None
    ) -> None:
        """Answer what is not HTTP (the base class calls this) in OpenAI's shape."""
        del explain
        self.close_connection = True
        self._write_answer(error_answer(code, message or "This is not HTTP/1.1."), None)

    def _exchange(self) -> None:
        arrival = self._arrival()
        plan = self.server.respond(arrival)
        if plan.delay_ms and self.server.stopping.wait(plan.delay_ms / 1000):
            self.close_connection = True
            return
        if arrival.declined is not None:
            self.close_connection = True
        self._carry_out(plan)
        if arrival.declined is not None:
            self._drain()

    def _arrival(self) -> Arrival:
        headers = Headers(self.headers.items())
        declined = None
        try:
            form = self._body(headers)
        except BodyUnreadable as error:
            form, declined = Form(parts=(), body=error.read), error
        return Arrival(
            method=self.command,
            target=self.path,
            headers=headers,
            body=form.body,
            parts=form.parts,
            declined=declined,
        )

    def _body(self, headers: Headers) -> Form:
        boundary = boundary_of(headers)
        if boundary is None:
            most = self.server.most_body_bytes
            body = read_body(headers, self.rfile, most=most)
            return Form(parts=(), body=body)
        most = self.server.most_form_bytes
        return read_form(body_pieces(headers, self.rfile, most=most), boundary)

    def _carry_out(self, plan: Plan) -> None:
        match plan.break_at:
            case Break.RESET:
                self._reset()
            case Break.BEFORE_RESPONSE:
                self.close_connection = True
            case Break.MID_STREAM | None:
                self._reply(plan)
            case _:
                assert_never(plan.break_at)

    def _reply(self, plan: Plan) -> None:
        if plan.break_at is not None:
            self.close_connection = True
        match plan.reply:
            case Answer():
                self._write_answer(plan.reply, plan.break_at)
            case Stream():
                self._write_stream(plan.reply, plan)
            case Download():
                self._write_download(plan.reply, plan.break_at)
            case _:
                assert_never(plan.reply)

    def _write_answer(self, answer: Answer, break_at: Break | None) -> None:
        length = {"content-length": str(len(answer.body))}
        body = b"" if self.command == "HEAD" else answer.body
        if break_at is not None:
            body = body[: len(body) // 2]
        fields = {**answer.headers, **length, **self._connection_fields()}
        self.wfile.write(head(answer.status, fields) + body)

    def _write_download(self, download: Download, break_at: Break | None) -> None:
        size = download.blob.size
        length = {"content-length": str(size)}
        fields = {**download.headers, **length, **self._connection_fields()}
        self.wfile.write(head(download.status, fields))
        left = size if break_at is None else size // 2
        for piece in download.blob.pieces():
            self.wfile.write(piece[:left])
            left -= len(piece)
            if left <= 0:
                return

    def _write_stream(self, stream: Stream, plan: Plan) -> None:
        chunked = self.request_version != "HTTP/1.0"
        self.close_connection = self.close_connection or not chunked
        framing = {"transfer-encoding": "chunked"} if chunked else {}
        fields = {**stream.headers, **framing, **self._connection_fields()}
        self.wfile.write(head(stream.status, fields))
        events = stream.events
        if plan.break_at is not None:
            events = events[: (len(events) + 1) // 2]
        for event in events:
            self.wfile.write(chunk(event) if chunked else event)
            if self._paused(plan.chunk_delay_ms):
                return
        if chunked and plan.break_at is None:
            self.wfile.write(LAST_CHUNK)

    def _paused(self, milliseconds: int) -> bool:
        """Wait; whether the server stops meanwhile: the stream then ends unfinished."""
        if not milliseconds or not self.server.stopping.wait(milliseconds / 1000):
            return False
        self.close_connection = True
        return True

    def _connection_fields(self) -> dict[str, str]:
        fields = {"date": self.date_time_string()}
        if self.close_connection:
            fields["connection"] = "close"
        return fields

    def _reset(self) -> None:
        """Close so that the kernel sends RST: no lingering, and no FIN before it."""
        self.close_connection = True
        no_linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_linger)
        self.rfile.close()
        self.connection.close()

    def _drain(self) -> None:
        """Read off what the client still sends, for a while: closing with bytes unread
        would send a reset, and the client might never see the answer.
        """
        _hang_up(self.connection, socket.SHUT_WR)
        self.connection.settimeout(_DRAIN_SECONDS)
        left = 4 * self.server.most_body_bytes
        try:
            while left > 0 and (data := self.connection.recv(1 << 16)):
                left -= len(data)
        except OSError:
            return
