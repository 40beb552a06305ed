import pytest

from affidavit.policy import cel
from affidavit.policy.cel_examine import DEEPEST_LOOP, MOST_STEPS


def problem(expression: str) -> tuple[int, str, str | None]:
    with pytest.raises(cel.Invalid) as caught:
        cel.compiled(expression)
    return tuple(caught.value.problems[0])  # type: ignore[return-value] # of its fields


@pytest.mark.parametrize(
    ("expression", "remedy"),
    [
        ("request.modle == 'x'", "Did you mean request.model"),
        ("request.parameters.nn == 1", "Did you mean request.parameters.n"),
        ("request == 1", "Did you mean request."),
        ("zzz == 1", "docs/policy.md lists"),
        ("activities.exists(a, b == a)", "docs/policy.md lists"),
        ("a == 1 || activities.exists(a, a == 'x')", "docs/policy.md lists"),
    ],
)
def test_a_name_that_nobody_declared_is_refused_with_the_nearest(
    expression: str, remedy: str
) -> None:
    _, message, help_ = problem(expression)
    assert "no value is called" in message
    assert remedy in (help_ or "")


def test_asking_whether_a_flat_name_is_there_would_ask_for_its_value() -> None:
    offset, message, remedy = problem("has(purpose.trains_model.distributed)")
    assert (offset, message.partition(":")[0]) == (3, "`has()` does not apply")
    assert remedy == "Write `purpose.trains_model.distributed != null`."


@pytest.mark.parametrize(
    "expression",
    [
        "request.model == 'GPT-5'",
        "'GPT-5' == request.model",
        "request.model in ['gpt-5', 'GPT-5']",
        "request.model.startsWith('GPT')",
    ],
)
def test_what_small_letters_never_match_is_refused(expression: str) -> None:
    offset, message, remedy = problem(expression)
    assert "always in small letters" in message
    assert (expression[offset], (remedy or "")[:10]) == ("'", "Write 'gpt")


def test_a_pattern_is_written_out() -> None:
    assert "written out" in problem("request.model.matches(request.host)")[1]


LONG = "[" + ",".join("0" * 1) + ",0" * 700 + "]"


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("[1].all(a, [1].all(b, [1].all(c, a == b)))", f"deeper than {DEEPEST_LOOP}"),
        ("request.model.size() in [1].map(a, [a])[0].map(b, b)", "size is not known"),
        (f"{LONG}.all(a, activities.all(b, b == 'x'))", f"{MOST_STEPS} are allowed"),
        (
            f"{LONG}.all(a, request.model.matches('{'(a|b)*' * 20}'))",
            f"{MOST_STEPS} are allowed",
        ),
    ],
)
def test_what_may_take_too_long_is_refused_before_it_runs(
    expression: str, words: str
) -> None:
    assert words in problem(expression)[1]


@pytest.mark.parametrize(
    "expression",
    [
        "activities.exists(a, activities.exists(b, a == b))",
        "(activities + ['x']).filter(a, a != 'y').size() > 1",
        "purpose.data.exists_one(k, k.startsWith('pii'))",
    ],
)
def test_macros_over_lists_of_known_size_are_accepted(expression: str) -> None:
    assert cel.compiled(expression).constant is None


def test_literals_belong_to_names_and_not_to_a_macros_variables() -> None:
    program = cel.compiled("activities.exists(request, request == 'A') || 2 > 3")
    assert program.held == ()
    assert program.names == ("activities",)
