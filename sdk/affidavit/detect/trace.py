"""From a folded text back to the characters that it was made from.

Knows which original characters each folded character came from. Knows no rule. Runs
only for texts that a finding points into, and there only on the lines it points at.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from affidavit.detect.normalise import IGNORABLE, compose, fold, fold_lines, space

Way = Callable[[int], tuple[int, int]]
"""From a folded character's index to the start and end of what it was made from."""

_RUN = re.compile("  +")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that does not fold to nothing, and where it begins."""

    text: str
    folded: str
    original_start: int
    folded_start: int


class Trace:
    """The way from `fold(text)` back into `text`."""

    def __init__(self, text: str) -> None:
        self._lines: list[_Line] = []
        self._ways: dict[int, Way] = {}
        original = folded_start = 0
        for line, folded in _lines(text):
            if folded:
                self._lines.append(_Line(line, folded, original, folded_start))
                folded_start += len(folded) + 1
            original += len(line)
        self._starts = [line.folded_start for line in self._lines]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Where folded characters `start` to `end` (not empty) lay in the text.

        A folded character made of several (a letter and its accents) maps to all of
        them, a space to the first of its run.
        """
        return self._letter(start)[0], self._letter(end - 1)[1]

    def _letter(self, at: int) -> tuple[int, int]:
        number = bisect_right(self._starts, at) - 1
        line = self._lines[number]
        way = self._ways.get(number)
        if way is None:
            way = self._ways[number] = follow(line.text, line.folded)
        within = at - line.folded_start
        if within < len(line.folded):
            start, end = way(within)
        else:  # the space between two lines: what follows this one's last character
            start = way(within - 1)[1]
            end = start + 1
        return line.original_start + start, line.original_start + end


def _lines(text: str) -> Iterator[tuple[str, str]]:
    """The lines of `text` with their folds; ASCII is quicker followed whole."""
    if text.isascii():
        return iter([(text, fold(text))])
    return zip(text.splitlines(keepends=True), fold_lines(text), strict=True)


def follow(line: str, folded: str) -> Way:
    """The way back within one line, of which `folded` is the fold.

    Should a Unicode version compose across our pieces, everything maps to the whole
    line: a span may then say too much, never something else.
    """
    if line.isascii():
        return _follow_ascii(line)
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _pieces(line):
        for letter in _spell(line[start:end]):
            if letter == " " and (not letters or letters[-1] == " "):
                continue
            letters.append(letter)
            places.append((start, end))
    if "".join(letters).removesuffix(" ") != folded:
        return lambda _: (0, len(line))
    return places.__getitem__


def _follow_ascii(line: str) -> Way:
    """Letters keep their order and number: only runs of spaces are shortened."""
    spaced = space(line)
    leading = len(spaced) - len(spaced.lstrip(" "))
    since, shift = [0], [leading]
    for run in _RUN.finditer(spaced, leading):
        low, high = run.span()
        shift.append(shift[-1] + high - low - 1)  # the first space of a run stays
        since.append(high - shift[-1])

    def way(at: int) -> tuple[int, int]:
        start = at + shift[bisect_right(since, at) - 1]
        return start, start + 1

    return way


@lru_cache(maxsize=4096)
def _spell(piece: str) -> str:
    return space(piece if piece.isascii() else compose(piece))


def _pieces(text: str) -> list[tuple[int, int]]:
    """Cut where NFKC cannot compose across the cut."""
    cuts = [at for at, letter in enumerate(text) if at == 0 or not _joins(letter)]
    return list(pairwise([*cuts, len(text)]))


@lru_cache(maxsize=4096)
def _joins(letter: str) -> bool:
    """Whether `letter` may compose with, or be removed between, what precedes it."""
    if letter.isascii():
        return False
    first = unicodedata.normalize("NFKD", letter)[0]
    return (
        unicodedata.category(first).startswith("M")
        or "\u1160" <= first <= "\u11ff"  # vowels and finals of Hangul syllables
        or "\U00016d63" <= first <= "\U00016d6a"  # Kirat Rai: letters that compose
        or IGNORABLE.match(letter) is not None
    )
