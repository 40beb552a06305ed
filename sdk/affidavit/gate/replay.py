"""What a candidate policy would have made of recorded decisions, counted.

Knows how one decision is compared with itself under another policy and how counts add
up, in memory that does not grow with the trail. Reads no file: `wiring.replay` hands
records in, from as many processes as there are cores.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from affidavit.errors import Malformed
from affidavit.gate import past as pasts
from affidavit.gate.past import Gap, Past
from affidavit.policy.loader import Policy

EXAMPLES = 3
MOST_CELLS = 10_000
"""Combinations that are told one by one: models and endpoints come from outside."""
_REMEMBERED = 4096


class Cell(NamedTuple):
    """Calls that are alike to whoever reads what changed."""

    purpose: str | None
    model: str | None
    endpoint: str
    before: str
    """The recorded effect."""
    after: str
    """The candidate's."""


@dataclass(slots=True)
class Sample:
    """How many there are, and the ids of the first of them in the trail's order."""

    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, identifier: str) -> None:
        """Count one more."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(identifier)

    def merge(self, later: "Sample") -> None:
        """Count those of a later part of the trail too."""
        self.count += later.count
        self.examples = (self.examples + later.examples)[:EXAMPLES]


@dataclass(slots=True)
class Tally:
    """What replaying came to so far."""

    decisions: int = 0
    """Recorded decisions in the period."""
    same_policy: int = 0
    """Of these, by the very policy that is the candidate."""
    budgeted: int = 0
    """Of these, under a purpose that has a budget in the candidate."""
    effects: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Recorded effect and the candidate's, for all that could be made again."""
    changed: dict[Cell, Sample] = field(default_factory=dict)
    beyond: int = 0
    """Changed decisions of combinations beyond `MOST_CELLS`."""
    undetermined: dict[Gap, Sample] = field(default_factory=dict)

    @property
    def changes(self) -> int:
        """Decisions that the candidate makes otherwise."""
        return sum(each.count for each in self.changed.values()) + self.beyond

    @property
    def gaps(self) -> int:
        """Decisions that cannot be made again."""
        return sum(each.count for each in self.undetermined.values())

    def ranked(self) -> Iterator[tuple[Cell, Sample]]:
        """Changed cells, the most frequent first, then in the order of their names."""
        found = self.changed.items()
        yield from sorted(found, key=lambda item: (-item[1].count, _text(item[0])))

    def merge(self, later: "Tally") -> None:
        """Add what a later part of the trail came to."""
        self.decisions += later.decisions
        self.same_policy += later.same_policy
        self.budgeted += later.budgeted
        self.effects.update(later.effects)
        self.beyond += later.beyond
        for gap, sample in later.undetermined.items():
            self.undetermined.setdefault(gap, Sample()).merge(sample)
        for cell, sample in later.changed.items():
            known = self._of(cell)
            if known is None:
                self.beyond += sample.count
            else:
                known.merge(sample)

    def note(self, past: Past, after: str | Gap) -> None:
        """Count one decision that the candidate makes `after`."""
        if isinstance(after, Gap):
            self.undetermined.setdefault(after, Sample()).add(past.id)
            return
        self.effects[past.effect, after] += 1
        if after == past.effect or past.call is None:
            return
        call = past.call
        cell = Cell(call.purpose, call.model, call.endpoint, past.effect, after)
        known = self._of(cell)
        if known is None:
            self.beyond += 1
        else:
            known.add(past.id)

    def _of(self, cell: Cell) -> Sample | None:
        known = self.changed.get(cell)
        if known is None and len(self.changed) < MOST_CELLS:
            known = self.changed[cell] = Sample()
        return known


def _text(cell: Cell) -> tuple[str, ...]:
    return tuple(each or "" for each in cell)


@dataclass(slots=True, kw_only=True)
class Replay:
    """A candidate and a period, put to one record after the other."""

    policy: Policy
    since: str | None = None
    """The first time that counts, as records print it."""
    until: str | None = None
    """The first time that counts no longer."""
    tally: Tally = field(default_factory=Tally)
    _known: dict[tuple[object, ...], str | Gap] = field(default_factory=dict)

    def take(self, entry: bytes, salted: bytes | None) -> None:
        """Take a record of any kind, as it lies in the trail."""
        if not pasts.is_decision(entry):
            return
        try:
            parsed = pasts.entry_of(entry)
            if parsed is None or not self._within(str(parsed.get("at"))):
                return
            past = pasts.read(parsed, salted)
        except Malformed:
            past = Past("", "", "", "", gap=Gap.UNREADABLE)
        self.tally.decisions += 1
        if past.policy == self.policy.digest.removeprefix("sha256:"):
            self.tally.same_policy += 1
        if pasts.has_budget(self.policy, past):
            self.tally.budgeted += 1
        self.tally.note(past, self._again(past))

    def _within(self, at: str) -> bool:
        return (self.since is None or at >= self.since) and (
            self.until is None or at < self.until
        )

    def _again(self, past: Past) -> str | Gap:
        key = pasts.likeness(past)
        if key is None:
            return pasts.again(self.policy, past)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            known = self._known[key] = pasts.again(self.policy, past)
        return known


def totals(effects: Mapping[tuple[str, str], int]) -> Iterator[tuple[str, str, int]]:
    """Recorded effect, the candidate's, and how many, in the order of their names."""
    for (before, after), number in sorted(effects.items()):
        yield before, after, number
