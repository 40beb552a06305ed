"""What two policies decide differently, each change with a call that shows it.

Goes through the whole declared domain (`domain`) by splitting it, axis by axis, until
both policies' effects are settled; what settles alike is dropped. Every difference that
is told is confirmed by the engine on a call. Nothing is sampled, but where a check
looks where no axis leads: such a difference is told as possible unless a call is found.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice, product
from typing import Any, NamedTuple, TypeAlias

from affidavit.calls import Call, Finding
from affidavit.policy import domain, engine
from affidavit.policy.answers import Asked, merge, space_of
from affidavit.policy.arrangement import TooLarge
from affidavit.policy.domain import DAY, MODEL, Domain
from affidavit.policy.engine import Decision, Effect
from affidavit.policy.formulas import FALSE, TRUE, Formula, Formulas
from affidavit.policy.found import findings_of
from affidavit.policy.in_force import Policy
from affidavit.policy.looks import Look
from affidavit.policy.verdicts import OPAQUE, Reader

MOST_STEPS = 150_000
"""Of splitting, for one purpose; some ten seconds."""
MOST_CELLS = 5_000
"""Cells of one purpose that are told one by one."""
_TRIES = 3_000


class Side(NamedTuple):
    """One of the two policies."""

    policy: Policy
    looks: tuple[Look, ...]
    """What its rules look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A call that both policies were asked about."""

    call: Call
    findings: tuple[Finding, ...]
    day: date
    before: Decision
    after: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Calls of one purpose whose effect changes, and in which way."""

    purpose: str
    before: Effect
    after: Effect
    within: Mapping[str, tuple[Any, ...]]
    """By axis, the values that a call of this cell has there, or values like them; an
    axis that makes no difference is left out."""
    witness: Witness | None
    """None where the cell hangs on a check that no axis settles, and none was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything that changed, and where it was looked for."""

    cells: tuple[Cell, ...]
    untold: int
    """Cells beyond `MOST_CELLS` of a purpose."""
    purposes: tuple[str, ...]
    """Those that were gone through."""
    space: Domain
    seen: Mapping[str, Mapping[str, tuple[Any, ...]]]
    """By purpose and axis, all values."""


_Effects: TypeAlias = tuple[Effect, Effect]


class _Node(NamedTuple):
    """Calls split along one axis: sets of classes and what becomes of each."""

    axis: int
    branches: tuple[tuple[tuple[int, ...], "_Tree"], ...]


_Tree: TypeAlias = _Node | _Effects | None
"""None where nothing changes."""


def compare(
    before: Side,
    after: Side,
    *,
    since: date,
    purposes: Iterable[str] | None = None,
    most_steps: int = MOST_STEPS,
) -> Difference:
    """What `after` decides otherwise than `before`, on `since` (UTC) or any later day.

    `purposes` narrows it; by default, all that either knows. A purpose that neither
    knows is refused by both. Raises `TooLarge` where there is too much to go through.
    """
    policies = before.policy, after.policy
    known = dict.fromkeys((*policies[0].purposes, *policies[1].purposes))
    chosen = tuple(sorted(known if purposes is None else known.keys() & set(purposes)))
    whole = domain.domain(policies, (*before.looks, *after.looks), since=since)
    asked = Asked(whole)
    cells: list[Cell] = []
    seen: dict[str, Mapping[str, tuple[Any, ...]]] = {}
    untold = 0
    for name in chosen:
        compared = _Compared(whole, asked, policies, name, most_steps)
        seen[name] = compared.space.axes
        found = compared.cells()
        cells += islice(found, MOST_CELLS)
        untold += sum(1 for _ in islice(found, MOST_CELLS))
    return Difference(
        cells=tuple(cells), untold=untold, purposes=chosen, space=whole, seen=seen
    )


class _Effect(NamedTuple):
    """When one policy refuses, and when it asks for review, as far as both differ."""

    refuses: Formula
    reviews: Formula


class _Compared:
    """Two policies under one purpose.

    A rule that both have, however it is written, cannot make them differ: it is left
    out of the comparison, and only a cell that all such rules cover is no change.
    """

    def __init__(
        self,
        whole: Domain,
        asked: Asked,
        policies: tuple[Policy, Policy],
        name: str,
        most_steps: int,
    ) -> None:
        self._most_steps = most_steps
        self.space = space_of(whole, name, policies)
        self._whole = whole
        self._policies = policies
        readers = [
            Reader(policy, self.space, asked, label)
            for policy, label in zip(policies, ("A", "B"), strict=True)
        ]
        merge(self.space, [each for reader in readers for each in reader.gather()])
        self._sizes = [len(self.space.classes[axis]) for axis in self.space.axes]
        self._formulas = Formulas(self._sizes)
        self._verdicts = [reader.verdict(self._formulas) for reader in readers]
        self._trees: dict[tuple[_Effect, _Effect], _Tree] = {}

    def cells(self) -> Iterator[Cell]:
        """Each changed part of the domain."""
        first, second = self._verdicts
        denied, reviewed = (
            first.denials & second.denials,
            first.reviews & second.reviews,
        )
        tree = self._split(
            *(
                self._effect(each.lists, each.denials - denied, each.reviews - reviewed)
                for each in (first, second)
            )
        )
        masked = self._formulas.either(denied), self._formulas.either(reviewed)
        for within, effects in _merged(list(_paths(tree, {}))):
            cell = self._cell(within, effects, *masked)
            if cell is not None:
                yield cell

    def _effect(
        self, lists: Formula, denials: Iterable[Formula], reviews: Iterable[Formula]
    ) -> _Effect:
        either = self._formulas.either
        return _settled(_Effect(either([lists, *denials]), either(reviews)))

    def _split(self, first: _Effect, second: _Effect) -> _Tree:
        if first == second:
            return None
        key = first, second
        if key in self._trees:
            return self._trees[key]
        if len(self._trees) > self._most_steps:
            raise TooLarge(
                f"Purpose {self.space.purpose}: the policies' conditions combine in "
                f"more than {self._most_steps:,} ways. Compare one change at a time."
            )
        support = self._formulas.support
        axes = frozenset().union(*map(support, (*first, *second)))
        tree = self._along(min(axes), first, second) if axes else _ends(first, second)
        self._trees[key] = tree
        return tree

    def _along(self, axis: int, first: _Effect, second: _Effect) -> _Tree:
        branches: dict[_Tree, list[int]] = {}
        for chosen in range(self._sizes[axis]):
            tree = self._split(
                self._restricted(first, axis, chosen),
                self._restricted(second, axis, chosen),
            )
            branches.setdefault(tree, []).append(chosen)
        if len(branches) == 1:
            return next(iter(branches))
        return _Node(
            axis,
            tuple((tuple(each), tree) for tree, each in branches.items() if tree),
        )

    def _restricted(self, effect: _Effect, axis: int, chosen: int) -> _Effect:
        take = self._formulas.restricted
        return _settled(_Effect(*(take(each, axis, chosen) for each in effect)))

    def _cell(
        self, within: "_Within", effects: _Effects, denied: Formula, reviewed: Formula
    ) -> Cell | None:
        """The cell with a call that shows it; None where no call does."""
        names = self.space.names()
        clear = self._formulas.negation(self._formulas.either([denied, reviewed]))
        bare = self._formulas.negation(denied)
        masks = (clear,) if Effect.REFUSE not in effects else (clear, bare)
        opaque = any(names[axis].startswith(OPAQUE) for axis in within)
        witness = None
        for mask in masks:
            for found in islice(self._shown(within, mask, widely=opaque), _TRIES):
                changed = found.before.effect, found.after.effect
                loosely = mask is bare and not opaque
                if changed == effects or (loosely and changed[0] is not changed[1]):
                    witness = found
                    break
                if not opaque and mask is clear:
                    # What the formulas and what the engine say must never part.
                    raise AssertionError(f"{found.call} is decided as {changed}")
            if witness is not None:
                break
        if witness is None and not opaque:
            return None
        return Cell(
            purpose=self.space.purpose,
            before=effects[0] if witness is None else witness.before.effect,
            after=effects[1] if witness is None else witness.after.effect,
            within=self._values(within),
            witness=witness,
        )

    def _values(self, within: "_Within") -> dict[str, tuple[Any, ...]]:
        names = self.space.names()
        return {
            names[axis]: tuple(
                self.space.axes[names[axis]][place]
                for chosen in sorted(classes)
                for place in self.space.classes[names[axis]][chosen]
            )
            for axis, classes in within.items()
        }

    def _shown(
        self, within: "_Within", mask: Formula, *, widely: bool
    ) -> Iterator[Witness]:
        """Calls of the cell for which `mask` holds, the most usual first."""
        usual = {name: each[0] for name, each in self.space.axes.items()}
        for chosen in self._satisfying(mask, within):
            values = self._values(chosen)
            real = domain.realised(self._whole, values)
            if real is None:
                continue
            first = {
                name: usual[name] if usual[name] in each else each[0]
                for name, each in values.items()
            }
            call = {**usual, **first, **real}
            yield self._asked(call)
            if widely:
                for other in self._varied(call, values):
                    yield self._asked(other)

    def _satisfying(self, formula: Formula, within: "_Within") -> Iterator["_Within"]:
        """Ways for a formula to hold, within what is chosen already."""
        if formula == FALSE:
            return
        axes = self._formulas.support(formula)
        if not axes:
            yield within
            return
        axis = min(axes)
        for chosen in sorted(within.get(axis) or range(self._sizes[axis])):
            rest = self._formulas.restricted(formula, axis, chosen)
            yield from self._satisfying(rest, {**within, axis: frozenset({chosen})})

    def _varied(
        self, chosen: Mapping[str, Any], within: Mapping[str, tuple[Any, ...]]
    ) -> Iterator[dict[str, Any]]:
        """Other calls of the same cell: one axis changed, then two."""
        free = {
            name: within.get(name, values)
            for name, values in self.space.axes.items()
            if not name.startswith(OPAQUE)
        }
        free[MODEL] = (*free[MODEL], *domain.alike(self._whole, free[MODEL]))
        for name, values in free.items():
            yield from ({**chosen, name: value} for value in values)
        for first, second in product(free, free):
            if first < second:
                for one, other in product(free[first], free[second]):
                    yield {**chosen, first: one, second: other}

    def _asked(self, values: Mapping[str, Any]) -> Witness:
        call = domain.call_of(values, self.space.purpose)
        findings = findings_of(values, self.space.found)
        now = datetime.combine(values[DAY], time.min, UTC)
        before, after = (
            engine.decide(policy, call, findings, now=now) for policy in self._policies
        )
        return Witness(
            call=call, findings=findings, day=values[DAY], before=before, after=after
        )


def _settled(effect: _Effect) -> _Effect:
    """What is refused for certain needs no review."""
    return _Effect(TRUE, FALSE) if effect.refuses == TRUE else effect


def _ends(first: _Effect, second: _Effect) -> _Tree:
    effects = _end(first), _end(second)
    return None if effects[0] is effects[1] else effects


def _end(effect: _Effect) -> Effect:
    if effect.refuses == TRUE:
        return Effect.REFUSE
    return Effect.REVIEW if effect.reviews == TRUE else Effect.PERMIT


_Within: TypeAlias = Mapping[int, frozenset[int]]


def _paths(tree: _Tree, within: _Within) -> Iterator[tuple[_Within, _Effects]]:
    if tree is None:
        return
    if not isinstance(tree, _Node):
        yield within, tree
        return
    for classes, below in tree.branches:
        yield from _paths(below, {**within, tree.axis: frozenset(classes)})


def _merged(
    paths: Sequence[tuple[_Within, _Effects]],
) -> Iterator[tuple[_Within, _Effects]]:
    """Fewer parts: two that differ along one axis only are one."""
    current = list(paths)
    if len(current) <= MOST_CELLS:
        axes = sorted({axis for within, _ in current for axis in within})
        for axis in axes:
            joined: dict[Any, frozenset[int]] = {}
            for within, effects in current:
                if axis in within:
                    rest = frozenset((k, v) for k, v in within.items() if k != axis)
                    key = rest, effects
                    joined[key] = joined.get(key, frozenset()) | within[axis]
                else:
                    joined[frozenset(within.items()), effects] = frozenset({-1})
            current = [
                (dict(rest) | ({} if classes == {-1} else {axis: classes}), effects)
                for (rest, effects), classes in joined.items()
            ]
    yield from current
