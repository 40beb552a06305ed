"""Rows against what was recorded: which hold an output, which one, and how.

Knows the rule by which a copy is one (`fingerprint.judged`) and the kinds of it. Looks
at a row's texts together first, and one by one only where something was found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np

from affidavit.fingerprint import Key
from affidavit.fingerprint import whole as whole_of
from affidavit.scan.data import rows
from affidavit.scan.data.index import Found, Index, coverages
from affidavit.scan.data.rows import Row
from affidavit.scan.data.vector import Blocks, blocks_of

_SIMILAR = 1.5
"""How much longer the one text may be than the other for one to be an edited copy."""
_CERTAIN = 0.5
"""Share of an output that is a copy even where each piece of it is common."""
_OWN = 6
"""Values that no other output has, and of which a copy would have some."""
_ALL = 0.9
_TOGETHER = "*"
"""The place of what only all texts of a row together have."""


class Kind(Enum):
    """How a row is like an output, most alike first."""

    EXACT = "exact"
    """The same words in the same order; formatting may differ."""
    EDITED = "edited"
    """About as long, with words changed."""
    EMBEDDED = "embedded"
    """The output, or much of it, in a longer text."""
    EXCERPT = "excerpt"
    """A piece of the output."""
    BOILERPLATE = "boilerplate"
    """Nothing but what many outputs have in common."""


ORDER = {kind: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True, slots=True)
class Trail:
    """What one trail recorded, and the key to ask with."""

    key: Key
    index: Index


class Hit(NamedTuple):
    """One row in which something was found; the most alike of all outputs."""

    row: int
    name: str | None
    place: str
    """Which text of the row; `*` for what only all of them together have."""
    kind: Kind
    share: float
    """Of the output: how much of what was kept of it stands there."""
    trail: int
    output: int
    """Its number in that trail's `Recorded`."""


class _Best(NamedTuple):
    kind: Kind
    share: float
    trail: int
    output: int

    @property
    def rank(self) -> tuple[int, float]:
        return ORDER[self.kind], -self.share


def seek(batch: Sequence[Row], trails: Sequence[Trail]) -> list[Hit]:
    """What was found in which rows, in order."""
    joined = ["\n".join(rows.texts(row.value)) for row in batch]
    suspects = _found(joined, trails)
    return [_hit(batch[at], best, trails) for at, best in sorted(suspects.items())]


def _hit(row: Row, together: _Best, trails: Sequence[Trail]) -> Hit:
    """The text of the row that holds it, if one alone does."""
    named = list(rows.places(row.value))
    each = _found([text for _, text in named], trails)
    place, best = min(
        ((named[at][0], found) for at, found in each.items()),
        key=lambda item: item[1].rank,
        default=(_TOGETHER, together),
    )
    if best.kind is Kind.BOILERPLATE and together.kind is not Kind.BOILERPLATE:
        place, best = _TOGETHER, together
    return Hit(row.number, rows.name(row.value), place, *best)


def _found(texts: Sequence[str], trails: Sequence[Trail]) -> dict[int, _Best]:
    """Number of a text → what is most alike to it."""
    found: dict[int, _Best] = {}
    plain = [at for at, text in enumerate(texts) if text.isascii()]
    other = [at for at, text in enumerate(texts) if not text.isascii()]
    for part in (plain, other):
        chosen = [texts[at] for at in part]
        blocks = blocks_of(chosen) if chosen else None
        for number, trail in enumerate(trails):
            if blocks is None:
                continue
            for at, best in _in_one(chosen, blocks, number, trail):
                place = part[at]
                if place not in found or best.rank < found[place].rank:
                    found[place] = best
    return found


def _in_one(
    texts: Sequence[str], blocks: Blocks, number: int, trail: Trail
) -> Iterable[tuple[int, _Best]]:
    pairs = trail.index.find(blocks.values(trail.key), blocks.ends)
    if not len(pairs.text):
        return
    grams = trail.index.grams
    own = coverages(pairs, pairs.rare, trail.index, blocks.ends)
    any_ = coverages(pairs, pairs.hits, trail.index, blocks.ends)
    # The likeliest of a text: by what is rare in it, then by all of it.
    order = np.lexsort((-pairs.hits, -any_, -own, pairs.text))
    seen = np.diff(blocks.ends, prepend=0)
    for first in order[np.unique(pairs.text[order], return_index=True)[1]]:
        if any_[first] == 0:
            continue
        text, output = int(pairs.text[first]), int(pairs.output[first])
        exact = _exact(texts[text], trail, pairs, text)
        best = output if exact is None else exact
        share = 1.0 if exact is not None else float(pairs.share[first])
        kind = (
            Kind.EXACT
            if exact is not None
            else _kind(
                shared=own[first] == 0
                and (share < _CERTAIN or _lacks_own(trail, pairs, int(first))),
                seen=int(seen[text]),
                grams=int(grams[output]),
            )
        )
        yield text, _Best(kind, share, number, int(trail.index.first[best]))


def _exact(text: str, trail: Trail, pairs: Found, at: int) -> int | None:
    """The output that has the same words as `text`, if it is there."""
    whole: int | None = None
    for pair in np.flatnonzero((pairs.text == at) & (pairs.share >= _ALL)):
        if whole is None:
            whole = int.from_bytes(whole_of(text, trail.key), "little")
        if int(trail.index.wholes[pairs.output[pair]]) == whole:
            return int(pairs.output[pair])
    return None


def _lacks_own(trail: Trail, pairs: Found, pair: int) -> bool:
    """Whether all that the output has for itself is missing in the text."""
    return bool(pairs.rare[pair] == 0 and trail.index.rares[pairs.output[pair]] >= _OWN)


def _kind(*, shared: bool, seen: int, grams: int) -> Kind:
    if shared:
        return Kind.BOILERPLATE
    if seen > _SIMILAR * grams:
        return Kind.EMBEDDED
    return Kind.EXCERPT if grams > _SIMILAR * seen else Kind.EDITED


def batches(found: Iterable[Row], *, most: int, size: int) -> Iterable[list[Row]]:
    """Rows by the `most`, or fewer of long texts: up to `size` bytes or so."""
    batch: list[Row] = []
    length = 0
    for row in found:
        batch.append(row)
        length += row.size
        if len(batch) >= most or length >= size:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch
