"""The names nearest to a name that nobody knows.

Knows spelling only. Inputs are cut to a bound first: `difflib` is quadratic, and the
name may come from a hostile file or call.
"""

import difflib
from collections.abc import Iterable

LONGEST = 128
"""Characters of a name that are compared; also the longest purpose there can be."""

_CANDIDATES = 512


def nearest(
    name: str, candidates: Iterable[str], *, at_most: int = 3
) -> tuple[str, ...]:
    """Up to `at_most` of `candidates`, best first; empty when none comes close."""
    # Sorted, because a set's order differs from one process to the next.
    known = sorted(set(candidates))[:_CANDIDATES]
    close = difflib.get_close_matches(name[:LONGEST].lower(), known, n=at_most)
    return tuple(close)


def suggestion(name: str, candidates: Iterable[str]) -> str | None:
    """`Did you mean …?`, or None when nothing comes close."""
    close = nearest(name, candidates)
    return f"Did you mean {' or '.join(close)}?" if close else None


def shown(value: object) -> str:
    """A caller's text as it may stand in a reason: quoted, escaped and bounded.

    Escaped, because a reason is recorded as UTF-8 and printed on terminals: a lone
    surrogate would stop the record, a control character would forge a line.
    """
    text = str(value)
    return repr(text[:LONGEST]) + ("…" if len(text) > LONGEST else "")


def bare(value: object) -> str:
    """As `shown`, without quotes where nothing needs escaping."""
    text = str(value)
    if len(text) > LONGEST or not text.isprintable():
        return shown(text)
    return text
