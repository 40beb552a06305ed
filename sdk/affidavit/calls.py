"""The provider-neutral values that every rule speaks: `Call`, `Finding`, `Outcome`.

Knows no HTTP, no openai and no policy: `clients` makes calls and outcomes, `detect`
makes findings, `policy` reads them, `trail` writes them down.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType
from typing import Any, NamedTuple

_NONE: Mapping[str, Any] = MappingProxyType({})
HANDSHAKE = "handshake"
"""Parameter `event` of the call that opens a websocket."""


class Text(NamedTuple):
    """One piece of text that a call sends, and who is said to speak it."""

    role: str
    """`system`, `developer`, `user`, `assistant`, `tool` or `input`; `tools` for what
    defines tools, or the form of the answer: offered to the model, asked by nobody."""
    value: str


class Work(NamedTuple):
    """What is asked of a model, by one call or by lines of a file that are alike."""

    endpoint: str
    model: str | None
    subject: str | None
    """On whose behalf."""
    requests: int = 1
    input_tokens: int = 0
    """Estimated."""
    output_tokens: int = 0
    """At most; 0 where nobody says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What an upload carries: one file, or one part of one."""

    purpose: str | None
    """What the provider is told it is for, such as `batch`; None when nothing was."""
    size: int | None = None
    """Bytes; None where there are none yet."""
    sha256: str | None = None
    """Of all its bytes, 64 lower-case hex digits; None when they were not all seen."""
    read: bool = False
    """Whether each line of it was shown to the policy."""
    lines: int = 0
    malformed: int = 0
    """Lines that nobody can read."""
    models: Mapping[str, int] = field(default_factory=dict)
    """How many lines ask for which model."""
    endpoints: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[str, ...] = ()
    """SHA-256 of each part in order, for a file that came in several."""
    work: tuple[Work, ...] | None = None
    """What its lines ask for when the provider runs them, alike ones put together;
    None where they are no calls, or of too many kinds to say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a trail knows of something that was uploaded."""

    decision: str
    """Identifier of the decision that let it leave."""
    effect: str
    """`permit`, or `observed` where enforcing would have refused it."""
    purpose: str | None
    """The purpose that was declared for the upload."""
    use: str | None = None
    """What the provider was told it is for: a file's `purpose`."""
    sha256: str | None = None
    model: str | None = None
    """The one model that its lines ask for."""
    read: bool = False
    """Whether each line of it was shown to the policy."""
    work: tuple[Work, ...] | None = None
    """What its lines ask for; None where the trail does not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A file, an upload or a part that a call names by the provider's identifier."""

    id: str
    known: Known | None = None
    """None when the trail knows no decision about it."""


class Call(NamedTuple):
    """One logical call of a provider's API, before it leaves.

    A tuple, and its texts are: each call makes them, and frozen dataclasses take two to
    three times as long.
    """

    endpoint: str
    """Named endpoint such as `chat.completions`; `other:<METHOD> <path>` when
    unknown."""
    provider: str
    """Who answers at the host, as `affidavit.providers` names them; `other` where that
    is not known. Whose terms apply besides is `providers.terms`."""
    host: str
    origin: str = ""
    """`scheme://host[:port]` that the request goes to, as RFC 6454 §6.2 spells it."""
    model: str | None = None
    purpose: str | None = None
    """What was declared; None when nothing was."""
    subject: str | None = None
    """On whose behalf: the request's `user`."""
    safety_id: str | None = None
    """The request's `safety_identifier`."""
    project: str | None = None
    """The provider's project that is billed."""
    parameters: Mapping[str, int | str | bool] = _NONE
    """Parameters that matter to a rule: `n`, `stream`, `logprobs`, `max_tokens`, …"""
    texts: tuple[Text, ...] = ()
    content: bytes = b""
    """The request's body as canonical JSON: what a commitment is made to."""
    unread: Mapping[str, int] = _NONE
    """Parts that no detector reads, counted by kind: images, audio, files."""
    file: File | None = None
    """What an upload carries."""
    refers: tuple[Reference, ...] = ()
    """Files that a deferred call works on."""

    @property
    def only_connects(self) -> bool:
        """Whether it opens a connection without naming a model.

        Nothing is asked of a model yet: what is said over the connection is decided
        event by event, each with its model.
        """
        return self.model is None and self.parameters.get("event") == HANDSHAKE


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an uploaded file: a call that the provider makes later, or text that
    it trains on.
    """

    number: int
    """From 1; 0 for what is said of the file as a whole."""
    name: str | None = None
    """The line's `custom_id`."""
    call: Call | None = None
    """None when nobody can read it."""
    problem: str | None = None
    """Why not, as a sentence that begins after `line 7:`."""


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
    count: int = 1
    """In how many lines of an uploaded file; the score is the highest of them."""
    lines: tuple[int, ...] = ()
    """The first of these lines; empty for a call that is no file."""
    notes: tuple[str, ...] = ()
    """What it rests on where that is no place in a text: counts, and other calls by
    their records' identifiers."""


class Ending(Enum):
    """How a call that left came to its end."""

    COMPLETE = "complete"
    ABANDONED = "abandoned"
    """The caller wanted no more of it."""
    ERROR = "error"


class How(Enum):
    """What ended a call that did not run to its end."""

    CLOSED = "closed"
    """The response was closed early: by the caller, or by the SDK for one that the
    caller dropped."""
    COLLECTED = "collected"
    """Nobody closed the response: the garbage collector found it."""
    CANCELLED = "cancelled"
    """The task or the program that made the call was told to stop."""
    UNSENT = "unsent"
    """It ended before a byte had left."""
    STATUS = "status"
    """The provider answered with an HTTP error."""
    TIMEOUT = "timeout"
    BROKEN = "broken"
    """The connection failed, or ended in the middle of an answer."""
    REPORTED = "reported"
    """The provider said so in the stream itself."""
    FAILED = "failed"
    """Any other exception."""


class Attempt(NamedTuple):
    """One try on the wire. A tuple, as `Outcome` is: see docs/adr/0008."""

    status: int | None
    """HTTP status; None when no response came."""
    request_id: str | None
    """The provider's `x-request-id`."""
    milliseconds: int
    error: str | None = None
    """Name of the exception that ended the try."""


class Outcome(NamedTuple):
    """What became of a call that was allowed to leave."""

    ending: Ending
    attempts: tuple[Attempt, ...]
    response_id: str | None = None
    file_id: str | None = None
    """The file that the provider made of an upload in parts."""
    model: str | None = None
    """The snapshot that answered."""
    input_tokens: int | None = None
    output_tokens: int | None = None
    estimated: bool = False
    """Whether the tokens are our estimate: the provider did not count them."""
    finish_reason: str | None = None
    output_bytes: int = 0
    output_digest: bytes | None = None
    """SHA-256 of the response body's bytes; None when none was read."""
    how: How | None = None
    """None for a call that ran to its end."""
    error: str | None = None
    output: bytes | None = None
    """The response body's bytes, for a governor that keeps contents; None without."""
    said: Iterable[str] | None = ()
    """The texts that the model produced, for a governor that fingerprints them, read
    when they are asked for; None when there was a body that nobody could read."""
    follow: int = 0
    """How many more it produced, which records after the outcome's own tell of."""


JsonObject = Mapping[str, Any]
"""A request or response body as the SDK hands it over: JSON by promise, not by
proof."""
