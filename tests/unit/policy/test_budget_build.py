"""From the file to what is in force."""

from pathlib import Path

from affidavit.policy.amounts import Unit
from affidavit.policy.budgets import Per
from affidavit.policy.engine import Effect
from support.policies import SUPPORT, a_call, decided, in_force


def test_each_amount_is_a_budget_and_of_two_for_one_counter_the_lower_counts(
    tmp_path: Path,
) -> None:
    budget = (
        "    budget:\n"
        "      - {requests: [100/minute, 50k/day, 9/day], output_tokens: 20M/day}\n"
        "      - {cost: 2.5/day, per: [subject, model], models: [gpt-5-mini]}\n"
        'prices:\n  - {models: ["*"], input: 1.25, output: 10}\n'
    )
    policy = in_force(tmp_path, SUPPORT + budget)

    found = policy.purposes["support.reply"].budgets
    assert [(each.unit, each.amount.limit) for each in found] == [
        (Unit.REQUESTS, 100),
        (Unit.REQUESTS, 9),
        (Unit.OUTPUT_TOKENS, 20_000_000),
        (Unit.COST, 2_500_000_000),
    ]
    assert found[3].per == (Per.MODEL, Per.SUBJECT)
    assert found[0].where.endswith("policy.yaml:5")
    assert policy.prices[0].rate == (1_250_000_000, 10_000_000_000, 0)


def test_obligations_of_the_purpose_and_of_rules_that_match_come_together(
    tmp_path: Path,
) -> None:
    body = (
        "    obligations: {store: false}\n"
        "rules:\n"
        "  - id: short\n    effect: warn\n    any: [{model: '*-mini'}]\n"
        "    message: Short.\n    obligations: {output_tokens: 100}\n"
        "  - id: other\n    effect: warn\n    any: [{model: 'o4*'}]\n"
        "    message: Other.\n    obligations: {n: 1}\n"
    )
    policy = in_force(tmp_path, SUPPORT + body)

    def by(model: str) -> list[str]:
        decision = decided(policy, a_call(model=model))
        assert decision.effect is Effect.PERMIT
        return [each.by for each in decision.obligations]

    assert by("gpt-5") == ["purpose support.reply"]
    assert by("gpt-5-mini") == ["purpose support.reply", "rule short"]
