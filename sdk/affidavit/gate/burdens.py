"""What a call that may leave still owes: obligations to keep, budgets to draw on.

Pure. Knows how obligations change the content that a commitment is made to, and what
the record says of both. A budget's reading comes in as a value, once somebody has
taken from the counters.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from affidavit import canonical
from affidavit.calls import Call, Outcome
from affidavit.canonical import Json
from affidavit.errors import Reason
from affidavit.gate import telling
from affidavit.policy import budgets, charges, obligations
from affidavit.policy.budgets import Demand
from affidavit.policy.engine import Effect
from affidavit.policy.in_force import Policy
from affidavit.policy.obligations import Given, Note

if TYPE_CHECKING:
    from affidavit.gate.life import Verdict

Reasons = tuple[Reason, ...]

OBSERVED = "observed"
"""Effect of a call that was let through in observe mode and would have been refused."""
_SOCKET = ".connect"
_UNREADABLE = ("bytes", "streams")
_SORTED = orjson.OPT_SORT_KEYS


@dataclass(slots=True, eq=False, kw_only=True)
class Spending:
    """What a call takes of budgets. The one part of a verdict that changes.

    A caller that is cancelled while it is counted for has the verdict as it was; what
    came of it stands here.
    """

    demand: Demand
    now: int
    """ms since 1970."""
    force: bool
    """In observe mode it is taken whatever the limits."""
    final: "Verdict | None" = None
    """The verdict as it was recorded."""
    waiting: Outcome | None = None
    """What became of a call whose caller gave up while it was counted."""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def recorded(self, verdict: "Verdict") -> Outcome | None:
        """Take the final verdict; gives the outcome that waited for it, if any."""
        with self.lock:
            self.final = verdict
            return self.waiting

    def ended(self, outcome: Outcome) -> "Verdict | None":
        """The final verdict; where there is none yet, the outcome waits for it."""
        with self.lock:
            if self.final is None:
                self.waiting = outcome
            return self.final


class Burden(NamedTuple):
    """What obligations and budgets make of a call that the policy lets through."""

    content: bytes
    """The request's body as it will leave: what the commitment is made to."""
    changes: Mapping[str, Any]
    """Top-level parameters to set in it."""
    problems: Reasons
    """Why it may not leave after all."""
    said: dict[str, Json]
    """For its record."""
    spending: Spending | None


def burden(
    policy: Policy,
    duties: Given,
    limits: Sequence[budgets.Budget],
    call: Call,
    now: int,
) -> Burden:
    """Keep `duties`, and find out what `call` takes of `limits`, at `now` (ms)."""
    enforced = policy.mode != "observe"
    applied, content = obligations.Applied(), call.content
    if duties:
        body = _body(call)
        applied = obligations.apply(duties, call, body)
        if not enforced:
            applied = obligations.observed(applied)
        if applied.changes and body is not None:
            content = _spelled(call.content, body, applied.changes)
    spending = None
    problems = applied.problems
    if limits:
        asked = call
        if applied.changes:
            kept = obligations.changed(call.parameters, applied.changes)
            asked = call._replace(parameters=kept)
        demand = budgets.demand(limits, policy.prices, asked, now)
        problems += () if demand.problem is None else (demand.problem,)
        if demand.charges and (not problems or not enforced):
            spending = Spending(demand=demand, now=now, force=not enforced)
    notes = [_told(note) for note in applied.notes[: 2 * telling.MOST]]
    return Burden(
        content=content,
        changes=applied.changes,
        problems=problems,
        said={"obligations": notes} if notes else {},
        spending=spending,
    )


def _body(call: Call) -> dict[str, Any] | None:
    """The request's body; None where nothing of it can be changed."""
    if call.endpoint.endswith(_SOCKET) or any(
        name in call.unread for name in _UNREADABLE
    ):
        return None
    if not call.content:
        return {}
    body = orjson.loads(call.content)
    return body if isinstance(body, dict) else None


def _spelled(
    content: bytes, body: Mapping[str, Any], changes: Mapping[str, Any]
) -> bytes:
    """The changed body as canonical JSON, spelled as the unchanged one is."""
    if orjson.dumps(body, option=_SORTED) == content:
        return orjson.dumps(obligations.changed(body, changes), option=_SORTED)
    # It holds what orjson reads as something else: integers beyond 64 bits.
    import json

    return json.dumps(
        obligations.changed(json.loads(content), changes),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    ).encode()


def _told(note: Note) -> Json:
    said = obligations.told(note)
    return {name: _value(value) for name, value in said.items()}


def _value(value: Any) -> Json:
    """A parameter as a record can hold it."""
    match value:
        case bool() | int() | str():
            return telling.parameters({"value": value})["value"]
        case list():
            return [telling.printable(str(each)) for each in value[: telling.MOST]]
        case _:
            return telling.printable(str(value))


def overruled(
    effect: str, reasons: Reasons, problems: Reasons, *, enforced: bool
) -> tuple[str, Reasons]:
    """Effect and reasons of a call that the policy let through, and has problems."""
    if enforced:
        return Effect.REFUSE.value, problems
    return OBSERVED, reasons + problems if effect == OBSERVED else problems


def counted(verdict: "Verdict", used: Sequence[int]) -> "Verdict":
    """As `Gate.counted`."""
    spending, record = verdict.spending, verdict.record
    if spending is None:
        return verdict
    demand = spending.demand
    body = dict(_object(canonical.parse(record.body)))
    body["budgets"] = list(charges.told(demand.charges, used))
    effect, reasons = verdict.effect, verdict.reasons
    short = budgets.refusals(demand, used, spending.now)
    if short:
        effect, reasons = overruled(effect, reasons, short, enforced=not spending.force)
        body["reasons"] = telling.reasons(reasons)
    return verdict._replace(
        effect=effect,
        reasons=reasons,
        record=record._replace(effect=effect, body=canonical.dumps(body)),
    )


def stopped(verdict: "Verdict", reasons: Reasons) -> "Verdict":
    """As `Gate.stopped`. What the policy itself held against the call comes last."""
    if verdict.effect != Effect.PERMIT.value:
        reasons += verdict.reasons
    record, effect = verdict.record, Effect.REFUSE.value
    body = dict(_object(canonical.parse(record.body)))
    body["reasons"] = telling.reasons(reasons)
    return verdict._replace(
        effect=effect,
        reasons=reasons,
        record=record._replace(effect=effect, body=canonical.dumps(body)),
        changes={},
        spending=None,
    )


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, Mapping) else {}
