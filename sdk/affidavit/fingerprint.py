"""What survives of a text when it is reformatted or lightly edited: keyed word grams.

Knows texts, and the two ways of looking at one: `of` gives the few values that are kept
of an output (winnowing: Schleimer, Wilkerson, Aiken, SIGMOD 2003, §3), `grams` all the
values of a text that an output may be in. Knows no trail and no data set. Format:
docs/formats/fingerprint.md. Everything here takes time linear in the text.

Who holds a fingerprint and not its key learns how long the text was, and whether two
texts share passages; who holds both can test any text that they can guess.
"""

import re
import struct
import unicodedata
from binascii import crc32
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice, pairwise
from typing import NamedTuple

from affidavit.errors import Malformed

GRAM_WORDS = 5
WINDOW = 8
"""Grams of which at least one is kept; fewer for short texts, see `_window`."""
FEWEST_WORDS = 30
"""Of a text that can be recognised at all: shorter ones coincide by chance."""
FEWEST_VALUES = 6
"""Distinct values of a text that can be recognised: repetition has fewer."""
MOST_VALUES = 4096
"""Kept of one text, however long it is."""
LONGEST_WORD = 64
"""Bytes; what is longer counts as several words."""
LEAST_HITS = 3
LEAST_COVERAGE = 0.1
LEAST_WORDS = 2
"""That two texts share beside frames of words: one coincides too often."""

KEY_BYTES = 32
VALUE_BYTES = 4
WHOLE_BYTES = 4
_HEADER = struct.Struct("<II4s")
_SHORTEST = 2 * FEWEST_WORDS - 1
"""Characters of ASCII that can be `FEWEST_WORDS` words: two of them need a gap, or 65
characters of one, between them."""
_PER_GRAM = 16
"""Grams of a text for each gram of its window: texts of 30 words keep all."""
_VALUE = (1 << 8 * VALUE_BYTES) - 1
_BLOCK = 16
_WORD_BYTES = 3
_GRAM_BYTES = GRAM_WORDS * _WORD_BYTES

ASCII_WORDS = re.compile(rb"[0-9a-z\x80-\xff]{1,%d}" % LONGEST_WORD)
INVISIBLE = re.compile(
    "[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f"
    "\ufeff]+"
)
"""What is not seen, and may stand inside a word."""
UNSPACED = (
    "\u0e01-\u0e2e\u0e30-\u0e3a\u0e40-\u0e4e\u0e81-\u0eff\u1000-\u1049\u1050-\u109f"
    "\u1780-\u17d3\u3005-\u3007\u3041-\u3096\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
"""Scripts without spaces between words, as a class of a regular expression: Thai, Lao,
Burmese, Khmer, kana and Chinese characters. Each character counts as half a word."""
MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u064b-\u065f"
    "\u0670\u06d6-\u06ed\u0711\u0730-\u074a\u0900-\u0963\u0966-\u0dff\u0f71-\u0f84"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a"
)
"""What belongs to the word it stands in although it is no letter, as vowel signs do."""
_LETTER = f"[^\\W_{UNSPACED}]"
WORDS = re.compile(
    f"[{UNSPACED}]|{_LETTER}+(?:[{MARKS}]+{_LETTER}*)*|(?:[{MARKS}]+{_LETTER}*)+"
)
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")


class Match(NamedTuple):
    """How much of a kept text stands in another one."""

    hits: int
    """Values of the fingerprint that the other text has."""
    coverage: float
    """Share of the kept text, by its values; or of the other text, if that is more."""


class Fingerprint(NamedTuple):
    """What is kept of one text."""

    words: int
    """How many it had: two characters of a script without spaces count as one."""
    grams: int
    """Runs of `GRAM_WORDS` words, repeated ones too."""
    whole: bytes
    """4 bytes, equal for texts with the same words in the same order."""
    values: tuple[int, ...]
    """Ascending; at most `MOST_VALUES`."""

    @property
    def attestable(self) -> bool:
        """Whether it has enough to be told apart from what anybody would write."""
        return self.words >= FEWEST_WORDS and len(self.values) >= FEWEST_VALUES

    def matched(self, seen: "Grams") -> Match | None:
        """How much of this text stands in the one whose grams these are; None when it
        is no more than chance.
        """
        return judged(
            hits=sum(map(seen.values.__contains__, self.values)),
            kept=len(self.values),
            grams=self.grams,
            seen=seen.length,
        )

    def encode(self) -> bytes:
        """12 bytes and 4 for each value (docs/formats/fingerprint.md)."""
        return _HEADER.pack(self.words, self.grams, self.whole) + struct.pack(
            f"<{len(self.values)}I", *self.values
        )

    @classmethod
    def decode(cls, data: bytes) -> "Fingerprint":
        """Read exactly what `encode` prints, or raise `Malformed`."""
        count, rest = divmod(len(data) - _HEADER.size, VALUE_BYTES)
        if count < 0 or rest or count > MOST_VALUES:
            raise Malformed(f"{len(data)} bytes are no fingerprint")
        length, runs, whole = _HEADER.unpack_from(data)
        values = struct.unpack_from(f"<{count}I", data, _HEADER.size)
        if any(a >= b for a, b in pairwise(values)):
            raise Malformed("a fingerprint's values ascend")
        return cls(length, runs, whole, values)


class Grams(NamedTuple):
    """Everything by which a text can be found to hold another."""

    length: int
    """Runs of `GRAM_WORDS` words, repeated ones too."""
    values: frozenset[int]


@dataclass(frozen=True, slots=True)
class Key:
    """What makes fingerprints of one trail useless to whoever does not have it."""

    secret: bytes

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES:
            raise Malformed(f"a fingerprint key has {KEY_BYTES} bytes")

    def permute(self, blocks: bytes) -> bytes:
        """AES-256 of each 16 bytes (FIPS 197): each gram is one block, once."""
        # ECB tells equal blocks, which is what a fingerprint is to tell. An encryptor
        # is not shared: two threads must not use one.
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        cipher = Cipher(algorithms.AES(self.secret), modes.ECB())  # noqa: S305 - see above
        return cipher.encryptor().update(blocks)

    def whole(self, words: bytes) -> bytes:
        """4 bytes for all the words of a text in their order."""
        return blake2b(words, digest_size=WHOLE_BYTES, key=self.secret).digest()


def of(text: str, key: Key, *, most: int = MOST_VALUES) -> Fingerprint:
    """What to keep of `text`: of each few neighbouring grams the one with the least
    value, by which any copied passage keeps some.
    """
    return _kept(*words(text), key, most)


def _kept(spoken: list[bytes], unspaced: int, key: Key, most: int) -> Fingerprint:
    hashes = _hashes(spoken)
    keyed = _keyed(hashes, key)
    kept = {each & _VALUE for each in _minima(keyed, window(len(keyed)))}
    return Fingerprint(
        len(spoken) - unspaced // 2,
        len(keyed),
        key.whole(hashes),
        tuple(sorted(kept)[:most]),
    )


def attestable(text: str, key: Key) -> Fingerprint | None:
    """What `of` gives where that is `attestable`, else None: for a short text, which
    most answers of a high-volume product are, before anything is enciphered.
    """
    if len(text) < _SHORTEST and text.isascii():
        return None
    spoken, unspaced = words(text)
    if len(spoken) - unspaced // 2 < FEWEST_WORDS:
        return None
    found = _kept(spoken, unspaced, key, MOST_VALUES)
    return found if found.attestable else None


def whole(text: str, key: Key) -> bytes:
    """What the fingerprint of `text` has as its `whole`."""
    return key.whole(_hashes(words(text)[0]))


def grams(text: str, key: Key) -> Grams:
    """All the values of `text`, to find in it what was kept of others."""
    keyed = _keyed(_hashes(words(text)[0]), key)
    return Grams(len(keyed), frozenset([each & _VALUE for each in keyed]))


def judged(*, hits: int, kept: int, grams: int, seen: int) -> Match | None:
    """The rule by which a copy is one: three hits, and a tenth of either text.

    `kept` values stand for a text of `grams` grams; the other has `seen`. What was not
    kept is taken to be in the other text as often as what was.
    """
    if hits < LEAST_HITS:
        return None
    share = hits / kept
    coverage = max(share, min(share * grams / max(seen, 1), 1.0))
    return Match(hits, coverage) if coverage >= LEAST_COVERAGE else None


def shared_words(places: Sequence[int], width: int) -> int:
    """How many words two texts must share at least, beside a frame that both fill in,
    to have grams in common at these ascending `places` of the one.

    All of `GRAM_WORDS` grams in a row hold one and the same word. Of the other text
    every `width` grams one is kept, so hits so far apart are one stretch.
    """
    stretches: list[tuple[int, int]] = []
    for place in places:
        if stretches and place - stretches[-1][1] <= width:
            stretches[-1] = stretches[-1][0], place
        else:
            stretches.append((place, place))
    return sum((last - first) // GRAM_WORDS + 1 for first, last in stretches)


def window(count: int) -> int:
    """How many neighbouring grams of `count` one is kept of."""
    return max(1, min(WINDOW, count // _PER_GRAM))


def words(text: str) -> tuple[list[bytes], int]:
    """The words of `text` as they are compared, and how many of them are characters of
    scripts without spaces.

    Lower case, without marks of emphasis, punctuation, spaces or what is not seen. A
    character of a script without spaces brings the next two of them with it.
    """
    if text.isascii():
        return ASCII_WORDS.findall(text.lower().encode("ascii")), 0
    spoken: list[str] = WORDS.findall(normalised(text))
    unspaced = [bool(_IS_UNSPACED.match(word)) for word in spoken]
    count = sum(unspaced)
    if count:
        spoken = _joined(spoken, unspaced)
    return ASCII_WORDS.findall(" ".join(spoken).encode("utf-8")), count


def normalised(text: str) -> str:
    """One spelling for texts that look alike: NFKC, no case, nothing invisible."""
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", text).casefold())


def _joined(spoken: list[str], unspaced: list[bool]) -> list[str]:
    """Each character of a script without spaces with up to two that follow it."""
    first = zip(spoken, unspaced, strict=True)
    second = zip([*spoken[1:], ""], [*unspaced[1:], False], strict=True)
    third = zip([*spoken[2:], "", ""], [*unspaced[2:], False, False], strict=False)
    return [
        word + (after if b and c else "") + (later if b and c and d else "")
        for (word, b), (after, c), (later, d) in zip(first, second, third, strict=False)
    ]


def _hashes(spoken: Iterable[bytes]) -> bytes:
    """Three bytes for each word: of its CRC-32 those of least weight, first first."""
    sums = list(map(crc32, spoken))
    data = bytearray(struct.pack(f"<{len(sums)}I", *sums))
    del data[3::4]
    return bytes(data)


def _keyed(hashes: bytes, key: Key) -> list[int]:
    """For each gram 64 bits: the lower 32 are its value, the upper ones its rank."""
    count = len(hashes) // _WORD_BYTES - GRAM_WORDS + 1
    if count <= 0:
        return []
    blocks = bytearray(_BLOCK * count)
    end = _WORD_BYTES * (count - 1) + 1
    for i in range(_GRAM_BYTES):
        blocks[i::_BLOCK] = hashes[i : i + end : _WORD_BYTES]
    return list(
        islice(struct.unpack(f"<{2 * count}Q", key.permute(bytes(blocks))), 0, None, 2)
    )


def _minima(ranked: list[int], width: int) -> list[int]:
    """The least of each `width` neighbours, by comparing ever wider ones."""
    done = 1
    while done < width:
        step = min(done, width - done)
        ranked = list(map(min, ranked, ranked[step:]))
        done += step
    return ranked
