"""Budgets that could not be kept are errors."""

from pathlib import Path

import pytest

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


@pytest.mark.parametrize(
    ("counted", "helped"),
    [
        ("models: ['gtp-5*']", "Did you mean gpt-5*?"),
        ("models: [gpt-5, 'o1*']", "It lists: gpt-5*."),
        ("models: ['GPT-4*']", "Did you mean gpt-5*?"),
        ("endpoints: [embeddings]", "It lists: responses, chat.completions."),
        ("endpoints: ['files.*']", "It lists: responses, chat.completions."),
        ("endpoints: [responses, completions]", "Did you mean chat.completions"),
    ],
)
def test_a_budget_for_what_the_purpose_does_not_list_counts_nothing(
    tmp_path: Path, counted: str, helped: str
) -> None:
    budget = f"    budget:\n      - {{requests: 5/day, {counted}}}\n"
    (found,) = refused(tmp_path, SUPPORT + budget)

    assert (found.rule, found.line) == ("P012", 10)
    assert "would count nothing" in found.message
    assert helped in (found.help or "")


@pytest.mark.parametrize(
    "counted",
    [
        "models: ['gpt-*']",
        "models: ['*mini', GPT-5]",
        "endpoints: ['chat.*']",
        "endpoints: ['*']",
    ],
)
def test_a_budget_for_some_of_what_the_purpose_lists_is_in_order(
    tmp_path: Path, counted: str
) -> None:
    in_force(tmp_path, f"{SUPPORT}    budget: {{requests: 5/day, {counted}}}\n")


LOWER = """\
extends: [above.yaml]
purposes:
  support.reply:
    budget: {requests: 5/day, models: [MODEL]}
"""


def test_the_lists_of_a_file_above_hold_for_a_budget_below(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT, name="above.yaml")
    in_force(tmp_path, LOWER.replace("MODEL", "gpt-5-mini"))

    found = refused(tmp_path, LOWER.replace("MODEL", "o1"))
    assert only(found)[0] == "P012"


def test_a_file_below_may_list_less_than_a_budget_above_counts(tmp_path: Path) -> None:
    above = "    budget: {requests: 5/day, models: [gpt-5-pro]}\n"
    written(tmp_path, SUPPORT + above, name="above.yaml")
    below = "purposes:\n  support.reply:\n    models: [gpt-5-mini]\n"
    in_force(tmp_path, f"extends: [above.yaml]\n{below}")


def test_a_misspelt_endpoint_of_a_budget_is_an_error(tmp_path: Path) -> None:
    budget = "    budget: {requests: 5/day, endpoints: [response]}\n"

    assert only(refused(tmp_path, SUPPORT + budget))[0] == "P034"


def test_what_is_priced_above_cannot_be_made_cheaper_below(tmp_path: Path) -> None:
    written(tmp_path, PRICES, name="above.yaml")
    below = PRICES.replace("input: 1", "input: 0")
    policy = in_force(tmp_path, f"extends: [above.yaml]\n{SUPPORT}{COST}{below}")

    assert [each.input for each in policy.prices] == [10**9, 0]
    assert HEAD
