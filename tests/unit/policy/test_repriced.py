import pytest

from affidavit.policy.amounts import price
from affidavit.policy.budgets import Price
from affidavit.policy.globs import Globs
from affidavit.policy.repriced import repriced


def priced(models: str, sent: str, back: str, each: str = "0") -> Price:
    return Price(
        models=Globs(tuple(models.split())),
        input=price(sent),
        output=price(back),
        request=price(each),
    )


MINI = priced("gpt-5-mini*", "0.25", "2")
BIG = priced("gpt-5*", "1.25", "10")


def test_a_price_that_changes_is_told_with_the_models_that_it_is_for() -> None:
    assert [*repriced([MINI, BIG], [MINI, priced("gpt-5*", "1.25", "1")])] == [
        (
            "price of gpt-5* but gpt-5-mini*: input 1.25, output 10.00 before, "
            "input 1.25, output 1.00 after."
        )
    ]


def test_a_price_for_each_call_counts_too() -> None:
    assert [*repriced([BIG], [priced("gpt-5*", "1.25", "10", "0.01")])] == [
        (
            "price of gpt-5*: input 1.25, output 10.00 before, "
            "input 1.25, output 10.00, request 0.01 after."
        )
    ]


def test_a_price_that_comes_or_goes_says_what_is_refused_without_one() -> None:
    other = priced("claude-*", "3", "15")

    assert [*repriced([BIG, other], [BIG])] == [
        (
            "price of claude-*: input 3.00, output 15.00 before, "
            "none (refused under a budget of cost) after."
        )
    ]


def test_an_order_in_which_another_price_counts_first_is_a_change() -> None:
    assert [*repriced([MINI, BIG], [BIG, MINI])] == [
        (
            "price of gpt-5-mini*: input 0.25, output 2.00 before, "
            "input 1.25, output 10.00 after."
        )
    ]


@pytest.mark.parametrize(
    "after",
    [
        [MINI, BIG],
        [priced("gpt-5-mini*", "0.250", "2.0"), BIG],
        [MINI, priced("gpt-5-mini*", "9", "9"), BIG],
        [MINI, BIG, priced("gpt-5-nano", "1.25", "10")],
    ],
)
def test_what_counts_every_model_alike_is_no_change(after: list[Price]) -> None:
    assert [*repriced([MINI, BIG], after)] == []


def test_calls_without_a_model_cost_nothing_until_a_price_is_for_any() -> None:
    (anything, without) = repriced([], [priced("*", "0", "0", "0.5")])

    assert "any other: none" in anything or "any: none" in anything
    assert without.startswith("price of calls without a model: input 0.00, output 0.00")


def test_patterns_that_combine_in_too_many_ways_are_still_told_as_changed() -> None:
    stars = " ".join(f"*{chr(97 + n)}*{chr(98 + n)}*" for n in range(0, 24, 2))
    wild = priced(stars, "1", "1")

    assert [*repriced([wild], [wild])] == []
    (told,) = repriced([wild], [priced(stars, "2", "1")])
    assert told.startswith("prices: they changed")
