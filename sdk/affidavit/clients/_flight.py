"""One allowed call between its decision and its outcome.

Knows attempts, the response that answered and the governor that wants to hear of it
once. A context variable ties the SDK's request loop to it, because the SDK copies the
options on the way. Knows nothing of how a call is decided.
"""

import time
from collections.abc import Callable
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Any, Self

from affidavit.calls import Attempt, Ending, Outcome
from affidavit.clients import _watch
from affidavit.clients._governor import Governor, Verdict
from affidavit.clients._watch import Body, Response, Watch
from affidavit.clients.errors import CallUngoverned, PolicyDenied

Clock = Callable[[], float]
"""Seconds of a clock that never goes back."""

_LONGEST_ID = 256
_NOTHING = Body(ending=Ending.COMPLETE)
_in_flight: ContextVar["Flight | None"] = ContextVar("affidavit_flight", default=None)


class Flight:
    """Entered around the SDK's request loop; may outlive it while a stream is read."""

    def __init__(
        self,
        owner: object,
        governor: Governor,
        verdict: Verdict,
        *,
        purpose: str | None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.governor = governor
        self.verdict = verdict
        self.purpose = purpose
        self._owner = owner
        self._clock = clock
        self._attempts: list[Attempt] = []
        self._body: Body | None = None
        self._watch: Watch | None = None
        self._landed = False
        self._once = [True]  # popped by whoever concludes: atomic without a lock
        self._token: Token[Flight | None] | None = None

    def __enter__(self) -> Self:
        """Let the call leave; raise `PolicyDenied`, once, when it must not."""
        if self.verdict.refused:
            raise PolicyDenied(self.verdict.reasons, record_id=self.verdict.id)
        self._token = _in_flight.set(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._leave()
        self._landed = True
        if error is not None:
            self._conclude(Ending.ERROR, self._seen(), type(error).__name__)
        elif self._watch is None:
            body = self._body or _NOTHING
            self._conclude(body.ending, body, body.error)
        elif self._watch.body is not None:
            self._stream_ended(self._watch)

    def _leave(self) -> None:
        try:
            if self._token is not None:
                _in_flight.reset(self._token)
        except ValueError:
            pass  # a coroutine finalised in another context: the variable is not ours

    def covers(self, owner: object) -> bool:
        """Is this a call of `owner` that is still being sent?"""
        # A task started inside inherits the variable, and may outlive the call.
        return self._owner is owner and not self._landed

    def attempt(self, *, is_async: bool) -> "Try":
        """Enter it around one sending."""
        return Try(self, self._clock, is_async=is_async)

    def answered(self, attempt: Attempt, response: Response, *, is_async: bool) -> None:
        """Note a try that brought a response, and watch its body."""
        self._attempts.append(attempt)
        self._body, self._watch = None, None
        if response.is_stream_consumed:
            self._body = _watch.read(response)
        else:
            watch = _watch.put_on(
                response, lambda: self._stream_ended(watch), is_async=is_async
            )
            self._watch = watch

    def failed(self, attempt: Attempt) -> None:
        """Note a try that brought none."""
        self._attempts.append(attempt)
        self._body, self._watch = None, None

    def _stream_ended(self, watch: Watch) -> None:
        # Before landing, the loop may still retry; an older watch is of an older try.
        if self._landed and watch is self._watch and watch.body is not None:
            self._conclude(watch.body.ending, watch.body, watch.body.error)

    def _seen(self) -> Body:
        return self._watch.so_far() if self._watch else self._body or _NOTHING

    def _conclude(self, ending: Ending, body: Body, error: str | None) -> None:
        try:
            self._once.pop()
        except IndexError:
            return
        answer = body.answer
        outcome = Outcome(
            ending=ending,
            attempts=tuple(self._attempts),
            response_id=answer.response_id,
            model=answer.model,
            input_tokens=answer.input_tokens,
            output_tokens=answer.output_tokens,
            finish_reason=answer.finish_reason,
            output_bytes=body.size,
            output_digest=body.digest,
            error=error,
        )
        self.governor.conclude(self.verdict, outcome)


def current(owner: object) -> Flight | None:
    """The call of `owner` that this task or thread is sending now."""
    flight = _in_flight.get()
    return flight if flight is not None and flight.covers(owner) else None


def covering(owner: object, what: str) -> Flight:
    """`current`, or `CallUngoverned`: nothing is sent that no decision covers."""
    flight = current(owner)
    if flight is None:
        raise CallUngoverned(
            f"{what} was not sent: no decision covers it, because it did not come "
            "through the client's own request loop. Use the client's resources, or "
            "`client.post` and its siblings."
        )
    return flight


class Try:
    """One sending: `with flight.attempt() as attempt: attempt.answered(send())`."""

    __slots__ = ("_clock", "_flight", "_is_async", "_started")

    def __init__(self, flight: Flight, clock: Clock, *, is_async: bool) -> None:
        self._flight = flight
        self._clock = clock
        self._is_async = is_async
        self._started = 0.0

    def __enter__(self) -> Self:
        self._started = self._clock()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._flight.failed(self._attempt(error=type(error).__name__))

    def answered(self, response: Any) -> None:
        """Note that a response came, and watch its body."""
        request_id = response.headers.get("x-request-id")
        attempt = self._attempt(
            status=response.status_code,
            request_id=request_id[:_LONGEST_ID] if request_id else None,
        )
        self._flight.answered(attempt, response, is_async=self._is_async)

    def _attempt(
        self,
        *,
        status: int | None = None,
        request_id: str | None = None,
        error: str | None = None,
    ) -> Attempt:
        elapsed = self._clock() - self._started
        return Attempt(
            status=status,
            request_id=request_id,
            milliseconds=max(0, round(elapsed * 1000)),
            error=error,
        )
