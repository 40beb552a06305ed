"""GET /v1/organization/usage/{kind}: what the sandbox served, as a provider bills it.

Counts every answer that it gave, by UTC day, project, API key and model; failures and
answers that were cut off count nothing, and neither do lines of batch files. Costs are
none: the sandbox charges nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from threading import Lock
from typing import Any, Final

import orjson

from affidavit.testing.sandbox.body import field_text, text_of
from affidavit.testing.sandbox.http import (
    Answer,
    Declined,
    ReceivedRequest,
    Reply,
    Stream,
    json_answer,
)
from affidavit.testing.sandbox.models import snapshot_of
from affidavit.testing.sandbox.routes import Asked, Route
from affidavit.testing.sandbox.text import count_tokens

_KINDS: Final[Mapping[str, str]] = {
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
}
"""Endpoint → kind of use."""
_COUNTED: Final = frozenset(_KINDS.values())
_EMPTY: Final = (
    "vector_stores",
    "code_interpreter_sessions",
    "file_search_calls",
    "web_search_calls",
    "decisions",
)
_GROUPS: Final = ("project_id", "api_key_id", "model")
DEFAULT_PROJECT: Final = "proj_sandbox"
_DAY: Final = 86_400
_OK: Final = 200
_DEFAULT_BUCKETS: Final = 7
_MOST_BUCKETS: Final = 31


@dataclass(frozen=True, slots=True)
class _Group:
    """What use is counted by; the first of a day."""

    day: int
    kind: str
    project_id: str
    api_key_id: str
    model: str


@dataclass(slots=True)
class _Sum:
    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


class Meter:
    """Counts what was served. Safe for many threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._sums: dict[_Group, _Sum] = {}

    def serve(self, request: ReceivedRequest, reply: Reply) -> None:
        """Count one answer."""
        kind = _KINDS.get(request.endpoint)
        if kind is None or reply.status != _OK:
            return
        model, given, made = _served(request, reply)
        group = _Group(
            int(self._clock()) // _DAY * _DAY,
            kind,
            request.headers.get("openai-project") or DEFAULT_PROJECT,
            key_id(request),
            model,
        )
        with self._lock:
            one = self._sums.setdefault(group, _Sum())
            one.requests += 1
            one.input_tokens += given
            one.output_tokens += made

    def routes(self) -> Sequence[Route]:
        """One endpoint for each kind of use, and one for costs."""
        kinds = (*sorted(_COUNTED), *_EMPTY)
        usage = (
            _route(f"organization/usage/{kind}", partial(self._page, kind))
            for kind in kinds
        )
        return (*usage, _route("organization/costs", partial(self._page, "costs")))

    def _page(self, kind: str, asked: Asked) -> Reply:
        query = asked.request.query
        start = _number(query, "start_time") // _DAY * _DAY
        end = _number(query, "end_time", int(self._clock()) + 1)
        most = _number(query, "limit", _DEFAULT_BUCKETS)
        if query.get("bucket_width", "1d") != "1d":
            raise Declined(400, "The sandbox has buckets of 1d only.")
        if not 0 < most <= _MOST_BUCKETS:
            raise Declined(400, f"limit is 1 to {_MOST_BUCKETS} buckets of 1d.")
        first = int(query["page"].removeprefix("page_")) if query.get("page") else start
        days = range(first, end, _DAY)
        more = days[most] if len(days) > most else None
        groups = query.get("group_by[]", query.get("group_by", "")).split(",")
        return json_answer(
            {
                "object": "page",
                "data": [self._bucket(kind, day, end, groups) for day in days[:most]],
                "has_more": more is not None,
                "next_page": None if more is None else f"page_{more}",
            }
        )

    def _bucket(
        self, kind: str, day: int, end: int, groups: Sequence[str]
    ) -> Mapping[str, Any]:
        with self._lock:
            sums = [
                (group, one)
                for group, one in self._sums.items()
                if (group.day, group.kind) == (day, kind)
            ]
        results: dict[tuple[str | None, ...], _Sum] = {}
        for group, one in sums:
            by = tuple(getattr(group, it) if it in groups else None for it in _GROUPS)
            both = results.setdefault(by, _Sum())
            both.requests += one.requests
            both.input_tokens += one.input_tokens
            both.output_tokens += one.output_tokens
        return {
            "object": "bucket",
            "start_time": day,
            "end_time": min(day + _DAY, end),
            "results": [_result(kind, by, one) for by, one in results.items()],
        }


def key_id(request: ReceivedRequest) -> str:
    """The id under which a request's API key is billed."""
    bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
    key = bearer or request.headers.get("api-key", "")
    return "key_" + sha256(key.encode()).hexdigest()[:16]


def _route(pattern: str, answer: Callable[[Asked], Reply]) -> Route:
    name = "admin." + pattern.replace("/", ".")
    return Route(method="GET", pattern=pattern, endpoint=name, answer=answer)


def _number(query: Mapping[str, str], name: str, default: int | None = None) -> int:
    value = query.get(name)
    if value is None and default is not None:
        return default
    if value is None or not value.isascii() or not value.isdecimal():
        raise Declined(400, f"{name} is needed, as a whole number.", param=name)
    return int(value)


def _result(kind: str, by: Sequence[str | None], one: _Sum) -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "object": f"organization.usage.{kind}.result",
        "num_model_requests": one.requests,
        "user_id": None,
        **dict(zip(_GROUPS, by, strict=True)),
    }
    match kind:
        case "completions":
            tokens = {"output_tokens": one.output_tokens, "batch": None}
            return told | {"input_tokens": one.input_tokens, **tokens}
        case "embeddings" | "moderations":
            return told | {"input_tokens": one.input_tokens}
        case "images":
            return told | {"images": one.requests, "size": None, "source": None}
        case "audio_speeches":
            return told | {"characters": one.input_tokens}
        case _:
            return told | {"seconds": one.requests}


def _served(request: ReceivedRequest, reply: Reply) -> tuple[str, int, int]:
    """Model, and tokens on both sides, of what was answered."""
    asked = request.json if isinstance(request.json, dict) else {}
    named = asked.get("model") or field_text(request, "model")
    told = list(_told(reply))
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
