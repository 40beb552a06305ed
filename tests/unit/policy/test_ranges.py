from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.policy import ranges
from affidavit.policy.comparison import Comparison
from affidavit.policy.in_force import Truth

BOUNDS = st.lists(
    st.one_of(st.integers(-20, 20), st.decimals(-9, 9, places=1).map(float)),
    min_size=1,
    max_size=4,
)
OPERATORS = (">=", ">", "<=", "<", "==")


@given(st.sampled_from(OPERATORS), st.integers(-30, 30))
def test_a_bound_is_reached_by_some_score_or_by_none(sign: str, tenths: int) -> None:
    bound = tenths / 10
    scores = [step / ranges.SCORES for step in range(ranges.SCORES + 1)]
    holds = any(Comparison(sign, bound).holds(each) is Truth.YES for each in scores)
    assert ranges.reached(sign, bound) is holds
    assert not ranges.reached("==", bound + 0.0005)


def answers(bounds: list[float], value: object) -> tuple[object, ...]:
    return tuple(Comparison(o, b).holds(value) for b in bounds for o in OPERATORS)


@settings(max_examples=200, deadline=None)
@given(BOUNDS, st.one_of(st.integers(-40, 40), st.floats(-40, 40).map(repr)))
def test_every_number_is_like_one_of_the_parameters(
    bounds: list[float], value: int | str
) -> None:
    found = ranges.parameters(bounds)

    assert answers(bounds, value) in {answers(bounds, each) for each in found}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.decimals(0, 1, places=4).map(float), min_size=1, max_size=4),
    st.integers(0, 1000),
)
def test_every_score_is_like_the_one_below_it(bounds: list[float], score: int) -> None:
    below = max(each for each in ranges.scores(bounds) if each <= score)

    assert answers(bounds, score / 1000) == answers(bounds, below / 1000)


def test_texts_and_numbers_that_are_spelt_as_text_are_apart() -> None:
    found = ranges.parameters(["10", "large", "other"])

    assert "10" in found
    assert any(v == 10 and type(v) is int for v in found)
    assert any(
        isinstance(v, str) and v != "10" and float(v) == 10
        for v in found[1:6:1]
        if isinstance(v, str) and v[0].isdigit()
    )
    assert "other-" in found
    assert found[0] is None


def test_a_day_stands_for_all_until_something_expires() -> None:
    today = date(2026, 11, 23)
    found = ranges.days(today, [date(2026, 11, 1), date(2026, 12, 31), date.max])

    assert found == (today, date(2027, 1, 1))


@pytest.mark.parametrize(
    ("indices", "words"),
    [
        ([0], "< 1"),
        ([1], "== 1"),
        ([0, 1], "<= 1"),
        ([2, 3, 4], "> 1"),
        ([3, 4], ">= 2.5"),
        ([0, 4], "< 1 or > 2.5"),
        ([2], "> 1 and < 2.5"),
        ([0, 1, 2, 3, 4], "a number"),
    ],
)
def test_stretches_are_told_as_comparisons(indices: list[int], words: str) -> None:
    assert ranges.described(indices, ranges.stretches([1, 2.5])) == words


def test_a_number_is_found_in_its_stretch() -> None:
    among = ranges.stretches([1, 2.5])

    assert [ranges.stretch_of(v, among) for v in (0, 1, "1.5", 2.5, 9)] == [
        0,
        1,
        2,
        3,
        4,
    ]
    assert ranges.stretch_of("large", among) is None
