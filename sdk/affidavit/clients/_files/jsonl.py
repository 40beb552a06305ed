"""What one line of an uploaded file asks for: a call to be made later, or text.

Knows the provider's line formats of batch input, fine-tuning and evaluation files. A
line of a batch is read as strictly as the provider reads it: what is not understood is
no call, and says why. Knows no file and decides nothing.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from enum import Enum
from typing import Any

import orjson

from affidavit.calls import Call, Line, Text
from affidavit.clients import _calls
from affidavit.clients._calls import Site
from affidavit.clients._files.lines import LONGEST, RawLine
from affidavit.clients._reading.bodies import Reading


class Use(Enum):
    """What becomes of an uploaded file's lines."""

    CALLS = "calls"
    """Each is a call (`purpose` is `batch`)."""
    TEXTS = "texts"
    """Each is text that a model is trained on (`fine-tune`)."""
    PERHAPS = "perhaps"
    """Each may be text, and nothing runs on it by itself (`evals`)."""
    UNREAD = "unread"
    """Not a file of lines."""


WINDOW = 1 << 18
"""Characters of a line that are looked at together."""
OVERLAP = 1 << 12
_NOT_SAID = frozenset({"type", "id"})
_READ_OF_MESSAGES = _NOT_SAID | {"role", "content", "tool_calls"}
_USES = {"batch": Use.CALLS, "fine-tune": Use.TEXTS, "evals": Use.PERHAPS}


def use(purpose: str | None) -> Use:
    """What the provider does with a file that was uploaded for `purpose`."""
    return _USES.get(purpose or "", Use.UNREAD)


def parsed(raw: RawLine, kind: Use, upload: Call, site: Site) -> Iterator[Line]:
    """The line as a call like `upload`: same provider, project and declared purpose.

    A line with more text than `WINDOW` comes several times, with a part of its texts
    each: detectors need many times the memory of what they read.
    """
    line = _parsed(raw, kind, upload, site)
    if raw.data is None or len(raw.data) <= WINDOW or line.call is None:
        yield line
        return
    for texts in _windows(line.call.texts):
        yield replace(line, call=line.call._replace(texts=texts))


def _windows(texts: tuple[Text, ...]) -> Iterator[tuple[Text, ...]]:
    """`texts` in portions of about `WINDOW` characters; a text that is cut overlaps."""
    window: list[Text] = []
    room = WINDOW
    for text in texts:
        for start in range(0, len(text.value), WINDOW - OVERLAP):
            piece = text.value[start : start + WINDOW]
            if len(piece) > room and window:
                yield tuple(window)
                window, room = [], WINDOW
            window.append(Text(role=text.role, value=piece))
            room -= len(piece)
            if start + WINDOW >= len(text.value):
                break
    yield tuple(window)


def _parsed(raw: RawLine, kind: Use, upload: Call, site: Site) -> Line:
    if raw.data is None:
        problem = f"it is longer than {LONGEST >> 20} MiB"
        return Line(number=raw.number, problem=problem)
    try:
        value = orjson.loads(raw.data)
    except orjson.JSONDecodeError as error:
        return Line(number=raw.number, problem=f"it is not JSON ({error})")
    if not isinstance(value, dict):
        return Line(number=raw.number, problem="it is not a JSON object")
    if kind is Use.CALLS:
        return _batched(raw.number, value, upload, site)
    texts, unread = _read(value)
    call = upload._replace(texts=texts, unread=unread, content=b"")
    return Line(number=raw.number, call=call)


def _batched(number: int, value: dict[str, Any], upload: Call, site: Site) -> Line:
    name = value.get("custom_id")
    name = name if isinstance(name, str) else None
    match value:
        case {"method": str(method), "url": str(url), "body": dict(body)}:
            call = _calls.batched(upload, site, method, url, body)
            return Line(number=number, name=name, call=call)
        case _:
            problem = "it has no `method`, `url` and `body` as the Batch API wants them"
            return Line(number=number, name=name, problem=problem)


def _read(value: dict[str, Any]) -> tuple[tuple[Text, ...], dict[str, int]]:
    """Every text in `value`, and what is no text: messages under their roles, other
    strings as input.

    Without recursion, because the depth of a line is its author's to choose.
    """
    texts: list[Text] = []
    unread: Counter[str] = Counter()
    waiting: list[object] = [value]
    while waiting:
        match waiting.pop():
            case str(text) if text:
                texts.append(Text(role="input", value=text))
            case dict(item) if _is_message(item):
                reading = Reading({"messages": [item]})
                texts += reading.texts
                unread.update(reading.unread)
                waiting += _beside(item, _READ_OF_MESSAGES)
            case dict(item):
                waiting += _beside(item, _NOT_SAID)
            case list(items):
                waiting += reversed(items)
            case _:
                pass
    return tuple(texts), dict(unread)


def _is_message(item: dict[str, Any]) -> bool:
    return isinstance(item.get("role"), str) and "content" in item


def _beside(item: dict[str, Any], read: frozenset[str]) -> list[object]:
    return [item[key] for key in reversed(item) if key not in read]
