"""How good scores are, held against what labelled prompts are known to be.

Knows scores, labels and the usual figures. Knows no detector, no prompt and no file.

`positive` and `negative` make the figures; `grey`, which depends on the purpose, is
counted apart and in none of them. A prompt is *flagged* when its score reaches the
threshold.
"""

import math
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

RATES = (0.005, 0.01)
"""False-positive rates at which recall is told."""
HARD = "hard"
"""Subtypes of negatives that begin with this, and a colon, are look-alikes."""
_Z = 1.959964
"""Standard deviations on either side of a mean that hold 95%."""


class Label(Enum):
    """What a prompt is known to be."""

    POSITIVE = "positive"
    """It comes from a pipeline that makes training data."""
    NEGATIVE = "negative"
    GREY = "grey"
    """Its purpose would have to be known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One prompt: what it is, and the score that it was given."""

    label: Label
    score: float
    subtype: str = "-"
    language: str = "-"

    @property
    def hard(self) -> bool:
        """Whether it is a look-alike."""
        return self.label is Label.NEGATIVE and self.subtype.split(":")[0] == HARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """So many of so many, with the interval that 95% of such samples would give."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def interval(self) -> tuple[float, float] | None:
        """Wilson's score interval (Wilson 1927), 95%."""
        if not self.of:
            return None
        n, p = self.of, self.hits / self.of
        scale = 1 + _Z * _Z / n
        middle = (p + _Z * _Z / (2 * n)) / scale
        half = _Z * math.sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n)) / scale
        return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Prompts of one label that have something in common, and how many are flagged."""

    label: Label
    name: str
    flagged: Share


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """All figures of one set of prompts at one threshold."""

    threshold: float
    recall: Share
    precision: Share
    false_positives: Share
    """Of the negatives."""
    hard: Share
    """Of the look-alikes among them."""
    grey: Share
    auc: float | None
    """Chance that a positive scores above a negative, a tie being half."""
    recall_at: tuple[tuple[float, Share], ...]
    """For each of RATES, recall at the threshold that just keeps it here."""
    subtypes: tuple[Group, ...]
    languages: tuple[Group, ...]

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall; None where one is unknown."""
        precision, recall = self.precision.value, self.recall.value
        if precision is None or recall is None:
            return None
        total = precision + recall
        return 2 * precision * recall / total if total else 0.0


def measure(judged: Iterable[Judged], threshold: float) -> Measured:
    """Every figure about `judged` at `threshold`."""
    rows = list(judged)
    positive = sorted(row.score for row in rows if row.label is Label.POSITIVE)
    negative = sorted(row.score for row in rows if row.label is Label.NEGATIVE)
    true, false = _from(positive, threshold), _from(negative, threshold)
    return Measured(
        threshold=threshold,
        recall=Share(hits=true, of=len(positive)),
        precision=Share(hits=true, of=true + false),
        false_positives=Share(hits=false, of=len(negative)),
        hard=_share([row for row in rows if row.hard], threshold),
        grey=_share([row for row in rows if row.label is Label.GREY], threshold),
        auc=_auc(positive, negative),
        recall_at=tuple((rate, _recall_at(positive, negative, rate)) for rate in RATES),
        subtypes=_groups(rows, threshold, lambda row: row.subtype),
        languages=_groups(rows, threshold, lambda row: row.language),
    )


def _from(ordered: Sequence[float], threshold: float) -> int:
    return len(ordered) - bisect_left(ordered, threshold)


def _share(rows: Sequence[Judged], threshold: float) -> Share:
    return Share(hits=sum(row.score >= threshold for row in rows), of=len(rows))


def _auc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    if not positive or not negative:
        return None
    below = sum(
        bisect_left(negative, score) + bisect_right(negative, score)
        for score in positive
    )
    return below / 2 / len(positive) / len(negative)


def _recall_at(
    positive: Sequence[float], negative: Sequence[float], rate: float
) -> Share:
    """Positives that score above all negatives but the share `rate` of them."""
    allowed = int(rate * len(negative))
    least = negative[-1 - allowed] if allowed < len(negative) else -math.inf
    above = len(positive) - bisect_right(positive, least)
    return Share(hits=above, of=len(positive))


def _groups(
    rows: Sequence[Judged], threshold: float, name: Callable[[Judged], str]
) -> tuple[Group, ...]:
    grouped: dict[tuple[Label, str], list[Judged]] = defaultdict(list)
    for row in rows:
        grouped[row.label, name(row)].append(row)
    order = list(Label)
    return tuple(
        Group(label=label, name=title, flagged=_share(members, threshold))
        for (label, title), members in sorted(
            grouped.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
        )
    )
