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

    __slots__ = (
        "_attempts",
        "_body",
        "_once",
        "_token",
        "_watch",
        "governor",
        "landed",
        "now",
        "owner",
        "purpose",
        "verdict",
    )

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
        self.now = clock
        self.owner = owner
        self._attempts: list[Attempt] = []
        self._body: Body | None = None
        self._watch: Watch | None = None
        self.landed = False
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
        self.landed = True
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

    def answered(self, began: float, response: Response, *, is_async: bool) -> None:
        """Note a try that began `now` and brought a response, and watch its body."""
        request_id = response.headers.get("x-request-id")
        attempt = Attempt(
            status=response.status_code,
            request_id=request_id[:_LONGEST_ID] if request_id else None,
            milliseconds=self._since(began),
        )
        self._attempts.append(attempt)
        self._body, self._watch = None, None
        if response.is_stream_consumed:
            self._body = _watch.read(response)
        else:
            watch = _watch.put_on(
                response, lambda: self._stream_ended(watch), is_async=is_async
            )
            self._watch = watch

    def failed(self, began: float, error: BaseException) -> None:
        """Note a try that began `now` and brought no response."""
        attempt = Attempt(
            status=None,
            request_id=None,
            milliseconds=self._since(began),
            error=type(error).__name__,
        )
        self._attempts.append(attempt)
        self._body, self._watch = None, None

    def _since(self, began: float) -> int:
        return round((self.now() - began) * 1000)

    def _stream_ended(self, watch: Watch) -> None:
        # Before landing, the loop may still retry; an older watch is of an older try.
        if self.landed and watch is self._watch and watch.body is not None:
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
    # A task started inside inherits the variable, and may outlive the call.
    if flight is None or flight.owner is not owner or flight.landed:
        return None
    return flight


def covering(owner: object, request: Any) -> Flight:
    """`current`, or `CallUngoverned`: nothing is sent that no decision covers."""
    flight = current(owner)
    if flight is None:
        raise CallUngoverned(
            f"{request.method} {request.url} was not sent: no decision covers it, "
            "because it did not come through the client's own request loop. Use the "
            "client's resources, or `client.post` and its siblings."
        )
    return flight
