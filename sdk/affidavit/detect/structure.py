"""Signs that stand together, weighed: what no single one would say.

Knows signs, their weights and a window. Knows no call and no role.

The weights of the different signs within WINDOW characters are added; the best window
of a text counts, so that what stands around a prompt neither helps nor hides it. A sum
becomes a score by the logistic function, placed so that the trained threshold is 0.8.
Training: `benchmarks/training.py`.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from affidavit.detect.match import Evidence
from affidavit.detect.signs.sign import Sign
from affidavit.detect.weights import INTERCEPT, THRESHOLD, WEIGHTS

WINDOW = 1500
"""Characters of folded text in which signs count together."""
FLOOR = 0.75
"""Scores below this are no finding: too many ordinary prompts would have one."""
ALONE = 0.5
"""The most that one sign without another can score."""
_AT_THRESHOLD = math.log(0.8 / 0.2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The stretch of a text in which signs weigh most."""

    total: float
    """Log-odds, without the intercept."""
    evidence: tuple[Evidence[Sign], ...]
    """The first of each sign, by place."""


class Weighing:
    """Signs with their weights. Immutable; threads may share it."""

    def __init__(
        self,
        weights: Mapping[str, float] = WEIGHTS,
        intercept: float = INTERCEPT,
        threshold: float = THRESHOLD,
    ) -> None:
        self._weights = weights
        self._intercept = intercept
        self._shift = _AT_THRESHOLD - threshold

    def score(self, total: float) -> float:
        """0 to 1, in steps of 0.001, of signs that weigh `total` together."""
        odds = total + self._intercept + self._shift
        return round(1 / (1 + math.exp(-odds)), 3)

    def of(self, window: Window) -> float:
        """The score of what stands in `window`: a single sign stays below FLOOR."""
        telling = sum(self.weight(item.rule) > 0 for item in window.evidence)
        score = self.score(window.total)
        return score if telling > 1 else min(score, ALONE)

    def weight(self, sign: Sign) -> float:
        """What `sign` weighs; one that was never trained has its author's prior."""
        known = self._weights.get(sign.id)
        return sign.prior.value if known is None else known

    def most(self, signs: Iterable[Sign]) -> float:
        """The score that no text with these signs can exceed."""
        return self.score(sum(max(0.0, self.weight(sign)) for sign in signs))

    def best(self, evidence: Iterable[Evidence[Sign]]) -> Window:
        """The window in which signs weigh most; the first of several such."""
        items = sorted(evidence, key=_start)
        counts: dict[str, int] = {}
        best, span, total, low = 0.0, (0, 0), 0.0, 0
        for high, item in enumerate(items):
            while _start(item) - _start(items[low]) > WINDOW:
                total -= self._leave(items[low].rule, counts)
                low += 1
            total += self._enter(item.rule, counts)
            if total > best:
                best, span = total, (low, high + 1)
        return Window(total=best, evidence=_first_of_each(items[slice(*span)]))

    def _enter(self, sign: Sign, counts: dict[str, int]) -> float:
        counts[sign.id] = counts.get(sign.id, 0) + 1
        return self.weight(sign) if counts[sign.id] == 1 else 0.0

    def _leave(self, sign: Sign, counts: dict[str, int]) -> float:
        counts[sign.id] -= 1
        return 0.0 if counts[sign.id] else self.weight(sign)


def _start(item: Evidence[Sign]) -> int:
    return item.places[0][0]


def _first_of_each(items: Sequence[Evidence[Sign]]) -> tuple[Evidence[Sign], ...]:
    first: dict[str, Evidence[Sign]] = {}
    for item in items:
        first.setdefault(item.rule.id, item)
    return tuple(first.values())
