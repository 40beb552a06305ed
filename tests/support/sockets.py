"""Governed clients that talk to the sandbox's websockets, sync and async alike."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Self

import openai

from affidavit import AsyncOpenAI, OpenAI
from affidavit.testing import MemoryGovernor, Sandbox

HAS_LIVE = hasattr(openai.OpenAI, "live")
"""openai 3.x has sockets that 2.x does not have."""


def socket_client(sandbox: Sandbox, governor: Any, **arguments: Any) -> OpenAI:
    return OpenAI(**_settings(sandbox, governor, arguments))


def async_socket_client(
    sandbox: Sandbox, governor: Any, **arguments: Any
) -> AsyncOpenAI:
    return AsyncOpenAI(**_settings(sandbox, governor, arguments))


def _settings(
    sandbox: Sandbox, governor: Any, arguments: dict[str, Any]
) -> dict[str, Any]:
    return {
        "api_key": "sk-test",
        "base_url": sandbox.base_url,
        "websocket_base_url": sandbox.websocket_url,
        "affidavit": governor,
        "purpose": "born",
    } | arguments


class Plain:
    """A connection of either kind, used in the same words: each call is finished."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None, manager: Any) -> None:
        self._loop = loop
        self.manager = manager
        self.connection: Any = None

    def run(self, value: Any) -> Any:
        if self._loop is None:
            return value
        return self._loop.run_until_complete(_awaited(value))

    def __enter__(self) -> Self:
        self.connection = self.run(self.manager.enter())
        return self

    def __exit__(self, *_: object) -> None:
        self.run(self.connection.close())

    def send(self, event: Any) -> None:
        self.run(self.connection.send(event))

    def recv(self) -> Any:
        return self.run(self.connection.recv())

    def until(self, *kinds: str) -> Any:
        """Read up to the first event of one of these types, and return it."""
        while True:
            event = self.recv()
            if event.type in kinds:
                return event

    def iterate(self, stop: Callable[[Any], bool]) -> None:
        """Read as `for` and `async for` do, until `stop` or the end."""
        if self._loop is None:
            for event in self.connection:
                if stop(event):
                    return
            return
        self.run(self._iterate(stop))

    async def _iterate(self, stop: Callable[[Any], bool]) -> None:
        async for event in self.connection:
            if stop(event):
                return


async def _awaited(value: Awaitable[Any]) -> Any:
    return await value


class Kind:
    """Sync or async: how a test makes clients and connections."""

    def __init__(self, *, is_async: bool) -> None:
        self.is_async = is_async
        self._loop = asyncio.new_event_loop() if is_async else None

    def client(self, sandbox: Sandbox, governor: Any, **arguments: Any) -> Any:
        make: Any = async_socket_client if self.is_async else socket_client
        return make(sandbox, governor, **arguments)

    def open(self, manager: Any) -> Plain:
        return Plain(self._loop, manager)

    def close(self) -> None:
        if self._loop is not None:
            self._loop.run_until_complete(self._loop.shutdown_asyncgens())
            self._loop.close()


def events_of(governor: MemoryGovernor) -> list[str]:
    """What was decided, by the events that were."""
    return [str(decision.call.parameters["event"]) for decision in governor.decisions]


def told(governor: MemoryGovernor, number: int = -1) -> list[str]:
    """The texts that one decision was made on."""
    return [text.value for text in governor.decisions[number].call.texts]
