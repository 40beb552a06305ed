"""The provider-neutral values that every rule speaks: `Call`, `Finding`, `Outcome`.

Knows no HTTP, no openai and no policy: `clients` makes calls and outcomes, `detect`
makes findings, `policy` reads them, `trail` writes them down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """One piece of text that a call sends, and who is said to speak it."""

    role: str
    """`system`, `developer`, `user`, `assistant`, `tool` or `input`."""
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One logical call of a provider's API, before it leaves."""

    endpoint: str
    """Named endpoint such as `chat.completions`; `other:<METHOD> <path>` when
    unknown."""
    provider: str
    """`openai`, `azure` or `other`: whose terms the host stands under."""
    host: str
    model: str | None = None
    purpose: str | None = None
    """What was declared; None when nothing was."""
    subject: str | None = None
    """On whose behalf: the request's `user`."""
    safety_id: str | None = None
    """The request's `safety_identifier`."""
    project: str | None = None
    """The provider's project that is billed."""
    parameters: Mapping[str, int | str | bool] = field(default_factory=dict)
    """Parameters that matter to a rule: `n`, `stream`, `logprobs`, `max_tokens`, …"""
    texts: tuple[Text, ...] = ()
    content: bytes = b""
    """The request's body as canonical JSON: what a commitment is made to."""
    unread: Mapping[str, int] = field(default_factory=dict)
    """Parts that no detector reads, counted by kind: images, audio, files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where in a call's text a rule matched; offsets in characters of
    `texts[text].value`.
    """

    text: int
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What a detector says that a call is doing. It informs a policy; it decides
    nothing.
    """

    kind: str
    """What a policy's `finding:` names, such as `dataset_generation`."""
    score: float
    """0 to 1, in steps of 0.001."""
    activity: str
    """What is being done, such as `self_instruct`."""
    rules: tuple[str, ...]
    """Identifiers of the detector's rules that fired, strongest first."""
    spans: tuple[Span, ...] = ()
    detector: str
    """Name and version, such as `content/1`."""


class Ending(Enum):
    """How a call that left came to its end."""

    COMPLETE = "complete"
    ABANDONED = "abandoned"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try on the wire."""

    status: int | None
    """HTTP status; None when no response came."""
    request_id: str | None
    """The provider's `x-request-id`."""
    milliseconds: int
    error: str | None = None
    """Name of the exception that ended the try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a call that was allowed to leave."""

    ending: Ending
    attempts: tuple[Attempt, ...]
    response_id: str | None = None
    model: str | None = None
    """The snapshot that answered."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    finish_reason: str | None = None
    output_bytes: int = 0
    output_digest: bytes | None = None
    """SHA-256 of the response body's bytes; None when none was read."""
    error: str | None = None


JsonObject = Mapping[str, Any]
"""A request or response body as the SDK hands it over: JSON by promise, not by
proof."""
