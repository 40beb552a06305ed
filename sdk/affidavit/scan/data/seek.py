"""Rows against what was recorded: which hold an output, which one, and how.

Knows the rule by which a copy is one (`fingerprint.judged`) and the kinds of it. Looks
at a row's texts together first, and one by one only where something was found.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from affidavit.fingerprint import GRAM_WORDS, LEAST_WORDS, Key, shared_words, window
from affidavit.fingerprint import whole as whole_of
from affidavit.scan.data import rows
from affidavit.scan.data.index import Found, Index, coverages
from affidavit.scan.data.rows import Row
from affidavit.scan.data.vector import Blocks, Places, Values, blocks_of

_SIMILAR = 1.5
"""How much longer the one text may be than the other for one to be an edited copy."""
_CERTAIN = 0.5
"""Share of an output that is a copy even where each piece of it is common."""
_OWN = 6
"""Values that no other output has, and of which a copy would have some."""
_ALL = 0.9
_TRIED = 8
"""Outputs that a text is held against, the likeliest first."""
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
    """Nothing but what many outputs have in common, or a frame of words that both fill
    in with one word alike."""


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
    values = blocks.values(trail.key)
    pairs = trail.index.find(values, blocks.ends)
    if not len(pairs.text):
        return
    own = coverages(pairs, pairs.rare, trail.index, blocks.ends)
    any_ = coverages(pairs, pairs.hits, trail.index, blocks.ends)
    # The likeliest of a text: by what is rare in it, then by all of it.
    order = np.lexsort((-pairs.hits, -any_, -own, pairs.text))
    order = order[any_[order] > 0]
    places = pairs.text[order]
    begins = np.flatnonzero(np.diff(places, prepend=-1))
    ends = np.append(begins[1:], len(order))[: len(begins)]
    for first, end in zip(begins, ends, strict=True):
        text = int(places[first])
        start = int(blocks.ends[text - 1]) if text else 0
        seen = _Seen(texts[text], values[start : blocks.ends[text]], own, pairs, trail)
        yield text, seen.best(order[first:end], number)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One text that may hold an output, with all pairs of its batch."""

    text: str
    values: Values
    own: NDArray[np.float64]
    pairs: Found
    trail: Trail

    def best(self, candidates: Places, number: int) -> _Best:
        """The output that it is most like; the likeliest come first."""
        index, likeliest = self.trail.index, int(candidates[0])
        exact = self._exact(candidates)
        if exact is not None:
            return _Best(Kind.EXACT, 1.0, number, int(index.first[exact]))
        found = next(
            (pair for pair in map(int, candidates[:_TRIED]) if not self._shared(pair)),
            None,
        )
        pair = likeliest if found is None else found
        output = int(self.pairs.output[pair])
        kind = (
            Kind.BOILERPLATE
            if found is None
            else _kind(seen=len(self.values), grams=int(index.grams[output]))
        )
        share = float(self.pairs.share[pair])
        return _Best(kind, share, number, int(index.first[output]))

    def _exact(self, candidates: Places) -> int | None:
        """The output that has the same words, if it is there."""
        whole: int | None = None
        for pair in candidates:
            if self.pairs.share[pair] < _ALL:
                continue
            if whole is None:
                whole = int.from_bytes(whole_of(self.text, self.trail.key), "little")
            output = int(self.pairs.output[pair])
            if int(self.trail.index.wholes[output]) == whole:
                return output
        return None

    def _shared(self, pair: int) -> bool:
        """Whether the pair has nothing in common but what many outputs have, or what
        one word in a frame that both fill in explains.
        """
        rare = int(self.pairs.rare[pair])
        output = int(self.pairs.output[pair])
        index = self.trail.index
        if self.own[pair] == 0:
            lacks_own = rare == 0 and index.rares[output] >= _OWN
            return bool(self.pairs.share[pair] < _CERTAIN or lacks_own)
        if rare > GRAM_WORDS:
            return False  # they stand in more places than one word explains
        places = index.places(self.values, output)
        return shared_words(places, window(int(index.grams[output]))) < LEAST_WORDS


def _kind(*, seen: int, grams: int) -> Kind:
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
