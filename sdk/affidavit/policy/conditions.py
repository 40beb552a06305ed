"""Declarative conditions, compiled once to closures.

Knows how the checks of a condition and the conditions of a rule combine. One that
cannot be evaluated is UNKNOWN, and stays so through `all`, `any` and `none` unless the
rest decides (Kleene's strong logic), so that order never matters.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from affidavit import providers
from affidavit.calls import Call
from affidavit.policy.checks import TERMS, checks, of_terms
from affidavit.policy.in_force import (
    Condition,
    Facts,
    Group,
    Purpose,
    Rule,
    Test,
    Truth,
)

if TYPE_CHECKING:  # the engine imports this module and must not pay for pydantic
    from affidavit.policy import model

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
Where: TypeAlias = Callable[[Group, int], str]

_EVIDENCE_PARTS = 8


def compiled(
    rule: "model.Rule", where: Where, terms: Condition | None = None
) -> tuple[tuple[Condition, ...], Test]:
    """The rule's conditions and the test of them all; `where` places each one.

    `terms` is asked last, because it is seldom what settles a rule.
    """
    listed = (
        (Group.ALL, rule.all_of or ()),
        (Group.ANY, rule.any_of or ()),
        (Group.NONE, rule.none_of or ()),
    )
    conditions = tuple(
        _condition(condition, group, where(group, index))
        for group, members in listed
        for index, condition in enumerate(members)
    )
    test = _combined(conditions)
    if terms is None:
        return conditions, test
    return (*conditions, terms), _all_of([test, terms.test])


def under(provider: str, where: str) -> Condition:
    """That the call stands under the terms of a pack's `provider`, or may do so."""
    check = of_terms(provider)
    return Condition(group=Group.ALL, where=where, checks=(check,), test=check.test)


def evidence(rule: Rule, truth: Truth, facts: Facts) -> str:
    """What makes the rule's test come out as `truth`, in one bounded line."""
    parts = [
        check.evidence(facts)
        for condition in rule.conditions
        if not _goes_without_saying(condition, facts)
        if condition.group is not Group.NONE or truth is UNKNOWN
        if condition.test(facts) is truth
        for check in condition.checks
        if check.test(facts) is truth
    ]
    more = len(parts) - _EVIDENCE_PARTS
    text = ", and ".join(parts[:_EVIDENCE_PARTS]) or "no excepted condition holds"
    text += f", and {more} more" if more > 0 else ""
    return f"cannot be evaluated: {text}" if truth is UNKNOWN else text


def _goes_without_saying(condition: Condition, facts: Facts) -> bool:
    """Whether the condition is that a pack's terms apply, and nobody wonders why.

    Worth saying is only that terms flow down from somebody else than who answers.
    """
    check = condition.checks[0]
    provider = facts.call.provider
    return check.name == TERMS and provider in (check.wanted, providers.UNKNOWN)


def settled(rule: Rule, purpose: Purpose) -> bool:
    """Whether `purpose` alone makes the rule come out as NO, whatever the call is."""
    call = Call(endpoint="", provider="", host="", purpose=purpose.name)
    facts = Facts(call, (), purpose)
    groups: dict[Group, list[Truth]] = {group: [] for group in Group}
    for condition in rule.conditions:
        groups[condition.group].append(_by_purpose(condition, facts))
    never = groups[Group.ANY] and all(truth is NO for truth in groups[Group.ANY])
    return NO in groups[Group.ALL] or bool(never) or YES in groups[Group.NONE]


def certain(rule: Rule, purpose: Purpose) -> bool:
    """Whether `purpose` alone makes the rule match, whatever the call is."""
    call = Call(endpoint="", provider="", host="", purpose=purpose.name)
    facts = Facts(call, (), purpose)
    groups: dict[Group, list[Truth]] = {group: [] for group in Group}
    for condition in rule.conditions:
        groups[condition.group].append(_by_purpose(condition, facts))
    some = not groups[Group.ANY] or YES in groups[Group.ANY]
    every = all(truth is YES for truth in groups[Group.ALL])
    return some and every and all(truth is NO for truth in groups[Group.NONE])


def _by_purpose(condition: Condition, facts: Facts) -> Truth:
    """The condition as far as the purpose decides it; UNKNOWN where the call must."""
    truths = [
        check.test(facts) if check.of_purpose else UNKNOWN for check in condition.checks
    ]
    if NO in truths:
        return NO
    return UNKNOWN if UNKNOWN in truths else YES


def _combined(conditions: tuple[Condition, ...]) -> Test:
    tests = {group: [c.test for c in conditions if c.group is group] for group in Group}
    parts = tests[Group.ALL]
    if tests[Group.ANY]:
        parts.append(_any_of(tests[Group.ANY]))
    if tests[Group.NONE]:
        parts.append(_none_of(tests[Group.NONE]))
    return _all_of(parts)


def _all_of(tests: list[Test]) -> Test:
    if len(tests) == 1:
        return tests[0]
    members = tuple(tests)

    def test(facts: Facts) -> Truth:
        truth = YES
        for member in members:
            result = member(facts)
            if result is NO:
                return NO
            if result is UNKNOWN:
                truth = UNKNOWN
        return truth

    return test


def _any_of(tests: list[Test]) -> Test:
    members = tuple(tests)

    def test(facts: Facts) -> Truth:
        truth = NO
        for member in members:
            result = member(facts)
            if result is YES:
                return YES
            if result is UNKNOWN:
                truth = UNKNOWN
        return truth

    return test


def _none_of(tests: list[Test]) -> Test:
    some = _any_of(tests)
    opposite = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}
    return lambda facts: opposite[some(facts)]


def _condition(condition: "model.Condition", group: Group, where: str) -> Condition:
    members = tuple(checks(condition))
    test = _all_of([check.test for check in members])
    return Condition(group=group, where=where, checks=members, test=test)
