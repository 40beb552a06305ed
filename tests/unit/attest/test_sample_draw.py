"""The draw: nobody's choice, and the same for whoever draws it again."""

import hashlib
from collections import Counter
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.attest.sample_draw import (
    For,
    Span,
    drawn,
    placed,
    seed_of,
    shuffled,
)
from affidavit.errors import Malformed

SEED = bytes(range(32))
SPAN = Span(wanted=5, first=10, end=90)


def by_the_book(seed: bytes, width: int) -> list[int]:
    """docs/formats/statement.md, Sample, written down again with a list."""
    every, counter = list(range(width)), 0
    for i in range(width):
        n = width - i
        while True:
            block = hashlib.sha256(seed + counter.to_bytes(8, "big")).digest()
            counter += 1
            x = int.from_bytes(block[:8], "big")
            if x < (2**64 // n) * n:
                break
        j = i + x % n
        every[i], every[j] = every[j], every[i]
    return every


@given(st.binary(min_size=32, max_size=32), st.integers(0, 300))
def test_the_draw_is_the_documented_one_and_a_permutation(
    seed: bytes, width: int
) -> None:
    found = list(shuffled(seed, width))
    assert found == by_the_book(seed, width)
    assert sorted(found) == list(range(width))


def test_a_known_draw_stays_what_it_was() -> None:
    # For whoever writes this again elsewhere: of a million, under the seed 00 01 … 1f.
    assert list(islice(shuffled(SEED, 1_000_000), 4)) == [
        364221,
        738191,
        738016,
        302074,
    ]


def test_each_place_is_drawn_as_often_as_any_other() -> None:
    seen = Counter(
        next(shuffled(hashlib.sha256(b"%d" % each).digest(), 7))
        for each in range(7_000)
    )
    # Of 1,000 expected, chi-square with 6 degrees: above 33 once in 100,000 draws.
    assert sum((count - 1_000) ** 2 / 1_000 for count in seen.values()) < 33


def test_a_draw_ends_when_enough_decisions_are_found_or_enough_records() -> None:
    every = [10 + place for place in shuffled(SEED, 80)]
    assert drawn(SEED, SPAN, lambda _: True) == every[:5]
    assert drawn(SEED, SPAN, lambda _: False) == every[:80]
    odd = drawn(SEED, SPAN, lambda index: bool(index % 2))
    assert odd == every[: len(odd)]
    assert sum(each % 2 for each in odd) == 5
    assert odd[-1] % 2
    few = Span(wanted=1, first=0, end=1_000)
    assert len(drawn(SEED, few, lambda _: False)) == few.most == 16


def test_the_seed_is_of_root_statement_and_what_came_after() -> None:
    digest = "ab" * 32
    one = seed_of(For.SAMPLE, SEED, digest, b"after")
    expected = hashlib.sha256(
        b"affidavit/1 sample\0"
        + SEED
        + bytes.fromhex(digest)
        + hashlib.sha256(b"after").digest()
    )
    assert one == expected.digest()
    without = hashlib.sha256(
        b"affidavit/1 sample\0" + SEED + bytes.fromhex(digest) + bytes(32)
    )
    assert seed_of(For.SAMPLE, SEED, digest, None) == without.digest()
    assert len({one, seed_of(For.CHALLENGE, SEED, digest, b"after")}) == 2


def test_the_section_is_read_as_it_is_printed() -> None:
    assert Span.parse(SPAN.as_json(), 90) == SPAN
    assert SPAN.as_json() == {"wanted": 5, "most": 80, "first": 10, "end": 90}
    assert SPAN.edges(91) == [9, 90]
    assert SPAN.edges(90) == [9]
    assert Span(wanted=1, first=0, end=0).edges(5) == []


@pytest.mark.parametrize(
    "changed",
    [
        {"most": 81},
        {"wanted": 0, "most": 0},
        {"wanted": 10_001, "most": 160_016},
        {"first": 91},
        {"end": 91},
        {"end": "90"},
        {"end": True},
        {"end": -1},
        {"end": None},
        {"end": "0x5a"},
        {"more": 1},
    ],
)
def test_another_section_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(Malformed):
        Span.parse({**SPAN.as_json(), **changed}, 90)  # type: ignore[dict-item]  # on purpose


def test_no_object_is_no_section() -> None:
    with pytest.raises(Malformed, match="not an object"):
        Span.parse([], 90)


def test_the_least_and_the_most_that_can_be_asked_for_are_read() -> None:
    for least in (
        Span(wanted=1, first=0, end=0),
        Span(wanted=10_000, first=1, end=1),
        Span(wanted=1, first=1, end=2),
    ):
        assert Span.parse(least.as_json(), 2) == least
    assert Span(wanted=1, first=1, end=2).edges(3) == [0, 2]


def test_a_word_that_would_favour_small_numbers_is_thrown_away() -> None:
    # 2^64 = 3 * 6148914691236517205 + 1: of three, the last word alone is one too many.
    last = 2**64 - 1
    assert list(placed(iter([last, last - 1, 0, 0]), 3)) == [2, 1, 0]
    assert list(placed(iter([last, 0]), 2)) == [1, 0]
