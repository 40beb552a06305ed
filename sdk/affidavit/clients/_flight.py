"""One allowed call between its decision and its outcome.

Knows attempts, the response that answered and the governor that wants to hear of it
once. A context variable ties the SDK's request loop to it, because the SDK copies the
options on the way. Knows nothing of how a call is decided.
"""

import os
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar, Token
from functools import partial
from types import TracebackType
from typing import Any, Self

from affidavit.calls import Attempt, Call, Ending, How, Outcome, Text
from affidavit.clients import _calls, _endings, _estimates, _obliged, _watch
from affidavit.clients._files.uploads import Cargo
from affidavit.clients._governor import Governor, Verdict
from affidavit.clients._outputs import Said
from affidavit.clients._watch import Body, Response, Watch
from affidavit.clients.errors import CallUngoverned, PolicyDenied

Clock = Callable[[], float]
"""Seconds of a clock that never goes back."""

_LONGEST_ID = 256
_NOTHING = Body(ending=Ending.COMPLETE)
_forks = 0
"""How many forks lie between this process and the one that first imported us."""
_in_flight: ContextVar["Flight | None"] = ContextVar("affidavit_flight", default=None)


class Flight:
    """Entered around the SDK's request loop; may outlive it while a stream is read."""

    __slots__ = (
        "_attempts",
        "_body",
        "_content",
        "_forks",
        "_model",
        "_once",
        "_sent",
        "_texts",
        "_token",
        "_watch",
        "cargo",
        "governor",
        "landed",
        "now",
        "owner",
        "policy_digest",
        "purpose",
        "verdict",
    )

    def __init__(
        self,
        owner: object,
        governor: Governor,
        verdict: Verdict,
        call: Call,
        cargo: Cargo | None = None,
        *,
        clock: Clock = time.monotonic,
    ) -> None:
        self.governor = governor
        self.verdict = verdict
        self.cargo = cargo
        self.purpose = call.purpose
        self.now = clock
        self.owner = owner
        self.policy_digest = governor.policy_digest
        self._forks = _forks
        self._model = call.model
        self._content = call.content
        self._texts = call.texts  # and not the call: a stream may be read for hours
        self._attempts: list[Attempt] = []
        self._body: Body | bytes | None = None
        self._watch: Watch | None = None
        self.landed = False
        self._sent = 0.0
        self._once = [True]  # popped by whoever concludes: atomic without a lock
        self._token: Token[Flight | None] | None = None

    def __enter__(self) -> Self:
        """Let the call leave; raise `PolicyDenied`, once, when it must not."""
        if self.verdict.refused:
            self.unload()
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
        self.unload()
        self.landed = True
        self._content = b""
        if error is not None:
            self._raised(error)
        elif self._watch is None:
            self._conclude(self._body)
        elif self._watch.body is not None:
            self._stream_ended(self._watch)

    def never_left(self, error: BaseException) -> None:
        """The caller stopped waiting while the decision was being made durable."""
        self.unload()
        self.landed = True
        if not self.verdict.refused:
            self._raised(error)

    def decided(self, verdict: Verdict | None) -> None:
        """Take the verdict as it was recorded, where that is another."""
        if verdict is not None:
            self.verdict = verdict

    def sending(self, options: Any) -> Any:
        """The options to send: the caller's own, with any file as it was inspected,
        and with what the policy obliges to.
        """
        changes = self.verdict.changes
        if changes:
            self.holds(options)
            options = _obliged.obliged(options, changes)
            self._content = _calls.content(options)
        return options if self.cargo is None else self.cargo.sending(options)

    def holds(self, options: Any) -> None:
        """Return where `options` still ask for what was decided, else raise
        `CallUngoverned`.

        The decision is made durable while others run: what they change in the caller's
        messages meanwhile, or before another try, was decided by nobody. Files are
        sent from the copies that were inspected.
        """
        if self.cargo is None and _calls.content(options) != self._content:
            raise CallUngoverned(
                "The request's body is not the one that was decided: something that it "
                "is made of, or a hook of the client (`_prepare_options`), changed it "
                "since, so it was not sent. Change requests before they are made."
            )

    def reaches(self, deployment: str | None) -> None:
        """Raise `CallUngoverned` where Azure's client names another deployment than the
        model that was decided on.
        """
        if deployment is not None and deployment != self._model:
            raise CallUngoverned(
                f"The request goes to the deployment {deployment!r}, and what was "
                f"decided on is the model {self._model!r}, so it was not sent. Name "
                "the model as `model=`, and not in `extra_body`."
            )

    def unload(self) -> None:
        """Let go of a file, whether it was sent or not."""
        if self.cargo is not None:
            self.cargo.close()

    def _raised(self, error: BaseException) -> None:
        how = _endings.how(type(error))
        body = self._seen()._replace(
            ending=_endings.ending(how),
            how=how if self._attempts else How.UNSENT,
            error=type(error).__name__,
        )
        self._conclude(body)

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
            self._body = _watch.whole(response, keep=self._listens)
        else:
            watch = _watch.put_on(
                response,
                lambda: self._stream_ended(watch),
                is_async=is_async,
                keep=self._listens,
            )
            self._watch = watch

    @property
    def _listens(self) -> bool:
        return self.governor.keeps_content or self.governor.fingerprints_outputs

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

    def sends(self, *, again: bool) -> None:
        """The SDK sends now. `again`: by itself, with a fresh token, after a 401."""
        if again:
            refused = Attempt(
                status=401, request_id=None, milliseconds=self._since(self._sent)
            )
            self._attempts.append(refused)
        self._sent = self.now()

    def _since(self, began: float) -> int:
        return round((self.now() - max(began, self._sent)) * 1000)

    def _stream_ended(self, watch: Watch) -> None:
        # Before landing, the loop may still retry; an older watch is of an older try.
        if self.landed and watch is self._watch and watch.body is not None:
            self._conclude(watch.body)

    def _seen(self) -> Body:
        return self._watch.so_far() if self._watch else _read(self._body)

    def _conclude(self, body: Body | bytes | None) -> None:
        if self._forks != _forks:
            return  # a forked child's copy: it is the parent's to tell
        try:
            self._once.pop()
        except IndexError:
            return
        outcome = partial(
            _outcome,
            body,
            tuple(self._attempts),
            self._texts,
            keep=self.governor.keeps_content,
            listen=self.governor.fingerprints_outputs,
        )
        if self.cargo is None:
            self.governor.conclude_soon(self.verdict, outcome)
        else:  # a later call may name the file by what this outcome says
            ended = outcome()
            self.governor.conclude(self.verdict, ended)
            self.cargo.ended(ended)


def _read(body: Body | bytes | None) -> Body:
    """What was seen of a body: one that came whole is looked at only now."""
    if isinstance(body, bytes):
        return _watch.read(body)
    return body or _NOTHING


def _outcome(
    seen: Body | bytes | None,
    attempts: tuple[Attempt, ...],
    texts: tuple[Text, ...],
    *,
    keep: bool,
    listen: bool,
) -> Outcome:
    body = _read(seen)
    answer = body.answer
    # A stream that was not read to its end, or was not asked for usage, has none.
    uncounted = body.events > 0 and answer.output_tokens is None
    return Outcome(
        ending=body.ending,
        attempts=attempts,
        response_id=answer.response_id,
        file_id=answer.file_id,
        model=answer.model,
        input_tokens=_estimates.of_texts(texts) if uncounted else answer.input_tokens,
        output_tokens=_estimates.of_events(body.events)
        if uncounted
        else answer.output_tokens,
        estimated=uncounted,
        finish_reason=answer.finish_reason,
        output_bytes=body.size,
        output_digest=body.digest,
        how=body.how,
        error=body.error,
        output=body.content if keep else None,
        said=_said(seen, body) if listen else (),
    )


def _said(seen: Body | bytes | None, body: Body) -> Iterable[str] | None:
    """What the model said in a body, if all of that was kept."""
    content = seen if isinstance(seen, bytes) else body.content
    if content is None:
        return None if body.size else ()
    return Said(content, events=body.events > 0, parsed=body.parsed)


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


def _forked() -> None:
    global _forks  # noqa: PLW0603 - of this process, as its identifier is
    _forks += 1


os.register_at_fork(after_in_child=_forked)
