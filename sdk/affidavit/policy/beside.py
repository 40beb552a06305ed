"""What changed between two policies that no effect shows, in sentences.

Pure: compares what counts, obliges, or is said of the policies' parts. Which calls are
decided otherwise is `diff`, and which a rule obliges `obliged`: their findings come in.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from affidavit.policy import labels
from affidavit.policy.budgets import Budget
from affidavit.policy.diff import Difference, Side
from affidavit.policy.in_force import Policy
from affidavit.policy.obligations import Obligations, asked
from affidavit.policy.obliged import Duty
from affidavit.policy.repriced import repriced
from affidavit.policy.standing import CONDITIONS, Fields, Kind, Part

_MOST = 6
"""Places that one sentence names."""
_WHY = {
    "final": "files that extend this one can only tighten what is final",
    "waivable_below": "files that extend this one may waive the rule",
    "level": "only a waivable rule can be waived",
}
"""What somebody who reads of a field may not know."""


def beside(before: Side, after: Side, found: Difference) -> Iterator[str]:
    """What else changed, of which no effect of a call tells."""
    first, second = before.policy, after.policy
    yield from _whole(first, second)
    for name in sorted(first.purposes.keys() - second.purposes.keys()):
        yield f"purpose {name} is gone: every call that declares it is refused."
    for name in sorted(second.purposes.keys() - first.purposes.keys()):
        yield f"purpose {name} is new."
    yield from _counted_and_obliged(first, second)
    yield from _duties(found)
    yield from repriced(first.prices, second.prices)
    for part in dict.fromkeys((*before.standing, *after.standing)):
        yield from _of_part(part, before.standing.get(part), after.standing.get(part))


def _whole(before: Policy, after: Policy) -> Iterator[str]:
    """The policy as a whole."""
    if before.name != after.name:
        yield f"name: {before.name} before, {after.name} after, as records show it."
    if before.mode != after.mode:
        yield (
            f"mode: {before.mode} before, {after.mode} after: in observe mode what is "
            "refused leaves, and is recorded."
        )
    if before.require_signature != after.require_signature:
        said = "must" if after.require_signature else "need no longer"
        yield f"the policy {said} be signed."
    if before.origins != after.origins:
        first, second = (
            "any" if each is None else ", ".join(sorted(each))
            for each in (before.origins, after.origins)
        )
        yield (
            f"origins: {first} before, {second} after: where some are listed, "
            "redirects between them are followed."
        )


def _counted_and_obliged(before: Policy, after: Policy) -> Iterator[str]:
    """Budgets and obligations, by what they say."""
    for name in sorted(before.purposes.keys() & after.purposes.keys()):
        first, second = before.purposes[name], after.purposes[name]
        yield from _changed(
            f"budget of {name}", _budgets(first.budgets), _budgets(second.budgets)
        )
        yield from _changed(
            f"obligations of {name}",
            _obligations(*first.obligations),
            _obligations(*second.obligations),
        )
    rules = {rule.id: _obligations(rule.obligations) for rule in before.obliging}
    later = {rule.id: _obligations(rule.obligations) for rule in after.obliging}
    for rule in sorted(rules.keys() | later.keys()):
        yield from _changed(
            f"obligations of rule {rule}", rules.get(rule, {}), later.get(rule, {})
        )


_Said: TypeAlias = Mapping[object, str]
"""What is compared, and its words."""


def _budgets(listed: Sequence[Budget]) -> _Said:
    return {(each.id, each.amount.limit): each.in_full for each in listed}


def _obligations(*given: Obligations | None) -> _Said:
    return {said: said for each in given if each is not None for said in asked(each)}


def _changed(what: str, before: _Said, after: _Said) -> Iterator[str]:
    """Of what differs alone; the order is nobody's business."""
    gone = [said for key, said in before.items() if key not in after]
    new = [said for key, said in after.items() if key not in before]
    if gone or new:
        first, second = ("; ".join(said) or "none" for said in (gone, new))
        yield f"{what}: {first} before, {second} after."


def _duties(found: Difference) -> Iterator[str]:
    """Of rules that both have, the calls that only one of the policies obliges."""
    places: dict[tuple[str, bool], dict[str, None]] = {}
    for duty in found.duties:
        places.setdefault((duty.rule, duty.is_lost), {})[_place(duty, found)] = None
    for (rule, is_lost), listed in places.items():
        which = [*listed][:_MOST]
        more = f"; and {len(listed) - _MOST} more" if len(listed) > _MOST else ""
        told = f"{'; '.join(which)}{more}"
        if is_lost:
            yield f"loosened: rule {rule} no longer obliges calls of {told}."
        else:
            yield f"tightened: rule {rule} now obliges calls of {told}."


def _place(duty: Duty, found: Difference) -> str:
    told = labels.told(duty.within, found.seen[duty.purpose], found.space)
    said = [f"{heading} {label}" for heading, label in told]
    if duty.witness is None:
        said.append("possible: no call found")
    return f"{duty.purpose} ({'; '.join(said)})" if said else duty.purpose


def _of_part(part: Part, before: Fields | None, after: Fields | None) -> Iterator[str]:
    """How one part's fields changed, or that it came or went."""
    if before is None or after is None:
        if part.kind is not Kind.PURPOSE:  # which is told with what it means
            word = "new" if before is None else "gone"
            yield f"{part} is {word}{_in_short(before or after or {})}."
        return
    for name in sorted(before.keys() | after.keys()):
        first, second = before.get(name, ""), after.get(name, "")
        if first != second and name != CONDITIONS:
            why = f": {_WHY[name]}" if name in _WHY else ""
            subject = ", ".join(filter(None, (str(part), name)))
            yield f"{subject}: {first or 'none'} before, {second or 'none'} after{why}."
    written = before.get(CONDITIONS), after.get(CONDITIONS)
    if all(written) and written[0] != written[1]:
        yield f"{part}, which only speaks, has other conditions."


def _in_short(fields: Fields) -> str:
    said = [f"{k} {v}" for k, v in fields.items() if v and k != CONDITIONS]
    return f": {'; '.join(said)}" if said else ""
