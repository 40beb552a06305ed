"""A cell's values as a person writes them: `gpt-5*`, `>= 0.8`, `from 2027-04-01`.

Pure. Names are told by the patterns that the policies themselves use; what no pattern
says alone is told by what it is not.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import Any, TypeAlias

from affidavit.policy import ranges
from affidavit.policy.domain import (
    DAY,
    ENDPOINT,
    FINDING,
    MODEL,
    PARAMETER,
    TERMS,
    WHERE,
    Domain,
    Place,
)
from affidavit.policy.globs import Globs
from affidavit.policy.in_force import Truth
from affidavit.policy.opaque import OPAQUE

_Values: TypeAlias = Sequence[Any]
_Describe: TypeAlias = Callable[[str, _Values, _Values, Domain], str]

ANY = "any"
_MOST = 6
_NAMED = {WHERE: "provider", TERMS: "terms", DAY: "day"}


def heading(axis: str, axes: Iterable[str]) -> str:
    """What an axis is called among all `axes`."""
    if axis.startswith(FINDING):
        name, _, activity = axis.partition("/")
        several = sum(other.startswith(f"{name}/") for other in axes) > 1
        return f"{name} ({activity})" if several else name
    return _NAMED.get(axis, axis.removeprefix(OPAQUE))


def told(
    within: Mapping[str, Sequence[Any]],
    every: Mapping[str, Sequence[Any]],
    space: Domain,
) -> tuple[tuple[str, str], ...]:
    """Heading and label of each axis that calls have in common, in the axes' order."""
    said = (
        (heading(axis, every), label(axis, within[axis], values, space))
        for axis, values in every.items()
        if axis in within
    )
    return tuple(pair for pair in said if pair[1] != ANY)


def label(axis: str, values: Sequence[Any], every: Sequence[Any], space: Domain) -> str:
    """The values on one axis, out of all that there are."""
    if len(values) == len(every):
        return ANY
    for lead, describe in _BY_LEAD.items():
        if axis.startswith(lead):
            return describe(axis, values, every, space)
    describe = _BY_NAME.get(axis, _present)
    return describe(axis, values, every, space)


def _present(_: str, values: _Values, every: _Values, space: Domain) -> str:
    del every, space
    return " or ".join("absent" if v is None else "present" for v in values)


_TRUTHS = {
    Truth.YES: "holds",
    Truth.NO: "does not hold",
    Truth.UNKNOWN: "has no answer",
}


def _patterns(axis: str, space: Domain) -> list[str]:
    return sorted(p for p in space.seen.get(axis, ()) if isinstance(p, str))


def named(
    values: Iterable[Any], every: Iterable[Any], patterns: Sequence[str], none: str
) -> str:
    """Names out of all that there are, by patterns; `none` stands for having none."""
    chosen, whole = set(values), set(every)
    told = [none] if None in chosen else []
    named, all_named = chosen - {None}, whole - {None}
    if named == all_named:
        return " or ".join(["any", *told]) if not told else "any or none"
    fits = {
        pattern: frozenset(filter(Globs((pattern,)).match, all_named))
        for pattern in patterns
    }
    left = set(named)
    for pattern, fitting in _largest_first(fits):
        if fitting and fitting <= named and fitting & left:
            told.append(pattern)
            left -= fitting
    told += _remaining(left, all_named, fits)
    return _listed(told)


def _largest_first(
    fits: Mapping[str, frozenset[Any]],
) -> Iterable[tuple[str, frozenset[Any]]]:
    return sorted(fits.items(), key=lambda item: (-len(item[1]), item[0]))


def _remaining(
    left: Iterable[Any], whole: Iterable[Any], fits: Mapping[str, frozenset[Any]]
) -> Iterator[str]:
    """What no pattern covers by itself: a pattern, but for what is excepted."""
    waiting = set(left)
    while waiting:
        name = min(waiting)
        around = [(p, f) for p, f in fits.items() if name in f]
        pattern, fitting = min(
            around, key=lambda item: (len(item[1]), item[0]), default=(None, set(whole))
        )
        covered = fitting & waiting
        excepted = [
            other
            for other, theirs in _largest_first(fits)
            if theirs and theirs < fitting and not theirs & waiting
        ]
        but = f" but {_listed(_outermost(excepted, fits))}" if excepted else ""
        yield f"{pattern}{but}" if pattern else f"any other{'' if fits else but}"
        waiting -= covered or {name}


def _outermost(
    patterns: Sequence[str], fits: Mapping[str, frozenset[Any]]
) -> list[str]:
    """Those that no other of them contains."""
    kept: list[str] = []
    for pattern in patterns:
        if not any(fits[pattern] <= fits[other] for other in kept):
            kept.append(pattern)
    return kept


def _listed(items: Sequence[str]) -> str:
    more = len(items) - _MOST
    text = ", ".join(items[:_MOST])
    return f"{text} and {more} more" if more > 0 else text


def _endpoints(values: Sequence[Any], every: Sequence[Any], space: Domain) -> str:
    patterns = _patterns(ENDPOINT, space)
    names = {each.endpoint for each in values}
    text = named(names, {each.endpoint for each in every}, patterns, "")
    events = {each.event for each in values if each.event is not None}
    whole = {each.event for each in every if each.endpoint in names and each.event}
    if events and events != whole:
        text += f", event {_listed(sorted(events))}"
    return text


def _places(values: Sequence[Place], every: Sequence[Place]) -> str:
    told = _named_places(set(values), every)
    without = _named_places(set(every) - set(values), every)
    if len(without) < len(told):
        return f"any but {_listed(without)}"
    return _listed(told)


def _named_places(chosen: AbstractSet[Place], every: Sequence[Place]) -> list[str]:
    """Providers that are in whole, and places of those that are not."""
    told, left = [], set(chosen)
    for provider in dict.fromkeys(place.provider for place in every):
        of_provider = {place for place in every if place.provider == provider}
        if of_provider <= chosen:
            told.append(provider)
            left -= of_provider
    return [*told, *sorted({place.origin for place in left})]


def _terms(values: Sequence[frozenset[str]], every: Sequence[frozenset[str]]) -> str:
    """Whose terms make the difference: in or out, as few as tell it."""
    chosen = set(values)
    packs = sorted(frozenset().union(*every))
    for one in packs:
        if chosen == {each for each in every if one in each}:
            return one
        if chosen == {each for each in every if one not in each}:
            return f"not {one}"
    inside = [p for p in packs if {e for e in every if p in e} <= chosen]
    if inside and chosen == {e for e in every if e & set(inside)}:
        return _listed(inside)
    outside = [p for p in packs if not any(p in e for e in chosen)]
    if outside and chosen == {e for e in every if not e & set(outside)}:
        return f"not {_listed(outside)}"
    sets = (" with ".join(sorted(e)) or "none" for e in sorted(chosen, key=sorted))
    return _listed(list(sets))


def _scores(values: Sequence[int | None], every: Sequence[int | None]) -> str:
    numbers = [value for value in every if value is not None]
    chosen = sorted(value for value in values if value is not None)
    if not chosen:
        return "none"
    if None in values and 0 not in values:
        return "none or " + _scores(chosen, every)
    runs: list[str] = []
    for first, last in _runs(chosen, numbers):
        after = numbers.index(last) + 1
        low = "" if first == 0 else f">= {first / ranges.SCORES:g}"
        high = f"< {numbers[after] / ranges.SCORES:g}" if after < len(numbers) else ""
        runs.append(" and ".join(filter(None, (low, high))) or "any score")
    return " or ".join(runs)


def _runs(chosen: Iterable[Any], among: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
    """First and last of each run of neighbours."""
    places = [among.index(value) for value in chosen]
    start = 0
    for at in range(1, len(places) + 1):
        if at == len(places) or places[at] != places[at - 1] + 1:
            yield among[places[start]], among[places[at - 1]]
            start = at


def _parameter(
    values: Sequence[Any], every: Sequence[Any], wanted: Iterable[Any]
) -> str:
    stretches = ranges.stretches(wanted)
    chosen = set(map(_typed, values))
    rest = [value for value in every if _typed(value) not in chosen]
    told = _told(values, every, stretches)
    without = _told(rest, every, stretches)
    if len(without) < len(told):
        return f"not {' and not '.join(without)}" if without else ANY
    return " or ".join(told)


def _typed(value: Any) -> tuple[type, Any]:
    return type(value), value  # 1 and True are equal, and no equal parameters


def _told(
    values: Sequence[Any], every: Sequence[Any], stretches: Sequence[ranges.Stretch]
) -> list[str]:
    told = ["absent"] if None in values else []
    truths = [v for v in values if isinstance(v, bool)]

    def place(value: object) -> int | None:
        return ranges.stretch_of(value, stretches)

    numbers = {place(v) for v in values} - {None}
    if numbers:
        told.append(ranges.described([n for n in numbers if n is not None], stretches))
    texts = [v for v in values if isinstance(v, str) and place(v) is None]
    other = next((v for v in reversed(every) if isinstance(v, str)), None)
    if len(truths) == 2 and texts == [other]:
        return [*told, "no number"]
    told += [str(truth).lower() for truth in truths]
    told += ["other text" if text == other else repr(text) for text in texts]
    return told


def _days(values: Sequence[date], every: Sequence[date]) -> str:
    runs = []
    for first, last in _runs(sorted(values), every):
        after = every.index(last) + 1
        begins = f"from {first}" if first != every[0] else ""
        ends = f"until {every[after] - timedelta(days=1)}" if after < len(every) else ""
        runs.append(" ".join(filter(None, (begins, ends))))
    return " and ".join(runs)


_BY_LEAD: Mapping[str, _Describe] = {
    OPAQUE: lambda _a, v, _e, _s: " or ".join(_TRUTHS[value] for value in v),
    FINDING: lambda _a, v, e, _s: _scores(v, e),
    PARAMETER: lambda a, v, e, s: _parameter(v, e, s.seen.get(a, ())),
}
_BY_NAME: Mapping[str, _Describe] = {
    MODEL: lambda a, v, e, s: named(v, e, _patterns(a, s), "no model"),
    ENDPOINT: lambda _a, v, e, s: _endpoints(v, e, s),
    WHERE: lambda _a, v, e, _s: _places(v, e),
    TERMS: lambda _a, v, e, _s: _terms(v, e),
    DAY: lambda _a, v, e, _s: _days(v, e),
}
