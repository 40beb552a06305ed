from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection as AsyncConnection
from websockets.sync.client import ClientConnection

from affidavit import CallUngoverned
from affidavit.clients._sockets.frames import Guard, Opens, factory, guards
from affidavit.clients._sockets.session import Session
from affidavit.testing import MemoryGovernor, Sandbox
from support.sockets import Kind


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    made = Kind(is_async=request.param == "async")
    yield made
    made.close()


class Mine(ClientConnection):
    """A user's own connection."""

    seen: list[Any]

    def send(self, message: Any, *rest: Any, **options: Any) -> None:
        super().send(message, *rest, **options)


class AsyncMine(AsyncConnection):
    """The same for `async`."""

    async def send(self, message: Any, *rest: Any, **options: Any) -> None:
        await super().send(message, *rest, **options)


CHOICES: dict[str, Any] = {
    "class": lambda own: own,
    "factory": lambda own: lambda *a, **k: own(*a, **k),  # noqa: PLW0108 - no class
    "partial": partial,
}


def opened(kind: Kind, sandbox: Sandbox, governor: Any, choice: Any) -> Any:
    client = kind.client(sandbox, governor)
    options = {"create_connection": choice}
    return kind.open(
        client.realtime.connect(model="m", websocket_connection_options=options)
    )


@pytest.mark.parametrize("choice", CHOICES)
def test_the_users_own_connection_is_honoured_and_governed(
    kind: Kind, sandbox: Sandbox, choice: str
) -> None:
    governor = MemoryGovernor()
    own = AsyncMine if kind.is_async else Mine
    with opened(kind, sandbox, governor, CHOICES[choice](own)) as socket:
        inner = socket.connection._connection
        assert isinstance(inner, own)
        assert type(inner).__name__ == own.__name__
        socket.send({"type": "response.create"})
        socket.until("response.done")
    assert len(governor.outcomes) == 2


@pytest.mark.parametrize("choice", ["class", "factory"])
def test_a_connection_that_nobody_can_guard_is_refused(
    kind: Kind, sandbox: Sandbox, choice: str
) -> None:
    governor = MemoryGovernor()

    class Strange:
        def __init__(self, *_: object, **__: object) -> None: ...

    with (
        pytest.raises(CallUngoverned, match="no ClientConnection"),
        opened(kind, sandbox, governor, CHOICES[choice](Strange)),
    ):
        pass
    assert sandbox.sockets.handshakes == []
    assert len(governor.outcomes) == 1


def test_a_message_in_fragments_is_not_sent(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    with kind.open(client.realtime.connect(model="m")) as socket:
        inner = socket.connection._connection
        with pytest.raises(CallUngoverned, match="fragments"):
            socket.run(inner.send(iter(['{"type":', '"response.create"}'])))
        socket.run(inner.send(bytearray(b'{"type":"response.create"}')))
    assert len(governor.decisions) == 2


def test_a_message_read_in_fragments_is_heard(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)

    async def read_async(inner: Any) -> list[Any]:
        return [part async for part in inner.recv_streaming()]

    with kind.open(client.realtime.connect(model="m")) as socket:
        socket.send({"type": "response.create"})
        inner = socket.connection._connection
        parts: list[Any] = []
        while '"response.done"' not in "".join(parts):
            parts = (
                socket.run(read_async(inner))
                if kind.is_async
                else list(inner.recv_streaming())
            )
        assert governor.outcomes[0].finish_reason == "completed"
        socket.run(inner.close())
        with pytest.raises(Exception, match="1000"):
            socket.run(read_async(inner)) if kind.is_async else list(
                inner.recv_streaming()
            )


def test_sending_over_what_was_closed_is_an_error(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    with kind.open(client.realtime.connect(model="m")) as socket:
        inner = socket.connection._connection
        socket.run(inner.close())
        with pytest.raises(Exception, match="1000"):
            socket.run(inner.send('{"type":"response.create"}'))
    assert len(governor.outcomes) == len(governor.decisions) == 2


def test_a_close_while_openai_recovers_ends_nothing(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    with kind.open(client.realtime.connect(model="m")) as socket:
        socket.connection._is_reconnecting = True
        socket.run(socket.connection._connection.close())
        assert governor.outcomes == []
        socket.connection._is_reconnecting = False
    assert len(governor.outcomes) == 1


def test_a_guard_knows_its_session() -> None:
    session = Session(MemoryGovernor(), reconnects=False)
    guard = Guard(session, Opens())
    assert not guard.recovers()
    assert not guards(object(), session)
    with pytest.raises(NotImplementedError):
        guard.opens.at(None)
    with pytest.raises(NotImplementedError):
        guard.opens.tagged(None)
    assert callable(factory(guard, None, is_async=False))
