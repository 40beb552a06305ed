"""Checks that look where no axis of the domain leads: each is an axis of its own.

Knows when two such checks are one, and what they answer to a call. Along an axis of
these answers are chosen without any call, so a call at hand need not have the one that
was chosen: whoever shows a call asks here first.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, TypeAlias

from affidavit.calls import Call, Finding
from affidavit.findings import Kind
from affidavit.policy import cel, engine
from affidavit.policy.cel_names import NAMES, Unreadable
from affidavit.policy.domain import ENDPOINT, FINDING, PARAMETER, WHERE
from affidavit.policy.in_force import Check, Facts, Policy, Truth

OPAQUE = "expression "
"""How the name of such an axis begins."""
_MISMATCH = f"finding.{Kind.PURPOSE_MISMATCH.value}"
_AXES = {
    "provider": WHERE,
    "host": WHERE,
    "origin": WHERE,
    f"{PARAMETER}event": ENDPOINT,
}
"""Of what an expression reads, that has no axis of its own name."""
_LITERAL = ("'", '"', "//")
"""What an expression without literals and comments does not have."""
_Meaning: TypeAlias = tuple[object, ...]


class _Asked(NamedTuple):
    policy: Policy
    check: Check


@dataclass(slots=True)
class Opaque:
    """The axes of two policies' checks under one purpose."""

    _names: dict[_Meaning, str] = field(default_factory=dict)
    _asked: dict[str, _Asked] = field(default_factory=dict)

    def axis(self, policy: Policy, check: Check, facts: Facts) -> str:
        """What the axis of the check is called, under the purpose that `facts` hold.

        Two checks share one only if they answer every call alike.
        """
        meaning = _meaning(check, facts)
        if meaning not in self._names:
            name = self._free(f"{OPAQUE}{check.name}: {check.wanted}")
            self._names[meaning], self._asked[name] = name, _Asked(policy, check)
        return self._names[meaning]

    def _free(self, name: str) -> str:
        """The name, numbered where another check reads the same."""
        number, free = 1, name
        while free in self._asked:
            number += 1
            free = f"{name} ({number})"
        return free

    def answer(
        self, axis: str, call: Call, findings: tuple[Finding, ...], day: date
    ) -> Truth:
        """What the check of an axis says of a call on a day (UTC)."""
        policy, check = self._asked[axis]
        return check.test(engine.facts_of(policy, call, findings, day))

    def reads(self, axis: str, name: str) -> bool:
        """Whether the check of an axis may hang on the domain's axis called `name`."""
        expression = self._asked[axis].check.expression
        if expression is None:
            return True
        return any(_lies_on(each, name) for each in cel.compiled(expression).names)


def _lies_on(read: str, axis: str) -> bool:
    """Whether what an expression reads by a name is a value of the axis."""
    if axis.startswith(FINDING):
        return read == "activities" or read.startswith(FINDING)
    said = read.removeprefix("request.").replace("parameters.", PARAMETER)
    return _AXES.get(said, said) == axis


def _meaning(check: Check, facts: Facts) -> _Meaning:
    """All that the check asks, and all that it reads of the purpose.

    Of a key that is not known here nothing is known: it is like itself alone.
    """
    if check.expression is None:
        return (id(check),)
    return _folded(check.expression), *_of_purpose(check.expression, facts)


def _folded(expression: str) -> str:
    """Without its layout, where that is nothing but layout."""
    if any(sign in expression for sign in _LITERAL):
        return expression
    return " ".join(expression.split())


def _of_purpose(expression: str, facts: Facts) -> Iterator[str]:
    """What hangs on the purpose as one policy declares it."""
    purpose = facts.purpose
    for name in cel.compiled(expression).names:
        if name == _MISMATCH:
            listed = None if purpose is None else purpose.activities
            yield f"{name} {listed and sorted(listed.patterns)}"
        elif NAMES[name].of_purpose:
            yield f"{name} {_value(name, facts)!r}"


def _value(name: str, facts: Facts) -> object:
    try:
        return NAMES[name].read(facts)
    except Unreadable:
        return Unreadable
