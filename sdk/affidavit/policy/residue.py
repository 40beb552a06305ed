"""What is left to ask of a rule once a part of the answer is known.

Knows which checks read the declared purpose, the findings or the terms alone. Their
answers are had before there is a call; what they do not decide is a test of the rest,
which comes out for every such call as the whole rule does. Holds for Kleene's logic: a
check whose own answer is UNKNOWN is left to be asked.
"""

from collections.abc import Mapping, Sequence
from enum import Flag, auto
from typing import TypeAlias

from affidavit.calls import Call
from affidavit.policy.combining import all_of, any_of, none_of
from affidavit.policy.in_force import (
    Check,
    Condition,
    Facts,
    Group,
    Purpose,
    Rule,
    Test,
    Truth,
)

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN

_Left: TypeAlias = Test | Truth
"""A test of what is left, or the answer where nothing is."""


class Known(Flag):
    """What is known of a call before it is there."""

    NOTHING = 0
    PURPOSE = auto()
    """Which purpose it declares."""
    FINDINGS = auto()
    """That it has none."""


def settled(rule: Rule, purpose: Purpose) -> bool:
    """Whether `purpose` alone makes the rule come out as NO, whatever the call is."""
    return _of_rule(rule, purpose, Known.PURPOSE, terms=False) is NO


def certain(rule: Rule, purpose: Purpose) -> bool:
    """Whether `purpose` alone makes the rule match, whatever the call is."""
    return _of_rule(rule, purpose, Known.PURPOSE, terms=False) is YES


def residual(rule: Rule, purpose: Purpose | None, known: Known) -> Test | None:
    """The rule's test for calls that stand under its terms; None if none can match.

    `purpose` is what such calls declare, if that is known.
    """
    left = _of_rule(rule, purpose, known, terms=True)
    match left:
        case Truth.NO:
            return None
        case Truth():
            answer = left
            return lambda _facts: answer
        case _:
            return left


def _of_rule(
    rule: Rule, purpose: Purpose | None, known: Known, *, terms: bool
) -> _Left:
    name = None if purpose is None else purpose.name
    facts = Facts(Call(endpoint="", provider="", host="", purpose=name), (), purpose)
    groups: dict[Group, list[_Left]] = {group: [] for group in Group}
    for condition in rule.conditions:
        if terms and rule.terms is not None and condition is rule.conditions[-1]:
            continue  # the pack's own: whoever asks knows that its terms apply
        left = _of_condition(condition, facts, known)
        groups[condition.group].append(left)
    return _combined(groups)


def _combined(groups: Mapping[Group, Sequence[_Left]]) -> _Left:
    parts = list(groups[Group.ALL])
    if groups[Group.ANY]:
        parts.append(_some(groups[Group.ANY]))
    if groups[Group.NONE]:
        parts.append(_opposite(_some(groups[Group.NONE])))
    return _every(parts)


def _of_condition(condition: Condition, facts: Facts, known: Known) -> _Left:
    cheapest = sorted(condition.checks, key=_price)
    return _every([_of_check(check, facts, known) for check in cheapest])


def _price(check: Check) -> int:
    """What is asked first settles the rest: an expression costs the most."""
    if check.name.startswith("parameter."):
        return 0
    return 2 if check.name == "when" else 1


def _of_check(check: Check, facts: Facts, known: Known) -> _Left:
    given = (check.of_purpose and Known.PURPOSE in known) or (
        check.of_findings and Known.FINDINGS in known
    )
    answer = check.test(facts) if given else UNKNOWN
    return check.test if answer is UNKNOWN else answer


def _every(parts: Sequence[_Left]) -> _Left:
    if NO in parts:
        return NO
    tests = [part for part in parts if not isinstance(part, Truth)]
    return all_of(tests) if tests else YES


def _some(parts: Sequence[_Left]) -> _Left:
    if YES in parts:
        return YES
    tests = [part for part in parts if not isinstance(part, Truth)]
    return any_of(tests) if tests else NO


def _opposite(part: _Left) -> _Left:
    match part:
        case Truth.YES:
            return NO
        case Truth.NO:
            return YES
        case Truth():
            return UNKNOWN
        case _:
            return none_of([part])
