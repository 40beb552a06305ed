"""POST /v1/responses, whole and as the full sequence of its events.

Knows OpenAI's response object and its stream's order. A tool is called when the caller
says that one must be (see `tools`); `previous_response_id` is echoed, and nothing is
remembered from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from affidavit.testing.sandbox.body import (
    flag,
    json_object,
    last_question,
    model_named,
    nested,
    objects,
    text_of,
    whole_number,
)
from affidavit.testing.sandbox.http import (
    Reply,
    event_stream,
    json_answer,
    sse_event,
)
from affidavit.testing.sandbox.models import snapshot_of
from affidavit.testing.sandbox.routes import Asked, Route
from affidavit.testing.sandbox.text import Manner, Spoken, count_tokens, speak
from affidavit.testing.sandbox.tools import Function, demanded

_ECHOED: Final[Mapping[str, Any]] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "store": True,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}, "verbosity": "medium"},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
    "user": None,
}
"""Parameters that a response repeats, and what they are when the caller is silent."""

Fields = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Response:
    """One answer, before it is whole or streamed."""

    head: Mapping[str, Any]
    item_id: str
    spoken: Spoken
    input_tokens: int
    call: str | None = None
    """The function that is called: then what is said are its arguments."""

    @property
    def status(self) -> str:
        return "incomplete" if self.spoken.truncated else "completed"

    @property
    def part(self) -> Fields:
        return _part(self.spoken.text)

    @property
    def item(self) -> Fields:
        """The one item of the output, ended."""
        if self.call is not None:
            return self.call_with(self.spoken.text, self.status)
        return self.message_with([self.part], self.status)

    def call_with(self, arguments: str, status: str) -> Fields:
        return {
            "id": self.item_id,
            "type": "function_call",
            "status": status,
            "call_id": f"call_{self.item_id}",
            "name": self.call,
            "arguments": arguments,
        }

    def message_with(self, content: list[Fields], status: str) -> Fields:
        return {
            "id": self.item_id,
            "type": "message",
            "status": status,
            "role": "assistant",
            "content": content,
        }

    @property
    def begun(self) -> Fields:
        """The response object while nothing is said yet."""
        return {**self.head, "status": "in_progress", "output": [], "usage": None}

    @property
    def ended(self) -> Fields:
        """The response object at its end."""
        why = {"reason": "max_output_tokens"} if self.spoken.truncated else None
        return {
            **self.head,
            "status": self.status,
            "incomplete_details": why,
            "output": [self.item],
            "usage": self._usage(),
        }

    def _usage(self) -> Fields:
        said = self.spoken.tokens
        return {
            "input_tokens": self.input_tokens,
            "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
            "output_tokens": said,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": self.input_tokens + said,
        }


def _part(text: str) -> Fields:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def answer_responses(asked: Asked) -> Reply:
    """A response, or the stream of its events; `Declined` if it cannot be one."""
    body = json_object(asked.request)
    response = _responded(asked, body)
    if flag(body, "stream"):
        return event_stream(_events(response))
    return json_answer(response.ended)


def _responded(asked: Asked, body: Mapping[str, Any]) -> _Response:
    model = model_named(body, asked.deployment)
    items = _items(body.get("input"))
    function = demanded(body)
    instructions = body.get("instructions")
    texts = [instructions, *(item.get("content", item.get("output")) for item in items)]
    return _Response(
        head={
            "id": f"resp_{asked.serial}",
            "object": "response",
            "created_at": asked.now,
            "error": None,
            "incomplete_details": None,
            "model": snapshot_of(model),
            "service_tier": "default",
            **_echo(body),
        },
        item_id=f"{'fc' if function else 'msg'}_{asked.serial}",
        spoken=speak(last_question(items), _manner(asked.manner, body, function)),
        input_tokens=sum(count_tokens(text_of(text)) for text in texts),
        call=function.name if function else None,
    )


def _items(given: object) -> Sequence[Mapping[str, Any]]:
    """The input as items; a bare string is one message by the user."""
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    return objects(given, "input")


def _echo(body: Mapping[str, Any]) -> Fields:
    """What the response repeats of the request; null means the default."""
    echoed = {
        name: default if body.get(name) is None else body[name]
        for name, default in _ECHOED.items()
    }
    echoed["text"] = {**_ECHOED["text"], **nested(body, "text")}
    return echoed


def _manner(
    manner: Manner, body: Mapping[str, Any], function: Function | None
) -> Manner:
    wanted = nested(nested(body, "text"), "format")
    match wanted.get("type"):
        case "json_object":
            schema: Mapping[str, Any] | None = {}
        case "json_schema":
            schema = nested(wanted, "schema")
        case _:
            schema = None
    if function is not None:
        schema = function.parameters
    limit = whole_number(body, "max_output_tokens")
    return replace(manner, limit=limit, schema=schema)


def _events(response: _Response) -> Sequence[bytes]:
    """The events in the API's order, numbered from 0."""
    output = _said(response) if response.call is None else _called(response)
    events: list[tuple[str, Fields]] = [
        ("response.created", {"response": response.begun}),
        ("response.in_progress", {"response": response.begun}),
        *output,
        ("response.output_item.done", {"output_index": 0, "item": response.item}),
        (f"response.{response.status}", {"response": response.ended}),
    ]
    return [
        sse_event({"type": name, "sequence_number": number, **data}, name=name)
        for number, (name, data) in enumerate(events)
    ]


def _said(response: _Response) -> list[tuple[str, Fields]]:
    place = {"item_id": response.item_id, "output_index": 0, "content_index": 0}
    opened = response.message_with([], "in_progress")
    deltas = [
        ("response.output_text.delta", {**place, "delta": delta, "logprobs": []})
        for delta in response.spoken.deltas
    ]
    said = {"text": response.spoken.text, "logprobs": []}
    return [
        ("response.output_item.added", {"output_index": 0, "item": opened}),
        ("response.content_part.added", {**place, "part": _part("")}),
        *deltas,
        ("response.output_text.done", {**place, **said}),
        ("response.content_part.done", {**place, "part": response.part}),
    ]


def _called(response: _Response) -> list[tuple[str, Fields]]:
    place = {"item_id": response.item_id, "output_index": 0}
    opened = response.call_with("", "in_progress")
    deltas = [
        ("response.function_call_arguments.delta", {**place, "delta": delta})
        for delta in response.spoken.deltas
    ]
    said = {"name": response.call, "arguments": response.spoken.text}
    return [
        ("response.output_item.added", {"output_index": 0, "item": opened}),
        *deltas,
        ("response.function_call_arguments.done", {**place, **said}),
    ]


ROUTES: Final = (
    Route(
        method="POST",
        pattern="responses",
        endpoint="responses",
        answer=answer_responses,
    ),
)
