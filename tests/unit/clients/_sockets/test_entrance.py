import socket
import threading
from collections.abc import Iterator
from typing import Any, Self

import pytest
from websockets.exceptions import WebSocketException
from websockets.sync.server import serve

from affidavit import CallUngoverned
from affidavit.calls import How
from affidavit.testing import MemoryGovernor, Sandbox
from support.sockets import HAS_LIVE, Kind


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    made = Kind(is_async=request.param == "async")
    yield made
    made.close()


class Redirector:
    """Answers each handshake with a redirect."""

    def __init__(self, to: str) -> None:
        def redirect(connection: Any, _: Any) -> Any:
            response = connection.respond(307, "elsewhere\n")
            response.headers["Location"] = to
            return response

        self._server = serve(lambda _: None, "127.0.0.1", 0, process_request=redirect)
        port = self._server.socket.getsockname()[1]
        self.url = f"ws://127.0.0.1:{port}/v1"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()


def test_no_handshake_follows_a_redirect_to_another_origin(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    with Redirector(f"{sandbox.websocket_url}/realtime?model=m") as there:
        client = kind.client(sandbox, governor, websocket_base_url=there.url)
        # The sync client of websockets follows none; openai 3 refuses by itself.
        with (
            pytest.raises((CallUngoverned, WebSocketException)),
            kind.open(client.realtime.connect(model="m")),
        ):
            pass
    assert sandbox.sockets.handshakes == []
    [outcome] = governor.outcomes
    assert outcome.attempts[0].status == 307


def test_a_redirect_within_the_origin_is_decided_by_its_path(
    sandbox: Sandbox,
) -> None:
    kind = Kind(is_async=True)
    governor = MemoryGovernor()
    with Redirector("/v1/responses") as there:
        client = kind.client(sandbox, governor, websocket_base_url=there.url)
        manager = client.realtime.connect(
            model="m", websocket_connection_options={"open_timeout": 0.5}
        )
        with pytest.raises(Exception), kind.open(manager):  # noqa: B017 - it never ends
            pass
    endpoints = {decision.call.endpoint for decision in governor.decisions}
    assert endpoints == {"realtime.connect", "responses.connect"}
    assert len(governor.outcomes) == len(governor.decisions)
    kind.close()


def test_the_purpose_of_a_connection_is_checked(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    manager = client.realtime.connect(
        model="m", extra_headers={"X-Declared-Purpose": "not\na purpose"}
    )
    with pytest.raises(Exception, match="purpose"), kind.open(manager):
        pass
    assert governor.decisions == []


def test_the_model_of_a_query_is_the_model(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    manager = client.realtime.connect(model="a", extra_query={"model": "b"})
    with kind.open(manager):
        pass
    assert [decision.call.model for decision in governor.decisions] == ["b"]


def test_what_was_not_foreseen_is_decided_anew(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor, default_query={"model": "other"})
    manager = client.responses.connect()
    with kind.open(manager):
        pass
    models = [decision.call.model for decision in governor.decisions]
    if HAS_LIVE:  # openai 2 does not send a client's query
        assert models == [None, "other"]
        assert governor.outcomes[0].how is How.UNSENT
    assert len(governor.outcomes) == len(governor.decisions)


def test_a_server_that_is_gone_is_one_try(kind: Kind, sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    governor = MemoryGovernor()
    url = f"ws://127.0.0.1:{port}/v1"
    client = kind.client(sandbox, governor, websocket_base_url=url)
    with pytest.raises(OSError), kind.open(client.responses.connect()):
        pass
    [outcome] = governor.outcomes
    assert [attempt.status for attempt in outcome.attempts] == [None]
