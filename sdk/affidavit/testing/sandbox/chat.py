"""POST /v1/chat/completions, whole and streamed.

Knows OpenAI's chat completion and chunk objects. A tool is called when the caller says
that one must be (see `tools`).
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

_MOST_CHOICES: Final = 128
_DONE: Final = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Completion:
    """One answer, before it is whole or streamed."""

    head: Mapping[str, Any]
    choices: tuple[Spoken, ...]
    prompt_tokens: int
    call: str | None = None
    """The function that is called: then what is said are its arguments."""

    @property
    def usage(self) -> Mapping[str, Any]:
        said = sum(choice.tokens for choice in self.choices)
        return {
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": said,
            "total_tokens": self.prompt_tokens + said,
            "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {
                "reasoning_tokens": 0,
                "audio_tokens": 0,
                "accepted_prediction_tokens": 0,
                "rejected_prediction_tokens": 0,
            },
        }


def answer_chat(asked: Asked) -> Reply:
    """A chat completion, or the stream of its chunks; `Declined` if it cannot be."""
    body = json_object(asked.request)
    completion = _completed(asked, body)
    include_usage = flag(nested(body, "stream_options"), "include_usage")
    if flag(body, "stream"):
        return event_stream(_chunks(completion, include_usage=include_usage))
    return json_answer(_whole(completion))


def _completed(asked: Asked, body: Mapping[str, Any]) -> _Completion:
    model = model_named(body, asked.deployment)
    messages = objects(body.get("messages"), "messages")
    question = last_question(messages)
    count = whole_number(body, "n", high=_MOST_CHOICES) or 1
    function = demanded(body)
    manner = _manner(asked.manner, body, function)
    return _Completion(
        head={
            "id": f"chatcmpl-{asked.serial}",
            "created": asked.now,
            "model": snapshot_of(model),
            "service_tier": "default",
            "system_fingerprint": "fp_sandbox",
        },
        choices=tuple(speak(question, manner, index) for index in range(count)),
        prompt_tokens=sum(count_tokens(text_of(m.get("content"))) for m in messages),
        call=function.name if function else None,
    )


def _manner(
    manner: Manner, body: Mapping[str, Any], function: Function | None
) -> Manner:
    limit = whole_number(body, "max_completion_tokens")
    if limit is None:
        limit = whole_number(body, "max_tokens")
    wanted = nested(body, "response_format")
    match wanted.get("type"):
        case "json_object":
            schema: Mapping[str, Any] | None = {}
        case "json_schema":
            schema = nested(nested(wanted, "json_schema"), "schema")
        case _:
            schema = None
    if function is not None:
        schema = function.parameters
    return replace(manner, limit=limit, schema=schema)


def _finish_reason(completion: _Completion, spoken: Spoken) -> str:
    if spoken.truncated:
        return "length"
    return "stop" if completion.call is None else "tool_calls"


def _message(completion: _Completion, index: int, text: str) -> Mapping[str, Any]:
    """What the assistant says: a text, or a call whose arguments are the text."""
    message = {"role": "assistant", "content": text, "refusal": None}
    if completion.call is None:
        return message
    called = {
        "id": f"call_{completion.head['id']}_{index}",
        "type": "function",
        "function": {"name": completion.call, "arguments": text},
    }
    return {**message, "content": None, "tool_calls": [called]}


def _whole(completion: _Completion) -> Mapping[str, Any]:
    choices: Sequence[Mapping[str, Any]] = [
        {
            "index": index,
            "message": {
                **_message(completion, index, spoken.text),
                "annotations": [],
            },
            "logprobs": None,
            "finish_reason": _finish_reason(completion, spoken),
        }
        for index, spoken in enumerate(completion.choices)
    ]
    return {
        **completion.head,
        "object": "chat.completion",
        "choices": choices,
        "usage": completion.usage,
    }


def _chunks(completion: _Completion, *, include_usage: bool) -> Sequence[bytes]:
    """Role, deltas and finish of each choice, taking turns; usage last if asked."""
    head = {**completion.head, "object": "chat.completion.chunk"}
    if include_usage:
        head["usage"] = None
    events = [sse_event({**head, "choices": [choice]}) for choice in _turns(completion)]
    if include_usage:
        events.append(sse_event({**head, "choices": [], "usage": completion.usage}))
    return [*events, _DONE]


def _turns(completion: _Completion) -> Sequence[Mapping[str, Any]]:
    choices = completion.choices
    turns = [_turn(index, _opening(completion, index)) for index in range(len(choices))]
    longest = max(len(spoken.deltas) for spoken in choices)
    for step in range(longest):
        turns += [
            _turn(index, _delta(completion, spoken.deltas[step]))
            for index, spoken in enumerate(choices)
            if step < len(spoken.deltas)
        ]
    turns += [
        _turn(index, {}, _finish_reason(completion, spoken))
        for index, spoken in enumerate(choices)
    ]
    return turns


def _opening(completion: _Completion, index: int) -> Mapping[str, Any]:
    opening = _message(completion, index, "")
    if completion.call is None:
        return opening
    return {**opening, "tool_calls": [{"index": 0, **opening["tool_calls"][0]}]}


def _delta(completion: _Completion, text: str) -> Mapping[str, Any]:
    if completion.call is None:
        return {"content": text}
    return {"tool_calls": [{"index": 0, "function": {"arguments": text}}]}


def _turn(
    index: int, delta: Mapping[str, Any], finish_reason: str | None = None
) -> Mapping[str, Any]:
    return {
        "index": index,
        "delta": delta,
        "logprobs": None,
        "finish_reason": finish_reason,
    }


ROUTES: Final = (
    Route(
        method="POST",
        pattern="chat/completions",
        endpoint="chat.completions",
        answer=answer_chat,
        in_deployments=True,
    ),
)
