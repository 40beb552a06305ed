"""What a response's bytes say about the call: identifier, model, tokens, finish.

Knows the JSON bodies and the server-sent events (WHATWG HTML §9.2) of chat completions,
completions, responses and embeddings. Whatever a provider sends is only read, never
trusted: a shape that is not understood leaves fields empty and raises nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from affidavit.calls import Ending

LARGEST_BODY = 64 << 20
"""Bytes of a JSON body that are still parsed for its usage."""
_LAST_EVENTS = 16
_LONGEST_TEXT = 256
_LARGEST_COUNT = 2**53 - 1
_EVENT_END = b"\n\n"
_DONE = {"response.completed", "response.failed", "response.incomplete"}


class Answer(NamedTuple):
    """What the provider says about the call it answered.

    A tuple: each call makes one, and a frozen dataclass takes three times as long.
    """

    response_id: str | None = None
    model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    finish_reason: str | None = None
    file_id: str | None = None
    """Of the file that an upload in parts was made into."""


NOTHING = Answer()


def of_json(body: bytes) -> Answer:
    """The answer in a JSON body; `NOTHING` if it is none or too large to parse."""
    return of_object(parsed(body))


def parsed(body: bytes) -> dict[str, Any]:
    """The object that a JSON body is; empty if it is none or too large to parse."""
    if len(body) > LARGEST_BODY or body[:64].lstrip()[:1] != b"{":
        return {}
    return _json(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """What the first and last events of a stream say."""

    answer: Answer
    ending: Ending | None
    """How the provider said that the stream ended; None when it did not say."""
    error: str | None = None
    torn: bool = False
    """Whether the bytes stop inside an event."""


def of_events(head: bytes, tail: bytes) -> Stream:
    """Read the first event of `head` and the last ones of `tail`, newest first.

    `tail` may begin inside an event and end before one is whole.
    """
    tail = _in_lines(tail)
    answer, ending, error = NOTHING, None, None
    for data in _newest(tail):
        if data.startswith(b"[DONE]"):
            ending = ending or Ending.COMPLETE
            continue
        event = _json(data)
        if ending is None:
            ending, error = _ended(event)
        answer = _older(answer, _of_event(event))
        if answer.finish_reason and answer.response_id and answer.model:
            break  # usage comes last if at all, and was read before this
    if not (answer.response_id and answer.model):
        answer = _older(answer, _of_event(_json(_first(_in_lines(head)))))
    torn = bool(tail[tail.rfind(_EVENT_END) + 1 :].strip())
    return Stream(answer=answer, ending=ending, error=error, torn=torn)


def _in_lines(data: bytes) -> bytes:
    """The same with line feeds for the other ends of line that a stream may have."""
    if b"\r" not in data:
        return data
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def _first(head: bytes) -> bytes:
    """The data of the first event, or nothing when that is not whole."""
    end = head.find(_EVENT_END)
    return _data(head[:end]) if end >= 0 else b""


def _newest(tail: bytes) -> Iterator[bytes]:
    """The data of the last events that are whole, the newest first."""
    end = tail.rfind(_EVENT_END)
    rest = tail[end + 1 :]
    # A stream that stops after `data: [DONE]\n` is as finished as one with two.
    if rest.rstrip().endswith(b"[DONE]"):
        yield _data(rest)
    for _ in range(_LAST_EVENTS):
        if end < 0:
            return
        start = tail.rfind(_EVENT_END, 0, end)
        if data := _data(tail[start + 1 : end]):
            yield data
        end = start


def _data(block: bytes) -> bytes:
    lines = block.splitlines()
    return b"\n".join(line[5:].lstrip() for line in lines if line.startswith(b"data:"))


def _json(data: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _ended(event: dict[str, Any]) -> tuple[Ending | None, str | None]:
    kind = event.get("type")
    if kind in _DONE:
        return Ending.COMPLETE, None
    error = event if kind == "error" else event.get("error")
    if isinstance(error, dict) and not event.get("choices"):
        name = error.get("code") or error.get("type") or "error"
        return Ending.ERROR, _text(name) or "error"
    return None, None


def _older(newer: Answer, older: Answer) -> Answer:
    """`newer`, completed by what only `older` says."""
    missing = {
        name: old
        for name, old in older._asdict().items()
        if old is not None and getattr(newer, name) is None
    }
    return newer._replace(**missing) if missing else newer


def _of_event(event: dict[str, Any]) -> Answer:
    inner = event.get("response")
    return of_object(inner if isinstance(inner, dict) else event)


def of_object(body: dict[str, Any]) -> Answer:
    """The answer in a body that is parsed; `NOTHING` if it is none."""
    usage = body.get("usage")
    if not isinstance(usage, dict):
        usage = {}
    return Answer(
        _text(body.get("id")),
        _text(body.get("model")),
        _either_count(usage, "prompt_tokens", "input_tokens"),
        _either_count(usage, "completion_tokens", "output_tokens"),
        _finish(body),
        _file(body) if body.get("object") == "upload" else None,
    )


def _file(body: dict[str, Any]) -> str | None:
    file = body.get("file")
    return _text(file.get("id")) if isinstance(file, dict) else None


def _finish(body: dict[str, Any]) -> str | None:
    """Finish reasons of the choices, or how a response ended; several join with `,`."""
    choices = body.get("choices")
    if isinstance(choices, list):
        reasons: list[str] = []
        for choice in choices:
            reason = isinstance(choice, dict) and _text(choice.get("finish_reason"))
            if reason and reason not in reasons:
                reasons.append(reason)
        return _text(",".join(reasons))
    if body.get("object") != "response":
        return None
    details = body.get("incomplete_details")
    reason = details.get("reason") if isinstance(details, dict) else None
    status = body.get("status")
    return _text(reason) or (None if status == "in_progress" else _text(status))


def _either_count(usage: dict[str, Any], name: str, other: str) -> int | None:
    value = usage.get(name)
    if type(value) is int and 0 <= value <= _LARGEST_COUNT:
        return value
    return _either_count(usage, other, other) if other != name else None


def _text(value: object) -> str | None:
    return value[:_LONGEST_TEXT] if isinstance(value, str) and value else None
