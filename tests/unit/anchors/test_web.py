"""Exchanges are bounded in time, size and tries."""

import threading
from collections.abc import Callable

import pytest

from affidavit.anchors.web import MAX_ANSWER_BYTES, TRIES, Answer, Web, refusal
from affidavit.errors import AnchorUnavailable
from support.anchors import Received, Reply, replying

SLEPT: list[float] = []
QUICK = Web(timeout=0.2, total=0.4, sleep=SLEPT.append)


def always(reply: Reply) -> Callable[[Received], Reply]:
    return lambda _: reply


def test_an_answer_comes_back_whatever_its_status() -> None:
    reply = Reply(status=409, body=b"7\n", kind="Text/X.Tlog.Size; charset=utf-8")
    with replying(always(reply)) as server:
        answer = QUICK.send("POST", server.url, b"body", headers={"x": "y"})

    assert answer == Answer(status=409, kind="text/x.tlog.size", body=b"7\n")
    (got,) = server.received
    assert (got.method, got.body, got.headers["x"]) == ("POST", b"body", "y")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_failure_that_may_pass_is_tried_again(status: int) -> None:
    replies = [Reply(status=status), Reply(status=status), Reply(status=200)]
    with replying(lambda _: replies.pop(0)) as server:
        assert QUICK.send("POST", server.url, b"").status == 200

    assert len(server.received) == 3


def test_tries_come_to_an_end() -> None:
    SLEPT.clear()
    with (
        replying(always(Reply(status=503, body=b"be\nback  soon"))) as server,
        pytest.raises(AnchorUnavailable, match=r"503 \(be back soon\)"),
    ):
        QUICK.send("POST", server.url, b"")

    assert len(server.received) == TRIES
    assert len(SLEPT) == TRIES - 1


def test_a_server_that_hangs_is_given_up() -> None:
    release = threading.Event()
    hanging = Reply(before=lambda: release.wait(10))
    with replying(always(hanging)) as server:
        try:
            with pytest.raises(AnchorUnavailable, match="ReadTimeout"):
                QUICK.send("POST", server.url, b"")
        finally:
            release.set()


def test_nobody_there_is_unavailable() -> None:
    with replying(always(Reply())) as server:
        pass

    with pytest.raises(AnchorUnavailable, match="ConnectError"):
        QUICK.send("POST", server.url, b"")


def test_an_answer_without_end_is_not_read() -> None:
    with (
        replying(always(Reply(body=b"x" * (MAX_ANSWER_BYTES + 1)))) as server,
        pytest.raises(AnchorUnavailable, match="longer than any"),
    ):
        QUICK.send("POST", server.url, b"")

    assert len(server.received) == 1


def test_an_answer_that_drips_is_given_up() -> None:
    with (
        replying(always(Reply(body=b"x" * 200_000))) as server,
        pytest.raises(AnchorUnavailable, match="come to an end"),
    ):
        Web(total=-1, tries=1).send("POST", server.url, b"")


def test_no_redirect_is_followed() -> None:
    with replying(always(Reply(status=302))) as server:
        assert QUICK.send("POST", server.url, b"").status == 302


@pytest.mark.parametrize("url", ["http://127.0.0.1:x/", "ftp://127.0.0.1/x", "nothing"])
def test_an_address_that_is_none_is_unavailable(url: str) -> None:
    with pytest.raises(AnchorUnavailable):
        QUICK.send("POST", url, b"")


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"", ""), (b"\xff\x00", ""), (b"no such\nlog", " (no such log)")],
)
def test_what_somebody_says_of_a_failure_is_shown_if_it_can_be(
    body: bytes, said: str
) -> None:
    answer = Answer(status=404, kind="", body=body)

    assert refusal("http://w", answer) == f"http://w: answered with 404{said}"
