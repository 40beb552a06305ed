"""A text as runs of three words, keyed; and the short items that it lists.

Knows how a long text is sampled and what an item is. Words are those by which
fingerprints are compared (`affidavit.fingerprint`), so case, marks and spacing make no
difference and scripts without spaces count by characters. Knows no call and no window.
"""

import re
import sys
from array import array
from binascii import crc32
from collections.abc import Iterable, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

from affidavit.fingerprint import ASCII_WORDS, words

MOST_READ = 384
"""Words of an input that are looked at."""
MOST_LEARNT = 640
"""Words of an output that are remembered."""
_BLOCKS = 6
"""Pieces, evenly spaced, that are taken of a longer text."""
_CHARACTERS = 8
"""Of a word with what is around it, rather more than less."""
_LONGEST_LIST = 8192
_RUN_WORDS = 3
_COEFFICIENT = 16
"""Bytes: a sum of three products of 32 and 64 bits has 98 bits."""
_FIRST = 2 * 4 + 1
"""Of the third coefficient, which is the first that has three words, the second half
of its lower 64 bits; counted in 32 bits."""
MOST_ITEMS = 48
LONGEST_ITEM = 24
"""Words; what is longer has runs enough to be known by."""

_LINE = re.compile(
    r"^[\s>*#•·\-–]*(?:\(?\d{1,3}[.):、]\s*)?(\S.{1,159}?)[\s,;.。]*$", re.MULTILINE
)
_QUOTED = re.compile(r'"([^"\\\n]{2,160})"')
_LINE_BYTES = re.compile(
    rb"^[\s>*#-]*(?:\(?\d{1,3}[.):]\s*)?(\S.{1,159}?)[\s,;.]*$", re.MULTILINE
)
_QUOTED_BYTES = re.compile(rb'"([^"\\\n]{2,160})"')
"""The same for text that is ASCII."""
_FEWEST_LINES = 3
_SEEN_OF_CODE = 1200
_CODE_MARKS = 0.04
_WITHOUT_MARKS = str.maketrans("", "", "{}()[]=<>;_+&|\\$")


class Key(NamedTuple):
    """Three secret odd numbers: without them a table of runs tells no words."""

    first: int
    second: int
    third: int

    @classmethod
    def of(cls, secret: bytes) -> "Key":
        """From at least 16 secret bytes."""
        data = blake2b(b"affidavit/1 behaviour", key=secret[:64], digest_size=24)
        digest = data.digest()
        parts = (digest[at : at + 8] for at in (0, 8, 16))
        return cls(*(int.from_bytes(part, "big") | 1 for part in parts))


def spoken(text: str, most: int) -> list[list[bytes]]:
    """About `most` words of `text`: in one piece, or in several of a longer one."""
    if len(text) <= most * _CHARACTERS:
        return [words(text)[0][: most + most // 2]]
    size = most // _BLOCKS * _CHARACTERS
    step = (len(text) - size) // (_BLOCKS - 1)
    pieces = (text[at * step : at * step + size] for at in range(_BLOCKS))
    return [words(piece)[0][1:-1] for piece in pieces]


def runs(spoken_words: Sequence[bytes], key: Key) -> list[int]:
    """32 bits for each three words in a row, in order: of `a`, `b`, `c` the bits 32 to
    63 of `a * first + b * second + c * third`.
    """
    count = len(spoken_words)
    if count < _RUN_WORDS:
        return []
    # All sums of three at once, as the product of two polynomials whose coefficients
    # never reach the next one's bits: a fifth of the time that a loop takes.
    spread = array("I", bytes(_COEFFICIENT * count))
    spread[:: _COEFFICIENT // spread.itemsize] = _little(
        array("I", map(crc32, spoken_words))
    )
    one, two, three = key
    by = three | two << 128 | one << 256
    product = int.from_bytes(spread.tobytes(), "little") * by
    sums = array("I", product.to_bytes(_COEFFICIENT * (count + 3), "little"))
    return _little(sums)[_FIRST : 4 * count : 4].tolist()


def _little(numbers: "array[int]") -> "array[int]":
    """The same in the order of bytes that this machine does not have, if it is one."""
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def item(spoken_words: Iterable[bytes], key: Key) -> int:
    """32 bits for a few words as a whole; never 0."""
    total = 0
    for word in spoken_words:
        total = (total * key.second + crc32(word) + 1) * key.first & 0xFFFFFFFFFFFFFFFF
    return (total >> 32) | 1


def is_code(text: str) -> bool:
    """Whether a text, by its head and its tail, has the marks that code has."""
    if len(text) > _SEEN_OF_CODE:
        text = text[: _SEEN_OF_CODE // 2] + text[-_SEEN_OF_CODE // 2 :]
    marks = len(text) - len(text.translate(_WITHOUT_MARKS))
    return marks > _CODE_MARKS * len(text)


def items(text: str, key: Key) -> list[int]:
    """The lines of a text that lists things, or the strings of one that is JSON."""
    text = text[:_LONGEST_LIST]
    if text.lstrip("` \njson")[:1] in "[{" and '"' in text:
        quoted = True
    elif text.count("\n") >= _FEWEST_LINES - 1 and not is_code(text):
        quoted = False
    else:
        return []
    listed = islice(_listed(text, quoted=quoted), MOST_ITEMS)
    return [item(each, key) for each in listed if 0 < len(each) <= LONGEST_ITEM]


def _listed(text: str, *, quoted: bool) -> Iterator[Sequence[bytes]]:
    """The words of each line or string."""
    if not text.isascii():
        for match in (_QUOTED if quoted else _LINE).finditer(text):
            yield words(match[1])[0]
        return
    # As `words` takes them, of all lines at once.
    data = text.lower().encode("ascii")
    for found in (_QUOTED_BYTES if quoted else _LINE_BYTES).finditer(data):
        yield ASCII_WORDS.findall(found[1])
