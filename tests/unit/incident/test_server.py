"""The receiver's sockets: one path, one method, one bounded body, headers once."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx
import pytest

from affidavit.errors import SettingsInvalid
from affidavit.incident.receiver import Answer, Receiver
from affidavit.incident.server import WebhookServer
from affidavit.trail.notices import MAX_DOCUMENT_BYTES


class Taking(Receiver):
    """Takes everything, and remembers what it was shown."""

    def __init__(self) -> None:
        self.seen: list[tuple[bytes, Mapping[str, str]]] = []

    def deliver(self, payload: bytes, headers: Mapping[str, str]) -> Answer:
        self.seen.append((payload, headers))
        return Answer(status=200, text="taken\n", told="incident i1")


@contextmanager
def served(receiver: Receiver) -> Iterator[tuple[WebhookServer, list[str]]]:
    log: list[str] = []
    server = WebhookServer(
        ("127.0.0.1", 0), receiver, tell=log.append, told=lambda _: None
    )
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


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[WebhookServer, list[str]]]:
    with served(Taking()) as found:
        yield found


Running = tuple[WebhookServer, list[str]]


def raw(running: Running, data: str) -> str:
    address = ("127.0.0.1", running[0].server_port)
    with socket.create_connection(address, 5) as peer:
        peer.sendall(data.encode())
        peer.shutdown(socket.SHUT_WR)
        answer = b""
        while part := peer.recv(1 << 16):
            answer += part
    return answer.decode().split("\r\n")[0]


def test_a_delivery_is_handed_on_and_answered(running: Running) -> None:
    server, log = running
    answer = httpx.post(
        f"{server.url}/webhook", content=b"{}", headers={"Webhook-Id": "wh_1"}
    )

    assert (answer.status_code, answer.text) == (200, "taken\n")
    assert isinstance(server.receiver, Taking)
    payload, headers = server.receiver.seen[-1]
    assert payload == b"{}"
    assert headers["webhook-id"] == "wh_1"
    assert log[-1].endswith("POST /webhook 200 incident i1")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/", 404),
        ("GET", "/", 404),
        ("GET", "/webhook", 405),
        ("PUT", "/webhook", 501),
    ],
)
def test_nothing_else_is_there(
    running: Running, method: str, path: str, status: int
) -> None:
    answer = httpx.request(method, running[0].url + path, content=b"{}")

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("X: y", "411"),
        (f"Content-Length: {MAX_DOCUMENT_BYTES + 1}", "413"),
        ("Content-Length: -1", "400"),
        ("Transfer-Encoding: chunked", "400"),
        ("Content-Length: 2\r\nContent-Length: 2", "400"),
    ],
)
def test_a_body_without_one_bounded_length_is_refused_unread(
    running: Running, head: str, status: str
) -> None:
    request = f"POST /webhook HTTP/1.1\r\nHost: w\r\n{head}\r\n\r\n"

    assert raw(running, request).split()[1] == status


def test_a_header_that_came_twice_is_no_header(running: Running) -> None:
    raw(
        running,
        "POST /webhook HTTP/1.1\r\nHost: w\r\nContent-Length: 2\r\n"
        "Webhook-Id: a\r\nwebhook-id: b\r\nConnection: close\r\n\r\n{}",
    )
    receiver = running[0].receiver

    assert isinstance(receiver, Taking)
    assert "webhook-id" not in receiver.seen[-1][1]


def test_a_body_that_stops_short_is_not_taken(running: Running) -> None:
    receiver = running[0].receiver
    assert isinstance(receiver, Taking)
    before = len(receiver.seen)
    raw(running, "POST /webhook HTTP/1.1\r\nHost: w\r\nContent-Length: 9\r\n\r\n{}")

    assert len(receiver.seen) == before


def test_an_address_that_is_taken_is_told(running: Running) -> None:
    taken = ("127.0.0.1", running[0].server_port)

    with pytest.raises(SettingsInvalid, match="the receiver cannot listen"):
        WebhookServer(taken, Taking(), tell=lambda _: None, told=lambda _: None)
