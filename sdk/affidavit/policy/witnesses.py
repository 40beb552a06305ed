"""Calls that show a difference: of one part of the domain, put to both policies.

Knows how a call is found whose values lie where they should, the most usual first, and
that what was chosen along an axis of its own (`opaque`) has to be asked of each call.
Says what the engine decides; whether that was to be expected is its caller's business.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import islice, product
from typing import Any, NamedTuple, TypeAlias

from affidavit.calls import Call, Finding
from affidavit.policy import domain, engine
from affidavit.policy.domain import DAY, MODEL, PARAMETER, TERMS, WHERE
from affidavit.policy.engine import Decision
from affidavit.policy.formulas import FALSE, Formula
from affidavit.policy.found import findings_of
from affidavit.policy.ground import Ground
from affidavit.policy.opaque import OPAQUE
from affidavit.policy.splitting import Within

MOST_TRIES = 3_000
"""Calls that are tried for one part, where an expression has the last word."""

_Values: TypeAlias = Mapping[str, tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Witness:
    """A call that both policies were asked about."""

    call: Call
    findings: tuple[Finding, ...]
    day: date
    before: Decision
    after: Decision


class Sought(NamedTuple):
    """What came of looking for a call."""

    witness: Witness | None
    possible: bool
    """Whether there may be such a call: sure with a witness, and without one where
    nothing but an expression stood in the way of those that were tried."""


NOWHERE = Sought(None, possible=False)


def sought(ground: Ground, within: Within, mask: Formula) -> Sought:
    """A call of the part for which `mask` holds too."""
    usual = islice(_usual(ground, within, mask), MOST_TRIES)
    tried = 0
    for call, values in usual:
        if _lies_in(ground, call, values):
            return Sought(_asked(ground, call), possible=True)
        tried += 1
    if not tried:
        return NOWHERE
    varied = (
        (other, values)
        for call, values in _usual(ground, within, mask)
        for other in _varied(ground, call, values)
    )
    for call, values in islice(varied, MOST_TRIES):
        if _lies_in(ground, call, values):
            return Sought(_asked(ground, call), possible=True)
    return Sought(None, possible=True)


def _usual(
    ground: Ground, within: Within, mask: Formula
) -> Iterator[tuple[dict[str, Any], _Values]]:
    """The most usual call for each way in which `mask` holds, and what was chosen."""
    usual = {name: each[0] for name, each in ground.space.axes.items()}
    for chosen in _satisfying(ground, mask, within):
        values = ground.values(chosen)
        real = domain.realised(ground.whole, values)
        if real is None:
            continue
        first = {
            name: usual[name] if usual[name] in each else each[0]
            for name, each in values.items()
        }
        yield {**usual, **first, **real}, values


def _satisfying(ground: Ground, formula: Formula, within: Within) -> Iterator[Within]:
    """Ways for a formula to hold, within what is chosen already."""
    if formula == FALSE:
        return
    formulas = ground.formulas
    axes = formulas.support(formula)
    if not axes:
        yield within
        return
    axis = min(axes)
    for chosen in sorted(within.get(axis) or range(formulas.sizes[axis])):
        rest = formulas.restricted(formula, axis, chosen)
        yield from _satisfying(ground, rest, {**within, axis: frozenset({chosen})})


def _varied(
    ground: Ground, chosen: Mapping[str, Any], within: _Values
) -> Iterator[dict[str, Any]]:
    """Other calls of the same part: one axis that matters changed, then two."""
    free = {
        name: within.get(name, values)
        for name, values in ground.space.axes.items()
        if _matters(ground, name, within)
    }
    if MODEL in free:
        free[MODEL] = (*free[MODEL], *domain.alike(ground.whole, free[MODEL]))
    for name, values in free.items():
        yield from ({**chosen, name: value} for value in values)
    for first, second in product(free, free):
        if first < second:
            for one, other in product(free[first], free[second]):
                yield {**chosen, first: one, second: other}


def _matters(ground: Ground, name: str, within: _Values) -> bool:
    """Whether an answer that was chosen may hang on the axis; terms hang on three."""
    if name == TERMS or name.startswith(OPAQUE):
        return False
    if TERMS in within and (name in (MODEL, WHERE) or name.startswith(PARAMETER)):
        return True
    asked = (each for each in within if each.startswith(OPAQUE))
    return any(ground.opaque.reads(each, name) for each in asked)


def _lies_in(ground: Ground, call: Mapping[str, Any], within: _Values) -> bool:
    """Whether the call has what was chosen along axes that no value of it settles."""
    made, findings = _made(ground, call)
    terms = within.get(TERMS)
    if terms is not None and domain.binding(ground.whole.packs, made) not in terms:
        return False
    return all(
        ground.opaque.answer(axis, made, findings, call[DAY]) in answers
        for axis, answers in within.items()
        if axis.startswith(OPAQUE)
    )


def _made(
    ground: Ground, values: Mapping[str, Any]
) -> tuple[Call, tuple[Finding, ...]]:
    space = ground.space
    return domain.call_of(values, space.purpose), findings_of(values, space.found)


def _asked(ground: Ground, values: Mapping[str, Any]) -> Witness:
    call, findings = _made(ground, values)
    now = datetime.combine(values[DAY], time.min, UTC)
    before, after = (
        engine.decide(policy, call, findings, now=now) for policy in ground.policies
    )
    return Witness(
        call=call, findings=findings, day=values[DAY], before=before, after=after
    )
