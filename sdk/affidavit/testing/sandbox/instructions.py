"""What a caller or a test asks the sandbox to do instead of answering well.

Knows the `X-Sandbox-*` headers, what they may say, and which tries of a call they apply
to. Doing it is `server`'s; counting tries and queueing is `sandbox`'s.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Final
from urllib.parse import urlsplit

from affidavit.errors import SettingsInvalid
from affidavit.testing.sandbox.http import (
    Answer,
    Declined,
    Headers,
    ReceivedRequest,
    Reply,
    error_answer,
    json_answer,
)

PREFIX: Final = "x-sandbox-"
LONGEST_DELAY_MS: Final = 600_000
MOST_CHUNKS: Final = 100_000
_FIRST_ERROR: Final = 400
_LAST_ERROR: Final = 599
_MOST_TRY_DIGITS: Final = 9


class Break(Enum):
    """How a connection ends before the response does."""

    MID_STREAM = "mid-stream"
    """After half of the events, or half of the body, with a FIN."""
    BEFORE_RESPONSE = "before-response"
    """The request is read; a FIN comes instead of a response."""
    RESET = "reset"
    """The request is read; a TCP reset comes instead of a response."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instructions:
    """What to do with one request. The default is to answer it."""

    status: int | None = None
    """Answer with this error, 400 to 599."""
    retry_after: str | None = None
    """The `retry-after` of that error: seconds, or an HTTP date."""
    redirect: str | None = None
    """Answer with 307 to this URL."""
    break_at: Break | None = None
    fail_times: int | None = None
    """All of the above and the delays happen to so many tries of a call only."""
    delay_ms: int = 0
    """Wait so long before the response begins."""
    chunk_delay_ms: int = 0
    """Wait so long between the events of a stream."""
    chunks: int | None = None
    """Say the reply in exactly so many deltas."""
    text: str | None = None
    """Say this."""
    json: Any = None
    """Answer with this JSON, whatever was asked."""

    def __post_init__(self) -> None:
        _within("status", self.status, _FIRST_ERROR, _LAST_ERROR)
        _within("fail_times", self.fail_times, 0, 1_000_000)
        _within("delay_ms", self.delay_ms, 0, LONGEST_DELAY_MS)
        _within("chunk_delay_ms", self.chunk_delay_ms, 0, LONGEST_DELAY_MS)
        _within("chunks", self.chunks, 1, MOST_CHUNKS)
        for name, value in (
            ("retry_after", self.retry_after),
            ("redirect", self.redirect),
        ):
            if value is not None and not (value.isascii() and value.isprintable()):
                raise SettingsInvalid(f"{name} must be printable ASCII, got {value!r}.")
        _reachable(self.redirect or "")

    def for_try(self, earlier: int) -> "Instructions":
        """What holds for a try that `earlier` tries of the same call came before."""
        if self.fail_times is None:
            return self
        if earlier >= self.fail_times:
            return Instructions(chunks=self.chunks, text=self.text, json=self.json)
        trouble = (self.status, self.redirect, self.break_at)
        quiet = trouble == (None, None, None) and not self.delay_ms
        return replace(self, status=500) if quiet else self

    def forced_reply(self, request: ReceivedRequest) -> Reply | None:
        """The reply that does not depend on what was asked; None to answer."""
        if self.status is not None:
            return self._error(self.status)
        if self.redirect is not None and not _is_there(request, self.redirect):
            return Answer(status=307, headers={"location": self.redirect})
        if self.json is not None:
            return json_answer(self.json)
        return None

    def _error(self, status: int) -> Answer:
        after = {} if self.retry_after is None else {"retry-after": self.retry_after}
        message = f"The sandbox was asked to answer this request with status {status}."
        if self.json is not None:
            answer = json_answer(self.json, status=status)
            return replace(answer, headers={**answer.headers, **after})
        return error_answer(status, message, headers=after)


def _within(name: str, value: int | None, low: int, high: int) -> None:
    if value is not None and not low <= value <= high:
        raise SettingsInvalid(f"{name} must be from {low} to {high}, got {value}.")


def _reachable(url: str) -> None:
    try:
        urlsplit(url)
    except ValueError as error:
        raise SettingsInvalid(f"redirect is not a URL: {url!r} ({error}).") from error


def _is_there(request: ReceivedRequest, url: str) -> bool:
    """Whether the request came to `url`: clients repeat headers at the new place."""
    wanted = urlsplit(url)
    same_host = wanted.netloc in ("", request.headers.get("host"))
    return same_host and wanted.path == request.path


def instructions_in(headers: Headers) -> Instructions:
    """What the `X-Sandbox-*` headers ask for; `Declined` if they make no sense.

    A header of that prefix that nobody knows is declined too: a misspelt one would make
    a test of failures pass without a failure.
    """
    asked: dict[str, Any] = {}
    for name in headers:
        if name.startswith(PREFIX):
            parameter, read = _reader(name)
            asked[parameter] = _read(name, headers[name], read)
    try:
        return Instructions(**asked)
    except SettingsInvalid as error:
        raise Declined(400, str(error), code="sandbox_header_invalid") from error


def _reader(name: str) -> tuple[str, Callable[[str], object]]:
    try:
        return _READERS[name.removeprefix(PREFIX)]
    except KeyError:
        known = ", ".join(f"{PREFIX}{known}" for known in _READERS)
        raise Declined(
            400,
            f"The sandbox knows no header '{name}'. It knows {known}.",
            code="sandbox_header_unknown",
        ) from None


def _read(name: str, value: str, read: Callable[[str], object]) -> object:
    try:
        return read(value)
    except ValueError as error:
        raise Declined(
            400,
            f"Header '{name}' cannot say {value!r}: {error}.",
            code="sandbox_header_invalid",
        ) from error


def _whole(value: str) -> int:
    if not (value.isascii() and value.isdecimal()):
        raise ValueError("it must be a whole number")
    return int(value)


_READERS: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "status": ("status", _whole),
    "retry-after": ("retry_after", str),
    "delay-ms": ("delay_ms", _whole),
    "chunk-delay-ms": ("chunk_delay_ms", _whole),
    "fail-times": ("fail_times", _whole),
    "break": ("break_at", Break),
    "redirect": ("redirect", str),
    "chunks": ("chunks", _whole),
}


def tries_told(request: ReceivedRequest) -> int | None:
    """How many tries came before, as OpenAI's SDKs say it; None when nobody says.

    An `Idempotency-Key` outranks it: then the sandbox counts by itself.
    """
    told = request.headers.get("x-stainless-retry-count", "")
    keyed = "idempotency-key" in request.headers
    plain = told.isascii() and told.isdecimal() and len(told) <= _MOST_TRY_DIGITS
    return None if keyed or not plain else int(told)


def call_key(request: ReceivedRequest) -> str:
    """What the tries of one call have in common: their key, else what they send."""
    if (key := request.headers.get("idempotency-key")) is not None:
        return f"key {key}"
    # A form is built anew for each try, with another boundary: its parts are the same.
    sent = hashlib.sha256(b"" if request.parts else request.body)
    for part in request.parts:
        sent.update(f"{part.name} {part.blob.sha256}".encode())
    return f"{request.method} {request.path} {sent.hexdigest()}"
