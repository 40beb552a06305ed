"""The server over raw sockets: what well-behaved clients never send."""

import socket
import struct
import threading
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse

import orjson
import pytest

from affidavit.testing.sandbox import Break, ReceivedRequest, Sandbox

KEY = "Authorization: Bearer k\r\n"
MOST = 100_000


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(most_body_bytes=MOST) as running:
        yield running


@pytest.fixture
def peer(sandbox: Sandbox) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as made:
        yield made


def request(body: bytes = b"", start: str = "POST /v1/responses HTTP/1.1") -> bytes:
    fields = f"Host: x\r\n{KEY}Content-Length: {len(body)}\r\n"
    return f"{start}\r\n{fields}\r\n".encode() + body


def answered(peer: socket.socket, method: str = "POST") -> tuple[HTTPResponse, bytes]:
    response = HTTPResponse(peer, method=method)
    response.begin()
    return response, response.read()


def everything(peer: socket.socket) -> bytes:
    came = bytearray()
    while data := peer.recv(65536):
        came += data
    return bytes(came)


ASK = orjson.dumps({"model": "m", "input": "Hi"})
ASK_STREAM = orjson.dumps({"model": "m", "input": "Hi", "stream": True})


def test_one_connection_carries_many_requests(peer: socket.socket) -> None:
    for _ in range(3):
        peer.sendall(request(ASK))
        response, body = answered(peer)
        assert response.status == 200
        assert orjson.loads(body)["object"] == "response"


def test_requests_sent_ahead_are_answered_in_turn(peer: socket.socket) -> None:
    last = request(ASK).replace(KEY.encode(), f"{KEY}Connection: close\r\n".encode())
    peer.sendall(request(ASK) * 2 + last)

    assert everything(peer).count(b"HTTP/1.1 200 OK") == 3


def test_a_chunked_request_is_read(sandbox: Sandbox) -> None:
    connection = HTTPConnection("127.0.0.1", sandbox.port, timeout=10)
    connection.request(
        "POST",
        "/v1/responses",
        body=iter([ASK[:5], ASK[5:]]),
        headers={"api-key": "k"},
        encode_chunked=True,
    )

    assert connection.getresponse().status == 200
    assert sandbox.requests[0].body == ASK
    connection.close()


def test_malformed_json_is_400_in_openais_shape(peer: socket.socket) -> None:
    peer.sendall(request(b'{"model": '))
    response, body = answered(peer)

    assert response.status == 400
    assert orjson.loads(body)["error"]["code"] == "invalid_json"
    assert response.getheader("x-request-id") is not None


def test_no_credential_is_401_and_the_request_is_remembered(
    sandbox: Sandbox, peer: socket.socket
) -> None:
    sandbox.answer_next(status=503)
    peer.sendall(b"GET /v1/models HTTP/1.1\r\nHost: x\r\n\r\n")

    assert answered(peer)[0].status == 401
    assert sandbox.counts["models.list"] == 1
    # What a test queued waits for a request that is let in.
    peer.sendall(request(ASK))
    assert answered(peer)[0].status == 503


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_another_method_is_405_and_says_which(peer: socket.socket, method: str) -> None:
    peer.sendall(request(start=f"{method} /v1/responses HTTP/1.1"))
    response, body = answered(peer)

    assert (response.status, response.getheader("allow")) == (405, "POST")
    assert orjson.loads(body)["error"]["code"] == "method_not_allowed"


def test_an_answer_to_head_has_no_body(peer: socket.socket) -> None:
    peer.sendall(request(start="HEAD /v1/models HTTP/1.1"))
    assert answered(peer, "HEAD")[0].status == 405

    peer.sendall(request(ASK))
    assert answered(peer)[0].status == 200


def test_a_body_over_the_limit_is_413_though_it_is_still_being_sent(
    sandbox: Sandbox, peer: socket.socket
) -> None:
    peer.sendall(request(b"x" * (MOST + 1)))
    response, body = answered(peer)

    assert response.status == 413
    assert response.getheader("connection") == "close"
    assert "100000 bytes" in orjson.loads(body)["error"]["message"]
    assert sandbox.requests[0].body == b""


def test_a_body_at_the_limit_is_taken(sandbox: Sandbox, peer: socket.socket) -> None:
    peer.sendall(request(ASK.ljust(MOST)))

    assert answered(peer)[0].status == 200
    assert len(sandbox.requests[0].body) == MOST


def test_two_framings_at_once_are_400(peer: socket.socket) -> None:
    both = f"{KEY}Transfer-Encoding: chunked\r\n".encode()
    peer.sendall(request(ASK).replace(KEY.encode(), both))

    assert answered(peer)[0].status == 400


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"this is not HTTP\r\n\r\n", 400),
        (b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 200 + b"\r\n", 431),
        (b"GET / HTTP/9.0\r\n\r\n", 505),
    ],
)
def test_what_is_not_http_is_told_so_in_openais_shape(
    peer: socket.socket, data: bytes, status: int
) -> None:
    peer.sendall(data)
    came = everything(peer)

    assert came.startswith(f"HTTP/1.1 {status} ".encode())
    assert b'{"error":{"message":' in came


def test_a_stream_is_chunked_and_ends_properly(peer: socket.socket) -> None:
    peer.sendall(request(ASK_STREAM))
    response, body = answered(peer)

    assert response.getheader("transfer-encoding") == "chunked"
    assert body.startswith(b"event: response.created\n")
    peer.sendall(request(ASK))
    assert answered(peer)[0].status == 200


def test_a_client_of_http_1_0_gets_a_stream_without_chunks(peer: socket.socket) -> None:
    peer.sendall(request(ASK_STREAM, start="POST /v1/responses HTTP/1.0"))
    came = everything(peer)

    assert b"transfer-encoding" not in came
    assert came.partition(b"\r\n\r\n")[2].startswith(b"event: response.created\n")


def test_a_break_before_the_response_sends_nothing_and_closes(
    sandbox: Sandbox, peer: socket.socket
) -> None:
    sandbox.answer_next(break_at=Break.BEFORE_RESPONSE)
    peer.sendall(request(ASK))

    assert everything(peer) == b""


def test_a_reset_is_a_reset(sandbox: Sandbox, peer: socket.socket) -> None:
    sandbox.answer_next(break_at=Break.RESET)
    peer.sendall(request(ASK))

    with pytest.raises(ConnectionResetError):
        everything(peer)


def test_a_break_in_a_whole_answer_sends_half_of_what_it_promised(
    sandbox: Sandbox, peer: socket.socket
) -> None:
    sandbox.answer_next(break_at=Break.MID_STREAM)
    peer.sendall(request(ASK))
    head, _, body = everything(peer).partition(b"\r\n\r\n")

    promised = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert len(body) == promised // 2


def test_a_pause_between_chunks_ends_when_the_sandbox_closes(
    sandbox: Sandbox, peer: socket.socket
) -> None:
    sandbox.answer_next(chunk_delay_ms=60_000)
    peer.sendall(request(ASK_STREAM))
    came = b""
    while b"response.created" not in came:
        came += peer.recv(65536)
    sandbox.close()

    came += everything(peer)
    assert came.count(b"event: ") == 1
    assert not came.endswith(b"0\r\n\r\n")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"POST /v1/resp",
        request(ASK)[:-3],
        request(ASK.replace(b"}", b', "stream": true}')),
    ],
)
def test_a_client_that_hangs_up_disturbs_nobody(
    data: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    with Sandbox() as sandbox:
        rude = socket.create_connection(("127.0.0.1", sandbox.port), timeout=10)
        rude.sendall(data)
        # A reset instead of a FIN: the sandbox's next read or write fails.
        rude.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        rude.close()
        with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as peer:
            peer.sendall(request(ASK))
            assert answered(peer)[0].status == 200

    assert capfd.readouterr().err == ""


def test_a_bug_is_printed_and_not_swallowed(capfd: pytest.CaptureFixture[str]) -> None:
    def watch(_request: ReceivedRequest, _status: int | None) -> None:
        raise RuntimeError("a bug in the watcher")

    with (
        Sandbox(watch=watch) as sandbox,
        socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as peer,
    ):
        peer.sendall(request(ASK))
        assert everything(peer) == b""

    assert "a bug in the watcher" in capfd.readouterr().err


def test_many_connections_at_once_are_all_served(sandbox: Sandbox) -> None:
    statuses: list[int] = []

    def call() -> None:
        with socket.create_connection(("127.0.0.1", sandbox.port), timeout=10) as peer:
            peer.sendall(request(ASK))
            statuses.append(answered(peer)[0].status)

    threads = [threading.Thread(target=call) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert statuses == [200] * 64
    assert len(sandbox.requests) == 64


def test_only_loopback_is_bound(sandbox: Sandbox) -> None:
    assert sandbox.url == f"http://127.0.0.1:{sandbox.port}"
    with (
        pytest.raises(ConnectionRefusedError),
        socket.create_connection(("127.0.0.2", sandbox.port), timeout=10),
    ):
        pass
