"""Which rules hold in a folded text, and what each rests on.

Knows how a clue is checked around the places of its anchor. Knows no call, no role and
no score. Work is bounded by the text: the automaton reads it once, a clue looks up its
neighbours per anchor, and a pattern re-reads at most the merged windows around them.
Most texts end after the automaton: no clue has something of all it needs.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Protocol

from affidavit.detect.rule import Clue, Near, Rule, Terms
from affidavit.detect.scan import Hit, Occurrences, Place, Scanner
from affidavit.detect.sentences import Sentences

_literal = itemgetter(0)


class Readable(Protocol):
    """What rules are matched against."""

    @property
    def folded(self) -> str:
        """The text, folded."""

    @property
    def sentences(self) -> Sentences:
        """Those of `folded`: asked for seldom."""


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
    topic: bool


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
        # Bit masks of sets: which ones a literal belongs to, and which ones must all
        # have something for a clue that the literal anchors.
        self._masks = [_mask(sets) for sets in self._scanner.sets_of]
        self._wanted = [
            tuple(dict.fromkeys(_mask(c.needs) for c in self._anchored(sets)))
            for sets in self._scanner.sets_of
        ]

    def _anchored(self, sets: Sequence[int]) -> list[_Check]:
        return [check for number in sets for check in self._checks.get(number, ())]

    def hits(self, folded: str) -> list[Hit] | None:
        """Literals in `folded`, or None when they cannot make any clue hold.

        This is all that happens to an ordinary call.
        """
        hits = self._scanner.hits(folded)
        if not hits:
            return None
        masks, wanted = self._masks, self._wanted
        literals = set(map(_literal, hits))
        present = 0
        for literal in literals:
            present |= masks[literal]
        for literal in literals:
            for needs in wanted[literal]:
                if needs & present == needs:
                    return hits
        return None

    def evidence(
        self,
        text: Readable,
        hits: Sequence[Hit],
        settles: Callable[[Evidence], bool] = lambda _: False,
    ) -> Iterator[Evidence]:
        """Places where a clue of a rule holds; a rule may come more than once.

        `hits` are those of `text.folded`. Once `settles` says so of a piece of
        evidence, its rule is sought no further.
        """
        found = self._scanner.occurrences(text.folded, hits)
        settled: set[str] = set()
        for anchor in sorted(found.present & self._checks.keys()):
            for check in self._checks[anchor]:
                if check.needs <= found.present and check.rule.id not in settled:
                    for item in _hold(check, text, found):
                        yield item
                        if settles(item):
                            settled.add(check.rule.id)
                            break


def used(clue: Clue) -> Iterator[Terms]:
    """Every set of terms that `clue` mentions."""
    yield clue.anchor
    for near in clue.near + clue.unless:
        yield near.terms


def _mask(numbers: Sequence[int] | frozenset[int]) -> int:
    return sum(1 << number for number in numbers)


def _ready(rule: Rule, clue: Clue, numbers: dict[Terms, int]) -> _Check:
    def neighbours(nears: Sequence[Near]) -> tuple[_Neighbour, ...]:
        return tuple(
            _Neighbour(numbers[near.terms], near.before, near.after, near.topic)
            for near in nears
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


def _hold(check: _Check, text: Readable, found: Occurrences) -> Iterator[Evidence]:
    held = (
        places
        for anchor in found.of(check.anchor)
        if (places := _stands(check, anchor, text, found)) is not None
    )
    if check.pattern is None:
        for places in held:
            yield Evidence(rule=check.rule, places=places)
        return
    anchors = [places[0] for places in held]
    for low, high in zones(anchors, check.reach, len(text.folded)):
        for match in check.pattern.finditer(text.folded, low, high):
            yield Evidence(rule=check.rule, places=(match.span(),))


def _stands(
    check: _Check, anchor: Place, text: Readable, found: Occurrences
) -> tuple[Place, ...] | None:
    places = [anchor]
    for near in check.near:
        place = _find(found.of(near.terms), anchor, near.before, near.after)
        if place is None:
            return None
        places.append(place)
    if any(_excuses(near, anchor, text, found) for near in check.unless):
        return None
    return tuple(places)


def _excuses(
    near: _Neighbour, anchor: Place, text: Readable, found: Occurrences
) -> bool:
    """Whether an exception stands by `anchor` and may be heard there."""
    places = found.of(near.terms)
    if _find(places, anchor, near.before, near.after) is None:
        return False  # and sentences need not be worked out
    start, end = anchor
    sentences = text.sentences
    opens, closes = sentence = sentences.around(start, end)
    before, after = min(near.before, start - opens), min(near.after, closes - end)
    if _find(places, anchor, before, after) is not None:
        return True
    if near.topic:
        return not sentences.names_model(sentence)
    return not sentences.asks(sentence)


def _find(
    places: Sequence[Place], anchor: Place, before: int, after: int
) -> Place | None:
    start, end = anchor
    if before and (hit := _within(places, start - before, start)):
        return hit
    if after and (hit := _within(places, end, end + after)):
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
