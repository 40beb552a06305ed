"""What a model said, found in the bytes of an answer.

Knows the bodies, streams and batch output files of chat completions, completions,
responses and transcriptions. A text is one choice's, or one item's: what it answered,
what it thought aloud and what it called tools with are texts of their own. A shape that
is not understood holds none, and nothing here raises.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import orjson

from affidavit.calls import JsonObject
from affidavit.clients._reading.shapes import inside, items, strings

_SIGNS = (b'"choices"', b'"output"', b'"text"', b'"delta"', b'"transcript"')
_ITEM_TEXTS = ("content", "summary", "arguments", "input", "code")
_CHOICE_TEXTS = ("content", "reasoning_content", "reasoning", "refusal", "transcript")
_TEXTS_IN_ORDER = (*_CHOICE_TEXTS, "text")
_TEXTS = frozenset(_TEXTS_IN_ORDER)
_LINE_SIGN = b'"custom_id"'
_DATA = b"data:"


class Said:
    """The texts in an answer's bytes; read each time that somebody asks."""

    __slots__ = ("_body", "_events", "_parsed")

    def __init__(
        self, body: bytes, *, events: bool, parsed: JsonObject | None = None
    ) -> None:
        """`parsed`: the body as JSON, where somebody has parsed it already."""
        self._body = body
        self._events = events
        self._parsed = parsed

    def __iter__(self) -> Iterator[str]:
        if self._parsed is not None:
            return of_object(self._parsed)
        if not any(sign in self._body for sign in _SIGNS):
            return iter(())
        if self._events:
            return iter(_of_events(_events(self._body)))
        if self._body[:64].lstrip()[:1] != b"{":
            return iter(())
        value = _json(self._body)
        return of_object(value) if value else _of_lines(self._body)


def of_object(body: JsonObject) -> Iterator[str]:
    """The texts in one answer that is whole."""
    for choice in items(body.get("choices")):
        message = choice.get("message")
        yield from _of_choice(message if isinstance(message, Mapping) else choice)
    for item in items(body.get("output")):
        yield from _of_item(item)
    if isinstance(text := body.get("text"), str) and "choices" not in body:
        yield text


def _of_choice(message: JsonObject) -> Iterator[str]:
    for name in _TEXTS_IN_ORDER:
        if said := message.get(name):
            if isinstance(said, str):  # nearly always, and spared a generator
                yield said
            else:
                yield from _joined(said)
    if message.get("audio"):
        yield from _joined(inside(message, "audio", "transcript"))
    if not message.get("tool_calls"):
        return
    called = [
        inside(call, kind, part)
        for call in items(message.get("tool_calls"))
        for kind, part in (("function", "arguments"), ("custom", "input"))
    ]
    yield from _joined([each for each in called if each])


def _of_item(item: JsonObject) -> Iterator[str]:
    for name in _ITEM_TEXTS:
        value = item.get(name)
        if isinstance(value, str):
            yield value
        else:
            yield from _joined(
                [
                    part.get(kind)
                    for part in items(value)
                    for kind in ("text", "refusal", "transcript")
                ]
            )


def _joined(value: object) -> Iterator[str]:
    """One text for all that is said in parts."""
    if isinstance(value, str):
        if value:
            yield value
    elif value and (parts := list(strings(value, but=frozenset({"type"})))):
        yield "\n".join(parts)


def _of_lines(body: bytes) -> Iterator[str]:
    """The texts in a batch's output file: each line has an answer in it."""
    at = 0
    while at < len(body):
        end = body.find(b"\n", at)
        line = body[at : end if end >= 0 else len(body)]
        at += len(line) + 1
        if _LINE_SIGN in line:
            answer = inside(_json(line), "response", "body")
            if isinstance(answer, Mapping):
                yield from of_object(answer)


def _events(body: bytes) -> list[Any]:
    """The data of server-sent events (WHATWG HTML §9.2), each as it was meant."""
    lines = (line[len(_DATA) :].strip() for line in body.splitlines() if _is_data(line))
    found = [line for line in lines if line[:1] == b"{"]
    try:  # at once: a third of the time that one by one takes
        events: list[Any] = orjson.loads(b"[" + b",".join(found) + b"]")
    except orjson.JSONDecodeError:
        return [_json(line) for line in found]
    return events


def _is_data(line: bytes) -> bool:
    return line.startswith(_DATA)


def _of_events(events: Iterable[Any]) -> list[str]:
    pieces: dict[tuple[object, ...], list[str]] = {}
    for event in events:
        if not isinstance(event, dict):
            continue
        choices = event.get("choices")
        if choices:
            _add_choices(choices, pieces)
        elif isinstance(delta := event.get("delta"), str):
            key = event.get("type"), event.get("item_id"), event.get("content_index")
            pieces.setdefault(tuple(map(repr, key)), []).append(delta)
        elif isinstance(whole := event.get("response"), dict) and whole.get("output"):
            return list(of_object(whole))
    return ["".join(each) for each in pieces.values()]


def _add_choices(choices: object, pieces: dict[tuple[object, ...], list[str]]) -> None:
    """What one event adds to which texts. Each chunk of a stream comes by here."""
    for choice in choices if isinstance(choices, list) else ():
        if not isinstance(choice, dict):
            continue
        index = repr(choice.get("index"))
        said = choice.get("delta")
        said = said if isinstance(said, dict) else choice
        for name, piece in said.items():
            if name in _TEXTS and isinstance(piece, str):
                pieces.setdefault((name, index), []).append(piece)
            elif name == "tool_calls":
                for call in items(piece):
                    added = inside(call, "function", "arguments")
                    if isinstance(added, str):
                        pieces.setdefault((name, index), []).append(added)


def _json(data: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
