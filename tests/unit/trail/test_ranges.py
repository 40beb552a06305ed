"""Ranges against sets of single numbers, which need no arithmetic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.errors import Malformed
from affidavit.trail.ranges import MAX_INDEX, Ranges

SETS = st.frozensets(st.integers(0, 80), max_size=60)


def made(indices: frozenset[int]) -> Ranges:
    ranges = Ranges()
    for index in sorted(indices):
        ranges.add(index)
    return ranges


def members(ranges: Ranges) -> set[int]:
    return {index for first, n in ranges for index in range(first, first + n)}


def in_order(ranges: Ranges) -> bool:
    pairs = list(ranges)
    ends = [first + count for first, count in pairs]
    starts = [first for first, _ in pairs]
    return all(end < start for end, start in zip(ends, starts[1:], strict=False))


@given(SETS)
def test_a_set_is_what_was_put_in(one: frozenset[int]) -> None:
    ranges = made(one)
    assert members(ranges) == one
    assert ranges.total == len(one)
    assert ranges.end == max(one, default=-1) + 1
    assert [index in ranges for index in range(90)] == [i in one for i in range(90)]
    assert in_order(ranges)


@given(SETS, SETS)
def test_minus_and_union_are_those_of_sets(
    one: frozenset[int], other: frozenset[int]
) -> None:
    left, whole = made(one).minus(made(other)), Ranges.union([made(one), made(other)])
    assert members(left) == one - other
    assert left.total == len(one - other)
    assert members(whole) == one | other
    assert whole.total == len(one | other)
    assert in_order(left)
    assert in_order(whole)


@given(SETS, st.integers(0, 90), st.integers(0, 90))
def test_within_cuts_a_piece_out(one: frozenset[int], start: int, end: int) -> None:
    pieces = Ranges.of(*made(one).within(start, end))
    assert members(pieces) == {index for index in one if start <= index < end}


@given(SETS, st.integers(1, 16))
def test_bundles_are_those_that_hold_any(one: frozenset[int], width: int) -> None:
    assert list(made(one).bundles(width)) == sorted({index // width for index in one})


@given(SETS)
def test_what_is_printed_is_read_back(one: frozenset[int]) -> None:
    ranges = made(one)
    assert Ranges.parse(canonical.loads(canonical.dumps(ranges.as_json()))) == ranges


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        [1, 2],
        [[1]],
        [[1, 2, 3]],
        [[1, 0]],
        [[-1, 2]],
        [["1", 2]],
        [[1, True]],
        [[True, 2]],
        [[5, 2], [3, 1]],
        [[1, 2], [3, 1]],  # they touch: one range
        [[1, 2], [2, 2]],
        [[MAX_INDEX, 1]],
    ],
)
def test_anything_else_is_no_set(value: object) -> None:
    with pytest.raises(Malformed):
        Ranges.parse(value)  # type: ignore[arg-type]  # JSON of every shape


def test_an_index_that_comes_too_late_is_refused() -> None:
    ranges = Ranges.of((5, 2))
    with pytest.raises(ValueError, match="index 6 after 7"):
        ranges.add(6)


def test_a_set_equals_only_a_set() -> None:
    assert Ranges.of((1, 2)) != [(1, 2)]
