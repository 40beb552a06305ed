"""The life of one call, without I/O: `consider` before it leaves, `conclude` after.

Knows what a decision's and an outcome's record say (docs/formats/trail.md). Time and
randomness come in with each call; whoever asks makes the record durable before anything
leaves. Records only what can be told: text from outside is clipped and made printable,
so that there is no call whose refusal cannot be written down.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

from affidavit import canonical
from affidavit.calls import Call, Finding, Line, Outcome
from affidavit.canonical import Json
from affidavit.errors import Reason
from affidavit.fingerprint import Key
from affidavit.gate import burdens, printed, telling
from affidavit.gate.burdens import OBSERVED, Spending
from affidavit.policy import deferred
from affidavit.policy.budgets import Budget
from affidavit.policy.deferred import Inspection
from affidavit.policy.engine import Decision, Effect, decide
from affidavit.policy.loader import Policy
from affidavit.policy.obligations import Obligations
from affidavit.trail import uploads
from affidavit.trail.record import Field, Kind, Labels, Record, new_id, stamp

Findings = tuple[Finding, ...]
Detector = Callable[[Call], Findings]
Look = Callable[[Call, Findings], Findings]
"""Sees a call beside others: given what its own words say, what they say together."""

_DAY = 86_400_000
"""ms; the engine sees time as a UTC day."""
_REMEMBERED = 1024
_LET_THROUGH = (Effect.PERMIT.value, OBSERVED)
_UNCHANGED: Mapping[str, Any] = MappingProxyType({})


class Moment(NamedTuple):
    """When something happens, and the randomness it needs.

    A tuple, as `Verdict` is: each call makes one, and a frozen dataclass takes three
    times as long.
    """

    nanoseconds: int
    """Unix time."""
    monotonic: int
    """ms since boot."""
    random: bytes
    """10 bytes for an id."""

    @property
    def milliseconds(self) -> int:
        """Unix time."""
        return self.nanoseconds // 1_000_000


class Verdict(NamedTuple):
    """What was decided about one call, and the record that says so."""

    id: str
    effect: str
    """`permit`, `refuse`, `review` or `observed`."""
    reasons: tuple[Reason, ...]
    """Decisive reason first."""
    record: Record
    content: bytes = b""
    """The request's body, for a governor that keeps contents; else empty."""
    changes: Mapping[str, Any] = _UNCHANGED
    """What obligations set in the request's body before it leaves."""
    spending: Spending | None = None
    """What it takes of budgets: `counted` tells whether it may."""

    @property
    def refused(self) -> bool:
        """Whether the call must not leave."""
        return self.effect not in _LET_THROUGH


@dataclass(frozen=True, slots=True, kw_only=True)
class _Settled:
    """What a call's record says whatever the moment and the content."""

    effect: str
    reasons: tuple[Reason, ...]
    labels: Mapping[str, str]
    said: Mapping[str, Json]
    duties: tuple[Obligations, ...] = ()
    """Of a call that is let through."""
    budgets: tuple[Budget, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One policy in force, with what deciding and recording under it takes."""

    policy: Policy
    detectors: Sequence[Detector]
    labels: Labels
    content_key: bytes
    boot: str
    fingerprint_key: Key | None = None
    """None for outcomes without fingerprints of what was said."""
    policy_hex: str = field(init=False)
    _content_keys: canonical.Derivation = field(init=False, repr=False, compare=False)
    _memory: "dict[tuple[object, ...], _Settled]" = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "policy_hex", self.policy.digest.removeprefix("sha256:")
        )
        keys = canonical.Derivation(self.content_key)
        object.__setattr__(self, "_content_keys", keys)

    def inspect(
        self, lines: Iterable[Line], milliseconds: int, look: Look | None = None
    ) -> Inspection:
        """Decide each line of a file, in memory that does not grow with the file.

        `look` sees each line's call and findings, and may add some.
        """
        now = datetime.fromtimestamp(milliseconds // 1000, UTC)
        return deferred.inspect(
            lines,
            self.policy,
            now,
            find=partial(self._find, look=look),
            alike=lambda c: _likeness(c, 0),
        )

    def consider(
        self,
        call: Call,
        moment: Moment,
        inspection: Inspection | None = None,
        look: Look | None = None,
    ) -> Verdict:
        """Decide `call`: pure but for what `look` reads, and total for every `Call`.

        `inspection` is what was said to the lines of the file that it uploads.
        """
        findings = self._find(call, look)
        milliseconds = moment.milliseconds
        day = milliseconds // _DAY
        if call.file is None:
            settled = self._settle(call, findings, day)
        else:
            settled = self._settled_anew(call, findings, day, inspection)
        if settled.duties or settled.budgets:
            return self._burdened(call, settled, moment)
        return self._verdict(settled, moment, call.content)

    def _verdict(self, settled: "_Settled", moment: Moment, content: bytes) -> Verdict:
        milliseconds = moment.milliseconds
        identifier = new_id(milliseconds, moment.random)
        said: dict[str, Json] = {
            **settled.said,
            "content": {
                "bytes": len(content),
                "commitment": self._commit(identifier, b"request", content),
            },
            "mono": moment.monotonic,
        }
        record = Record(
            kind=Kind.DECISION,
            id=identifier,
            at=stamp(milliseconds),
            effect=settled.effect,
            policy=self.policy_hex,
            labels=settled.labels,
            body=canonical.dumps(said),
        )
        return Verdict(identifier, settled.effect, settled.reasons, record)

    def _burdened(self, call: Call, settled: "_Settled", moment: Moment) -> Verdict:
        """A call that is let through, as far as obligations and budgets go."""
        owed = burdens.burden(
            self.policy, settled.duties, settled.budgets, call, moment.milliseconds
        )
        effect, reasons, said = settled.effect, settled.reasons, owed.said
        if owed.problems:
            effect, reasons = burdens.overruled(
                effect, reasons, owed.problems, enforced=self.policy.mode != "observe"
            )
            said = {**said, "reasons": telling.reasons(reasons)}
        changed = replace(
            settled, effect=effect, reasons=reasons, said={**settled.said, **said}
        )
        return self._verdict(changed, moment, owed.content)._replace(
            content=owed.content, changes=owed.changes, spending=owed.spending
        )

    def counted(self, verdict: Verdict, used: Sequence[int]) -> Verdict:
        """The verdict on a call with `spending`, given what was `used` of each counter
        that it draws on before it: refused, if one has too little left.
        """
        return burdens.counted(verdict, used)

    def stopped(
        self,
        verdict: Verdict,
        reasons: tuple[Reason, ...],
        inspection: Inspection | None = None,
    ) -> Verdict:
        """The verdict on a call that is suspended, or that uploads lines which are:
        refused, in observe mode too.
        """
        lines = () if inspection is None else inspection.stopped
        return burdens.stopped(verdict, reasons + lines)

    def conclude(self, verdict: Verdict, outcome: Outcome, milliseconds: int) -> Record:
        """The record of what became of a call that left; the time is Unix time."""
        return Record(
            kind=Kind.OUTCOME,
            id=verdict.id,
            at=stamp(milliseconds),
            # As `value`, without the Python code that Python 3.11 runs to read that.
            effect=outcome.ending._value_,
            body=canonical.dumps(self._outcome(verdict.id, outcome)),
        )

    def _find(self, call: Call, look: Look | None = None) -> Findings:
        findings: Findings = ()
        for detect in self.detectors:
            findings += detect(call)
        return findings if look is None else findings + look(call, findings)

    def _settle(self, call: Call, findings: Findings, day: int) -> "_Settled":
        """Decision and what to say of it: the same for alike calls of one UTC day."""
        if findings:
            return self._settled_anew(call, findings, day)
        key = _likeness(call, day)
        settled = self._memory.get(key)
        if settled is None:
            settled = self._settled_anew(call, findings, day)
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            self._memory[key] = settled
        return settled

    def _settled_anew(
        self,
        call: Call,
        findings: Findings,
        day: int,
        inspection: Inspection | None = None,
    ) -> "_Settled":
        now = datetime.fromtimestamp(day * _DAY // 1000, UTC)
        decision = decide(self.policy, call, findings, now=now)
        if inspection is not None:
            decision, findings = inspection.merged(decision, findings)
        effect = decision.effect.value
        if decision.effect is not Effect.PERMIT and self.policy.mode == "observe":
            effect = OBSERVED
        leaves = effect in _LET_THROUGH
        purpose = self.policy.purposes.get(call.purpose or "")
        return _Settled(
            effect=effect,
            duties=decision.obligations if leaves else (),
            budgets=purpose.budgets if purpose is not None and leaves else (),
            reasons=decision.reasons,
            labels={
                name: self.labels.of(name, telling.printable(value))
                for name, value in _labelled(call)
                if value is not None
            },
            said=self._said(call, findings, decision),
        )

    def _said(
        self, call: Call, findings: Iterable[Finding], decision: Decision
    ) -> dict[str, Json]:
        said: dict[str, Json] = {
            "boot": self.boot,
            "endpoint": telling.printable(call.endpoint),
            "host": telling.printable(call.host),
            "mode": self.policy.mode,
            "provider": call.provider,
            "purpose": None,  # said to be none, where none was declared
            "reasons": telling.reasons(decision.reasons),
        }
        for name, value in (
            ("purpose", call.purpose),
            ("model", call.model),
            ("subject", call.subject),
            ("safety", call.safety_id),
            ("project", call.project),
            ("origin", None if _goes_without_saying(call) else call.origin),
        ):
            telling.tell(said, name, value, telling.NAME_CHARACTERS)
        optional: dict[str, Json] = {
            "parameters": telling.parameters(call.parameters),
            "unread": dict(call.unread),
            "file": uploads.described(call.file) if call.file is not None else None,
            "files": uploads.referred(call.refers),
            "findings": [telling.finding(each) for each in findings][: telling.MOST],
            "warnings": telling.reasons(decision.warnings),
            "shadow": telling.reasons(decision.shadow),
        }
        return said | {name: value for name, value in optional.items() if value}

    def _outcome(self, identifier: str, outcome: Outcome) -> dict[str, Json]:
        attempts = telling.attempts(outcome.attempts)
        body: dict[str, Json] = {"attempts": attempts}
        if len(attempts) < len(outcome.attempts):
            body["attempted"] = len(outcome.attempts)
        if outcome.input_tokens is not None or outcome.output_tokens is not None:
            usage: dict[str, Json] = {
                "input": outcome.input_tokens or 0,
                "output": outcome.output_tokens or 0,
            }
            if outcome.estimated:
                usage["estimated"] = True
            body["usage"] = usage
        if outcome.output_digest is not None:
            body["output"] = {
                "bytes": outcome.output_bytes,
                "commitment": self._commit(
                    identifier, b"response", outcome.output_digest
                ),
            }
        if self.fingerprint_key is not None:
            body["fingerprints"] = printed.told(
                outcome.said, self.fingerprint_key, follow=outcome.follow
            )
        telling.tell(body, "response", outcome.response_id)
        telling.tell(body, "file", outcome.file_id)
        telling.tell(body, "model", outcome.model)
        telling.tell(body, "finish", outcome.finish_reason)
        if outcome.how is not None:
            body["how"] = outcome.how.value
        telling.tell(body, "error", outcome.error)
        return body

    def _commit(self, identifier: str, part: bytes, data: bytes) -> str:
        return canonical.text(
            canonical.mac(self._content_keys.key(_named(identifier, part)), data)
        )


def content_key(key: bytes, identifier: str, part: bytes) -> bytes:
    """The key of one record's commitment; revealing it opens that content alone."""
    return canonical.derive(key, _named(identifier, part))


def _named(identifier: str, part: bytes) -> bytes:
    return identifier.encode("ascii") + b"\0" + part


def _goes_without_saying(call: Call) -> bool:
    """Whether a record's `host` says where the call goes: nearly always so."""
    return call.origin in ("", f"https://{call.host}")


def _labelled(call: Call) -> tuple[tuple[str, str | None], ...]:
    return (
        (Field.PURPOSE.value, call.purpose),
        (Field.MODEL.value, call.model),
        (Field.ENDPOINT.value, call.endpoint),
        (Field.SUBJECT.value, call.subject),
        (Field.SAFETY.value, call.safety_id),
        (Field.PROJECT.value, call.project),
    )


def _likeness(call: Call, day: int) -> tuple[object, ...]:
    """Calls with equal likeness on one day are decided and described alike.

    Types count: 1 and True are equal keys and different parameters.
    """
    return (
        day,
        call.endpoint,
        call.provider,
        call.origin,
        call.model,
        call.purpose,
        call.subject,
        call.safety_id,
        call.project,
        call.refers,
        *call.parameters.items(),
        *map(type, call.parameters.values()),
        None,
        *call.unread.items(),
    )
