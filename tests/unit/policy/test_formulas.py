from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.policy.formulas import FALSE, TRUE, Formula, Formulas

SIZES = (2, 3, 2)
POINTS = list(product(*map(range, SIZES)))
Meaning = frozenset[tuple[int, ...]]


@st.composite
def built(draw: st.DrawFn) -> tuple[Formulas, Formula, Meaning]:
    """A random formula, and where it holds."""
    formulas = Formulas(SIZES)

    def grow(depth: int) -> tuple[Formula, Meaning]:
        kind = draw(st.sampled_from(("table", "not", "both", "either")))
        if depth == 0 or kind == "table":
            axes = draw(st.sets(st.integers(0, 2), min_size=1, max_size=2))
            cells = list(product(*(range(SIZES[axis]) for axis in sorted(axes))))
            holding = set(draw(st.lists(st.sampled_from(cells))))
            made = formulas.table(sorted(axes), lambda cell: cell in holding)
            order = sorted(axes)
            meaning = {p for p in POINTS if tuple(p[a] for a in order) in holding}
            return made, frozenset(meaning)
        if kind == "not":
            inner, where = grow(depth - 1)
            return formulas.negation(inner), frozenset(POINTS) - where
        parts = [grow(depth - 1) for _ in range(draw(st.integers(1, 3)))]
        members = [part for part, _ in parts]
        meanings = [where for _, where in parts]
        if kind == "both":
            return formulas.both(members), frozenset.intersection(*meanings)
        return formulas.either(members), frozenset().union(*meanings)

    made, where = grow(3)
    return formulas, made, where


def holds(formulas: Formulas, formula: Formula, point: tuple[int, ...]) -> bool:
    for axis, chosen in enumerate(point):
        formula = formulas.restricted(formula, axis, chosen)
    assert formula in (FALSE, TRUE)
    return formula == TRUE


@settings(max_examples=200, deadline=None)
@given(built())
def test_a_formula_holds_exactly_where_its_parts_say(
    made: tuple[Formulas, Formula, Meaning],
) -> None:
    formulas, formula, where = made

    assert {p for p in POINTS if holds(formulas, formula, p)} == where


def test_what_looks_along_one_axis_is_one_table_and_so_the_same_formula() -> None:
    formulas = Formulas((4,))
    low = formulas.table([0], lambda cell: cell[0] < 2)
    odd = formulas.table([0], lambda cell: cell[0] % 2 == 1)
    one = formulas.table([0], lambda cell: cell[0] == 1)

    assert formulas.both([low, odd]) == one
    assert formulas.either([low, formulas.negation(low)]) == TRUE


def test_an_axis_that_makes_no_difference_is_not_looked_at() -> None:
    formulas = Formulas((2, 3))
    made = formulas.table([0, 1], lambda cell: cell[0] == 1)

    assert formulas.support(made) == {0}
    assert made == formulas.table([0], lambda cell: cell[0] == 1)


def test_nothing_is_all_of_none_and_one_of_none() -> None:
    formulas = Formulas(())

    assert (formulas.both([]), formulas.either([])) == (TRUE, FALSE)
