"""What the sandbox served, counted as a provider bills it.

Counts every answer that it made, by minute, kind, project, API key and model: whole
ones and streams, lines of batch files, responses on websockets, searches. An answer
that breaks off under way was made, and counts; failures, and requests that got no
answer, do not. How a provider counts these is not documented. How it is asked for is
`usage_pages`'s.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock
from typing import Any, Final

import orjson

from affidavit.testing.sandbox.body import field_text, text_of
from affidavit.testing.sandbox.http import (
    Answer,
    Headers,
    ReceivedRequest,
    Reply,
    Stream,
)
from affidavit.testing.sandbox.models import snapshot_of
from affidavit.testing.sandbox.text import count_tokens

KINDS: Final[Mapping[str, str]] = {
    "chat.completions": "completions",
    "completions": "completions",
    "responses": "completions",
    "embeddings": "embeddings",
    "moderations": "moderations",
    "images.generations": "images",
    "images.edits": "images",
    "images.variations": "images",
    "audio.speech": "audio_speeches",
    "audio.transcriptions": "audio_transcriptions",
    "audio.translations": "audio_transcriptions",
    "vector_stores.search": "file_search_calls",
    "vector_stores.files.create": "vector_stores",
}
"""Endpoint → kind of use."""
_SOURCES: Final = {
    "images.generations": "image.generation",
    "images.edits": "image.edit",
    "images.variations": "image.variation",
}
_CALLS: Final = {
    "web_search_call": "web_search_calls",
    "file_search_call": "file_search_calls",
    "code_interpreter_call": "code_interpreter_sessions",
}
"""What a response's output says that it used → kind of use."""
DEFAULT_PROJECT: Final = "proj_sandbox"
_MINUTE: Final = 60
_DAY: Final = 86_400
_OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What use is counted by."""

    project_id: str
    api_key_id: str
    model: str
    batch: bool = False
    source: str | None = None
    size: str | None = None
    vector_store_id: str | None = None


@dataclass(slots=True)
class Sum:
    """How much of it."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    units: int = 0
    """Images, characters, seconds, bytes or sessions, by kind."""

    def add(self, other: "Sum") -> None:
        """Count another's too."""
        self.requests += other.requests
        self.input_tokens += other.input_tokens
        self.output_tokens += other.output_tokens
        self.units += other.units


class Meter:
    """Counts what was served. Safe for many threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._lock = Lock()
        self._sums: dict[tuple[str, int], dict[int, dict[Group, Sum]]] = {}

    def serve(
        self, request: ReceivedRequest, reply: Reply, *, batch: bool = False
    ) -> None:
        """Count one answer; one to a line of a batch file with `batch`."""
        kind = KINDS.get(request.endpoint)
        if kind is None or reply.status != _OK:
            return
        told = list(_told(reply))
        model, given, made = _served(request, reply, told)
        group = Group(
            project_id=_project(request.headers),
            api_key_id=key_of(request.headers),
            model=model,
            batch=batch,
            source=_SOURCES.get(request.endpoint),
            vector_store_id=_store(request),
        )
        units = _units(kind, request, told)
        self._count(kind, group, Sum(1, given, made, units))
        self._tools(group, told)

    def turn(self, headers: Headers, model: str, response: Mapping[str, Any]) -> None:
        """Count one response that a websocket ended with `completed`."""
        usage = response.get("usage")
        counts = usage if isinstance(usage, dict) else {}
        group = Group(
            project_id=_project(headers),
            api_key_id=key_of(headers),
            model=str(response.get("model") or snapshot_of(model)),
        )
        given, made = counts.get("input_tokens", 0), counts.get("output_tokens", 0)
        self._count("completions", group, Sum(1, int(given), int(made)))

    def _tools(self, group: Group, told: list[Mapping[str, Any]]) -> None:
        """Searches and sessions that a response says it made."""
        output = next((each["output"] for each in told if each.get("output")), ())
        for item in output if isinstance(output, list) else ():
            name = item.get("type") if isinstance(item, dict) else None
            kind = _CALLS.get(str(name))
            if kind is not None:
                self._count(kind, group, Sum(1, units=1))

    def _count(self, kind: str, group: Group, one: Sum) -> None:
        minute = int(self.clock()) // _MINUTE * _MINUTE
        with self._lock:
            day = self._sums.setdefault((kind, minute // _DAY * _DAY), {})
            day.setdefault(minute, {}).setdefault(group, Sum()).add(one)

    def between(self, kind: str, start: int, end: int) -> Mapping[Group, Sum]:
        """What was served from `start` up to `end`: Unix seconds, whole minutes."""
        found: dict[Group, Sum] = {}
        with self._lock:
            for day in range(start // _DAY * _DAY, end, _DAY):
                for minute, groups in self._sums.get((kind, day), {}).items():
                    if start <= minute < end:
                        for group, one in groups.items():
                            found.setdefault(group, Sum()).add(one)
        return found


def key_id(request: ReceivedRequest) -> str:
    """The id under which a request's API key is billed."""
    return key_of(request.headers)


def key_of(headers: Headers) -> str:
    """The same of a handshake's headers."""
    bearer = headers.get("authorization", "").removeprefix("Bearer ")
    key = bearer or headers.get("api-key", "")
    return "key_" + sha256(key.encode()).hexdigest()[:16]


def _project(headers: Headers) -> str:
    return headers.get("openai-project") or DEFAULT_PROJECT


def _store(request: ReceivedRequest) -> str | None:
    steps = request.path.strip("/").split("/")
    if "vector_stores" not in steps:
        return None
    return steps[steps.index("vector_stores") + 1]


def _units(kind: str, request: ReceivedRequest, told: list[Mapping[str, Any]]) -> int:
    body = request.json if isinstance(request.json, dict) else {}
    match kind:
        case "images":
            data = next((each["data"] for each in told if each.get("data")), ())
            return len(data) or len(told)
        case "audio_speeches":
            return len(str(body.get("input") or ""))
        case "vector_stores":
            return sum(int(each.get("usage_bytes") or 0) for each in told)
        case _:
            return 1


def _served(
    request: ReceivedRequest, reply: Reply, told: list[Mapping[str, Any]]
) -> tuple[str, int, int]:
    """Model, and tokens on both sides, of what was answered."""
    asked = request.json if isinstance(request.json, dict) else {}
    named = asked.get("model") or field_text(request, "model")
    model = next((each["model"] for each in told if each.get("model")), None)
    usage = next((each["usage"] for each in told if each.get("usage")), None)
    if usage is None and isinstance(reply, Stream):
        usage = {"input_tokens": _asked(asked), "output_tokens": _said(reply)}
    counts = usage if isinstance(usage, dict) else {}
    return (
        str(model or snapshot_of(str(named or "unknown"))),
        int(counts.get("prompt_tokens", counts.get("input_tokens", 0)) or 0),
        int(counts.get("completion_tokens", counts.get("output_tokens", 0)) or 0),
    )


def _told(reply: Reply) -> Iterator[Mapping[str, Any]]:
    """The objects of an answer, the last event of a stream first."""
    if isinstance(reply, Answer):
        values: Iterator[Any] = iter([_json(reply.body)])
    elif isinstance(reply, Stream):
        values = map(_event, reversed(reply.events))
    else:
        return
    for value in values:
        if isinstance(value, dict):
            inner = value.get("response")
            yield inner if isinstance(inner, dict) else value


def _event(event: bytes) -> Any:
    _, _, data = event.partition(b"data: ")
    return _json(data.strip())


def _json(data: bytes) -> Any:
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return None


def _asked(body: Mapping[str, Any]) -> int:
    messages = body.get("messages")
    texts = [text_of(m.get("content")) for m in messages] if messages else []
    return sum(map(count_tokens, texts))


def _said(reply: Stream) -> int:
    """Tokens of a stream of chat chunks that was not asked to count them."""
    said: dict[int, str] = {}
    for event in reply.events:
        value = _event(event)
        for choice in value.get("choices", ()) if isinstance(value, dict) else ():
            text = (choice.get("delta") or {}).get("content") or choice.get("text")
            place = choice.get("index", 0)
            said[place] = said.get(place, "") + (text or "")
    return sum(map(count_tokens, said.values()))
