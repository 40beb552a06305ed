"""Shell patterns over names of models, endpoints, hosts and purposes.

Knows `*`, `?` and `[…]` as `fnmatch` does, without regard to case: a prohibition must
not be stepped around by writing `GPT-5`. A name that is absent is matched by `*` alone,
so that a call which names no model is permitted only where any model is.
"""

import fnmatch
import re
from collections.abc import Callable
from dataclasses import dataclass, field

_SHOWN = 8
_REMEMBERED = 128
_LONGEST = 128
"""Characters of a name that is remembered: others choose how long names are."""
_MAGIC = re.compile(r"[*?[]")


def is_pattern(text: str) -> bool:
    """Whether `text` can match anything but itself."""
    return _MAGIC.search(text) is not None


@dataclass(frozen=True, slots=True)
class Globs:
    """A list of patterns, one of which must match."""

    patterns: tuple[str, ...]
    match: Callable[[str | None], bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "match", _compiled(self.patterns))

    def __str__(self) -> str:
        more = len(self.patterns) - _SHOWN
        listed = ", ".join(self.patterns[:_SHOWN])
        return f"{listed} and {more} more" if more > 0 else listed


def _is_prefix(pattern: str) -> bool:
    return pattern.endswith("*") and not is_pattern(pattern[:-1])


def _compiled(patterns: tuple[str, ...]) -> Callable[[str | None], bool]:
    folded = [pattern.lower() for pattern in patterns]
    if "*" in folded:
        return lambda _name: True
    exact = frozenset(p for p in folded if not is_pattern(p))
    prefixes = tuple(p[:-1] for p in folded if _is_prefix(p))
    # `fnmatch` translates to atomic groups: no pattern backtracks exponentially.
    others = tuple(
        re.compile(fnmatch.translate(p)).match
        for p in folded
        if is_pattern(p) and not _is_prefix(p)
    )

    def compare(name: str) -> bool:
        low = name.lower()
        if low in exact or low.startswith(prefixes):
            return True
        return any(pattern(low) is not None for pattern in others)

    return _remembering(compare)


def _remembering(compare: Callable[[str], bool]) -> Callable[[str | None], bool]:
    """The same answers: programs ask for few names, and each of them often."""
    known: dict[str | None, bool] = {None: False}

    def match(name: str | None) -> bool:
        answer = known.get(name)
        if answer is None and name is not None:
            answer = compare(name)
            if len(known) < _REMEMBERED and len(name) <= _LONGEST:
                known[name] = answer
        return answer is True

    return match
