"""One exchange with somebody on a network: bounded in time, in size and in tries.

Knows httpx and tenacity, and which failures pass by themselves. Follows no redirect: a
checkpoint goes to whom the settings name. Knows nothing of what is said.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import httpx
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential,
    wait_random,
)

from affidavit.errors import AnchorUnavailable

MAX_ANSWER_BYTES = 1 << 20
TIMEOUT_SECONDS = 10.0
"""For connecting, and for each read and write."""
TOTAL_SECONDS = 20.0
"""For one try, however lively the other side drips."""
TRIES = 3
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class _Passing(AnchorUnavailable):
    """A failure that may be gone at the next try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    status: int
    kind: str
    """Content type, without its parameters, in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Web:
    """How exchanges are made; tests shorten the times."""

    timeout: float = TIMEOUT_SECONDS
    total: float = TOTAL_SECONDS
    tries: int = TRIES
    sleep: Callable[[float], None] = time.sleep
    headers: Mapping[str, str] = field(
        default_factory=lambda: {"user-agent": "affidavit"}
    )

    def send(
        self,
        method: str,
        url: str,
        content: bytes,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer, whatever its status, after a few tries where that may help.

        `AnchorUnavailable` when there is none: refused, too slow, too long.
        """
        retrying = Retrying(
            stop=stop_after_attempt(self.tries),
            wait=wait_exponential(multiplier=0.5, max=4.0) + wait_random(0, 0.5),
            retry=retry_if_exception_type(_Passing),
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(self._once, method, url, content, headers or {})

    def _once(
        self, method: str, url: str, content: bytes, headers: Mapping[str, str]
    ) -> Answer:
        deadline = time.monotonic() + self.total
        try:
            with (
                httpx.Client(timeout=self.timeout, headers=self.headers) as client,
                client.stream(
                    method, url, content=content, headers=headers
                ) as response,
            ):
                body = _read(response, url, deadline)
        except httpx.TransportError as error:
            raise _Passing(f"{url}: {_told(error)}") from error
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            raise AnchorUnavailable(f"{url}: {_told(error)}") from error
        if response.status_code in _PASSING:
            raise _Passing(f"{url}: answered with {response.status_code}{_hint(body)}")
        kind = response.headers.get("content-type", "").partition(";")[0]
        return Answer(status=response.status_code, kind=kind.strip().lower(), body=body)


def _read(response: httpx.Response, url: str, deadline: float) -> bytes:
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > MAX_ANSWER_BYTES:
            raise AnchorUnavailable(f"{url}: its answer is longer than any can be")
        if time.monotonic() > deadline:
            raise AnchorUnavailable(f"{url}: its answer does not come to an end")
    return bytes(body)


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def refusal(url: str, answer: Answer) -> str:
    """An answer that is not what was asked for, in words."""
    return f"{url}: answered with {answer.status}{_hint(answer.body)}"


def _hint(body: bytes) -> str:
    """The start of what somebody says of a failure, if it can be shown."""
    text = " ".join(body[:200].decode("utf-8", "replace").split())
    return f" ({text})" if text and text.isprintable() else ""
