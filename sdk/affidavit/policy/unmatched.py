"""Patterns of names that fit nothing: slips, and what lies beyond a purpose's lists.

Knows the names that a policy itself declares and the families of models that anybody is
known to offer. A name that resembles none of them is nobody's slip.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import TypeAlias

from affidavit.policy import meaning
from affidavit.policy.assemble import Assembly, Document, Step
from affidavit.policy.globs import Globs, is_pattern
from affidavit.policy.implication import can_have, overlap
from affidavit.policy.implication import meaning as meaning_of
from affidavit.policy.in_force import Level, RuleEffect
from affidavit.policy.layers import own_rules
from affidavit.policy.model import Condition, PolicyFile, Purpose
from affidavit.policy.nearest import shown
from affidavit.policy.report import Code
from affidavit.policy.spelling import misspelt

_Path: TypeAlias = tuple[Step, ...]
_Pattern: TypeAlias = tuple[Document, _Path, str]


def misspelt_models(assembly: Assembly, _today: date) -> None:
    """P111: a pattern for models that is a slip of a known family's name."""
    for document, path, pattern in _model_patterns(assembly):
        meant = misspelt(pattern)
        if meant is not None:
            document.report.warning(
                Code.MODEL_MISSPELT,
                document.place(*path),
                f"no known model is called {shown(pattern)}",
                remedy=f"Did you mean {meant}?",
            )


def fitting_nothing(assembly: Assembly, _today: date) -> None:
    """P112: a pattern that fits no declared purpose, or nothing that one may use."""
    purposes = {name: each for _, name, each in meaning.all_purposes(assembly)}
    if not purposes:
        return
    for document, index, rule in own_rules(assembly):
        if document.extended_at is not None:
            continue
        for group, number, condition in meaning.conditions(rule):
            at = ("rules", index, group, number)
            for item, pattern in enumerate(condition.purpose or ()):
                if is_pattern(pattern) and not _fits_any(pattern, purposes):
                    why = f"no declared purpose fits {shown(pattern)}"
                    _unmatched(document, (*at, "purpose", item), why)
            if rule.effect is RuleEffect.ALLOW and group != "none":
                _beyond_lists(document, at, condition, list(purposes.values()))


def _fits_any(pattern: str, names: Iterable[str]) -> bool:
    return any(map(Globs((pattern,)).match, names))


def _beyond_lists(
    document: Document, at: _Path, condition: Condition, purposes: Sequence[Purpose]
) -> None:
    """An `allow` does not reach beyond what the purposes list."""
    for key, wanted, lists in (
        ("model", condition.model, [each.models for each in purposes]),
        ("endpoint", condition.endpoint, [each.endpoints for each in purposes]),
    ):
        for item, pattern in enumerate(wanted or ()):
            if not any(each is None or overlap((pattern,), each) for each in lists):
                why = f"no purpose lists {key}s that fit {shown(pattern)}"
                _unmatched(document, (*at, key, item), why)


def idle_budgets(assembly: Assembly, _today: date) -> None:
    """P112: a budget for what no rule allows a purpose that has no list of its own.

    Beyond a purpose's list, a budget is an error already (P012).
    """
    allowing = [
        meaning_of(rule)
        for _, _, rule in meaning.all_rules(assembly)
        if rule.effect is RuleEffect.ALLOW and rule.level is not Level.SHADOW
    ]
    for document, name, purpose in meaning.all_purposes(assembly):
        mine = [each for each in allowing if can_have(each, {"purpose": name})]
        for key, path, pattern in _budgeted(name, purpose):
            listed = getattr(purpose, f"{key}s")
            if not mine or listed is not None:
                continue
            if not any(can_have(r, {"purpose": name, key: pattern}) for r in mine):
                why = f"no rule allows the purpose {key}s that fit {shown(pattern)}"
                _unmatched(document, path, why)


def _budgeted(name: str, purpose: Purpose) -> Iterator[tuple[str, _Path, str]]:
    """What budgets count apart: `model` or `endpoint`, where, and the pattern."""
    for index, budget in enumerate(purpose.budget or ()):
        for key, patterns in (("model", budget.models), ("endpoint", budget.endpoints)):
            for item, pattern in enumerate(patterns or ()):
                at = ("purposes", name, "budget", index, f"{key}s", item)
                yield key, at, pattern


def _unmatched(document: Document, path: _Path, why: str) -> None:
    document.report.warning(
        Code.UNMATCHED,
        document.place(*path),
        f"{why}: this would never match",
        remedy="Correct the pattern, or remove it.",
    )


def _model_patterns(assembly: Assembly) -> Iterator[_Pattern]:
    for document, name, purpose in meaning.all_purposes(assembly):
        for item, pattern in enumerate(purpose.models or ()):
            yield document, ("purposes", name, "models", item), pattern
        for key, path, pattern in _budgeted(name, purpose):
            if key == "model":
                yield document, path, pattern
    for document, index, rule in own_rules(assembly):
        for group, number, condition in meaning.conditions(rule):
            for item, pattern in enumerate(condition.model or ()):
                yield document, ("rules", index, group, number, "model", item), pattern
    yield from _priced(assembly)


def _priced(assembly: Assembly) -> Iterator[_Pattern]:
    for document in assembly.documents:
        if isinstance(document.content, PolicyFile):
            for index, price in enumerate(document.content.prices):
                for item, pattern in enumerate(price.models):
                    yield document, ("prices", index, "models", item), pattern
