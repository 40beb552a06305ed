"""Budgets that could not be kept are errors."""

from pathlib import Path

from support.policies import HEAD, SUPPORT, in_force, only, refused, written

COST = "    budget: {cost: 5/day}\n"
NAMED = SUPPORT.replace('"gpt-5*"', "gpt-5, o4")
PRICES = 'prices:\n  - {models: ["gpt-5*"], input: 1, output: 1}\n'


def test_a_budget_of_cost_without_prices_is_an_error(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, SUPPORT + COST)

    assert found.rule == "P038"
    assert "the policy has none" in found.message
    in_force(tmp_path, SUPPORT + COST + PRICES)


def test_each_model_that_is_named_whole_needs_a_price(tmp_path: Path) -> None:
    (found,) = refused(tmp_path, NAMED + COST + PRICES)

    assert "model 'o4' has none" in found.message
    counted = COST.replace("/day}", "/day, models: [gpt-5]}")
    in_force(tmp_path, NAMED + counted + PRICES)


def test_a_budget_for_a_model_that_the_purpose_lacks_counts_nothing(
    tmp_path: Path,
) -> None:
    budget = "    budget: {requests: 5/day, models: [gpt5]}\n"

    assert only(refused(tmp_path, SUPPORT + budget))[0] == "P012"


def test_a_misspelt_endpoint_of_a_budget_is_an_error(tmp_path: Path) -> None:
    budget = "    budget: {requests: 5/day, endpoints: [response]}\n"

    assert only(refused(tmp_path, SUPPORT + budget))[0] == "P034"


def test_what_is_priced_above_cannot_be_made_cheaper_below(tmp_path: Path) -> None:
    written(tmp_path, PRICES, name="above.yaml")
    below = PRICES.replace("input: 1", "input: 0")
    policy = in_force(tmp_path, f"extends: [above.yaml]\n{SUPPORT}{COST}{below}")

    assert [each.input for each in policy.prices] == [10**9, 0]
    assert HEAD
