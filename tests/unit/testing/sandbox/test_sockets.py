import json
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from affidavit.errors import SettingsInvalid
from affidavit.testing import Sandbox
from affidavit.testing.sandbox.sockets import Trouble

KEY = {"Authorization": "Bearer sk"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def opened(sandbox: Sandbox, path: str = "/realtime?model=m") -> Any:
    return connect(sandbox.websocket_url + path, additional_headers=KEY)


def until(socket: Any, kind: str) -> dict[str, Any]:
    for message in socket:
        event: dict[str, Any] = json.loads(message)
        if event["type"] == kind:
            return event
    raise AssertionError(f"no {kind} came")


def test_what_arrived_can_be_looked_at(sandbox: Sandbox) -> None:
    with opened(sandbox) as socket:
        socket.send('{"type":"response.create"}')
        socket.send(b"junk")
        socket.send("[1]")
        until(socket, "response.done")
        until(socket, "error")
        until(socket, "error")
    [handshake] = sandbox.sockets.handshakes
    assert (handshake.path, handshake.query) == ("/v1/realtime", {"model": "m"})
    assert handshake.headers["authorization"] == "Bearer sk"
    assert sandbox.sockets.types() == ["response.create", "None", "None"]
    assert sandbox.sockets.events[1].frame == b"junk"
    assert {each.connection for each in sandbox.sockets.events} == {0}


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [("/nothing", KEY, 404), ("/realtime", {}, 401)],
)
def test_a_handshake_that_means_nothing_is_declined(
    sandbox: Sandbox, path: str, headers: dict[str, str], status: int
) -> None:
    with pytest.raises(InvalidStatus) as declined:
        connect(sandbox.websocket_url + path, additional_headers=headers)
    assert declined.value.response.status_code == status


def test_a_handshake_is_refused_on_request(sandbox: Sandbox) -> None:
    sandbox.sockets.trouble_next(Trouble.REFUSE)
    with pytest.raises(InvalidStatus, match="503"):
        opened(sandbox)
    opened(sandbox).close()


def test_a_response_goes_wrong_on_request(sandbox: Sandbox) -> None:
    for trouble in (Trouble.FAIL, Trouble.ERROR, Trouble.CLOSE, Trouble.DROP):
        sandbox.sockets.trouble_next(trouble)
    with opened(sandbox) as socket:
        socket.send('{"type":"response.create"}')
        assert until(socket, "response.done")["response"]["status"] == "failed"
        socket.send('{"type":"response.create"}')
        until(socket, "error")
        socket.send('{"type":"response.create"}')
        assert not any("response.done" in message for message in socket)
        assert socket.close_code == 1000
    with opened(sandbox) as socket:
        socket.send('{"type":"response.create"}')
        with pytest.raises(ConnectionClosed):
            until(socket, "response.done")


def test_a_responses_socket_says_that_it_failed(sandbox: Sandbox) -> None:
    sandbox.sockets.trouble_next(Trouble.FAIL)
    with opened(sandbox, "/responses") as socket:
        socket.send('{"type":"response.create","model":"m","input":"hi"}')
        assert until(socket, "response.failed")["response"]["error"]


def test_a_session_that_is_closed_ends_the_connection(sandbox: Sandbox) -> None:
    with opened(sandbox, "/live/sessions") as socket:
        socket.send('{"type":"session.close"}')
        until(socket, "session.closed")
        assert list(socket) == []


def test_it_listens_from_the_first_use_to_the_end() -> None:
    sandbox = Sandbox().start()
    sandbox.close()
    with Sandbox() as used:
        assert used.sockets is used.sockets
        url = used.websocket_url
    with pytest.raises(OSError):
        connect(url, additional_headers=KEY)


def test_what_arrived_stays_readable_until_it_is_started_again() -> None:
    sandbox = Sandbox().start()
    opened(sandbox).close()
    sandbox.close()
    sandbox.close()
    assert len(sandbox.sockets.handshakes) == 1

    with sandbox:
        opened(sandbox, "/realtime?model=again").close()
        assert sandbox.sockets.handshakes[0].query == {"model": "again"}


def test_without_the_library_it_says_what_to_install(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "websockets.sync.server", None)
    with pytest.raises(SettingsInvalid, match=r"openai\[realtime\]"):
        _ = sandbox.sockets
