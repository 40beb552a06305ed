"""Bounded sockets: who is slow or one too many is hung up on, the rest is answered."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from affidavit.errors import SettingsInvalid
from affidavit.listening import BoundedServer, Exchanges

MOST = 8


class _Echo(Exchanges):
    server_version = "echo"

    def do_POST(self) -> None:  # noqa: N802 - the name that `http.server` calls
        length = self.length(MOST)
        if length is None:
            self.say(400, b"no", close=True)
        elif (body := self.body(length)) is not None:
            with self.server.answering():
                self.say(200, body, told="echoed")


@contextmanager
def served(**limits: float) -> Iterator[tuple[BoundedServer, list[str]]]:
    log: list[str] = []
    server = BoundedServer(("127.0.0.1", 0), _Echo, tell=log.append, **limits)  # type: ignore[arg-type]  # limits by name
    thread = threading.Thread(
        target=server.serve_forever, kwargs={"poll_interval": 0.02}
    )
    thread.start()
    try:
        yield server, log
    finally:
        server.shutdown()
        thread.join()
        server.close()


def test_a_request_is_answered_and_logged() -> None:
    with served() as (server, log):
        assert httpx.post(server.url, content=b"hello").content == b"hello"
        assert httpx.post(server.url, content=b"x" * (MOST + 1)).status_code == 400

    assert log[0].endswith("POST / 200 echoed")


def test_whoever_says_nothing_is_hung_up_on() -> None:
    with (
        served(exchange_seconds=0.05) as (server, _),
        socket.create_connection(("127.0.0.1", server.server_port), 5) as peer,
    ):
        assert peer.recv(1) == b""


def test_one_connection_too_many_is_not_taken() -> None:
    with served(max_connections=1) as (server, _):
        address = ("127.0.0.1", server.server_port)
        with (
            socket.create_connection(address, 5) as first,
            socket.create_connection(address, 5) as second,
        ):
            first.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n")
            assert second.recv(1) == b""
            first.sendall(b"x")
            assert first.recv(12) == b"HTTP/1.1 200"


def test_an_address_that_cannot_be_had_is_told() -> None:
    with pytest.raises(SettingsInvalid, match="the server cannot listen"):
        BoundedServer(("127.0.0.1", 99999), _Echo, tell=lambda _: None)
