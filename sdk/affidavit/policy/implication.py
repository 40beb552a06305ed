"""What one rule's conditions say about another's: whenever this matches, so does that.

Pure, and sound rather than complete: an answer of yes is true of every call, a no may
only mean that it cannot be seen. A key that this module does not know is compared whole
and implies nothing but itself, so that a new key never makes an answer wrong.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from affidavit.policy import comparison
from affidavit.policy.globs import Globs, is_pattern

if TYPE_CHECKING:
    from affidavit.policy.model import Condition, Rule

_ONE_NAME = frozenset({"purpose", "model", "endpoint", "provider", "host"})
"""Keys whose patterns are held against one name of the call."""
_MANY_NAMES = frozenset({"activity", "data"})
"""Keys of which a call may have several names: two patterns never exclude another."""
_DECLARED = frozenset({"trains_model", "evaluates_model"})


@dataclass(frozen=True, slots=True)
class _Names:
    patterns: tuple[str, ...]
    single: bool


@dataclass(frozen=True, slots=True)
class _Span:
    low: float
    high: float
    has_low: bool
    has_high: bool


@dataclass(frozen=True, slots=True)
class _OneOf:
    values: frozenset[object]


@dataclass(frozen=True, slots=True)
class _Whole:
    value: object


_ANY_SCORE = _Span(low=0, high=1, has_low=True, has_high=True)

_Constraint: TypeAlias = _Names | _Span | _OneOf | _Whole
_Constraints: TypeAlias = Mapping[str, _Constraint]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A rule's conditions, read once and compared many times."""

    every: tuple[_Constraints, ...]
    some: tuple[_Constraints, ...]
    none: tuple[_Constraints, ...]

    def cases(self) -> Iterator[tuple[_Constraints, ...]]:
        """What holds in each of the ways in which the rule can match."""
        for case in self.some or ({},):
            yield (*self.every, case)


def meaning(rule: "Rule") -> Meaning:
    """The conditions of `rule` as something that can be compared."""
    return Meaning(
        every=tuple(map(_constraints, rule.all_of or ())),
        some=tuple(map(_constraints, rule.any_of or ())),
        none=tuple(map(_constraints, rule.none_of or ())),
    )


def implies(first: Meaning, second: Meaning) -> bool:
    """Whether every call that `first` matches is one that `second` matches."""
    return all(_follows(first, case, second) for case in first.cases())


def impossible(rule: Meaning) -> bool:
    """Whether no call at all can match."""
    scores = _scores(rule)
    return all(
        _contradict(case) or any(_hold((*case, scores), each) for each in rule.none)
        for case in rule.cases()
    )


def can_have(rule: Meaning, names: Mapping[str, str]) -> bool:
    """Whether a call can match whose names fit these patterns, by key."""
    wanted = {key: _Names((pattern,), single=True) for key, pattern in names.items()}
    return not impossible(replace(rule, every=(*rule.every, wanted)))


def overlap(patterns: Iterable[str], others: Iterable[str]) -> bool:
    """Whether one name could fit both lists of patterns."""
    listed = tuple(others)
    return any(_overlap(p.lower(), q.lower()) for p in patterns for q in listed)


def covers(patterns: Iterable[str], other: str) -> bool:
    """Whether one of `patterns` fits every name that `other` fits."""
    return any(_covers(pattern.lower(), other.lower()) for pattern in patterns)


def _follows(first: Meaning, case: Sequence[_Constraints], second: Meaning) -> bool:
    return (
        all(_hold(case, each) for each in second.every)
        and (not second.some or any(_hold(case, each) for each in second.some))
        and all(_excluded(first, case, each) for each in second.none)
    )


def _excluded(
    first: Meaning, case: Sequence[_Constraints], excepted: _Constraints
) -> bool:
    """Whether `excepted` cannot hold where `first` matches in the way of `case`."""
    return any(_hold((excepted,), each) for each in first.none) or _contradict(
        (*case, excepted)
    )


def _hold(facts: Sequence[_Constraints], wanted: _Constraints) -> bool:
    """Whether the facts together say all that is wanted."""
    return all(
        any(key in fact and _entails(fact[key], value) for fact in facts)
        for key, value in wanted.items()
    )


def _scores(rule: Meaning) -> _Constraints:
    """What is so of every score, whatever the call is."""
    asked = (key for each in rule.none for key in each)
    return {key: _ANY_SCORE for key in asked if key.startswith("finding.")}


def _contradict(facts: Sequence[_Constraints]) -> bool:
    seen: dict[str, list[_Constraint]] = {}
    for fact in facts:
        for key, value in fact.items():
            others = seen.setdefault(key, [])
            if any(_disjoint(value, other) for other in others):
                return True
            others.append(value)
    return False


def _constraints(condition: "Condition") -> _Constraints:
    found: dict[str, _Constraint] = {}
    for key in condition.model_fields_set:
        value = getattr(condition, key)
        if value is None:
            continue
        if key in _ONE_NAME or key in _MANY_NAMES:
            found[key] = _Names(tuple(value), key in _ONE_NAME)
        elif key in _DECLARED:
            found[key] = _Whole("declared")
            found.update(_declared(key, value.model_dump(exclude_none=True)))
        elif key == "finding":
            found.update({f"{key}.{kind}": _span(text) for kind, text in value.items()})
        elif key == "parameter":
            found.update({f"{key}.{n}": _parameter(v) for n, v in value.items()})
        else:
            found[key] = (
                _OneOf(frozenset({value})) if _is_word(value) else _Whole(value)
            )
    return found


def _is_word(value: object) -> bool:
    return isinstance(value, str) and value in {"present", "absent"}


def _declared(field: str, wanted: Mapping[str, object]) -> dict[str, _Constraint]:
    return {
        f"{field}.{key}": _OneOf(
            frozenset(value) if isinstance(value, tuple) else frozenset({value})
        )
        for key, value in wanted.items()
    }


def _parameter(value: object) -> _Constraint:
    if isinstance(value, bool):
        return _OneOf(frozenset({("truth", value)}))
    if isinstance(value, int):
        return _span(f"== {value}")
    text = str(value)
    if comparison.looks_like(text):
        return _span(text)
    return _OneOf(frozenset({("text", text)}))


def _span(text: str) -> _Span:
    test = comparison.parse(text)
    below = test.operator in {"<", "<="}
    above = test.operator in {">", ">="}
    return _Span(
        low=-math.inf if below else test.bound,
        high=math.inf if above else test.bound,
        has_low=test.operator in {">=", "=="},
        has_high=test.operator in {"<=", "=="},
    )


def _entails(fact: _Constraint, wanted: _Constraint) -> bool:
    match fact, wanted:
        case _Names(), _Names():
            return all(
                any(_covers(p.lower(), q.lower()) for p in wanted.patterns)
                for q in fact.patterns
            )
        case _Span(), _Span():
            return _from(wanted, fact) and _up_to(wanted, fact)
        case _OneOf(), _OneOf():
            return fact.values <= wanted.values
        case _:
            return fact == wanted


def _from(outer: _Span, inner: _Span) -> bool:
    closed = outer.has_low or not inner.has_low
    return outer.low < inner.low or (outer.low == inner.low and closed)


def _up_to(outer: _Span, inner: _Span) -> bool:
    closed = outer.has_high or not inner.has_high
    return outer.high > inner.high or (outer.high == inner.high and closed)


def _disjoint(one: _Constraint, other: _Constraint) -> bool:
    match one, other:
        case _Names(single=True), _Names():
            return not overlap(one.patterns, other.patterns)
        case _Span(), _Span():
            return _before(one, other) or _before(other, one)
        case _OneOf(), _OneOf():
            return not one.values & other.values
        case _:
            return False


def _before(one: _Span, other: _Span) -> bool:
    touching = one.high == other.low and not (one.has_high and other.has_low)
    return one.high < other.low or touching


def _covers(pattern: str, other: str) -> bool:
    """Whether `pattern` fits whatever `other` fits."""
    if pattern in ("*", other):
        return True
    if not is_pattern(other):
        return Globs((pattern,)).match(other)
    stem = _stem(pattern)
    return stem is not None and _literal(other).startswith(stem)


def _overlap(pattern: str, other: str) -> bool:
    if not is_pattern(other):
        return Globs((pattern,)).match(other)
    if not is_pattern(pattern):
        return Globs((other,)).match(pattern)
    heads = sorted((_literal(pattern), _literal(other)), key=len)
    return heads[1].startswith(heads[0])


def _stem(pattern: str) -> str | None:
    """`gpt-` of `gpt-*`; None for a pattern that is no prefix."""
    head = pattern[:-1]
    return head if pattern.endswith("*") and not is_pattern(head) else None


def _literal(pattern: str) -> str:
    """What every name that fits begins with."""
    ends = [pattern.index(sign) for sign in "*?[" if sign in pattern]
    return pattern[: min(ends, default=len(pattern))]
