"""Declarative conditions, compiled once to closures.

Knows how the checks of a condition and the conditions of a rule combine. One that
cannot be evaluated is UNKNOWN, and stays so through `all`, `any` and `none` unless the
rest decides (Kleene's strong logic), so that order never matters.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from affidavit import providers
from affidavit.policy.checks import TERMS, Activate, checks, of_terms
from affidavit.policy.combining import all_of, any_of, none_of
from affidavit.policy.in_force import (
    Check,
    Condition,
    Facts,
    Group,
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
    rule: "model.Rule",
    where: Where,
    terms: Condition | None = None,
    activate: Activate | None = None,
) -> tuple[tuple[Condition, ...], Test]:
    """The rule's conditions and the test of them all; `where` places each one.

    `terms` is asked last, because it is seldom what settles a rule. `activate` makes
    what all expressions of the policy read.
    """
    listed = (
        (Group.ALL, rule.all_of or ()),
        (Group.ANY, rule.any_of or ()),
        (Group.NONE, rule.none_of or ()),
    )
    conditions = tuple(
        _condition(condition, group, where(group, index), activate)
        for group, members in listed
        for index, condition in enumerate(members)
    )
    test = _combined(conditions)
    if terms is None:
        return conditions, test
    return (*conditions, terms), all_of([test, terms.test])


def under(provider: str, where: str) -> Condition:
    """That the call stands under the terms of a pack's `provider`, or may do so."""
    check = of_terms(provider)
    return Condition(group=Group.ALL, where=where, checks=(check,), test=check.test)


def evidence(rule: Rule, truth: Truth, facts: Facts) -> str:
    """What makes the rule's test come out as `truth`, in one bounded line."""
    parts = [
        check.evidence(facts)
        for condition in rule.conditions
        if condition.group is not Group.NONE or truth is UNKNOWN
        for check in _deciding(condition, truth, facts)
    ]
    more = len(parts) - _EVIDENCE_PARTS
    text = ", and ".join(parts[:_EVIDENCE_PARTS]) or "no excepted condition holds"
    text += f", and {more} more" if more > 0 else ""
    return f"cannot be evaluated: {text}" if truth is UNKNOWN else text


def _deciding(condition: Condition, truth: Truth, facts: Facts) -> list[Check]:
    """The checks that make the condition come out as `truth`; none if it does not."""
    truths = [check.test(facts) for check in condition.checks]
    if truth is not YES and NO in truths:
        return []
    if truth is YES and any(each is not YES for each in truths):
        return []
    if _goes_without_saying(condition, facts):
        return []
    pairs = zip(condition.checks, truths, strict=True)
    return [check for check, each in pairs if each is truth]


def _goes_without_saying(condition: Condition, facts: Facts) -> bool:
    """Whether the condition is that a pack's terms apply, and nobody wonders why.

    Worth saying is only that terms flow down from somebody else than who answers.
    """
    check = condition.checks[0]
    provider = facts.call.provider
    return check.name == TERMS and provider in (check.wanted, providers.UNKNOWN)


def _combined(conditions: tuple[Condition, ...]) -> Test:
    tests = {group: [c.test for c in conditions if c.group is group] for group in Group}
    parts = tests[Group.ALL]
    if tests[Group.ANY]:
        parts.append(any_of(tests[Group.ANY]))
    if tests[Group.NONE]:
        parts.append(none_of(tests[Group.NONE]))
    return all_of(parts)


def _condition(
    condition: "model.Condition", group: Group, where: str, activate: Activate | None
) -> Condition:
    members = tuple(checks(condition, activate))
    test = all_of([check.test for check in members])
    return Condition(group=group, where=where, checks=members, test=test)
