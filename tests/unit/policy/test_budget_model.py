"""Budgets, prices and obligations as a file writes them."""

from pathlib import Path

import pytest

from affidavit.policy.budget_model import (
    Budget,
    Obligations,
    narrows_budgets,
    narrows_obligations,
)
from support.policies import HEAD, SUPPORT, in_force, only, refused


def with_budget(text: str) -> str:
    return f"{SUPPORT}    budget: {text}\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{requests: 5}", "has no window"),
        ("{requests: 5/year}", "is no amount"),
        ("{requests: 1.5/day}", "no fractions of requests"),
        ("{requests: []}", "needs an amount"),
        ("{per: subject}", "a budget needs an amount"),
        ("{requests: 5/day, per: [subject, subject]}", "names one twice"),
        ("{requests: 5/day, per: host}", "per"),
        ("{tokens: 9007199254740992/day}", "counted exactly"),
        ("{request: 5/day}", "unknown field"),
        ("[]", "must not be empty"),
        ("5/day", "must be a mapping"),
    ],
)
def test_a_budget_that_promises_nothing_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    found = refused(tmp_path, with_budget(text))

    assert any(message in str(each) for each in found), found


def test_a_wrong_amount_is_told_with_its_line_and_column(tmp_path: Path) -> None:
    code, line, _ = only(refused(tmp_path, with_budget("{requests: 5/year}")))
    assert (code, line) == ("P012", 6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "obliges to nothing"),
        ("{store: true}", "only false"),
        ("{n: 0}", "n"),
        ("{tag: {}}", "tag"),
        ("{output_tokens: -1}", "output_tokens"),
        ("{logprobs: 0}", "logprobs"),
    ],
)
def test_an_obligation_that_obliges_to_nothing_is_refused(
    tmp_path: Path, text: str, message: str
) -> None:
    found = refused(tmp_path, f"{SUPPORT}    obligations: {text}\n")

    assert any(message in str(each) for each in found), found


def test_a_rule_that_lets_nothing_leave_obliges_to_nothing(tmp_path: Path) -> None:
    rule = (
        "rules:\n  - id: x\n    effect: deny\n    any: [{model: a*}]\n    message: x\n"
        "    obligations: {store: false}\n"
    )
    found = refused(tmp_path, SUPPORT + rule)

    assert "lets no call leave" in str(found[0])


@pytest.mark.parametrize("price", ["-1", "text", "true", "12345678901"])
def test_a_price_is_a_plain_number(tmp_path: Path, price: str) -> None:
    prices = f'prices:\n  - {{models: ["*"], input: {price}, output: 1}}\n'
    assert "price" in str(refused(tmp_path, SUPPORT + prices)[0])


def test_spellings_of_one_value_have_one_digest(tmp_path: Path) -> None:
    def digest(budget: str, price: str) -> str:
        prices = f'prices:\n  - {{models: ["*"], input: {price}, output: 10}}\n'
        return in_force(tmp_path, with_budget(budget) + prices).digest

    one = digest("{requests: 5k/day, cost: 1/day}", "1.25")
    assert one == digest('[{requests: [5000/day], cost: "1.00/day"}]', '"1.250"')
    assert one != digest("{requests: 5001/day, cost: 1/day}", "1.25")
    assert one != digest("{requests: 5k/day, cost: 1/day}", "1.26")
    assert HEAD


def budgets(*texts: str) -> tuple[Budget, ...]:
    return tuple(Budget.model_validate_json(text) for text in texts)


def test_a_lower_layer_may_only_lower_a_final_budget() -> None:
    upper = budgets('{"requests":"5/day"}', '{"tokens":"9/day","per":"subject"}')

    assert narrows_budgets(upper, upper)
    assert narrows_budgets(None, upper)
    assert narrows_budgets(
        upper, (*budgets('{"requests":["3/day","1/hour"]}'), upper[1])
    )
    assert not narrows_budgets(upper, upper[:1])
    assert not narrows_budgets(upper, (*budgets('{"requests":"6/day"}'), upper[1]))
    assert not narrows_budgets(upper, (upper[0], *budgets('{"tokens":"9/day"}')))
    assert not narrows_budgets(upper, None)


def duties(**fields: object) -> Obligations:
    return Obligations.model_validate(fields)


def test_a_lower_layer_may_only_add_to_final_obligations() -> None:
    upper = duties(tag={"a": "b"}, store=False, n=2)

    assert narrows_obligations(None, None)
    assert narrows_obligations(upper, upper)
    more = duties(tag={"a": "b", "c": "d"}, store=False, n=1, logprobs=False)
    assert narrows_obligations(upper, more)
    for less in (
        duties(tag={"a": "x"}, store=False, n=2),
        duties(tag={"a": "b"}, n=2),
        duties(tag={"a": "b"}, store=False, n=3),
        duties(tag={"a": "b"}, store=False),
        None,
    ):
        assert not narrows_obligations(upper, less)
