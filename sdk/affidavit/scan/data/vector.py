"""The grams of many texts at once: `fingerprint.grams`, for a whole data set.

The same function by other means (numpy instead of a loop), which a property test holds
against the other. Knows arrays of bytes, and nothing of rows or files.
"""

from binascii import crc32
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from affidavit.fingerprint import (
    GRAM_WORDS,
    LONGEST_WORD,
    UNSPACED,
    WORDS,
    Key,
    normalised,
)

Bytes: TypeAlias = NDArray[np.uint8]
Places: TypeAlias = NDArray[np.int64]
Values: TypeAlias = NDArray[np.uint32]

_SPACE = b" "
_UPPER = bytes(range(ord("A"), ord("Z") + 1))
_LOWERED = bytes.maketrans(_UPPER, _UPPER.lower())
_IS_WORD = bytes(
    byte >= 0x80 or chr(byte).isdigit() or "a" <= chr(byte).lower() <= "z"
    for byte in range(256)
)
_BREAK = 10
"""Stands between texts, and in none."""


class Blocks(NamedTuple):
    """The grams of some texts, before any key."""

    blocks: NDArray[np.uint64]
    """Two for each gram: what `Key.permute` takes."""
    ends: Places
    """Where each text's grams end; each begins where the one before ends."""

    def values(self, key: Key) -> Values:
        """For each gram its value under `key`."""
        if not len(self.blocks):
            return np.empty(0, np.uint32)
        keyed = np.frombuffer(key.permute(self.blocks.tobytes()), "<u4")
        return np.ascontiguousarray(keyed[::4])


def blocks_of(texts: Sequence[str]) -> Blocks:
    """The grams of each of `texts`, in order."""
    if all(map(str.isascii, texts)):
        data = _SPACE.join([text.encode("ascii") for text in texts])
        sizes = np.fromiter(map(len, texts), np.int64, len(texts))
        ends = np.cumsum(sizes + 1) - 1
    else:
        data, ends = _canonical(texts)
    return _grams(data.translate(_LOWERED), ends)


def _canonical(texts: Sequence[str]) -> tuple[bytes, Places]:
    """Texts of any script as `fingerprint.words` joins their words, and their ends."""
    joined = "\n".join([_line(text) for text in texts])
    chars = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
    kinds = _kinds()[chars]
    seen = np.flatnonzero(kinds)
    kind, char = kinds[seen], chars[seen]
    gap = np.empty(len(seen), bool)
    gap[:1] = True
    gap[1:] = (np.diff(seen) > 1) | (kind[1:] == _ALONE) | (kind[:-1] == _ALONE)
    # Four places for each character: a space before it, itself, the two after it.
    spread = np.zeros((len(seen), 4), "<u4")
    spread[:, 0] = np.where(gap, 32, 0)
    spread[:, 1] = char
    alone = kind == _ALONE
    second = np.zeros(len(seen), bool)
    second[:-1] = alone[:-1] & alone[1:]
    spread[:-1, 2] = np.where(second[:-1], char[1:], 0)
    third = np.zeros(len(seen), bool)
    third[:-2] = second[:-2] & alone[2:]
    spread[:-2, 3] = np.where(third[:-2], char[2:], 0)
    flat = spread.ravel()
    data = flat[flat != 0].tobytes().decode("utf-32-le").encode("utf-8")
    breaks = np.flatnonzero(np.frombuffer(data, np.uint8) == _BREAK)
    return data, np.append(breaks, len(data))


def _line(text: str) -> str:
    return (text if text.isascii() else normalised(text)).replace("\n", " ")


_WORD, _ALONE, _END = 1, 2, 3


@cache
def _kinds() -> Bytes:
    """For each code point: 0 no part of a word, or one of the kinds above."""
    import re

    kinds = np.zeros(0x110000, np.uint8)
    # Beyond the third plane there is nothing but private use and tags.
    every = "".join(map(chr, range(0x40000))).encode("utf-32-le", "surrogatepass")
    text = every.decode("utf-32-le", "surrogatepass")
    for found in WORDS.finditer(text):
        kinds[found.start() : found.end()] = _WORD
    for found in re.finditer(f"[{UNSPACED}]", text):
        kinds[found.start()] = _ALONE
    kinds[_BREAK] = _END
    return kinds


def _grams(data: bytes, ends: Places) -> Blocks:
    """Of lower-case text in UTF-8 whose texts end there."""
    mask = np.frombuffer(b"\0" + data.translate(_IS_WORD) + b"\0", np.uint8)
    edges = np.flatnonzero(mask[1:] != mask[:-1])
    starts, stops = edges[0::2], edges[1::2]
    if len(starts) and int((stops - starts).max()) > LONGEST_WORD:
        starts, stops = _cut(starts, stops)
    hashes = _hashes(np.frombuffer(data, np.uint8), starts, stops)
    words = np.searchsorted(starts, ends)
    return _runs(hashes, words)


def _cut(starts: Places, stops: Places) -> tuple[Places, Places]:
    """Words longer than `LONGEST_WORD` as several."""
    pieces = -(-(stops - starts) // LONGEST_WORD)
    nth = np.arange(pieces.sum()) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    first = np.repeat(starts, pieces) + nth * LONGEST_WORD
    return first, np.minimum(first + LONGEST_WORD, np.repeat(stops, pieces))


def _hashes(data: Bytes, starts: Places, stops: Places) -> NDArray[np.uint64]:
    """The 24 lower bits of each word's CRC-32, by what each byte adds to it."""
    if not len(starts):
        return np.empty(0, np.uint64)
    sizes = stops - starts
    offsets = np.cumsum(sizes) - sizes
    total = int(sizes.sum())
    # The place of each byte of a word, and how many of its word come after it.
    within = np.arange(total, dtype=np.int32) - np.repeat(
        (offsets - starts).astype(np.int32), sizes
    )
    after = np.repeat(stops.astype(np.int32), sizes) - 1 - within
    added = _added()[(after << 8) | data[within]]
    sums = np.bitwise_xor.reduceat(added, offsets) ^ _of_zeros()[sizes]
    hashes: NDArray[np.uint64] = (sums & 0xFFFFFF).astype(np.uint64)
    return hashes


@cache
def _of_zeros() -> Values:
    """CRC-32 of so many zero bytes."""
    return np.array([crc32(bytes(size)) for size in range(LONGEST_WORD + 1)], "<u4")


@cache
def _added() -> Values:
    """What a byte adds to a CRC-32 (it is linear): 256 for each number of bytes after
    it.
    """
    table = [
        crc32(bytes([byte]) + bytes(after)) ^ crc32(bytes(after + 1))
        for after in range(LONGEST_WORD)
        for byte in range(256)
    ]
    return np.array(table, "<u4")


def _runs(hashes: NDArray[np.uint64], words: Places) -> Blocks:
    """Runs of five words, none of them across two texts."""
    count = max(len(hashes) - GRAM_WORDS + 1, 0)
    inside = np.ones(len(hashes) + GRAM_WORDS, bool)
    for back in range(1, GRAM_WORDS):
        inside[words - back] = False  # before the first text: past the end
    inside = inside[:count]
    a, b, c, d, e = (hashes[i : i + count][inside] for i in range(GRAM_WORDS))
    blocks = np.empty((len(a), 2), "<u8")
    blocks[:, 0] = a | b << np.uint64(24) | c << np.uint64(48)
    blocks[:, 1] = c >> np.uint64(16) | d << np.uint64(8) | e << np.uint64(32)
    before = np.concatenate([[0], words[:-1]]) if len(words) else words
    return Blocks(blocks, np.cumsum(np.maximum(words - before - GRAM_WORDS + 1, 0)))
