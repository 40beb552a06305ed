"""Which calls a rule obliges under one of two policies alone.

Goes through the domain as `diff` does for effects: a rule obliges less where its
conditions match less, and also where the purpose declares less of what they ask. What a
rule obliges to is compared by its words (`beside`); here it is to whom.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from affidavit.policy import witnesses
from affidavit.policy.formulas import TRUE, Formula
from affidavit.policy.ground import Ground
from affidavit.policy.in_force import Rule
from affidavit.policy.obligations import Obligations
from affidavit.policy.splitting import Splitting, Within
from affidavit.policy.witnesses import Witness

_CAPS = ("n", "output_tokens", "top_logprobs")
_FLAGS = ("store", "logprobs")


class _Ask(NamedTuple):
    """One thing that obligations ask for."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Calls of one purpose that the rule obliges under one policy, and may leave."""

    rule: str
    purpose: str
    is_lost: bool
    """Whether it is the first policy that obliges them; else it is the second."""
    within: Mapping[str, tuple[Any, ...]]
    """As of a `diff.Cell`."""
    witness: Witness | None
    """None where it hangs on a check that no axis settles, and no call was found."""


def duties(ground: Ground, most_steps: int) -> Iterator[Duty]:
    """What rules of both policies oblige, where the two differ.

    Told only of calls that the second policy lets leave, and not of those that it
    obliges to the same by other rules, or by the purpose. Raises `TooLarge`.
    """
    first, second = ground.policies
    name = ground.space.purpose
    if name not in first.purposes or name not in second.purposes:
        return
    theirs = {rule.id: rule for rule in first.obliging}
    for rule in second.obliging:
        if rule.id in theirs:
            yield from _of_rule(ground, theirs[rule.id], rule, most_steps)


def _of_rule(
    ground: Ground, before: Rule, after: Rule, most_steps: int
) -> Iterator[Duty]:
    # Where the purpose's lists refuse, nothing is obliged: whoever reads of the others
    # sees which they are.
    listed = ground.formulas.negation(ground.verdicts[1].lists)
    first, second = (
        ground.formulas.both([each[before.id], listed]) for each in ground.obliged
    )
    splitting = Splitting(
        ground.formulas,
        lambda state: state[0] == TRUE,
        purpose=ground.space.purpose,
        most_steps=most_steps,
    )
    masks = {
        True: _unkept(ground, before, after, side=1),
        False: _unkept(ground, after, before, side=0),
    }
    for within, (was, _) in splitting.parts((first,), (second,)):
        duty = _duty(ground, before.id, within, masks[was], is_lost=was)
        if duty is not None:
            yield duty


def _duty(
    ground: Ground, rule: str, within: Within, mask: Formula, *, is_lost: bool
) -> Duty | None:
    found = witnesses.sought(ground, within, mask)
    if not found.possible:
        return None
    seen = found.witness
    if seen is not None:
        sides = (seen.before, seen.after)
        asked = [f"rule {rule}" in {o.by for o in each.obligations} for each in sides]
        if asked != [is_lost, not is_lost]:
            # What the formulas and what the engine say must never part.
            raise AssertionError(f"{seen.call} is obliged by {rule} as {asked}")
    return Duty(
        rule=rule,
        purpose=ground.space.purpose,
        is_lost=is_lost,
        within=ground.values(within),
        witness=seen,
    )


def _unkept(ground: Ground, rule: Rule, other: Rule, *, side: int) -> Formula:
    """Calls that leave, of which policy `side` does not ask all that `rule` does.

    What `other`, the same rule there, asks less of is told by its words: it counts for
    nothing here.
    """
    formulas = ground.formulas
    kept = formulas.both(
        _keeping(ground, side, each)
        for each in _asks(rule.obligations)
        if _keeps(other.obligations, each)
    )
    denied = formulas.either(ground.verdicts[1].denials)
    return formulas.negation(formulas.either([kept, denied]))


def _keeping(ground: Ground, side: int, asked: _Ask) -> Formula:
    """When the policy of that side asks as much."""
    policy = ground.policies[side]
    purpose = policy.purposes[ground.space.purpose]
    if any(_keeps(each, asked) for each in purpose.obligations):
        return TRUE
    return ground.formulas.either(
        ground.obliged[side][rule.id]
        for rule in policy.obliging
        if _keeps(rule.obligations, asked)
    )


def _asks(given: Obligations | None) -> Iterator[_Ask]:
    if given is None:
        return
    yield from (_Ask("tag", tag) for tag in given.tag)
    for name in (*_CAPS, *_FLAGS):
        value = getattr(given, name)
        if value is not None:
            yield _Ask(name, value)


def _keeps(given: Obligations | None, asked: _Ask) -> bool:
    """Whether who keeps `given` keeps what is asked: of a cap, what is lower does."""
    for name, value in _asks(given):
        as_low = name in _CAPS and name == asked.name and value <= asked.value
        if as_low or (name, value) == asked:
            return True
    return False
