"""What cases make a policy show: rules, branches, purposes, waivers, last days.

Pure: fed with explanations, it counts points. A point is one side of something that has
two: a rule that matched and did not, a key that came out as yes and as no, a purpose
under which something was permitted and refused, a waiver that was used and one that was
over. Answers of `unknown` are counted and are no point: not every key has one.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from affidavit.policy.assemble import PACK_PREFIX
from affidavit.policy.engine import Effect, Explanation
from affidavit.policy.in_force import Policy, Rule, Truth, expired

RULES, BRANCHES, PURPOSES, WAIVERS, EXPIRIES = (
    "rules",
    "branches",
    "purposes",
    "waivers",
    "expiries",
)
"""What is covered; `branches` are conditions and their keys."""
SORTS = (RULES, BRANCHES, PURPOSES, WAIVERS, EXPIRIES)


class Point(NamedTuple):
    """One thing with two sides."""

    sort: str
    name: str
    where: str
    sides: tuple[str, str]


class Covered(NamedTuple):
    """A point and how often each side was shown."""

    point: Point
    counts: tuple[int, int]
    unknown: int

    @property
    def missing(self) -> tuple[str, ...]:
        """The sides that no case showed."""
        pairs = zip(self.point.sides, self.counts, strict=True)
        return tuple(side for side, number in pairs if not number)


class Total(NamedTuple):
    """Sides that were shown, of how many."""

    shown: int
    of: int

    @property
    def percent(self) -> float:
        """100 where there is nothing to show."""
        return 100 * self.shown / self.of if self.of else 100.0


@dataclass(slots=True)
class Coverage:
    """Counts over one policy; `packs` says whether extended packs' rules count too."""

    policy: Policy
    packs: bool = False
    _seen: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def add(self, explanation: Explanation, declared: str | None, day: date) -> None:
        """Count what one case shows."""
        purpose = explanation.purpose
        if purpose is not None:
            permitted = explanation.decision.effect is Effect.PERMIT
            self._note(PURPOSES, purpose.name, "permitted" if permitted else "refused")
            if purpose.expires is not None:
                over = expired(purpose.expires, day)
                self._note(EXPIRIES, purpose.name, "over" if over else "valid")
        for rule, trace in zip(self.policy.rules, explanation.rules, strict=True):
            matched = trace.result is Truth.YES
            self._note(RULES, rule.id, _side(trace.result, "matched", "not matched"))
            for number, condition in enumerate(trace.conditions):
                at = f"{rule.id}/{condition.group.value}[{_place(rule, number)}]"
                self._note(BRANCHES, at, condition.result.value)
                for index, check in enumerate(condition.checks):
                    self._note(
                        BRANCHES, f"{at}.{check.name}#{index}", check.result.value
                    )
            for waiver in rule.waivers.get(declared or "", ()):
                over = expired(waiver.expires, day)
                if over or matched or trace.result is Truth.UNKNOWN:
                    self._note(WAIVERS, waiver.where, "over" if over else "used")

    def points(self) -> Iterator[Covered]:
        """Every point, in the order of the policy."""
        for point in self._points():
            first, second = (
                self._seen[point.sort, point.name, side] for side in point.sides
            )
            unknown = self._seen[point.sort, point.name, Truth.UNKNOWN.value]
            yield Covered(point, (first, second), unknown)

    def totals(self) -> dict[str, Total]:
        """By sort, and under `total` all together."""
        shown, of = Counter[str](), Counter[str]()
        for covered in self.points():
            for key in (covered.point.sort, "total"):
                of[key] += len(covered.point.sides)
                shown[key] += len(covered.point.sides) - len(covered.missing)
        return {key: Total(shown[key], of[key]) for key in (*SORTS, "total")}

    def _note(self, sort: str, name: str, side: str) -> None:
        self._seen[sort, name, side] += 1

    def _points(self) -> Iterator[Point]:
        for rule in self.policy.rules:
            if not self.packs and rule.where.startswith(PACK_PREFIX):
                continue
            yield Point(RULES, rule.id, rule.where, ("matched", "not matched"))
            yield from _branches(rule)
            for waivers in rule.waivers.values():
                for waiver in waivers:
                    yield Point(WAIVERS, waiver.where, waiver.where, ("used", "over"))
        for purpose in self.policy.purposes.values():
            sides = ("permitted", "refused")
            yield Point(PURPOSES, purpose.name, purpose.where, sides)
            if purpose.expires is not None:
                yield Point(EXPIRIES, purpose.name, purpose.where, ("valid", "over"))


def _branches(rule: Rule) -> Iterator[Point]:
    sides = (Truth.YES.value, Truth.NO.value)
    for number, condition in enumerate(rule.conditions):
        at = f"{rule.id}/{condition.group.value}[{_place(rule, number)}]"
        yield Point(BRANCHES, at, condition.where, sides)
        if len(condition.checks) > 1:  # else the key's sides are the condition's
            for index, check in enumerate(condition.checks):
                name = f"{at}.{check.name}#{index}"
                yield Point(BRANCHES, name, condition.where, sides)


def _place(rule: Rule, number: int) -> int:
    """Which of its list a condition is."""
    group = rule.conditions[number].group
    return sum(each.group is group for each in rule.conditions[:number])


def _side(truth: Truth, yes: str, no: str) -> str:
    """What could not be evaluated is no match that anybody wanted."""
    return {Truth.YES: yes, Truth.NO: no}.get(truth, truth.value)
