"""The witness's sockets: the specification over real HTTP, and hostile clients."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import httpx
import pytest

from affidavit.anchors.server import WitnessServer
from affidavit.errors import SettingsInvalid
from affidavit.tlog.checkpoint import Checkpoint, sign
from affidavit.tlog.submission import MAX_SUBMISSION_BYTES, Submission
from support.anchors import LOG, WITNESS, Log, a_witness, served

ONE, OTHER = Log(70), Log(70, history="another")
DIGEST = sha256(LOG.name.encode()).hexdigest()
Running = tuple[WitnessServer, list[str]]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with served(a_witness(tmp_path)) as running:
        yield running


def post(running: Running, body: bytes) -> httpx.Response:
    return httpx.post(f"{running[0].url}/add-checkpoint", content=body)


def raw(running: Running, data: bytes, *, end: bool = True) -> bytes:
    """What comes back for bytes that no client of ours sends."""
    with socket.create_connection(("127.0.0.1", running[0].server_port), 5) as peer:
        peer.sendall(data)
        if end:
            peer.shutdown(socket.SHUT_WR)
        answer = b""
        while part := peer.recv(1 << 16):
            answer += part
        return answer


def test_each_answer_of_the_specification_goes_over_the_wire(running: Running) -> None:
    other = Checkpoint("other.example/log", 7, ONE.head(7).root)
    bodies = [
        (200, ONE.body(0, 7)),
        (400, b"garbage"),
        (400, Submission(9, (), ONE.note(7)).encode()),
        (403, Submission(7, (), sign(ONE.head(7), WITNESS.signer)).encode()),
        (404, Submission(0, (), sign(other, LOG.signer)).encode()),
        (409, ONE.body(5, 9)),
        (422, OTHER.body(7, 9)),
        (422, OTHER.body(7, 7)),
        (200, ONE.body(7, 9)),
        (200, ONE.body(9, 9)),
    ]

    answers = [post(running, body) for _, body in bodies]

    assert [each.status_code for each in answers] == [code for code, _ in bodies]
    assert answers[0].text.startswith(f"— {WITNESS.name} ")
    assert answers[5].headers["content-type"] == "text/x.tlog.size"
    assert answers[5].text == "7\n"


def test_monitors_get_the_head_and_both_signatures(running: Running) -> None:
    url = f"{running[0].url}/{DIGEST}/checkpoint"
    assert httpx.get(url).status_code == 404
    cosigned = post(running, ONE.body(0, 7)).content

    assert httpx.get(url).content == ONE.note(7) + cosigned


def test_requests_share_a_connection(running: Running) -> None:
    with httpx.Client(base_url=running[0].url) as client:
        sizes = [0, 3, 7, 9]
        codes = [
            client.post("/add-checkpoint", content=ONE.body(old, new)).status_code
            for old, new in pairwise(sizes)
        ]

    assert codes == [200, 200, 200]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/add-checkpoint"), ("POST", "/other")]
)
def test_nothing_else_is_there(running: Running, method: str, path: str) -> None:
    response = httpx.request(method, running[0].url + path, content=b"x")

    assert response.status_code == 404
    assert response.headers["connection"] == "close"


def test_other_methods_are_refused(running: Running) -> None:
    assert httpx.put(f"{running[0].url}/add-checkpoint").status_code == 501


@pytest.mark.parametrize(
    "head",
    [
        f"Content-Length: {MAX_SUBMISSION_BYTES + 1}",
        "Content-Length: 99999999999999999999",
        "Content-Length: -1",
        "Content-Length: 0x10",
        "Transfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "X: y",
    ],
)
def test_a_body_without_one_bounded_length_is_refused_unread(
    running: Running, head: str
) -> None:
    request = f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n{head}\r\n\r\n"

    answer = raw(running, request.encode(), end=False)

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"connection: close" in answer


def test_a_body_that_is_cut_short_is_not_acted_upon(
    running: Running, tmp_path: Path
) -> None:
    body = ONE.body(0, 7)
    head = f"POST /add-checkpoint HTTP/1.1\r\nContent-Length: {len(body) + 1}\r\n\r\n"

    assert raw(running, head.encode() + body) == b""
    assert not (tmp_path / DIGEST).exists()


@pytest.mark.parametrize(
    "data", [b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"\r\n\r\n", b"A" * 70000]
)
def test_what_is_no_http_ends_the_connection_only(
    running: Running, data: bytes
) -> None:
    raw(running, data)

    assert post(running, ONE.body(0, 7)).status_code == 200


def test_each_answer_is_a_line_of_the_access_log(running: Running) -> None:
    post(running, ONE.body(0, 7))
    raw(running, b"NOT HTTP AT ALL\r\n\r\n")

    assert re.search(rf"POST /add-checkpoint 200 {LOG.name} 7$", running[1][0])
    assert re.search(r" - - 400 ", running[1][1])


def test_a_client_that_drips_is_hung_up_on(tmp_path: Path) -> None:
    with served(a_witness(tmp_path), exchange_seconds=0.2) as running:
        port = running[0].server_port
        with socket.create_connection(("127.0.0.1", port), 5) as peer:
            began, ended = time.monotonic(), False
            while not ended and time.monotonic() < began + 20:
                try:
                    peer.sendall(b"P")
                    peer.settimeout(0.05)
                    ended = peer.recv(1) == b""
                except TimeoutError:
                    continue
                except ConnectionError:
                    ended = True

        assert ended
        assert post(running, ONE.body(0, 7)).status_code == 200


def test_one_connection_too_many_is_closed_and_the_others_are_served(
    tmp_path: Path,
) -> None:
    with served(a_witness(tmp_path), max_connections=2) as running:
        port = running[0].server_port
        with (
            socket.create_connection(("127.0.0.1", port), 5) as first,
            socket.create_connection(("127.0.0.1", port), 5) as second,
        ):
            # Both are known once they are served.
            for peer in (first, second):
                peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
                assert peer.recv(1 << 16).startswith(b"HTTP/1.1 404")
            with pytest.raises(httpx.TransportError):
                post(running, ONE.body(0, 7))
            assert running[1][-1].endswith("404 ")


def test_a_decision_under_way_is_answered_before_the_server_is_closed(
    tmp_path: Path,
) -> None:
    ticking, go_on = threading.Event(), threading.Event()

    def clock() -> float:
        ticking.set()
        go_on.wait(10)
        return 1_700_000_000.0

    statuses: list[int] = []
    with served(a_witness(tmp_path, clock=clock)) as running:
        client = threading.Thread(
            target=lambda: statuses.append(post(running, ONE.body(0, 7)).status_code)
        )
        client.start()
        assert ticking.wait(10)
        running[0].shutdown()
        closing = threading.Thread(target=running[0].close)
        closing.start()
        go_on.set()
        closing.join()
        client.join()

    assert statuses == [200]


def test_an_address_that_is_taken_is_an_error_of_the_settings(
    running: Running, tmp_path: Path
) -> None:
    taken = ("127.0.0.1", running[0].server_port)

    with pytest.raises(SettingsInvalid, match="cannot listen"):
        WitnessServer(taken, a_witness(tmp_path), tell=lambda _: None)


def test_an_ipv6_address_is_in_brackets(tmp_path: Path) -> None:
    if not socket.has_ipv6:
        return
    try:
        server = WitnessServer(("::1", 0), a_witness(tmp_path), tell=lambda _: None)
    except SettingsInvalid:
        return  # this machine has no IPv6
    server.server_close()

    assert server.url.startswith("http://[::1]:")
