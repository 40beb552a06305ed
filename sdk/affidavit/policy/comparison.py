"""Comparisons as a policy writes them: `>= 0.8`, `== 4`.

Knows five operators and decimal numbers. Knows nothing of what is compared.
"""

import math
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass

from affidavit.policy.in_force import Truth

_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    ">": operator.gt,
    "<=": operator.le,
    "<": operator.lt,
    "==": operator.eq,
}
_TEXT = re.compile(r"(>=|>|<=|<|==) *(-?[0-9]{1,15}(?:\.[0-9]{1,15})?)", re.ASCII)
_NUMBER = re.compile(
    r"-?[0-9]{1,19}(?:\.[0-9]{1,19})?(?:[eE][-+]?[0-9]{1,3})?", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """An operator and the number on its right."""

    operator: str
    bound: int | float

    def __str__(self) -> str:
        return f"{self.operator} {self.bound!r}"

    def holds(self, value: object) -> Truth:
        """Compare `value`; UNKNOWN unless it is a finite number.

        Text that is a decimal number counts as one: fractions travel as text (see
        `canonical.Json`). A boolean is no number.
        """
        comparable = number(value)
        if comparable is None:
            return Truth.UNKNOWN
        holds = _OPERATORS[self.operator](comparable, self.bound)
        return Truth.YES if holds else Truth.NO


def parse(text: str) -> Comparison:
    """Read `>= 0.8`; raise `ValueError` for anything else."""
    found = _TEXT.fullmatch(text.strip(" "))
    if found is None:
        raise ValueError(f"not a comparison such as '>= 0.8': {text[:40]!r}")
    bound = float(found[2])
    return Comparison(found[1], int(bound) if bound.is_integer() else bound)


def looks_like(text: str) -> bool:
    """Whether `text` begins as a comparison does, well written or not."""
    return text.lstrip()[:1] in {">", "<", "="}


def number(value: object) -> int | float | None:
    """`value` as a finite number, or None when it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = float(value) if _NUMBER.fullmatch(value) else None
    if isinstance(value, int):
        return value
    return value if isinstance(value, float) and math.isfinite(value) else None
