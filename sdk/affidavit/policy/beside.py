"""What changed between two policies that no effect shows: mode, budgets, obligations.

Pure: compares what is in force, and says it in sentences.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from affidavit.policy.in_force import Policy
from affidavit.policy.obligations import Obligations


def beside(before: Policy, after: Policy) -> Iterator[str]:
    """What else changed that a call may notice, in sentences: no effect shows it."""
    if before.mode != after.mode:
        yield (
            f"mode: {before.mode} before, {after.mode} after: in observe mode what is "
            "refused leaves, and is recorded."
        )
    for name in sorted(before.purposes.keys() - after.purposes.keys()):
        yield f"purpose {name} is gone: every call that declares it is refused."
    for name in sorted(after.purposes.keys() - before.purposes.keys()):
        yield f"purpose {name} is new."
    for name in sorted(before.purposes.keys() & after.purposes.keys()):
        first, second = before.purposes[name], after.purposes[name]
        yield from _changed(f"budget of {name}", first.budgets, second.budgets)
        yield from _changed(
            f"obligations of {name}", first.obligations, second.obligations
        )
    rules = {rule.id: rule.obligations for rule in before.obliging}
    later = {rule.id: rule.obligations for rule in after.obliging}
    for rule in sorted(rules.keys() | later.keys()):
        yield from _changed(
            f"obligations of rule {rule}", [rules.get(rule)], [later.get(rule)]
        )
    if before.require_signature != after.require_signature:
        said = "must" if after.require_signature else "need no longer"
        yield f"the policy {said} be signed."


def _changed(what: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[str]:
    first, second = map(_plain, (before, after))
    if first != second:
        yield f"{what}: {first or 'none'} before, {second or 'none'} after."


def _plain(parts: Sequence[Any]) -> str:
    """Without the places where they stand."""
    return "; ".join(_words(part) for part in parts if part is not None)


def _words(part: Any) -> str:
    if not isinstance(part, Obligations):
        return str(part)
    said = {f"tag {name}": value for name, value in part.tag} | {
        name: getattr(part, name)
        for name in ("store", "n", "output_tokens", "top_logprobs", "logprobs")
    }
    told = ((name, value) for name, value in said.items() if value is not None)
    return ", ".join(f"{name} {str(value).lower()}" for name, value in told)
