"""The recorded fingerprints of one trail, to look values up in.

Knows sorted arrays and a table of bits before them, which answers nearly every question
about text that is nobody's output. 8 bytes for each value, and the table. Common values
stand in many outputs and prove little: they are marked, and few of their outputs kept.
"""

from pathlib import Path
from typing import Any, NamedTuple, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray

from affidavit.fingerprint import (
    LEAST_COVERAGE,
    LEAST_HITS,
    VALUE_BYTES,
    WHOLE_BYTES,
)
from affidavit.scan.data.recorded import Recorded
from affidavit.scan.data.vector import Places, Values

_WORDS = 12 // VALUE_BYTES
"""A fingerprint's header, counted in values."""
COMMON = 20
"""Different outputs that share a value from which on it is common, in small trails."""
COMMON_SHARE = 2000
"""In large ones: one in so many of all outputs."""
KEPT = 64
"""Outputs kept of a common value."""
_MARK = np.uint32(1 << 31)
_TABLE_BITS = (20, 30)
_SPREAD = 5
"""Bits of the table for each value, as a power of two: one in 32 is set."""
_VALUE_BITS = 32
_AT_ONCE = 1 << 16

Numbers: TypeAlias = NDArray[Any]


class Found(NamedTuple):
    """For texts that may hold an output: which, and how much. Arrays of one length."""

    text: Places
    """Ascending; a text may stand several times, once for each output."""
    output: Places
    hits: Places
    rare: Places
    """How many of the hits are not common."""
    share: NDArray[np.float64]
    """Of the output: how much of what was kept of it stands in the text."""


class Index(NamedTuple):
    """Sorted by value. A tuple of arrays, so that processes can share its files."""

    values: Values
    owners: Values
    """For each value an output; the highest bit says that the value is common."""
    table: NDArray[np.uint8]
    kept: Values
    """For each output how many values it has."""
    rares: Values
    """For each output how many of them are not common."""
    grams: Values
    wholes: Values
    """For each output the `whole` of its fingerprint."""
    first: Values
    """For each output the number that it has in the trail's `Recorded`."""

    @classmethod
    def of(cls, recorded: Recorded) -> Self:
        """All that was recorded; outputs with equal fingerprints are one."""
        data = np.frombuffer(bytes(recorded.prints), "<u4")
        sizes = np.frombuffer(recorded.sizes, np.uint32).astype(np.int64) // VALUE_BYTES
        begins = np.cumsum(sizes) - sizes
        grams, wholes = data[begins + 1], data[begins + 2]
        first = _distinct(wholes, grams, data[begins], sizes)
        begins, kept = begins[first] + _WORDS, sizes[first] - _WORDS
        both = _paired(data, begins, kept)
        del data
        values, owners, rares = _marked(both, len(first))
        return cls(
            values=values,
            owners=owners,
            table=_table(values),
            kept=kept.astype(np.uint32),
            rares=rares.astype(np.uint32),
            grams=np.ascontiguousarray(grams[first]),
            wholes=np.ascontiguousarray(wholes[first]),
            first=first.astype(np.uint32),
        )

    def save(self, folder: Path) -> None:
        """Write the arrays, for other processes to map into their memory."""
        for name, each in self._asdict().items():
            np.save(folder / f"{name}.npy", each)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Map what `save` wrote."""
        # As plain arrays: those that know their file are slower to take parts of.
        return cls(
            *(
                np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))
                for name in cls._fields
            )
        )

    @property
    def size(self) -> int:
        """Bytes that it takes."""
        return sum(each.nbytes for each in self)

    def find(self, values: Values, ends: Places) -> Found:
        """The outputs of which texts have at least `LEAST_HITS` values.

        `values` are those of all texts, one after the other, each up to its end.
        """
        text, value = self._known(values, ends)
        low = np.searchsorted(self.values, value)
        there = np.flatnonzero(self.values[low % max(len(self.values), 1)] == value)
        text, value, low = text[there], value[there], low[there]
        count = np.searchsorted(self.values, value, "right") - low
        nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        owned = self.owners[np.repeat(low, count) + nth]
        output = (owned & ~_MARK).astype(np.int64)
        pair = np.repeat(text, count) * len(self.kept) + output
        pairs, place, hits = np.unique(pair, return_inverse=True, return_counts=True)
        rare = np.bincount(place, (owned & _MARK) == 0, len(pairs)).astype(np.int64)
        enough = hits >= LEAST_HITS
        pairs, hits, rare = pairs[enough], hits[enough], rare[enough]
        if not len(pairs):
            return Found(pairs, pairs, hits, rare, hits.astype(np.float64))
        text, output = np.divmod(pairs, len(self.kept))
        return Found(text, output, hits, rare, hits / self.kept[output])

    def places(self, values: Values, output: int) -> list[int]:
        """Where in a text's values those stand that the output has, and few others."""
        low = np.searchsorted(self.values, values)
        count = np.searchsorted(self.values, values, "right") - low
        nth = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        owned = self.owners[np.repeat(low, count) + nth] == output  # common ones: never
        found = np.unique(np.repeat(np.arange(len(values)), count)[owned])
        return list(map(int, found))

    def _known(self, values: Values, ends: Places) -> tuple[Places, Values]:
        """Values that may be some output's, with their texts; each once a text."""
        if not len(self.values):
            return np.empty(0, np.int64), np.empty(0, np.uint32)
        bits = _VALUE_BITS - (len(self.table) * 8).bit_length() + 1
        slot = values >> np.uint32(bits)
        seen = self.table[slot >> np.uint32(3)] >> (slot & np.uint32(7)).astype(
            np.uint8
        )
        at = np.flatnonzero(seen & np.uint8(1))
        text = np.searchsorted(ends, at, "right")
        once = np.unique(text.astype(np.uint64) << np.uint64(32) | values[at])
        return (once >> np.uint64(32)).astype(np.int64), once.astype(np.uint32)


def coverages(found: Found, hits: Places, index: Index, ends: Places) -> Numbers:
    """What `fingerprint.judged` calls coverage, of every pair at once; 0 for too few
    hits. `hits` are those of `found` that are to count.
    """
    share = hits / index.kept[found.output]
    seen = np.diff(ends, prepend=0)[found.text]
    copied = share * index.grams[found.output] / np.maximum(seen, 1)
    coverage = np.maximum(share, np.minimum(copied, 1.0))
    return np.where((hits >= LEAST_HITS) & (coverage >= LEAST_COVERAGE), coverage, 0.0)


def _distinct(*parts: Numbers) -> Places:
    """The first of each lot of equal ones, in order."""
    if not len(parts[0]):
        return np.empty(0, np.int64)
    order = np.lexsort(parts)
    new = np.ones(len(order), bool)
    new[1:] = np.logical_or.reduce([np.diff(each[order]) != 0 for each in parts])
    return np.sort(order[new])


def _paired(data: Values, begins: Places, kept: Places) -> NDArray[np.uint64]:
    """Each value in the upper half of a number, its output in the lower; in order."""
    both = np.empty(int(kept.sum()), np.uint64)
    at = 0
    for start in range(0, len(kept), _AT_ONCE):
        own, sizes = begins[start : start + _AT_ONCE], kept[start : start + _AT_ONCE]
        count = int(sizes.sum())
        within = np.arange(count) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        owner = np.repeat(np.arange(start, start + len(own), dtype=np.uint64), sizes)
        value = data[np.repeat(own, sizes) + within].astype(np.uint64)
        both[at : at + count] = value << np.uint64(32) | owner
        at += count
    both.sort()
    return both


def _marked(both: NDArray[np.uint64], outputs: int) -> tuple[Values, Values, Numbers]:
    """Values in order with their owners, common ones marked, and few of them; and for
    each output how many are not common.
    """
    value = (both >> np.uint64(32)).astype(np.uint32)
    owner = both.astype(np.uint32)
    new = np.ones(len(value), bool)
    new[1:] = value[1:] != value[:-1]
    begins = np.flatnonzero(new)
    runs = np.diff(begins, append=len(value))
    keep = np.ones(len(value), bool)
    rares = np.bincount(owner, minlength=outputs)
    limit = max(COMMON, outputs // COMMON_SHARE)
    for run in np.flatnonzero(runs >= limit):  # few: their values are many times there
        own = slice(begins[run], begins[run] + runs[run])
        rares[owner[own]] -= 1
        owner[own] |= _MARK
        keep[begins[run] + KEPT : begins[run] + runs[run]] = False
    return value[keep], owner[keep], rares


def _table(values: Values) -> NDArray[np.uint8]:
    least, most = _TABLE_BITS
    bits = min(max(len(values).bit_length() + _SPREAD, least), most)
    slots = np.zeros(1 << bits, bool)
    slots[values >> np.uint32(_VALUE_BITS - bits)] = True
    return np.packbits(slots, bitorder="little")


assert WHOLE_BYTES == VALUE_BYTES  # noqa: S101 - a fingerprint is read as an array
