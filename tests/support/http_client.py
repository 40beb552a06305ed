"""The HTTP library of the installed openai: httpx for 2.x, httpx2 for 3.x."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from typing import Any

import openai

library: Any = import_module("httpx2" if openai.__version__ >= "3" else "httpx")

COMPLETION = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-snapshot",
    "choices": [
        {
            "index": 0,
            "finish_reason": "stop",
            "message": {"role": "assistant", "content": "hello"},
        }
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}


def chunk(**fields: Any) -> bytes:
    event = {"id": "chatcmpl-1", "model": "gpt-snapshot", "choices": [], **fields}
    return b"data: " + json.dumps(event).encode() + b"\n\n"


def delta(content: str, finish_reason: str | None = None) -> bytes:
    choice = {"index": 0, "delta": {"content": content}, "finish_reason": finish_reason}
    return chunk(choices=[choice])


EVENTS = [
    *(delta(f"word {number} ") for number in range(30)),
    delta("", "stop"),
    chunk(usage={"prompt_tokens": 3, "completion_tokens": 30, "total_tokens": 33}),
    b"data: [DONE]\n\n",
]


class Bytes(library.SyncByteStream, library.AsyncByteStream):  # type: ignore[misc]
    """A body that comes in pieces, and may break off with an error."""

    def __init__(self, pieces: list[bytes], error: BaseException | None = None) -> None:
        self.pieces, self.error = pieces, error
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces
        if self.error is not None:
            raise self.error

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.closed += 1

    async def aclose(self) -> None:
        self.closed += 1


class Provider:
    """Answers requests in memory and keeps them."""

    def __init__(self, answer: Callable[[Any], Any] | None = None) -> None:
        self.requests: list[Any] = []
        self._answer = answer or (lambda _: completion())
        transport = library.MockTransport(self._take)
        self.client = library.Client(transport=transport, follow_redirects=True)
        self.async_client = library.AsyncClient(
            transport=transport, follow_redirects=True
        )

    def _take(self, request: Any) -> Any:
        self.requests.append(request)
        return self._answer(request)


def completion(**headers: str) -> Any:
    return library.Response(
        200, json=COMPLETION, headers={"x-request-id": "req-1", **headers}
    )


def events(
    pieces: list[bytes] | None = None,
    *,
    error: BaseException | None = None,
    **headers: str,
) -> Any:
    return library.Response(
        200,
        headers={"content-type": "text/event-stream", "x-request-id": "req-1"}
        | headers,
        stream=Bytes(EVENTS if pieces is None else pieces, error),
    )
