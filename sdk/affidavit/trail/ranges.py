"""Sets of record indices as ranges: what millions of records take as a few numbers.

Pure arithmetic. Ranges are sorted, do not touch each other, and are printed as
`[first, count]` pairs. Knows nothing of what the records are.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator

from affidavit.canonical import Json
from affidavit.errors import Malformed

MAX_INDEX = (1 << 53) - 1


class Ranges:
    """A set of indices, built in ascending order; 16 bytes for each range."""

    __slots__ = ("_ends", "_starts", "total")

    def __init__(self) -> None:
        self._starts = array("Q")
        self._ends = array("Q")
        self.total = 0
        """How many indices."""

    @classmethod
    def of(cls, *pairs: tuple[int, int]) -> "Ranges":
        """The set of these `(first, count)`; ascending, and they may touch."""
        made = cls()
        for first, count in pairs:
            made.add(first, count)
        return made

    def add(self, first: int, count: int = 1) -> None:
        """Put `[first, first + count)` behind all that is there."""
        if self._ends and first < self._ends[-1]:
            raise ValueError(f"index {first} after {self._ends[-1]}")
        if self._ends and first == self._ends[-1]:
            self._ends[-1] = first + count
        else:
            self._starts.append(first)
            self._ends.append(first + count)
        self.total += count

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[tuple[int, int]]:
        """`(first, count)`, ascending."""
        for start, end in zip(self._starts, self._ends, strict=True):
            yield start, end - start

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ranges) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it grows

    def __contains__(self, index: int) -> bool:
        place = bisect_right(self._starts, index) - 1
        return place >= 0 and index < self._ends[place]

    @property
    def end(self) -> int:
        """One more than the largest index; 0 for none."""
        return self._ends[-1] if self._ends else 0

    def within(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """`(first, count)` of what lies in `[start, end)`, ascending."""
        place = max(0, bisect_right(self._starts, start) - 1)
        while place < len(self._starts) and self._starts[place] < end:
            first = max(start, self._starts[place])
            last = min(end, self._ends[place])
            if first < last:
                yield first, last - first
            place += 1

    def minus(self, other: "Ranges") -> "Ranges":
        """What is here and not in `other`."""
        left = Ranges()
        for first, count in self:
            at, end = first, first + count
            for taken, number in other.within(at, end):
                if at < taken:
                    left.add(at, taken - at)
                at = taken + number
            if at < end:
                left.add(at, end - at)
        return left

    @classmethod
    def union(cls, sets: Iterable["Ranges"]) -> "Ranges":
        """What is in any of `sets`."""
        whole = cls()
        for first, count in sorted(pair for each in sets for pair in each):
            start = max(first, whole.end)
            if start < first + count:
                whole.add(start, first + count - start)
        return whole

    def bundles(self, width: int) -> Iterator[int]:
        """Numbers of the bundles of `width` indices that hold any, ascending."""
        following = 0
        for first, count in self:
            begin = max(following, first // width)
            following = (first + count - 1) // width + 1
            yield from range(begin, following)

    def as_json(self) -> list[Json]:
        """`[[first, count], …]`."""
        return [[first, count] for first, count in self]

    @classmethod
    def parse(cls, value: Json) -> "Ranges":
        """Read what `as_json` gives, else `Malformed`."""
        if not isinstance(value, list):
            raise Malformed("ranges are a list of [first, count]")
        made = cls()
        for pair in value:
            match pair:
                case [int(first), int(count)] if first >= 0 < count:
                    if (made and first <= made.end) or first + count > MAX_INDEX:
                        raise Malformed(f"ranges out of order at {first}")
                    made.add(first, count)
                case _:
                    raise Malformed(f"not a range [first, count]: {pair!r:.80}")
        if any(isinstance(each, bool) for pair in value for each in _list(pair)):
            raise Malformed("ranges are pairs of whole numbers, not of true and false")
        return made


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
