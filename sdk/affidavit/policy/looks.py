"""What a rule's conditions look at: which parts of a call, and against which values.

Knows the keys of declarative conditions and the names of `when:` expressions, and gives
both one name: `model`, `parameter.n`, `finding.dataset_generation`. Whoever wants calls
that a policy tells apart builds them from these. Decides nothing.
"""

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from affidavit.policy import cel, comparison
from affidavit.policy.cel_tree import Constant
from affidavit.policy.globs import is_pattern
from affidavit.policy.model import Condition, Rule

_NAMES = ("purpose", "model", "endpoint", "provider", "host", "activity", "data")
_PRESENCES = ("safety_id", "subject")
_PREFIXES = (
    ("request.parameters.", "parameter."),
    ("request.", ""),
    ("purpose.name", "purpose"),
    ("purpose.", ""),
    ("activities", "activity"),
)

Value: TypeAlias = Constant


class Look(NamedTuple):
    """One part of a call, a finding or a purpose, and one value it is held against."""

    name: str
    value: Value
    """A name, a number or a truth value; None where the condition only reads it."""
    pattern: bool = False
    """Whether the value is a shell pattern."""
    operator: str | None = None
    """Of a comparison with a number: `>=`, `>`, `<=`, `<` or `==`."""
    expression: bool = False
    """Whether a `when:` looks there."""


def looks(rule: Rule) -> tuple[Look, ...]:
    """Everything that the rule's conditions look at, each once.

    Raises `cel.Invalid` for an expression that cannot be in force, and
    `ToolUnavailable` for any expression where the extra `cel` is not installed.
    """
    groups = (rule.all_of, rule.any_of, rule.none_of)
    conditions = (each for group in groups for each in group or ())
    return tuple(dict.fromkeys(each for one in conditions for each in _looks(one)))


def _looks(condition: Condition) -> Iterator[Look]:
    for name in _NAMES:
        for text in getattr(condition, name) or ():
            yield Look(name, text, pattern=is_pattern(text))
    for name in _PRESENCES:
        if (wanted := getattr(condition, name)) is not None:
            yield Look(name, wanted)
    for kind, score in (condition.finding or {}).items():
        yield _compared(f"finding.{kind}", score)
    for name, wanted in (condition.parameter or {}).items():
        yield _compared(f"parameter.{name}", wanted)
    yield from _declared(condition)
    if condition.when is not None:
        yield from _expressed(condition.when)


def _compared(name: str, wanted: object) -> Look:
    if isinstance(wanted, str) and comparison.looks_like(wanted):
        test = comparison.parse(wanted)
        return Look(name, test.bound, operator=test.operator)
    value = wanted if isinstance(wanted, str | int) else str(wanted)
    number = isinstance(value, int) and not isinstance(value, bool)
    return Look(name, value, operator="==" if number else None)


def _declared(condition: Condition) -> Iterator[Look]:
    for field in ("trains_model", "evaluates_model"):
        test = getattr(condition, field)
        if test is None:
            continue
        yield Look(field, value=True)
        wanted = test.model_dump(mode="json", exclude_none=True)
        for key, value in wanted.items():
            for each in value if isinstance(value, list) else (value,):
                yield Look(f"{field}.{key}", each)


def _expressed(expression: str) -> Iterator[Look]:
    for name, values in cel.looked_at(expression).items():
        for value in values or (None,):
            yield Look(_renamed(name), value, expression=True)


def _renamed(name: str) -> str:
    """An expression's name as conditions call it."""
    for prefix, instead in _PREFIXES:
        if name.startswith(prefix):
            return instead + name.removeprefix(prefix)
    return name
