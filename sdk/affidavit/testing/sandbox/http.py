"""What the sandbox provider takes in and gives out: requests, answers, refusals.

Knows the wire values and OpenAI's error shape, and nothing about sockets, routes or
what an endpoint says. A new kind of reply (an upgrade to a websocket, say) is a new
member of `Reply`: mypy then names each place that has to learn it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import orjson

from affidavit.errors import AffidavitError
from affidavit.testing.sandbox.blobs import Blob

SECRET_HEADERS: Final = frozenset({"authorization", "api-key"})
OTHER: Final = "other"
"""Endpoint name of a request that no route answers."""


class Headers(Mapping[str, str]):
    """Header fields by name, in any case; repeated fields are joined with `, `.

    The representation hides credentials: a failing test prints it into a log.
    """

    def __init__(self, pairs: Sequence[tuple[str, str]] = ()) -> None:
        self._fields: dict[str, str] = {}
        for name, value in pairs:
            key = name.lower()
            known = self._fields.get(key)
            self._fields[key] = value if known is None else f"{known}, {value}"

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.lower() in self._fields

    def __repr__(self) -> str:
        shown = {
            name: "…" if name in SECRET_HEADERS else value
            for name, value in self._fields.items()
        }
        return f"Headers({shown})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field of a form, or one file in it."""

    name: str
    filename: str | None = None
    """None for a field that is no file."""
    content_type: str | None = None
    blob: Blob
    """Its content, with size and SHA-256; on disk when it is large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedRequest:
    """One request as it came off the wire."""

    method: str
    path: str
    """As sent: percent-encoded, without the query."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Decoded; of a repeated name the last value, of `a[]` all of them, with commas."""
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""
    """What was read of the body: all of it, unless the sandbox declined it. Empty for a
    form of more than 1 MiB: its `parts` have what it says."""
    parts: tuple[Part, ...] = ()
    """Of a multipart/form-data body, fields and files in order."""
    endpoint: str = OTHER
    """`chat.completions`, `files.create`, … (docs/sandbox.md), or `other`."""
    request_id: str = ""
    """The `x-request-id` that this request's answer carries."""

    @property
    def held(self) -> int:
        """How many bytes of it are in memory."""
        return len(self.body) + sum(part.blob.held for part in self.parts)

    @property
    def json(self) -> Any:
        """The body as JSON; None when it is not JSON. Decoded anew at each access."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole response."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A server-sent event stream; each item of `events` is one event, framed."""

    headers: Mapping[str, str] = field(default_factory=dict)
    events: tuple[bytes, ...]

    @property
    def status(self) -> int:
        """A stream that has begun is a success; failures come as an `Answer`."""
        return 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A whole response whose body may be too large for memory."""

    headers: Mapping[str, str] = field(default_factory=dict)
    blob: Blob

    @property
    def status(self) -> int:
        """What cannot be downloaded is an `Answer`."""
        return 200


Reply = Answer | Stream | Download


class Declined(AffidavitError):
    """The sandbox answers with an error; `answer` is that error in OpenAI's shape."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.answer = error_answer(
            status, message, code=code, param=param, headers=headers
        )


class BodyUnreadable(Declined):
    """A body not read to its end, so the connection ends; `read` is what came."""

    def __init__(self, status: int, message: str, *, read: bytes = b"") -> None:
        super().__init__(status, message)
        self.read = read


def json_answer(value: object, *, status: int = 200) -> Answer:
    """`value` as a JSON response."""
    return Answer(
        status=status,
        headers={"content-type": "application/json"},
        body=orjson.dumps(value),
    )


def error_answer(
    status: int,
    message: str,
    *,
    code: str | None = None,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """An error as OpenAI's SDKs parse it: `{"error": {message, type, param, code}}`."""
    kind, usual_code = _error_kind(status)
    error = {
        "message": message,
        "type": kind,
        "param": param,
        "code": code or usual_code,
    }
    return Answer(
        status=status,
        headers={"content-type": "application/json", **(headers or {})},
        body=orjson.dumps({"error": error}),
    )


def _error_kind(status: int) -> tuple[str, str | None]:
    """The `type` and the usual `code` that go with a status."""
    match status:
        case HTTPStatus.UNAUTHORIZED:
            return "invalid_request_error", "invalid_api_key"
        case HTTPStatus.TOO_MANY_REQUESTS:
            return "requests", "rate_limit_exceeded"
        case _ if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return "server_error", None
        case _:
            return "invalid_request_error", None


def sse_event(data: object, *, name: str | None = None) -> bytes:
    """One event of a stream (WHATWG HTML, server-sent events), `data` as JSON."""
    head = b"" if name is None else b"event: " + name.encode() + b"\n"
    return head + b"data: " + orjson.dumps(data) + b"\n\n"


def event_stream(events: Sequence[bytes]) -> Stream:
    """`events`, each framed already, as a response."""
    return Stream(
        headers={
            "content-type": "text/event-stream; charset=utf-8",
            "cache-control": "no-cache",
        },
        events=tuple(events),
    )
