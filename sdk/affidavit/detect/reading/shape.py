"""The shape of a stretch of text: one letter for each word, saying what it may be.

Knows fields and how words are counted. Knows no request: `reading.purpose` looks for
those. Shapes of any language are alike, so that what is looked for in them is written
once. Linear in the stretch.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from affidavit.detect.reading import chinese, english, indonesian
from affidavit.detect.reading.field import Field
from affidavit.detect.rule import Terms
from affidavit.detect.scan import Place, Scanner

# Where a sentence ends, a comma, a word with spaces about it, two letters without.
# Six ends in a row are an ellipsis, which ends nothing.
_PIECE = re.compile(
    r"(\n(?!\n{5}))|(,|\n+)|(\d[\d,.]{2,}|\d+)|[a-z\u00c0-\u0dff']+"
    r"|[^\x00-\u0dff\W\d]{1,2}"
)
_READ_THROUGH = 12
"""The most of anything that is made for people and not for a model."""


_LANGUAGES = (english.WORDS, chinese.WORDS, indonesian.WORDS)
WORDS = tuple(
    word for each in _LANGUAGES for words in each.values() for word in words.literals
)
"""Every word that has a field."""


@dataclass(frozen=True, slots=True)
class Shape:
    """`letters[i]` is what stands at `places[i]` of the text."""

    letters: str
    places: tuple[Place, ...]


class Shaper:
    """Words and their fields, compiled. Immutable; threads may share it."""

    def __init__(self, *languages: Mapping[Field, Terms]) -> None:
        sets = [(field, words) for each in languages for field, words in each.items()]
        self._scanner = Scanner(tuple(words for _, words in sets))
        # A word of two fields has that of the first language, and field, to name it.
        self._field = [sets[min(of)][0].value for of in self._scanner.sets_of]

    def __call__(self, marked: str, low: int, high: int) -> Shape:
        """Characters `low` to `high` of `marked`, which is `sentences.mark`'s."""
        stretch = marked[low:high]
        pieces = list(self._pieces(stretch))
        return Shape(
            "".join(letter for letter, _ in pieces),
            tuple((low + start, low + end) for _, (start, end) in pieces),
        )

    def _pieces(self, stretch: str) -> Iterator[tuple[str, Place]]:
        at = 0
        for start, end, letter in self._words(stretch):
            yield from _between(stretch, at, start)
            yield letter, (start, end)
            at = end
        yield from _between(stretch, at, len(stretch))

    def _words(self, stretch: str) -> Iterator[tuple[int, int, str]]:
        """The longest of those that begin first, none over another."""
        found = self._scanner.found(stretch, self._scanner.hits(stretch))
        at = 0
        for start, negative_end, literal in sorted(
            (start, -end, literal)
            for literal, places in found.items()
            for start, end in places
        ):
            if start >= at:
                at = -negative_end
                yield start, at, self._field[literal]


def _between(stretch: str, low: int, high: int) -> Iterator[tuple[str, Place]]:
    """What stands between two known words, of which the first may go on."""
    for piece in _PIECE.finditer(stretch, low, high):
        end, comma, number = piece.groups()
        if end:
            yield Field.END.value, piece.span()
        elif comma:
            yield Field.BREAK.value, piece.span()
        elif number:
            yield _numeral(number), piece.span()
        elif not _goes_on(stretch, piece.start(), low):
            yield Field.OTHER.value, piece.span()


def _goes_on(stretch: str, start: int, low: int) -> bool:
    """Whether the piece is the rest of a word of which a stem was known."""
    return (
        start == low > 0 and stretch[start - 1].isalpha() and stretch[start] < "\u0e00"
    )


def _numeral(digits: str) -> str:
    plain = digits.replace(",", "").replace(".", "")
    few = len(plain) < 3 and int(plain) <= _READ_THROUGH
    letter: str = Field.NUMBER.value if few else Field.MANY.value
    return letter


@lru_cache(maxsize=1)
def shaper() -> Shaper:
    """Built when first needed."""
    return Shaper(*_LANGUAGES)
