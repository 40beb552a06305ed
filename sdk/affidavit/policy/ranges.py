"""Values that thresholds tell apart: one of each stretch, and how a stretch is written.

Pure. Knows scores in thousandths, parameters of a request and days. For each it gives
values such that any other is like one of them, to every comparison with the given
thresholds.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TypeAlias

from affidavit.policy import comparison

Parameter: TypeAlias = int | str | bool | None
"""None where the call does not carry it."""

SCORES = 1000
"""A score's steps: 0.001 each."""
_OTHER_TEXT = "other"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Numbers between two bounds; a bound of None is none."""

    low: Fraction | None
    high: Fraction | None
    is_point: bool = False
    """Whether it is its bounds alone; else it is what lies between them."""


def scores(thresholds: Iterable[float]) -> tuple[int, ...]:
    """Scores in thousandths; each stands for all up to the next."""
    found = {0, 1, SCORES}
    for threshold in thresholds:
        exact = Fraction(str(threshold)) * SCORES
        for near in (math.floor(exact), math.ceil(exact)):
            found |= {near - 1, near, near + 1}
    return tuple(sorted(value for value in found if 0 <= value <= SCORES))


def reached(operator: str, bound: float) -> bool:
    """Whether any score compares so with `bound`."""
    exact = Fraction(str(bound)) * SCORES
    match operator:
        case ">":
            return exact < SCORES
        case ">=":
            return exact <= SCORES
        case "<":
            return exact > 0
        case "<=":
            return exact >= 0
        case _:
            return 0 <= exact <= SCORES and exact.denominator == 1


def days(since: date, last_days: Iterable[date]) -> tuple[date, ...]:
    """`since`, and what comes when a last valid day is over; each until the next."""
    after = {day + timedelta(days=1) for day in last_days if day < date.max}
    return tuple(sorted({since, *(day for day in after if day > since)}))


def parameters(wanted: Iterable[object]) -> tuple[Parameter, ...]:
    """Absent, truth values, numbers written either way, and texts."""
    listed = list(wanted)
    thresholds = [v for v in listed if comparison.number(v) is not None]
    texts = {value for value in listed if isinstance(value, str)}
    numbers = (
        value for stretch in stretches(thresholds) for value in _within(stretch, texts)
    )
    other = _OTHER_TEXT
    while other in texts:
        other += "-"
    return (None, *numbers, *sorted(texts), other, True, False)


def stretches(thresholds: Iterable[object]) -> tuple[Stretch, ...]:
    """The thresholds and what lies between them, in order."""
    numbers = (comparison.number(value) for value in thresholds)
    points = sorted({Fraction(str(n)) for n in numbers if n is not None})
    bounds: Sequence[Fraction | None] = (None, *points, None)
    found = [Stretch(bounds[0], bounds[1])]
    for low, high in pairwise(bounds[1:]):
        found += [Stretch(low, low, is_point=True), Stretch(low, high)]
    return tuple(found)


def stretch_of(value: object, among: Sequence[Stretch]) -> int | None:
    """The place of the stretch that a number lies in; None for what is no number."""
    number = comparison.number(value)
    if number is None:
        return None
    exact = Fraction(str(number))
    for index, each in enumerate(among):
        if each.is_point and exact == each.low:
            return index
        above = each.low is None or exact > each.low
        if not each.is_point and above and (each.high is None or exact < each.high):
            return index
    return None


def _within(stretch: Stretch, texts: Iterable[str]) -> Iterator[Parameter]:
    """A whole number where there is one, and a number that the call spells as text."""
    whole = _whole(stretch)
    if whole is not None:
        yield whole
    inside = _inside(stretch) if whole is None else Fraction(whole)
    spelled = _decimal(inside)
    while spelled in set(texts):
        spelled += "0"
    yield spelled


def _whole(stretch: Stretch) -> int | None:
    low, high = stretch.low, stretch.high
    if stretch.is_point:
        return int(low) if low is not None and low.denominator == 1 else None
    if low is None:
        return 1 if high is None else math.ceil(high) - 1
    above = math.floor(low) + 1
    return above if high is None or above < high else None


def _inside(stretch: Stretch) -> Fraction:
    low, high = stretch.low, stretch.high
    if low is not None and high is not None:
        return (low + high) / 2
    return (low or Fraction(0)) + 1 if high is None else high - 1


def _decimal(value: Fraction) -> str:
    """With a point, so that it is nobody's whole number written as text."""
    text = f"{float(value):.12f}".rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def described(indices: Iterable[int], among: Sequence[Stretch]) -> str:
    """The numbers of these stretches, in the words of comparisons."""
    chosen = sorted(set(indices))
    runs: list[list[int]] = []
    for index in chosen:
        if runs and runs[-1][-1] == index - 1:
            runs[-1].append(index)
        else:
            runs.append([index])
    return " or ".join(_run(among[run[0]], among[run[-1]]) for run in runs)


def _run(first: Stretch, last: Stretch) -> str:
    if first is last and first.is_point:
        return f"== {_shown(first.low)}"
    parts = []
    if first.low is not None:
        parts.append(f"{'>=' if first.is_point else '>'} {_shown(first.low)}")
    if last.high is not None:
        parts.append(f"{'<=' if last.is_point else '<'} {_shown(last.high)}")
    return " and ".join(parts) or "a number"


def _shown(value: Fraction | None) -> str:
    return "" if value is None else f"{float(value):g}"
