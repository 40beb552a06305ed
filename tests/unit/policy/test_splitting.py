import pytest

from affidavit.policy.arrangement import TooLarge
from affidavit.policy.formulas import FALSE, TRUE, Formulas
from affidavit.policy.splitting import Splitting, State


def splitting(formulas: Formulas, *, most_steps: int = 100) -> Splitting[bool]:
    return Splitting(
        formulas,
        lambda state: state[0] == TRUE,
        purpose="a.b",
        most_steps=most_steps,
    )


def test_each_part_says_what_the_two_sides_come_to_there() -> None:
    formulas = Formulas([3, 2])
    first = formulas.table([0], lambda at: at[0] == 1)
    second = formulas.table([0, 1], lambda at: at == (1, 0) or at[0] == 2)

    parts = [
        ({axis: set(classes) for axis, classes in within.items()}, ends)
        for within, ends in splitting(formulas).parts((first,), (second,))
    ]

    assert sorted(parts, key=str) == [
        ({0: {1}, 1: {1}}, (True, False)),
        ({0: {2}}, (False, True)),
    ]


def test_what_is_equal_has_no_parts() -> None:
    formulas = Formulas([2])
    some = formulas.table([0], lambda at: at[0] == 1)

    assert list(splitting(formulas).parts((some,), (some,))) == []
    assert list(splitting(formulas).parts((TRUE,), (TRUE,))) == []


def test_constants_that_differ_are_one_part_without_axes() -> None:
    assert list(splitting(Formulas([2])).parts((TRUE,), (FALSE,))) == [
        ({}, (True, False))
    ]


def test_parts_that_differ_along_one_axis_only_are_joined() -> None:
    formulas = Formulas([4])
    some = formulas.table([0], lambda at: at[0] % 2 == 1)
    ((within, _),) = splitting(formulas).parts((some,), (FALSE,))

    assert within == {0: {1, 3}}


def test_a_state_is_made_plainer_before_it_is_compared() -> None:
    formulas = Formulas([2, 2])
    decided = formulas.table([0], lambda at: at[0] == 1)
    moot = formulas.table([1], lambda at: at[0] == 1)

    def settled(state: State) -> State:
        return (TRUE, FALSE) if state[0] == TRUE else state

    seen = Splitting(
        formulas,
        lambda state: state,
        settled=settled,
        purpose="a.b",
        most_steps=100,
    )
    parts = [within for within, _ in seen.parts((decided, moot), (decided, FALSE))]

    assert parts == [{0: {0}, 1: {1}}]


def test_too_many_ways_are_said_with_whose_calls_they_are() -> None:
    formulas = Formulas([2])
    some = formulas.table([0], lambda at: at[0] == 1)

    with pytest.raises(TooLarge, match=r"Purpose a\.b: .* combine in more than"):
        list(splitting(formulas, most_steps=-1).parts((some,), (FALSE,)))
