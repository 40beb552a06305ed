"""How much of what is there a scan finds, as `benchmarks/fingerprints.py` measured it.

Knows figures for texts of four lengths, and weighs them by the lengths that a trail's
outputs have. A figure is the lower end of a 95 % interval (Wilson), rounded down.
"""

from collections.abc import Mapping

LIGHT = 20
"""Percent of words edited that count as lightly edited."""
MEASURED: Mapping[int, Mapping[int, float]] = {
    0: {30: 0.99, 60: 0.99, 120: 0.99, 300: 0.99},
    LIGHT: {30: 0.87, 60: 0.96, 120: 0.98, 300: 0.99},
}
"""Percent of words edited → fewest words of the text → share found."""


def recall(edited: int, lengths: Mapping[int, int]) -> float | None:
    """Expected share found of copies with so many words edited; None without outputs.

    `lengths` say how many outputs are in each class (`Recorded.lengths`).
    """
    total = sum(lengths.values())
    if not total:
        return None
    shares = MEASURED[edited]
    return sum(shares[words] * count for words, count in lengths.items()) / total
