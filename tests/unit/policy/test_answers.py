from affidavit.policy.answers import Answers, Making, Space, merge
from affidavit.policy.formulas import FALSE, TRUE, Formulas


def a_space() -> Space:
    return Space(purpose="p", axes={"a": (0, 1, 2), "b": ("x", "y")}, found=())


def test_values_that_nothing_tells_apart_are_one_class() -> None:
    space = a_space()
    merge(space, [Answers(("a",), bytes([0, 1, 1]))])

    assert space.classes == {"a": [[0], [1, 2]], "b": [[0, 1]]}


def test_what_looks_along_two_axes_tells_apart_by_either() -> None:
    space = a_space()
    #                 x  y   x  y   x  y
    table = bytes([0, 1, 0, 1, 0, 0])
    merge(space, [Answers(("a", "b"), table)])

    assert space.classes == {"a": [[0, 1], [2]], "b": [[0], [1]]}


def test_a_formula_holds_for_a_class_as_it_does_for_its_values() -> None:
    space = a_space()
    answers = Answers(("b", "a"), bytes([0, 1, 1, 0, 0, 2]))
    merge(space, [answers])
    formulas = Formulas([len(space.classes[axis]) for axis in space.axes])
    made = Making(space, formulas).formula(answers, {1})

    for a, classes in enumerate(space.classes["a"]):
        for b, others in enumerate(space.classes["b"]):
            rest = formulas.restricted(formulas.restricted(made, 0, a), 1, b)
            wanted = answers.truths[others[0] * 3 + classes[0]] == 1
            assert rest == (TRUE if wanted else FALSE)


def test_an_answer_that_looks_nowhere_is_a_constant() -> None:
    space = a_space()
    merge(space, [])
    making = Making(space, Formulas([1, 1]))

    assert making.formula(Answers((), b"\1"), {1}) == TRUE
    assert making.formula(Answers((), b"\2"), {1}) == FALSE
