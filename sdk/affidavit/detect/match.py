"""Which rules hold in a folded text, and what each rests on.

Knows how a clue is checked around the places of its anchor. Knows no call, no role and
no score. Work is bounded by the text: the automaton reads it once, a clue looks up its
neighbours per anchor, and a pattern re-reads at most the merged windows around them.
Most texts end after the automaton: no clue has something of all it needs.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Generic, Protocol, TypeVar

from affidavit.detect.rule import Clue, Near, Reading, Terms
from affidavit.detect.scan import Hit, Occurrences, Place, Scanner
from affidavit.detect.sentences import Sentences

_literal = itemgetter(0)

_Readings = dict[tuple[Reading, Place], tuple[tuple[Place, ...], ...]]
"""What zones of one text were read to say: clues share their readings."""


class Readable(Protocol):
    """What rules are matched against."""

    @property
    def folded(self) -> str:
        """The text, folded."""

    @property
    def sentences(self) -> Sentences:
        """Those of `folded`: asked for seldom."""

    @property
    def flowing(self) -> str:
        """`folded`, letter for letter, with `sentences.END` where sentences end."""


class Clued(Protocol):
    """A rule, a sign: whatever shows itself by clues."""

    @property
    def id(self) -> str:
        """Unique among those that are sought together."""

    @property
    def clues(self) -> tuple[Clue, ...]:
        """Any of which will do."""


R = TypeVar("R", bound=Clued)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Generic[R]):
    """A rule held here; `places` are what it rests on, its anchor or pattern first."""

    rule: R
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class _Neighbour:
    terms: int
    before: int
    after: int
    topic: bool


@dataclass(frozen=True, slots=True)
class _Check(Generic[R]):
    """A clue made ready: its sets of terms numbered, its pattern compiled."""

    order: int
    rule: R
    anchor: int
    near: tuple[_Neighbour, ...]
    unless: tuple[_Neighbour, ...]
    needs: frozenset[int]
    literals: frozenset[int]
    """All that it could ever ask about."""
    pattern: re.Pattern[str] | None
    reading: Reading | None
    reach: int


@dataclass(frozen=True, slots=True)
class Seen(Generic[R]):
    """What one pass over a text gives: hits, and the clues that could then hold."""

    hits: Sequence[Hit]
    checks: Sequence[_Check[R]]
    """In the order in which they are to be sought."""

    @property
    def rules(self) -> Iterable[R]:
        """Those that might hold, each once."""
        return {check.rule.id: check.rule for check in self.checks}.values()

    def of(self, chosen: Callable[[R], bool]) -> "Seen[R]":
        """The same, seeking only what is `chosen`."""
        return Seen(self.hits, [c for c in self.checks if chosen(c.rule)])


class Matcher(Generic[R]):
    """Rules compiled. Immutable after construction; threads may share it."""

    def __init__(self, rules: Sequence[R]) -> None:
        clues = [(rule, clue) for rule in rules for clue in rule.clues]
        sets = dict.fromkeys(terms for _, clue in clues for terms in used(clue))
        numbers = {terms: number for number, terms in enumerate(sets)}
        self._scanner = Scanner(tuple(sets))
        self._checks = [
            _ready(order, rule, clue, numbers, self._scanner)
            for order, (rule, clue) in enumerate(clues)
        ]
        anchored: dict[int, list[_Check[R]]] = {}
        for check in self._checks:
            anchored.setdefault(check.anchor, []).append(check)
        # Bit masks of sets: which ones a literal belongs to, and for each clue that the
        # literal anchors, which ones must all have something.
        self._masks = [_mask(of) for of in self._scanner.sets_of]
        self._anchors = [
            tuple(
                (_mask(check.needs), check.order)
                for number in of
                for check in anchored.get(number, ())
            )
            for of in self._scanner.sets_of
        ]

    def look(self, folded: str) -> Seen[R] | None:
        """What could hold in `folded`, or None when nothing can.

        This is all that happens to an ordinary call.
        """
        hits = self._scanner.hits(folded)
        if not hits:
            return None
        masks, anchors = self._masks, self._anchors
        literals = set(map(_literal, hits))
        present = 0
        for literal in literals:
            present |= masks[literal]
        orders = {
            order
            for literal in literals
            for needs, order in anchors[literal]
            if needs & present == needs
        }
        if not orders:
            return None
        return Seen(hits, [self._checks[order] for order in sorted(orders)])

    def evidence(
        self,
        text: Readable,
        seen: Seen[R],
        settles: Callable[[Evidence[R]], bool] = lambda _: False,
    ) -> Iterator[Evidence[R]]:
        """Places where a clue of a rule holds; a rule may come more than once.

        `seen` is of `text.folded`. Once `settles` says so of a piece of evidence, its
        rule is sought no further.
        """
        relevant = frozenset[int]().union(*(check.literals for check in seen.checks))
        hits = [hit for hit in seen.hits if hit[0] in relevant]
        found = self._scanner.occurrences(text.folded, hits)
        settled: set[str] = set()
        readings: _Readings = {}
        for check in seen.checks:
            if check.anchor not in found.present or not check.needs <= found.present:
                continue
            if check.rule.id in settled:
                continue
            for item in _hold(check, text, found, readings):
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


def _ready(
    order: int, rule: R, clue: Clue, numbers: dict[Terms, int], scanner: Scanner
) -> _Check[R]:
    def neighbours(nears: Sequence[Near]) -> tuple[_Neighbour, ...]:
        return tuple(
            _Neighbour(numbers[near.terms], near.before, near.after, near.topic)
            for near in nears
        )

    near = neighbours(clue.near)
    return _Check(
        order=order,
        rule=rule,
        anchor=numbers[clue.anchor],
        near=near,
        unless=neighbours(clue.unless),
        needs=frozenset(neighbour.terms for neighbour in near),
        literals=frozenset(
            literal for terms in used(clue) for literal in scanner.of(numbers[terms])
        ),
        pattern=re.compile(clue.pattern) if clue.pattern else None,
        reading=clue.reading,
        reach=clue.reach,
    )


def _hold(
    check: _Check[R], text: Readable, found: Occurrences, readings: _Readings
) -> Iterator[Evidence[R]]:
    held = (
        places
        for anchor in found.of(check.anchor)
        if (places := _stands(check, anchor, text, found)) is not None
    )
    if check.pattern is None and check.reading is None:
        for places in held:
            yield Evidence(rule=check.rule, places=places)
        return
    anchors = [places[0] for places in held]
    for low, high in zones(anchors, check.reach, len(text.folded)):
        for places in _read(check, text, (low, high), readings):
            yield Evidence(rule=check.rule, places=places)


def _read(
    check: _Check[R], text: Readable, zone: Place, readings: _Readings
) -> Iterator[tuple[Place, ...]]:
    if check.pattern is not None:
        for match in check.pattern.finditer(text.folded, *zone):
            yield (match.span(),)
    if check.reading is not None:
        if (check.reading, zone) not in readings:
            evidence = tuple(check.reading(text.flowing, *zone))
            readings[check.reading, zone] = evidence
        yield from readings[check.reading, zone]


def _stands(
    check: _Check[R], anchor: Place, text: Readable, found: Occurrences
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
