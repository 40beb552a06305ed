"""POST /v1/completions, the older endpoint, whole and streamed.

Knows OpenAI's text completion object. Prompts are text or token numbers; each gets `n`
choices. `suffix` and `best_of` are accepted and change nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from affidavit.testing.sandbox.body import (
    flag,
    json_object,
    model_named,
    nested,
    whole_number,
)
from affidavit.testing.sandbox.embeddings import Entry, entries_of
from affidavit.testing.sandbox.http import (
    Reply,
    event_stream,
    json_answer,
    sse_event,
)
from affidavit.testing.sandbox.models import snapshot_of
from affidavit.testing.sandbox.routes import Asked, Route
from affidavit.testing.sandbox.text import Spoken, count_tokens, speak

_MOST_CHOICES: Final = 128
_USUAL_LIMIT: Final = 16
_DONE: Final = b"data: [DONE]\n\n"

Fields = Mapping[str, Any]


def answer_completions(asked: Asked) -> Reply:
    """A completion, or the stream of its pieces; `Declined` if it cannot be."""
    body = json_object(asked.request)
    head = {
        "id": f"cmpl-{asked.serial}",
        "object": "text_completion",
        "created": asked.now,
        "model": snapshot_of(model_named(body, asked.deployment)),
        "system_fingerprint": "fp_sandbox",
    }
    prompts = entries_of(body.get("prompt", "<|endoftext|>"), "prompt")
    choices = _choices(asked, body, prompts)
    usage = _usage(prompts, choices)
    if not flag(body, "stream"):
        whole = [_choice(i, said.text, said) for i, said in enumerate(choices)]
        return json_answer({**head, "choices": whole, "usage": usage})
    asked_for = flag(nested(body, "stream_options"), "include_usage")
    return event_stream(_events(head, choices, usage if asked_for else None))


def _choices(asked: Asked, body: Fields, prompts: Sequence[Entry]) -> Sequence[Spoken]:
    count = whole_number(body, "n", high=_MOST_CHOICES) or 1
    limit = whole_number(body, "max_tokens", low=0)
    manner = replace(asked.manner, limit=_USUAL_LIMIT if limit is None else limit)
    said = [
        speak(_text(prompt), manner, index)
        for prompt in prompts
        for index in range(count)
    ]
    if not flag(body, "echo"):
        return said
    echoed = [_text(prompt) for prompt in prompts for _ in range(count)]
    return [
        replace(spoken, deltas=(text, *spoken.deltas))
        for text, spoken in zip(echoed, said, strict=True)
    ]


def _text(prompt: Entry) -> str:
    return prompt if isinstance(prompt, str) else " ".join(map(str, prompt))


def _usage(prompts: Sequence[Entry], choices: Sequence[Spoken]) -> Fields:
    read = sum(
        count_tokens(prompt) if isinstance(prompt, str) else len(prompt)
        for prompt in prompts
    )
    said = sum(spoken.tokens for spoken in choices)
    return {
        "prompt_tokens": read,
        "completion_tokens": said,
        "total_tokens": read + said,
    }


def _choice(index: int, text: str, ended: Spoken | None) -> Fields:
    reason = None
    if ended is not None:
        reason = "length" if ended.truncated else "stop"
    return {"index": index, "text": text, "logprobs": None, "finish_reason": reason}


def _events(
    head: Fields, choices: Sequence[Spoken], usage: Fields | None
) -> Sequence[bytes]:
    events = [
        sse_event({**head, "choices": [choice]})
        for index, spoken in enumerate(choices)
        for choice in (
            *(_choice(index, delta, None) for delta in spoken.deltas),
            _choice(index, "", spoken),
        )
    ]
    if usage is not None:
        events.append(sse_event({**head, "choices": [], "usage": usage}))
    return [*events, _DONE]


ROUTES: Final = (
    Route(
        method="POST",
        pattern="completions",
        endpoint="completions",
        answer=answer_completions,
        in_deployments=True,
    ),
)
