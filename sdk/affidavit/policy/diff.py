"""What two policies decide differently, each change with a call that shows it.

Goes through the whole declared domain (`domain`) by splitting it (`splitting`) until
both policies' effects are settled. Every difference that is told is confirmed by the
engine on a call. Nothing is sampled, but where a check looks where no axis leads: such
a difference is told as possible unless a call is found.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from affidavit.policy import domain, witnesses
from affidavit.policy.answers import Asked
from affidavit.policy.domain import Domain
from affidavit.policy.engine import Effect
from affidavit.policy.formulas import FALSE, TRUE, Formula
from affidavit.policy.ground import Ground
from affidavit.policy.in_force import Policy
from affidavit.policy.looks import Look
from affidavit.policy.obliged import Duty, duties
from affidavit.policy.splitting import MOST_PARTS, Splitting, State, Within
from affidavit.policy.standing import Standing
from affidavit.policy.witnesses import Witness

MOST_STEPS = 150_000
"""Of splitting, for one purpose; some ten seconds."""
MOST_CELLS = MOST_PARTS
"""Cells of one purpose that are told one by one."""


class Side(NamedTuple):
    """One of the two policies."""

    policy: Policy
    looks: tuple[Look, ...]
    """What its rules look at."""
    standing: Standing
    """What decides no call and reviewers rely on."""


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
    duties: tuple[Duty, ...]
    """Calls that a rule of both obliges under one policy alone."""
    purposes: tuple[str, ...]
    """Those that were gone through."""
    space: Domain
    seen: Mapping[str, Mapping[str, tuple[Any, ...]]]
    """By purpose and axis, all values."""


_Effects: TypeAlias = tuple[Effect, Effect]


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
    changed: list[Duty] = []
    seen: dict[str, Mapping[str, tuple[Any, ...]]] = {}
    untold = 0
    for name in chosen:
        ground = Ground(whole, asked, policies, name)
        seen[name] = ground.space.axes
        found = _cells(ground, most_steps)
        cells += islice(found, MOST_CELLS)
        untold += sum(1 for _ in islice(found, MOST_CELLS))
        changed += duties(ground, most_steps)
    return Difference(
        cells=tuple(cells),
        untold=untold,
        duties=tuple(changed),
        purposes=chosen,
        space=whole,
        seen=seen,
    )


def _cells(ground: Ground, most_steps: int) -> Iterator[Cell]:
    """Each part of the domain whose effect changes.

    A rule that both have, however it is written, cannot make them differ: it is left
    out of the comparison, and only a cell that all such rules cover is no change.
    """
    first, second = ground.verdicts
    denied = first.denials & second.denials
    reviewed = first.reviews & second.reviews
    either = ground.formulas.either
    states = [
        (
            either([each.lists, *(each.denials - denied)]),
            either(each.reviews - reviewed),
        )
        for each in (first, second)
    ]
    splitting = Splitting(
        ground.formulas,
        _effect,
        settled=_settled,
        purpose=ground.space.purpose,
        most_steps=most_steps,
    )
    without = ground.formulas.negation
    masks = _Masks(without(either(denied | reviewed)), without(either(denied)))
    for within, effects in splitting.parts(*states):
        yield from _cells_of(ground, within, effects, masks)


def _settled(state: State) -> State:
    """What is refused for certain needs no review."""
    refuses, _ = state
    return (TRUE, FALSE) if refuses == TRUE else state


def _effect(state: State) -> Effect:
    refuses, reviews = state
    if refuses == TRUE:
        return Effect.REFUSE
    return Effect.REVIEW if reviews == TRUE else Effect.PERMIT


class _Masks(NamedTuple):
    """Where rules that both policies have leave a change to be seen."""

    clear: Formula
    """None of them does anything."""
    bare: Formula
    """None of them refuses: a refusal on one side alone is seen."""


def _cells_of(
    ground: Ground, within: Within, effects: _Effects, masks: _Masks
) -> Iterator[Cell]:
    """The cell with a call that shows it; none where no call does.

    Where it can only be seen beside what a rule of both asks for, as that; and where an
    expression leaves open whether it can be seen without, as both.
    """
    clear = witnesses.sought(ground, within, masks.clear)
    if clear.witness is not None:
        _confirm(clear.witness, agrees=_changed(clear.witness) == effects)
    if clear.possible:
        yield _cell(ground, within, effects, clear.witness)
    if clear.witness is None and Effect.REFUSE in effects:
        bare = witnesses.sought(ground, within, masks.bare).witness
        if bare is not None:
            changed = _changed(bare)
            _confirm(bare, agrees=changed[0] is not changed[1])
            yield _cell(ground, within, changed, bare)


def _changed(seen: Witness) -> _Effects:
    return seen.before.effect, seen.after.effect


def _confirm(seen: Witness, *, agrees: bool) -> None:
    """What the formulas and what the engine say must never part."""
    if not agrees:
        raise AssertionError(f"{seen.call} is decided as {_changed(seen)}")


def _cell(
    ground: Ground, within: Within, effects: _Effects, seen: Witness | None
) -> Cell:
    return Cell(
        purpose=ground.space.purpose,
        before=effects[0],
        after=effects[1],
        within=ground.values(within),
        witness=seen,
    )
