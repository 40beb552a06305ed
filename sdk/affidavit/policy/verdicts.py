"""When a policy refuses, and when it asks for review, as formulas over a domain.

Knows how reasons add up to an effect: deny beats review beats allow, what nothing
permits is refused, a waiver counts until its last day. `engine` decides one call; this
says the same of all calls of one purpose at once, and whoever uses it has the engine
confirm every call that it names. A check that looks where no axis leads is an axis of
its own, so that no difference is missed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import product
from typing import Any, NamedTuple, assert_never

from affidavit.policy import checks as conditions
from affidavit.policy import comparison, domain, engine
from affidavit.policy.answers import TRUTHS, Answers, Asked, Making, Space
from affidavit.policy.domain import (
    DAY,
    ENDPOINT,
    FINDING,
    MODEL,
    TERMS,
    WHERE,
)
from affidavit.policy.formulas import FALSE, TRUE, Formula, Formulas
from affidavit.policy.found import Found, findings_of
from affidavit.policy.in_force import (
    Check,
    Condition,
    Facts,
    Group,
    Level,
    Policy,
    Purpose,
    Rule,
    RuleEffect,
    Truth,
    expired,
)
from affidavit.policy.opaque import Opaque
from affidavit.policy.ranges import SCORES

_SINGLE = {
    "model": (MODEL,),
    "endpoint": (ENDPOINT,),
    "provider": (WHERE,),
    "host": (WHERE,),
}


class Verdict(NamedTuple):
    """One policy's effects under one purpose."""

    lists: Formula
    """The purpose is unknown, expired or elsewhere, or does not cover the call."""
    denials: frozenset[Formula]
    """When each rule refuses."""
    reviews: frozenset[Formula]
    """When each rule asks for review."""


class Reader:
    """Turns one policy's rules and lists into formulas, in two rounds.

    First `gather` collects the answers of every check, by which values are merged;
    then `verdict` builds formulas over the classes.
    """

    def __init__(
        self, policy: Policy, space: Space, asked: Asked, opaque: Opaque
    ) -> None:
        self.policy = policy
        self.space = space
        self._asked = asked
        self._opaque = opaque
        self._purpose = policy.purposes.get(space.purpose)
        self._answers: dict[int, Answers] = {}
        self._lists: list[Answers] = []

    def gather(self) -> Iterator[Answers]:
        """What every check, and each list of the purpose, says along its axes."""
        if self._purpose is None:
            return
        self._lists = [*self._of_lists(self._purpose)]
        yield from self._lists
        for rule in self._read():
            for check in _checks(rule):
                if id(check) not in self._answers and not self._is_of_findings(check):
                    self._answers[id(check)] = self._ask(check)
                if id(check) in self._answers:
                    yield self._answers[id(check)]
            yield self._waived(rule)
        yield from self._of_findings()

    def _read(self) -> Iterable[Rule]:
        """Rules that do something to a call: they decide, or oblige."""
        listed = (*self._deciding(), *self.policy.obliging)
        return {rule.id: rule for rule in listed}.values()

    def _deciding(self) -> Iterator[Rule]:
        """Rules that can refuse, hold or permit: the others only speak."""
        for rule in self.policy.rules:
            speaks = rule.level in (Level.SHADOW, Level.ADVISORY)
            if not speaks and rule.effect is not RuleEffect.WARN:
                yield rule

    def _is_of_findings(self, check: Check) -> bool:
        return check.name.startswith(FINDING) or check.name == "activity"

    def _ask(self, check: Check) -> Answers:
        if check.of_purpose:
            facts = self._facts({})
            return Answers((), bytes([TRUTHS.index(check.test(facts))]))
        if check.name == conditions.TERMS:
            sets = self.space.axes[TERMS]
            return Answers((TERMS,), bytes(check.wanted in each for each in sets))
        axes = self._axes(check.name)
        if axes is not None:
            return self._asked.plain(check, axes)
        axis = self._opaque.axis(self.policy, check, self._facts({}))
        self.space.axes.setdefault(axis, TRUTHS)
        return Answers((axis,), bytes([0, 1, 2]))

    def _axes(self, name: str) -> tuple[str, ...] | None:
        if name in _SINGLE:
            return _SINGLE[name]
        if name == "parameter.event":
            return (ENDPOINT,)
        return (name,) if name in self._asked.space.axes else None

    def _facts(self, changes: Mapping[str, Any]) -> Facts:
        values = {name: each[0] for name, each in self.space.axes.items()} | dict(
            changes
        )
        call = domain.call_of(values, self.space.purpose)
        found = findings_of(values, self.space.found)
        return engine.facts_of(self.policy, call, found, values[DAY])

    def _of_lists(self, purpose: Purpose) -> Iterator[Answers]:
        axes = self.space.axes
        models, spoken = purpose.models, axes[ENDPOINT]
        if models is not None:
            values = product(axes[MODEL], spoken)
            base = self._asked.space.base()
            calls = (
                domain.call_of(base | {MODEL: model, ENDPOINT: each}, None)
                for model, each in values
            )
            fits = (models.match(call.model) or call.only_connects for call in calls)
            yield Answers((MODEL, ENDPOINT), bytes(fits))
        else:
            yield Answers((), b"\1")
        listed = purpose.endpoints
        yield Answers(
            (ENDPOINT,),
            bytes(listed is None or listed.match(s.endpoint) for s in spoken),
        )
        days = axes[DAY]
        yield Answers((DAY,), bytes(expired(purpose.expires, day) for day in days))
        origins = self.policy.origins
        yield Answers(
            (WHERE,),
            bytes(origins is not None and p.origin not in origins for p in axes[WHERE]),
        )

    def _waived(self, rule: Rule) -> Answers:
        waivers = rule.waivers.get(self.space.purpose, ())
        valid = rule.level is Level.WAIVABLE
        return Answers(
            (DAY,),
            bytes(
                valid and any(not expired(waiver.expires, day) for waiver in waivers)
                for day in self.space.axes[DAY]
            ),
        )

    def _of_findings(self) -> Iterator[Answers]:
        """Single answers along each axis of findings, by which scores are merged."""
        for rule in self._read():
            for check in filter(self._is_of_findings, _checks(rule)):
                for found in self.space.found:
                    yield Answers((found.axis,), self._along_found(check, found))
                    yield from self._beyond(check, found)
        for found in self._fitting():
            values = self.space.axes[found.axis]
            yield Answers((found.axis,), bytes(value is not None for value in values))

    def _beyond(self, check: Check, found: Found) -> Iterator[Answers]:
        """Where scores lie above the one that `==` asks for: beside another finding
        that has it, these deny what lower ones leave true.
        """
        if check.name == "activity" or not self._counts(check, found):
            return
        test = comparison.parse(check.wanted)
        if test.operator == "==":
            values = self.space.axes[found.axis]
            yield Answers(
                (found.axis,),
                bytes((value or 0) / SCORES > test.bound for value in values),
            )

    def _along_found(self, check: Check, found: Found) -> bytes:
        values = self.space.axes[found.axis]
        return bytes(
            TRUTHS.index(check.test(self._facts({found.axis: value})))
            for value in values
        )

    # The second round.

    def verdict(self, formulas: Formulas) -> Verdict:
        """When the policy refuses, and when else it asks for review."""
        if self._purpose is None:
            return Verdict(TRUE, frozenset(), frozenset())
        made = Making(self.space, formulas)
        denials, reviews, permits = set(), set(), set()
        for rule in self._deciding():
            match rule.effect:
                case RuleEffect.DENY:
                    denials.add(self._fires(rule, made))
                case RuleEffect.REVIEW:
                    reviews.add(self._fires(rule, made))
                case RuleEffect.ALLOW:
                    permits.add(self._holds(rule, made, {Truth.YES}))
                case RuleEffect.WARN:
                    pass
                case _:
                    assert_never(rule.effect)
        lists = self._lists_refuse(self._purpose, permits, made)
        return Verdict(lists, frozenset(denials), frozenset(reviews))

    def obliged(self, formulas: Formulas) -> Mapping[str, Formula]:
        """When each rule with obligations obliges, by its id.

        One that nobody can evaluate obliges too, and no waiver sets one aside.
        """
        made = Making(self.space, formulas)
        acts = {Truth.YES, Truth.UNKNOWN}
        return {rule.id: self._holds(rule, made, acts) for rule in self.policy.obliging}

    def _lists_refuse(
        self, purpose: Purpose, permits: set[Formula], made: Making
    ) -> Formula:
        model, endpoint, over, elsewhere = (
            made.formula(each, {1}) for each in self._lists
        )
        either, both = made.formulas.either, made.formulas.both
        both_listed = purpose.models is not None and purpose.endpoints is not None
        covered = TRUE if both_listed else either(permits)
        allowed = both([model, endpoint, covered])
        return either([over, elsewhere, made.formulas.negation(allowed)])

    def _fires(self, rule: Rule, made: Making) -> Formula:
        """A prohibition acts on what it cannot evaluate, unless it is waived."""
        acts = self._holds(rule, made, {Truth.YES, Truth.UNKNOWN})
        waived = made.formula(self._waived(rule), {1})
        return made.formulas.both([acts, made.formulas.negation(waived)])

    def _holds(self, rule: Rule, made: Making, wanted: set[Truth]) -> Formula:
        """That the rule's test comes out as one of `wanted`, by Kleene's logic."""
        opposite = (
            {Truth.YES} if Truth.UNKNOWN in wanted else {Truth.YES, Truth.UNKNOWN}
        )
        groups: dict[Group, list[Formula]] = {group: [] for group in Group}
        for condition in rule.conditions:
            of_none = condition.group is Group.NONE
            groups[condition.group].append(
                self._condition(condition, made, opposite if of_none else wanted)
            )
        parts = groups[Group.ALL]
        if groups[Group.ANY]:
            parts.append(made.formulas.either(groups[Group.ANY]))
        some = made.formulas.either(groups[Group.NONE])
        return made.formulas.both([*parts, made.formulas.negation(some)])

    def _condition(
        self, condition: Condition, made: Making, wanted: set[Truth]
    ) -> Formula:
        return made.formulas.both(
            self._check(check, made, wanted) for check in condition.checks
        )

    def _check(self, check: Check, made: Making, wanted: set[Truth]) -> Formula:
        if not self._is_of_findings(check):
            return made.formula(
                self._answers[id(check)], {TRUTHS.index(truth) for truth in wanted}
            )
        if check.name == "activity":
            return made.formulas.either(
                made.formula(Answers((f.axis,), self._along_found(check, f)), {1})
                for f in self.space.found
            )
        return self._score(check, made)

    def _score(self, check: Check, made: Making) -> Formula:
        """The highest score along all axes that count for this kind of finding."""
        test = comparison.parse(check.wanted)
        counting = [f for f in self.space.found if self._counts(check, f)]

        def some(holds: Callable[[float], bool]) -> Formula:
            return made.formulas.either(
                made.formulas.both(
                    [
                        made.along(f.axis, lambda value: holds((value or 0) / SCORES)),
                        self._heeded(check, f, made),
                    ]
                )
                for f in counting
            )

        bound = test.bound
        above = some(lambda v: v > bound)
        equal = some(lambda v: v == bound) if bound else TRUE
        least = made.formulas.either([above, equal])
        match test.operator:
            case ">":
                return TRUE if bound < 0 else above
            case ">=":
                return TRUE if bound <= 0 else least
            case "<":
                return made.formulas.negation(least) if bound > 0 else FALSE
            case "<=":
                return made.formulas.negation(above) if bound >= 0 else FALSE
            case _:
                return made.formulas.both([equal, made.formulas.negation(above)])

    def _counts(self, check: Check, found: Found) -> bool:
        kind = check.name.removeprefix(FINDING)
        if found.kind == kind:
            return True
        strange = kind == engine.PURPOSE_MISMATCH and self._names(found) is False
        return strange and found.kind not in engine.NO_ACTIVITY

    def _names(self, found: Found) -> bool | None:
        """Whether the purpose names the activity; None where it names none at all."""
        if self._purpose is None or self._purpose.activities is None:
            return None
        return self._purpose.activities.match(found.activity)

    def _heeded(self, check: Check, found: Found, made: Making) -> Formula:
        """An ordinary activity is no news where the purpose names another."""
        own = found.kind == check.name.removeprefix(FINDING)
        if own or found.kind != engine.ORDINARY:
            return TRUE
        fitting = (
            made.along(each.axis, lambda value: value is not None)
            for each in self._fitting()
        )
        return made.formulas.negation(made.formulas.either(fitting))

    def _fitting(self) -> Iterator[Found]:
        """Axes of ordinary activities that the purpose names."""
        for each in self.space.found:
            if each.kind == engine.ORDINARY and self._names(each):
                yield each


def _checks(rule: Rule) -> Iterator[Check]:
    for condition in rule.conditions:
        yield from condition.checks
