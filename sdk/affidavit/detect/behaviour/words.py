"""A text as runs of three words, keyed; and the short items that it lists.

Knows how a long text is sampled and what an item is. Words are those by which
fingerprints are compared (`affidavit.fingerprint`), so case, marks and spacing make no
difference and scripts without spaces count by characters. Knows no call and no window.
"""

import re
from binascii import crc32
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

from affidavit.fingerprint import words

MOST_READ = 384
"""Words of an input that are looked at."""
MOST_LEARNT = 640
"""Words of an output that are remembered."""
_BLOCKS = 6
"""Pieces, evenly spaced, that are taken of a longer text."""
_CHARACTERS = 8
"""Of a word with what is around it, rather more than less."""
_LONGEST_LIST = 8192
_MASK = 0xFFFFFFFF
MOST_ITEMS = 48
LONGEST_ITEM = 24
"""Words; what is longer has runs enough to be known by."""

_LINE = re.compile(
    r"^[\s>*#•·\-–]*(?:\(?\d{1,3}[.):、]\s*)?(\S.{1,159}?)[\s,;.。]*$", re.MULTILINE
)
_QUOTED = re.compile(r'"([^"\\\n]{2,160})"')
_FEWEST_LINES = 3


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
    """32 bits for each three words in a row, in order."""
    sums = list(map(crc32, spoken_words))
    one, two, three = key
    return [
        (a * one + b * two + c * three) >> 32 & _MASK
        for a, b, c in zip(sums, sums[1:], sums[2:], strict=False)
    ]


def item(spoken_words: Iterable[bytes], key: Key) -> int:
    """32 bits for a few words as a whole; never 0."""
    total = 0
    for word in spoken_words:
        total = (total * key.second + crc32(word) + 1) * key.first & 0xFFFFFFFFFFFFFFFF
    return (total >> 32) | 1


def items(text: str, key: Key) -> list[int]:
    """The lines of a text that lists things, or the strings of one that is JSON."""
    text = text[:_LONGEST_LIST]
    if text.lstrip("` \njson")[:1] in "[{" and '"' in text:
        pattern = _QUOTED
    elif text.count("\n") >= _FEWEST_LINES - 1:
        pattern = _LINE
    else:
        return []
    listed = (
        words(match[1])[0] for match in islice(pattern.finditer(text), MOST_ITEMS)
    )
    return [item(each, key) for each in listed if 0 < len(each) <= LONGEST_ITEM]
