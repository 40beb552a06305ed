"""One governed call of a websocket, between its decision and its one outcome.

A handshake and everything that hangs on it, or one event that a model answers. Knows
what was seen of the answer: frames, and what the provider says of itself. Knows no
socket. `admit` and `aadmit` are the only ways past a decision.
"""

import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any

from affidavit.calls import Attempt, Call, Ending, How, JsonObject, Outcome
from affidavit.clients import _endings, _estimates
from affidavit.clients._governor import Governor, Verdict
from affidavit.clients._outputs import of_object
from affidavit.clients._reading.shapes import inside
from affidavit.clients._watch import LARGEST_KEPT
from affidavit.clients.errors import PolicyDenied, unrecorded
from affidavit.errors import Unrecorded

Clock = Callable[[], float]
"""Seconds of a clock that never goes back."""

OPEN = 101
"""HTTP status of a socket that stands, and of what is sent over it (RFC 6455 §4.2)."""
_LONGEST = 256
_LARGEST_COUNT = 2**53 - 1
_STATED = {"failed": How.REPORTED, "client_cancelled": How.CANCELLED}


class Account:
    """A decision, and what became of it. Not safe for threads: its session is."""

    __slots__ = (
        "_began",
        "_finish",
        "_governor",
        "_hash",
        "_kept",
        "_model",
        "_now",
        "_open",
        "_said",
        "_size",
        "_texts",
        "_tokens",
        "attempts",
        "frames",
        "response_id",
        "verdict",
    )

    def __init__(
        self, governor: Governor, call: Call, *, now: Clock = time.monotonic
    ) -> None:
        self.verdict: Verdict = governor.consider(call)
        self.attempts: list[Attempt] = []
        self.response_id: str | None = None
        self.frames = 0
        self._governor = governor
        self._now = now
        self._began = now()
        self._texts = call.texts  # and not the call: a session may stand for hours
        self._hash = sha256()
        self._size = 0
        self._kept: list[bytes] | None = [] if governor.keeps_content else None
        self._said: tuple[str, ...] = ()
        self._model: str | None = None
        self._finish: str | None = None
        self._tokens: tuple[int, int] | None = None
        self._open = [True]  # popped by whoever concludes: atomic without a lock

    @property
    def is_open(self) -> bool:
        """Is its outcome still to come?"""
        return bool(self._open)

    def decided(self, verdict: Verdict | None) -> None:
        """Take the verdict as it was recorded, where that is another."""
        if verdict is not None:
            self.verdict = verdict

    def frame(self, data: bytes) -> None:
        """Take one frame of the answer, as it came."""
        self.frames += 1
        self._size += len(data)
        self._hash.update(data)
        if self._kept is not None:
            self._kept.append(data)
            if self._size > LARGEST_KEPT:
                self._kept = None

    def answered(self, response: object) -> None:
        """Take what a response object says; its tokens are added."""
        self.response_id = _text(inside(response, "id")) or self.response_id
        self._model = _text(inside(response, "model")) or self._model
        counted = [
            _count(inside(response, "usage", f"{side}_tokens"))
            for side in ("input", "output")
        ]
        if counted != [None, None]:
            before = self._tokens or (0, 0)
            self._tokens = before[0] + (counted[0] or 0), before[1] + (counted[1] or 0)
        self._finish = _finish(response) or self._finish
        if self._governor.fingerprints_outputs and isinstance(response, Mapping):
            self._said = tuple(of_object(response)) or self._said

    def tried(self, status: int | None, began: float, **said: str | None) -> None:
        """Note a try on the wire that began `now`."""
        milliseconds = round((self._now() - began) * 1000)
        request_id, error = said.get("request_id"), said.get("error")
        self.attempts.append(
            Attempt(
                status=status,
                request_id=request_id[:_LONGEST] if request_id else None,
                milliseconds=milliseconds,
                error=error,
            )
        )

    def sent(self, request_id: str | None) -> None:
        """It left, over the socket whose handshake bore this identifier."""
        self.tried(OPEN, self._began, request_id=request_id)

    def failed(self, error: BaseException) -> None:
        """It ended with this exception."""
        how = _endings.how(type(error))
        tried = self.attempts[-1] if self.attempts else None
        if tried is None:
            how = How.UNSENT
        elif how is How.FAILED and tried.status not in (None, OPEN):
            how = How.STATUS
        self.conclude(_endings.ending(how), how, type(error).__name__)

    def ended(self, response: object) -> None:
        """The provider says that this response is over."""
        self.answered(response)
        how = _STATED.get(str(inside(response, "status"))) or _STATED.get(
            str(inside(response, "status_details", "reason"))
        )
        error = None
        if how is How.REPORTED:
            error = error_name(inside(response, "error")) or error_name(
                inside(response, "status_details", "error")
            )
        ending = _endings.ending(how) if how else Ending.COMPLETE
        self.conclude(ending, how, error)

    def conclude(
        self, ending: Ending, how: How | None = None, error: str | None = None
    ) -> None:
        """Tell the governor, once."""
        try:
            self._open.pop()
        except IndexError:
            return
        # A response that was cut off, or a provider that does not count.
        begun = self.response_id is not None and self.frames > 0
        uncounted = begun and self._tokens is None
        tokens = self._estimate() if uncounted else self._tokens
        outcome = Outcome(
            ending=ending,
            attempts=tuple(self.attempts),
            response_id=self.response_id,
            model=self._model,
            input_tokens=tokens[0] if tokens else None,
            output_tokens=tokens[1] if tokens else None,
            estimated=uncounted,
            finish_reason=self._finish,
            output_bytes=self._size,
            output_digest=self._hash.digest() if self.frames else None,
            how=how,
            error=error,
            output=b"".join(self._kept) if self._kept else None,
            said=self._said,
        )
        self._governor.conclude(self.verdict, outcome)

    def _estimate(self) -> tuple[int, int]:
        return _estimates.of_texts(self._texts), _estimates.of_events(self.frames)


def admit(governor: Governor, account: Account) -> None:
    """Make the decision durable; raise `CallUnrecorded`, or `PolicyDenied`."""
    try:
        account.decided(governor.commit(account.verdict))
    except BaseException as error:
        _raise_unrecorded(account, error)
        raise
    _raise_if_refused(account)


async def aadmit(governor: Governor, account: Account) -> None:
    """`admit`, without holding up the event loop."""
    try:
        account.decided(await governor.acommit(account.verdict))
    except BaseException as error:
        _raise_unrecorded(account, error)
        raise
    _raise_if_refused(account)


def _raise_unrecorded(account: Account, error: BaseException) -> None:
    if isinstance(error, Unrecorded):
        raise unrecorded(error) from error
    # Cancelled meanwhile: the decision may be durable by now.
    if not account.verdict.refused:
        account.failed(error)


def _raise_if_refused(account: Account) -> None:
    verdict = account.verdict
    if verdict.refused:
        raise PolicyDenied(verdict.reasons, record_id=verdict.id)


def error_name(error: object) -> str | None:
    """What a provider's error is called."""
    return _text(inside(error, "code")) or _text(inside(error, "type"))


def metadata(response: object) -> JsonObject | None:
    """What a response carries of what its request was marked with."""
    value: Any = inside(response, "metadata")
    return value or None


def _finish(response: object) -> str | None:
    """Why a response ended: the closest reason that is given, else its status."""
    status = _text(inside(response, "status"))
    return (
        _text(inside(response, "incomplete_details", "reason"))
        or _text(inside(response, "status_details", "reason"))
        or (None if status == "in_progress" else status)
    )


def _count(value: object) -> int | None:
    return value if type(value) is int and 0 <= value <= _LARGEST_COUNT else None


def _text(value: object) -> str | None:
    return value[:_LONGEST] if isinstance(value, str) and value else None
