"""POST /v1/chat/completions, whole and streamed.

Knows OpenAI's chat completion and chunk objects. Tools are accepted and never called:
the sandbox answers in text, which a model may always do.
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

_MOST_CHOICES: Final = 128
_DONE: Final = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Completion:
    """One answer, before it is whole or streamed."""

    head: Mapping[str, Any]
    choices: tuple[Spoken, ...]
    prompt_tokens: int

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
    manner = _manner(asked.manner, body)
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
    )


def _manner(manner: Manner, body: Mapping[str, Any]) -> Manner:
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
    return replace(manner, limit=limit, schema=schema)


def _finish_reason(spoken: Spoken) -> str:
    return "length" if spoken.truncated else "stop"


def _whole(completion: _Completion) -> Mapping[str, Any]:
    choices: Sequence[Mapping[str, Any]] = [
        {
            "index": index,
            "message": {
                "role": "assistant",
                "content": spoken.text,
                "refusal": None,
                "annotations": [],
            },
            "logprobs": None,
            "finish_reason": _finish_reason(spoken),
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
    events = [
        sse_event({**head, "choices": [choice]})
        for choice in _turns(completion.choices)
    ]
    if include_usage:
        events.append(sse_event({**head, "choices": [], "usage": completion.usage}))
    return [*events, _DONE]


def _turns(choices: Sequence[Spoken]) -> Sequence[Mapping[str, Any]]:
    opening = {"role": "assistant", "content": "", "refusal": None}
    turns = [_turn(index, opening) for index in range(len(choices))]
    longest = max(len(spoken.deltas) for spoken in choices)
    for step in range(longest):
        turns += [
            _turn(index, {"content": spoken.deltas[step]})
            for index, spoken in enumerate(choices)
            if step < len(spoken.deltas)
        ]
    turns += [
        _turn(index, {}, _finish_reason(spoken)) for index, spoken in enumerate(choices)
    ]
    return turns


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
