"""The decision: what a policy says to one call.

Pure, total and bounded: no clock, no file, no network; the time comes in with the call.
Every rule is evaluated and every reason kept. What cannot be evaluated refuses where it
prohibits and does not permit where it permits. `explain` is the same decision with its
trace. Observe mode is not known here: who enforces is the gate.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum, IntEnum, auto
from operator import itemgetter
from typing import TypeAlias, assert_never

from affidavit.calls import Call, Finding
from affidavit.errors import Reason
from affidavit.findings import Kind
from affidavit.policy import conditions, refusals
from affidavit.policy.in_force import (
    Facts,
    Group,
    Level,
    Policy,
    Purpose,
    Rule,
    RuleEffect,
    Truth,
    Waiver,
    expired,
    utc_day,
)
from affidavit.policy.obligations import Obligations

PURPOSE_MISMATCH = Kind.PURPOSE_MISMATCH.value
"""Kind of the finding that an activity does not belong to the declared purpose."""

ORDINARY = _ORDINARY = Kind.ACTIVITY.value
NO_ACTIVITY = _NO_ACTIVITY = (
    PURPOSE_MISMATCH,
    Kind.UNGOVERNED_FILE.value,
    Kind.DATASET_PIPELINE.value,
    Kind.DENIED_RETURN.value,
)
"""Say where a file comes from, or what many calls do, and not what this one does."""
_NO = Truth.NO
_WOULD_HAVE = {
    RuleEffect.DENY: "Would have refused",
    RuleEffect.REVIEW: "Would have asked for review",
    RuleEffect.WARN: "Would have warned",
    RuleEffect.ALLOW: "Would have permitted",
}


class Effect(Enum):
    """What becomes of a call."""

    PERMIT = "permit"
    REFUSE = "refuse"
    REVIEW = "review"
    """It may not leave until a person has looked at it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the policy says, as it would be enforced."""

    effect: Effect
    reasons: tuple[Reason, ...]
    """Never empty: the one that decides first, rules set aside by a waiver last."""
    warnings: tuple[Reason, ...] = ()
    shadow: tuple[Reason, ...] = ()
    """What rules that are only tried out would have done."""
    obligations: tuple[Obligations, ...] = ()
    """What is to be done to the call before it leaves, if it does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckTrace:
    """One key of a condition and what it saw."""

    name: str
    result: Truth
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionTrace:
    """One condition of a rule."""

    group: Group
    where: str
    result: Truth
    checks: tuple[CheckTrace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTrace:
    """One rule, whether it matched or not."""

    rule: str
    effect: RuleEffect
    level: Level
    clause: str | None
    where: str
    result: Truth
    waiver: Waiver | None
    """The waiver in force for this purpose, whether it was needed or not."""
    conditions: tuple[ConditionTrace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A decision and how it came about."""

    decision: Decision
    purpose: Purpose | None
    """The purpose that was declared, if the policy knows it."""
    rules: tuple[RuleTrace, ...]


def decide(
    policy: Policy, call: Call, findings: tuple[Finding, ...], *, now: datetime
) -> Decision:
    """What `policy` says to `call`, given what detectors found, at `now` (UTC)."""
    day = utc_day(now)
    return _decision(policy, _facts(policy, call, findings, day), day)


def explain(
    policy: Policy, call: Call, findings: tuple[Finding, ...], *, now: datetime
) -> Explanation:
    """The decision that `decide` makes, with every rule, condition and check."""
    day = utc_day(now)
    facts = _facts(policy, call, findings, day)
    return Explanation(
        decision=_decision(policy, facts, day),
        purpose=facts.purpose,
        rules=tuple(_trace(rule, facts, day) for rule in policy.rules),
    )


def facts_of(
    policy: Policy, call: Call, findings: tuple[Finding, ...], day: date
) -> Facts:
    """What the policy's conditions read of a call on a day (UTC)."""
    return _facts(policy, call, findings, day)


def _facts(
    policy: Policy, call: Call, findings: tuple[Finding, ...], day: date
) -> Facts:
    name = call.purpose
    purpose = policy.purposes.get(name) if name is not None else None
    if purpose is not None and purpose.activities is not None and findings:
        findings += tuple(_mismatches(purpose, findings))
    return Facts(call, findings, purpose, day, {}, {})


def _mismatches(purpose: Purpose, findings: tuple[Finding, ...]) -> Iterator[Finding]:
    """A finding for each activity that the purpose does not name."""
    activities = purpose.activities
    if activities is None:
        return
    strange = [each for each in findings if not activities.match(each.activity)]
    # A call does several ordinary things at once, one in the service of another: where
    # the purpose names one of them, the others are no news.
    seen = [each for each in findings if each.kind == _ORDINARY]
    fits = any(each not in strange for each in seen)
    for finding in strange:
        if finding.kind in _NO_ACTIVITY or (fits and finding.kind == _ORDINARY):
            continue
        yield replace(finding, kind=PURPOSE_MISMATCH)


class _Weight(IntEnum):
    """What a reason weighs: the least comes first, and the first decides."""

    BARRED = auto()
    """The purpose counts for nothing."""
    DENIED_HARD = auto()
    DENIED = auto()
    OUTSIDE = auto()
    """The purpose does not cover the call."""
    REVIEWED = auto()
    PERMITTED = auto()
    WAIVED = auto()
    WARNED = auto()
    SHADOWED = auto()


_Weighed: TypeAlias = tuple[_Weight, Reason]


def _decision(policy: Policy, facts: Facts, day: date) -> Decision:
    purpose = facts.purpose
    choices = policy.choices
    name = "" if purpose is None or purpose.name not in choices else purpose.name
    weighed = [
        _weigh(rule, truth, facts, day)
        for rule, test in choices[name](facts)
        if (truth := test(facts)) is not _NO
    ]
    weighed.extend(_of_purpose(policy, facts, day, weighed))
    duties = purpose.obligations if purpose is not None else ()
    if policy.obliging:
        duties += tuple(_duties(policy.obliging, facts))
    if len(weighed) == 1 and weighed[0][0] is _Weight.PERMITTED:
        return Decision(
            effect=Effect.PERMIT, reasons=(weighed[0][1],), obligations=duties
        )
    weighed.sort(key=itemgetter(0))  # stable: the order of the rules within a weight
    return _concluded(weighed, duties)


def _duties(rules: tuple[Rule, ...], facts: Facts) -> Iterator[Obligations]:
    """Those of rules that match; of one that nobody can evaluate too."""
    for rule in rules:
        if rule.obligations is not None and rule.test(facts) is not _NO:
            yield rule.obligations


def _weigh(rule: Rule, truth: Truth, facts: Facts, day: date) -> _Weighed:
    """The reason of a rule that did not come out as NO."""
    reason = _reason(rule, truth, facts)
    match rule.level:
        case Level.SHADOW:
            return _Weight.SHADOWED, _prefixed(reason, _would_have(rule, truth))
        case Level.ADVISORY:
            return _Weight.WARNED, reason
        case Level.HARD:
            return _weight(rule, truth, _Weight.DENIED_HARD), reason
        case Level.WAIVABLE:
            waiver = _waiver(rule, facts, day)
            if waiver is not None:
                return _Weight.WAIVED, _waived(reason, waiver)
            return _weight(rule, truth, _Weight.DENIED), reason
        case _:
            assert_never(rule.level)


def _weight(rule: Rule, truth: Truth, denied: _Weight) -> _Weight:
    match rule.effect:
        case RuleEffect.DENY:
            return denied
        case RuleEffect.REVIEW:
            return _Weight.REVIEWED
        case RuleEffect.WARN:
            return _Weight.WARNED
        case RuleEffect.ALLOW:
            # What cannot be evaluated does not permit; that it could not be is kept.
            return _Weight.PERMITTED if truth is Truth.YES else _Weight.WARNED
        case _:
            assert_never(rule.effect)


def _of_purpose(
    policy: Policy, facts: Facts, day: date, weighed: list[_Weighed]
) -> list[_Weighed]:
    """What the declared purpose says; `weighed` is what the rules say."""
    purpose, call = facts.purpose, facts.call
    if purpose is None or expired(purpose.expires, day):
        return [(_Weight.BARRED, refusals.barred(policy, facts))]
    said = list(_mismatch(purpose, facts)) if purpose.activities is not None else []
    if policy.origins is not None and (reason := refusals.elsewhere(policy, facts)):
        said.append((_Weight.DENIED_HARD, reason))
    if purpose.allows(call):
        said.append((_Weight.PERMITTED, purpose.permission))
        return said
    outside = refusals.unlisted(policy, facts, day)
    permitted = any(weight is _Weight.PERMITTED for weight, _ in weighed)
    if not outside and not permitted:
        outside = (refusals.nothing_permits(policy, facts, day),)
    said += [(_Weight.OUTSIDE, reason) for reason in outside]
    return said


def _mismatch(purpose: Purpose, facts: Facts) -> Iterator[_Weighed]:
    strange = [f.activity for f in facts.findings if f.kind == PURPOSE_MISMATCH]
    if strange:
        yield _Weight.WARNED, refusals.mismatch(purpose, strange)


def _concluded(
    weighed: list[_Weighed], duties: tuple[Obligations, ...] = ()
) -> Decision:
    """The decision that sorted reasons add up to; the purpose has always said one."""
    first = weighed[0][0]
    effect = Effect.PERMIT
    if first <= _Weight.OUTSIDE:
        effect = Effect.REFUSE
    elif first is _Weight.REVIEWED:
        effect = Effect.REVIEW
    # A permission that something overruled is no reason for what happened.
    dropped = None if effect is Effect.PERMIT else _Weight.PERMITTED
    return Decision(
        effect=effect,
        reasons=tuple(
            r for w, r in weighed if w <= _Weight.WAIVED and w is not dropped
        ),
        warnings=tuple(r for w, r in weighed if w is _Weight.WARNED),
        shadow=tuple(r for w, r in weighed if w is _Weight.SHADOWED),
        obligations=duties,
    )


def _reason(rule: Rule, truth: Truth, facts: Facts) -> Reason:
    return Reason(
        rule=rule.id,
        message=rule.message,
        clause=rule.clause,
        remedy=rule.remedy,
        where=rule.where,
        evidence=conditions.evidence(rule, truth, facts),
        severity=None if rule.severity is None else rule.severity.value,
        owner=rule.owner,
    )


def _would_have(rule: Rule, truth: Truth) -> str:
    if rule.effect is RuleEffect.ALLOW and truth is Truth.UNKNOWN:
        return "Would not have permitted"
    return _WOULD_HAVE[rule.effect]


def _prefixed(reason: Reason, words: str) -> Reason:
    return replace(reason, message=f"{words}: {reason.message}")


def _waiver(rule: Rule, facts: Facts, day: date) -> Waiver | None:
    """The waiver in force for this rule and purpose, the one that lasts longest."""
    name = facts.purpose.name if facts.purpose else ""
    valid = [w for w in rule.waivers.get(name, ()) if not expired(w.expires, day)]
    return max(valid, key=lambda waiver: waiver.expires, default=None)


def _waived(reason: Reason, waiver: Waiver) -> Reason:
    return replace(
        reason,
        message=f"{reason.message} Waived for {waiver.purpose} until {waiver.expires} "
        f"(UTC) by {', '.join(waiver.approved_by)}: {waiver.ticket} [{waiver.where}].",
    )


def _trace(rule: Rule, facts: Facts, day: date) -> RuleTrace:
    return RuleTrace(
        rule=rule.id,
        effect=rule.effect,
        level=rule.level,
        clause=rule.clause,
        where=rule.where,
        result=rule.test(facts),
        waiver=_waiver(rule, facts, day),
        conditions=tuple(
            ConditionTrace(
                group=condition.group,
                where=condition.where,
                result=condition.test(facts),
                checks=tuple(
                    CheckTrace(
                        name=check.name,
                        result=check.test(facts),
                        evidence=check.evidence(facts),
                    )
                    for check in condition.checks
                ),
            )
            for condition in rule.conditions
        ),
    )
