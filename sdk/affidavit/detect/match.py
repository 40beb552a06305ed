"""Which rules hold in a folded text, and what each rests on.

Knows how a clue is checked around the places of its anchor. Knows no call, no role and
no score. Work is bounded by the text: the automaton reads it once, a clue looks up its
neighbours per anchor, and a pattern re-reads at most the merged windows around them.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from affidavit.detect.rule import Clue, Near, Rule, Terms
from affidavit.detect.scan import Occurrences, Place, Scanner


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A rule held here; `places` are what it rests on, its anchor or pattern first."""

    rule: Rule
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class _Neighbour:
    terms: int
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class _Check:
    """A clue made ready: its sets of terms numbered, its pattern compiled."""

    rule: Rule
    anchor: int
    near: tuple[_Neighbour, ...]
    unless: tuple[_Neighbour, ...]
    needs: frozenset[int]
    pattern: re.Pattern[str] | None
    reach: int


class Matcher:
    """Rules compiled. Immutable after construction; threads may share it."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        clues = [(rule, clue) for rule in rules for clue in rule.clues]
        sets = dict.fromkeys(terms for _, clue in clues for terms in used(clue))
        numbers = {terms: number for number, terms in enumerate(sets)}
        self._scanner = Scanner(tuple(sets))
        self._checks: dict[int, list[_Check]] = {}
        for rule, clue in clues:
            check = _ready(rule, clue, numbers)
            self._checks.setdefault(check.anchor, []).append(check)

    def evidence(
        self, folded: str, settles: Callable[[Evidence], bool] = lambda _: False
    ) -> Iterator[Evidence]:
        """Places where a clue of a rule holds; a rule may come more than once.

        Once `settles` says so of a piece of evidence, its rule is sought no further.
        """
        found = self._scanner.scan(folded)
        settled: set[str] = set()
        for anchor in sorted(found.present & self._checks.keys()):
            for check in self._checks[anchor]:
                if check.needs <= found.present and check.rule.id not in settled:
                    for item in _hold(check, folded, found):
                        yield item
                        if settles(item):
                            settled.add(check.rule.id)
                            break


def used(clue: Clue) -> Iterator[Terms]:
    """Every set of terms that `clue` mentions."""
    yield clue.anchor
    for near in clue.near + clue.unless:
        yield near.terms


def _ready(rule: Rule, clue: Clue, numbers: dict[Terms, int]) -> _Check:
    def neighbours(nears: Sequence[Near]) -> tuple[_Neighbour, ...]:
        return tuple(
            _Neighbour(numbers[near.terms], near.before, near.after) for near in nears
        )

    near = neighbours(clue.near)
    return _Check(
        rule=rule,
        anchor=numbers[clue.anchor],
        near=near,
        unless=neighbours(clue.unless),
        needs=frozenset(neighbour.terms for neighbour in near),
        pattern=re.compile(clue.pattern) if clue.pattern else None,
        reach=clue.reach,
    )


def _hold(check: _Check, folded: str, found: Occurrences) -> Iterator[Evidence]:
    held = (
        places
        for anchor in found.of(check.anchor)
        if (places := _stands(check, anchor, found)) is not None
    )
    if check.pattern is None:
        for places in held:
            yield Evidence(rule=check.rule, places=places)
        return
    anchors = [places[0] for places in held]
    for low, high in zones(anchors, check.reach, len(folded)):
        for match in check.pattern.finditer(folded, low, high):
            yield Evidence(rule=check.rule, places=(match.span(),))


def _stands(
    check: _Check, anchor: Place, found: Occurrences
) -> tuple[Place, ...] | None:
    places = [anchor]
    for near in check.near:
        place = _find(near, anchor, found)
        if place is None:
            return None
        places.append(place)
    if any(_find(near, anchor, found) is not None for near in check.unless):
        return None
    return tuple(places)


def _find(near: _Neighbour, anchor: Place, found: Occurrences) -> Place | None:
    places = found.of(near.terms)
    start, end = anchor
    if near.before and (hit := _within(places, start - near.before, start)):
        return hit
    if near.after and (hit := _within(places, end, end + near.after)):
        return hit
    return None


def _within(places: Sequence[Place], low: int, high: int) -> Place | None:
    for at in range(bisect_left(places, (low, 0)), len(places)):
        if places[at][0] >= high:
            return None
        if places[at][1] <= high:
            return places[at]
    return None


def zones(places: Sequence[Place], reach: int, length: int) -> list[Place]:
    """Windows of `reach` around `places` (by start), merged where they overlap.

    They are disjoint, so reading them all reads a text of `length` at most once.
    """
    merged: list[Place] = []
    for start, end in places:
        low, high = max(0, start - reach), min(length, end + reach)
        if merged and low <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged


@lru_cache(maxsize=8)
def matcher_for(rules: tuple[Rule, ...]) -> Matcher:
    """One matcher per set of rules and process: built when first needed."""
    return Matcher(rules)
