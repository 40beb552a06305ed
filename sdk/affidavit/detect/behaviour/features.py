"""What is taken of one call, and later of its answer, for a window to work on.

Pure: a `Call` and a text in, numbers out. Knows which of a call's words are its
caller's: what an assistant said or a tool returned in a conversation is history, and is
not looked at. Knows no window.
"""

import re
from binascii import crc32
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from affidavit.calls import Call, Finding, Text
from affidavit.detect.behaviour import words
from affidavit.detect.behaviour.words import Key
from affidavit.findings import Kind

ENDPOINTS = frozenset({"chat.completions", "responses", "completions"})
"""Calls that a model answers with text."""

_HISTORY = frozenset({"assistant", "tool", "function"})
_SYSTEM = frozenset({"system", "developer"})
_OFFERED = "tools"
_DATASET = Kind.DATASET_GENERATION.value
_HEAD_CHARACTERS = 24
_SYSTEM_CHARACTERS = 400
_SHORT_ANSWER = 16
_HOT = 0.8
_NOTES = re.compile(
    r"\b(?:observation|action input|tool (?:output|result|response)|scratchpad|"
    r"function result)s?\b\s*\d*\s*[:>\]]|观察[:：]|工具结果",
    re.IGNORECASE,
)
_OF_NOTES = (
    "observation",
    "action input",
    "tool ",
    "scratchpad",
    "function result",
    "观察",
    "工具结果",
)
_WHO_ASK = ("customer", "user", "human", "client", "客户", "用户")
_ASKING = re.compile(
    r"^\s*(?:customer|user|human|client|客户|用户)\s*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_ANSWERING = re.compile(
    r"^\s*(?:agent|assistant|ai|bot|support|客服|助手)\s*[:：]",
    re.IGNORECASE | re.MULTILINE,
)
_SEEN_OF_NOTES = 8000
_EFFORTS = frozenset({"medium", "high", "xhigh"})


class Work(Enum):
    """What a call's words look like, beside prose."""

    PROSE = 0
    CODE = 1
    """Its own outputs come back to be edited."""
    SCRATCHPAD = 2
    """An agent's notes: its own outputs, and what tools gave."""
    CHAT = 3
    """A conversation that is quoted: what one side says in two words may look known."""


class CallFeatures(NamedTuple):
    """One call before it leaves."""

    at: int
    """Unix ms."""
    text: str
    """The caller's last words, which the others led to."""
    system: str
    whole: int
    """Equal for calls that say the same."""
    head: int
    """Equal for calls that begin alike: a template's."""
    form: int
    """Of what the system was told; 0 for nothing."""
    history: bool
    """Whether an assistant or a tool has spoken in it."""
    samples: int
    """How many answers are asked for."""
    logprobs: int
    """0, or 1 and the number of alternatives."""
    seed: int
    heat: int
    """Of the temperature."""
    hot: bool
    """Whether the temperature is one for variety: 0.8 or more."""
    effort: bool
    """Whether much reasoning is asked for."""
    most: int
    """Tokens that an answer may have; 0 where that is not said."""
    asked: float
    """Highest score of what the content detector found."""


class OutcomeFeatures(NamedTuple):
    """What came back."""

    texts: Sequence[str]
    """The answers; empty where none was read."""
    limited: int = 0
    """Tries that the provider turned away for their number (HTTP 429)."""
    tokens: int = 0
    """Of the answers; 0 where nobody counted."""


def of_call(call: Call, findings: Sequence[Finding], at: int) -> CallFeatures | None:
    """`findings` are the content detector's; None for a call that carries no words."""
    if call.endpoint not in ENDPOINTS or not call.texts:
        return None
    text, system = _said(call.texts)
    if not text:
        text, system = system, ""
    parameters = call.parameters
    whole = crc32(text.encode("utf-8", "replace"), crc32(_bytes(system)))
    return CallFeatures(
        at=at,
        text=text,
        system=system,
        whole=whole or 1,
        head=crc32(_bytes(text[:_HEAD_CHARACTERS]), crc32(_bytes(system))) or 1,
        form=crc32(_bytes(system)) if system else 0,
        hot=_hot(parameters.get("temperature")),
        history=any(each.role in _HISTORY for each in call.texts),
        samples=max(_number(parameters, "n"), _number(parameters, "best_of"), 1),
        logprobs=_logprobs(parameters),
        seed=_spelled(parameters, "seed"),
        heat=_spelled(parameters, "temperature"),
        effort=parameters.get("reasoning_effort") in _EFFORTS,
        most=max(_number(parameters, name) for name in _LIMITS),
        asked=max(
            (each.score for each in findings if each.kind == _DATASET), default=0.0
        ),
    )


_LIMITS = ("max_tokens", "max_completion_tokens", "max_output_tokens")


def _said(texts: Sequence[Text]) -> tuple[str, str]:
    """The caller's words since somebody else spoke, and what the system was told."""
    last: list[str] = []
    system = ""
    for text in texts:
        if text.role in _HISTORY:
            last.clear()
        elif text.role in _SYSTEM:
            system = system or text.value[:_SYSTEM_CHARACTERS]
        elif text.role != _OFFERED:
            last.append(text.value)
    return (last[0] if len(last) == 1 else "\n".join(last)), system


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "replace")


def _number(parameters: Mapping[str, int | str | bool], name: str) -> int:
    value = parameters.get(name)
    return value if type(value) is int and 0 <= value < 1 << 31 else 0


def _logprobs(parameters: Mapping[str, int | str | bool]) -> int:
    asked = parameters.get("logprobs")
    alternatives = _number(parameters, "top_logprobs")
    if asked is True or alternatives:
        return min(1 + alternatives, 255)
    # Of legacy completions, where it is the number of alternatives.
    return min(1 + asked, 255) if type(asked) is int and asked > 0 else 0


def work(text: str) -> Work:
    """What a text looks like, by its head and its tail."""
    if len(text) > _SEEN_OF_NOTES:
        half = _SEEN_OF_NOTES // 2
        text = f"{text[:half]}\n{text[-half:]}"
    small = text.lower()
    # The words first: to look for them takes a tenth of what the expressions take.
    if any(map(small.__contains__, _OF_NOTES)) and _NOTES.search(text):
        return Work.SCRATCHPAD
    if (
        any(map(small.__contains__, _WHO_ASK))
        and _ASKING.search(text)
        and _ANSWERING.search(text)
    ):
        return Work.CHAT
    return Work.CODE if words.is_code(text) else Work.PROSE


def _hot(value: object) -> bool:
    try:
        return float(str(value)) >= _HOT
    except ValueError:
        return False


def _spelled(parameters: Mapping[str, int | str | bool], name: str) -> int:
    value = parameters.get(name)
    return 0 if value is None else crc32(str(value).encode()) or 1


def is_short(answer: str) -> bool:
    """Whether an answer is a label or a grade rather than a text."""
    return len(answer) < 400 and len(words.spoken(answer, 64)[0]) <= _SHORT_ANSWER


def keyed(text: str, most: int, key: Key) -> list[list[int]]:
    """The runs of `text`, piece by piece."""
    return [words.runs(piece, key) for piece in words.spoken(text, most)]
