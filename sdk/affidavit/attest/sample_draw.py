"""Which records are looked at: drawn by SHA-256 from what neither side could choose.

Pure, and nothing but hashes, so that a browser draws the same (docs/formats/
statement.md, Sample). Knows the section `sample`; what is drawn from is told by index.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from typing import Self

from affidavit.attest.predicate import number
from affidavit.canonical import Json
from affidavit.errors import Malformed

WANTED = 1_000
"""Decisions looked at unless asked otherwise: none amiss bounds the rate at 0.46 %."""
MAX_WANTED = 10_000
_MOST = 16
"""Records drawn at most for each decision that is wanted."""
_WORD = 1 << 64
_NOTHING = bytes(32)


class For(Enum):
    """What a draw is for; no two draws share a seed."""

    SAMPLE = b"affidavit/1 sample\0"
    CHALLENGE = b"affidavit/1 challenge\0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What is drawn from, and how much: the section `sample`."""

    wanted: int
    """Decisions of the period."""
    first: int
    end: int
    """Records `[first, end)` of the tree."""

    @property
    def most(self) -> int:
        """Records that are drawn at most."""
        return _MOST * self.wanted

    def as_json(self) -> dict[str, Json]:
        """The section."""
        return {
            "wanted": self.wanted,
            "most": self.most,
            "first": number(self.first),
            "end": number(self.end),
        }

    @classmethod
    def parse(cls, value: Json, size: int) -> Self:
        """Read what `as_json` gives, for a tree of `size`; else `Malformed`."""
        if not isinstance(value, Mapping):
            raise Malformed("the section `sample` is not an object")
        found = cls(
            wanted=_count(value.get("wanted")),
            first=_count(value.get("first")),
            end=_count(value.get("end")),
        )
        if (
            found.as_json() != value
            or not 1 <= found.wanted <= MAX_WANTED
            or not 0 <= found.first <= found.end <= size
        ):
            raise Malformed(f"no sample of a tree of {size} records: {value!r:.200}")
        return found

    def edges(self, size: int) -> list[int]:
        """The records beside the range, where the tree of `size` has them."""
        if self.first == self.end:
            return []
        return [each for each in (self.first - 1, self.end) if 0 <= each < size]


def _count(value: Json) -> int:
    match value:
        case bool():
            pass
        case int():
            return value
        case str() if value.isascii() and value.isdecimal() and len(value) < 20:
            return int(value)
        case _:
            pass
    raise Malformed(f"not a count: {value!r:.80}")


def seed_of(use: For, root: bytes, statement: str, last: bytes | None) -> bytes:
    """32 bytes that decide a draw: of the tree's root, the statement's digest (hex) and
    what came after them (None: nothing did).
    """
    after = _NOTHING if last is None else sha256(last).digest()
    return sha256(use.value + root + bytes.fromhex(statement) + after).digest()


def shuffled(seed: bytes, width: int) -> Iterator[int]:
    """The numbers `0 … width-1` in the order that `seed` gives them, each once.

    The first steps of a Fisher-Yates shuffle: any prefix is a uniform draw without
    replacement. A word that would favour small numbers is thrown away.
    """
    return placed(_words(seed), width)


def placed(words: Iterator[int], width: int) -> Iterator[int]:
    """The same by words of 64 bits, taken as they come."""
    moved: dict[int, int] = {}
    for place in range(width):
        left = width - place
        bound = _WORD // left * left
        word = next(each for each in words if each < bound)
        other = place + word % left
        yield moved.get(other, other)
        moved[other] = moved.pop(place, place)


def _words(seed: bytes) -> Iterator[int]:
    counter = 0
    while True:
        digest = sha256(seed + counter.to_bytes(8, "big")).digest()
        yield int.from_bytes(digest[:8], "big")
        counter += 1


def drawn(seed: bytes, span: Span, counts: Callable[[int], bool]) -> list[int]:
    """Indices in the order drawn, up to the last one that is needed.

    `counts` tells whether the record at an index is a decision of the period; what it
    raises goes through.
    """
    indices: list[int] = []
    found = 0
    for place in shuffled(seed, span.end - span.first):
        if found == span.wanted or len(indices) == span.most:
            break
        indices.append(span.first + place)
        found += counts(indices[-1])
    return indices
