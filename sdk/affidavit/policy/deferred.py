"""What a policy says to the many calls in one file: their decisions, summed up.

Knows lines, decisions and findings, and keeps a bounded number of each however long the
file is: every rule that spoke, with the first line that it spoke about and how many
there were. The most severe decision of a line is the file's. Reads no file and decides
no call.
"""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never

from affidavit.calls import Call, Finding, Line
from affidavit.errors import Reason
from affidavit.policy import obligations
from affidavit.policy.engine import Decision, Effect, decide
from affidavit.policy.in_force import Policy
from affidavit.policy.nearest import shown

UNREADABLE = "file.unreadable"
"""Identifier of the reason for a line that nobody can read."""

Find = Callable[[Call], tuple[Finding, ...]]
Alike = Callable[[Call], Hashable]
"""Equal for calls without findings that are decided alike."""

_MOST_REASONS = 64
_MOST_OF_ONE_LINE = 4
_SHOWN_LINES = 3
_REMEMBERED = 1024
_REMEDY = (
    "Correct the line, or take it out: what cannot be read cannot be shown to the "
    "policy. One line is one JSON object, in UTF-8."
)


@dataclass(slots=True)
class _Spoken:
    """One reason and the lines that it was given for."""

    reason: Reason
    first: Line
    count: int = 1
    last: int = 0

    def again(self, line: Line) -> None:
        """The same reason once more, perhaps for another part of one long line."""
        if line.number not in (self.first.number, self.last):
            self.count += 1
            self.last = line.number

    def told(self) -> Reason:
        """The reason, with its lines named."""
        if not self.first.number:
            return self.reason
        others = "" if self.count == 1 else f" and {self.count - 1:,} more"
        name = self.first.name
        named = "" if name is None else f" (custom_id {shown(name)})"
        where = f"line {self.first.number}{named}{others}"
        return replace(self.reason, message=f"{where}: {self.reason.message}")


class _Reasons:
    """Reasons in the order in which they first came, each once."""

    def __init__(self) -> None:
        self._spoken: dict[tuple[str, str], _Spoken] = {}

    def add(self, line: Line, reasons: Iterable[Reason]) -> None:
        for reason in reasons:
            key = reason.rule, reason.message
            known = self._spoken.get(key)
            if known is not None:
                known.again(line)
            elif len(self._spoken) < _MOST_REASONS:
                self._spoken[key] = _Spoken(reason, line)

    def beyond(self, said: Iterable[Reason]) -> tuple[Reason, ...]:
        """All but those that `said` gives for the file itself."""
        keys = {(reason.rule, reason.message) for reason in said}
        return tuple(
            each.told() for key, each in self._spoken.items() if key not in keys
        )


@dataclass(slots=True)
class Inspection:
    """What was said about the lines of a file so far."""

    effect: Effect = Effect.PERMIT
    stopped: tuple[Reason, ...] = ()
    """Why it must not leave whatever the policy says: lines of suspended callers."""
    _refused: _Reasons = field(default_factory=_Reasons)
    _reviewed: _Reasons = field(default_factory=_Reasons)
    _waived: _Reasons = field(default_factory=_Reasons)
    _warned: _Reasons = field(default_factory=_Reasons)
    _shadowed: _Reasons = field(default_factory=_Reasons)
    _found: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    _last_found: dict[tuple[str, str, str], int] = field(default_factory=dict)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """One for each kind and activity, highest score first, with its lines."""
        found = self._found.values()
        return tuple(sorted(found, key=lambda each: (-each.score, each.activity)))

    def add(
        self, line: Line, decision: Decision, findings: tuple[Finding, ...]
    ) -> None:
        """Take what was decided and found about one line."""
        for finding in findings:
            self._find(line, finding)
        if decision.warnings:
            self._warned.add(line, decision.warnings)
        if decision.shadow:
            self._shadowed.add(line, decision.shadow)
        reasons = decision.reasons[:_MOST_OF_ONE_LINE]
        match decision.effect:
            case Effect.PERMIT:
                # The permission is the same for all; what a waiver set aside is not.
                self._waived.add(line, reasons[1:])
            case Effect.REVIEW:
                self._reviewed.add(line, reasons)
                self._worsen(Effect.REVIEW)
            case Effect.REFUSE:
                self._refused.add(line, reasons)
                self._worsen(Effect.REFUSE)
            case _:
                assert_never(decision.effect)

    def unreadable(self, line: Line) -> None:
        """Refuse a line that nobody can read, and with it the file."""
        message = f"Nobody can read it: {line.problem or 'its form is unknown'}."
        reason = Reason(rule=UNREADABLE, message=message, remedy=_REMEDY)
        self._refused.add(line, (reason,))
        self._worsen(Effect.REFUSE)

    def _worsen(self, effect: Effect) -> None:
        self.effect = _worse(self.effect, effect)

    def _find(self, line: Line, finding: Finding) -> None:
        key = finding.kind, finding.activity, finding.detector
        known = self._found.get(key)
        if known is None:
            self._found[key] = replace(finding, spans=(), lines=(line.number,))
            return
        best = finding if finding.score > known.score else known
        lines, count = known.lines, known.count
        if line.number not in (lines[-1], self._last_found.get(key)):
            count += 1
            lines = (*lines, line.number)[:_SHOWN_LINES]
        self._last_found[key] = line.number
        self._found[key] = replace(best, spans=(), count=count, lines=lines)

    def merged(
        self, own: Decision, findings: tuple[Finding, ...] = ()
    ) -> tuple[Decision, tuple[Finding, ...]]:
        """Decision and findings of the file: those of the upload and of its lines."""
        effect = _worse(own.effect, self.effect)
        refused = self._refused.beyond(own.reasons)
        reviewed = self._reviewed.beyond(own.reasons)
        mine = own.reasons
        if effect is not own.effect:
            # A permission that a line overruled is no reason for what happened.
            mine = mine[1:] if own.effect is Effect.PERMIT else mine
            reasons = refused + reviewed + mine
        else:
            reasons = mine + refused + reviewed
        decision = Decision(
            effect=effect,
            reasons=reasons + self._waived.beyond(own.reasons),
            warnings=own.warnings + self._warned.beyond(own.warnings),
            shadow=own.shadow + self._shadowed.beyond(own.shadow),
        )
        return decision, findings + self.findings


def _worse(one: Effect, other: Effect) -> Effect:
    for effect in (Effect.REFUSE, Effect.REVIEW):
        if effect in (one, other):
            return effect
    return Effect.PERMIT


def _held(decision: Decision, call: Call) -> Decision:
    """Refused, if the line does not keep its obligations: its file leaves as it is."""
    if decision.effect is not Effect.PERMIT or not decision.obligations:
        return decision
    problems = obligations.apply(decision.obligations, call, None).problems
    if not problems:
        return decision
    return replace(decision, effect=Effect.REFUSE, reasons=problems)


def inspect(
    lines: Iterable[Line], policy: Policy, now: datetime, *, find: Find, alike: Alike
) -> Inspection:
    """Look at every line, in order and one at a time. Raises what `lines` raises."""
    inspection = Inspection()
    known: dict[Hashable, Decision] = {}
    for line in lines:
        if line.call is None:
            inspection.unreadable(line)
            continue
        findings = find(line.call)
        key = alike(line.call)
        decision = None if findings else known.get(key)
        if decision is None:
            decision = _held(decide(policy, line.call, findings, now=now), line.call)
        if not findings:
            if len(known) >= _REMEMBERED:
                known.clear()
            known[key] = decision
        inspection.add(line, decision, findings)
    return inspection
