"""Whom a rule obliges under one policy alone."""

import random
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from affidavit.calls import Call, Finding
from affidavit.policy.diff import Difference, Side, compare
from affidavit.policy.engine import Decision, Effect, decide
from affidavit.policy.obliged import Duty
from support import comparing
from support.comparing import TODAY, covers, sides_of
from support.policies import SUPPORT

RULE = (
    "rules:\n  - {id: r, effect: warn, message: m, obligations: {store: false}, "
    "any: [{COND}]}\n"
)


def compared(directory: Path, first: str, second: str) -> Difference:
    return compare(*sides_of(directory, first, second), since=TODAY)


def told(directory: Path, first: str, second: str) -> tuple[Duty, ...]:
    return compared(directory, first, second).duties


def obliging(condition: str, *, purpose: str = SUPPORT) -> str:
    return purpose + RULE.replace("COND", condition)


def test_a_rule_whose_conditions_match_less_is_told_with_the_calls_it_lost(
    tmp_path: Path,
) -> None:
    (duty,) = told(
        tmp_path, obliging("model: '*'"), obliging("model: ['gpt-5-*', gpt-4]")
    )

    assert (duty.rule, duty.purpose, duty.is_lost) == ("r", "support.reply", True)
    assert duty.within["model"] == ("gpt-5",)
    assert duty.witness is not None
    assert duty.witness.call.model == "gpt-5"
    assert [bool(d.obligations) for d in (duty.witness.before, duty.witness.after)] == [
        True,
        False,
    ]


def test_a_rule_whose_conditions_match_more_is_told_as_well(tmp_path: Path) -> None:
    (duty,) = told(tmp_path, obliging("model: gpt-5"), obliging("model: '*'"))

    assert not duty.is_lost


def test_a_rule_obliges_less_where_the_purpose_declares_less(tmp_path: Path) -> None:
    rule = obliging(
        "data: customer_pii", purpose=SUPPORT + "    data: [customer_pii]\n"
    )
    (duty,) = told(tmp_path, rule, rule.replace("    data: [customer_pii]\n", ""))

    assert duty.is_lost


def test_conditions_that_are_only_written_otherwise_are_no_change(
    tmp_path: Path,
) -> None:
    first = obliging("model: ['gpt-5*']")

    assert told(tmp_path, first, obliging("model: '*'")) == ()


def test_what_is_refused_is_obliged_to_nothing(tmp_path: Path) -> None:
    deny = "  - {id: d, effect: deny, message: m, any: [{parameter: {n: '> 4'}}]}\n"
    first, second = obliging("model: '*'") + deny, obliging("parameter: {n: '<= 4'}")

    assert len(told(tmp_path, first, second)) == 1
    # Without `n` the narrower rule obliges nobody; with more than four none leaves.
    (duty,) = told(tmp_path, first, second + deny)
    assert duty.witness is not None
    assert "n" not in duty.witness.call.parameters


def test_calls_that_another_rule_obliges_to_the_same_are_not_lost(
    tmp_path: Path,
) -> None:
    first = obliging("model: '*'")
    second = obliging("parameter: {n: '<= 4'}")
    other = (
        "  - {id: s, effect: warn, message: m, obligations: {store: false, n: 1}, "
        "any: [{COND}]}\n"
    )
    some = second + other.replace("COND", "parameter: {n: '> 4'}")

    assert told(tmp_path, first, second + other.replace("COND", "model: '*'")) == ()
    (duty,) = told(tmp_path, first, some)
    assert duty.witness is not None
    assert "n" not in duty.witness.call.parameters


def test_calls_that_the_purpose_obliges_to_as_low_a_cap_are_not_lost(
    tmp_path: Path,
) -> None:
    first = obliging("model: '*'").replace("store: false", "n: 3")
    second = obliging("model: gpt-4").replace("store: false", "n: 3")

    def with_purpose(cap: int) -> str:
        return second.replace("rules:", f"    obligations: {{n: {cap}}}\nrules:")

    assert len(told(tmp_path, first, with_purpose(4))) == 1
    assert told(tmp_path, first, with_purpose(2)) == ()


def test_what_a_rule_asks_less_of_is_told_by_its_words_and_not_here(
    tmp_path: Path,
) -> None:
    first = obliging("model: '*'")
    second = obliging("model: '*'").replace("store: false", "n: 1")

    assert told(tmp_path, first, second) == ()


def test_what_hangs_on_an_expression_is_told_with_a_call_if_one_is_found(
    tmp_path: Path,
) -> None:
    pytest.importorskip("cel_expr_python")
    everybody = obliging("model: '*'")
    (found,) = told(tmp_path, everybody, obliging("when: 'request.model.size() > 9'"))
    (possible,) = told(
        tmp_path, everybody, obliging("when: 'request.subject != \"ana\"'")
    )

    assert found.witness is not None
    assert found.is_lost
    assert possible.witness is None
    assert possible.is_lost


def _decided(
    sides: tuple[Side, Side], asked: tuple[Call, tuple[Finding, ...], date]
) -> tuple[Decision, Decision]:
    call, found, day = asked
    now = datetime.combine(day, time.min, UTC)
    first, second = (decide(side.policy, call, found, now=now) for side in sides)
    return first, second


def lost_and_told(directory: Path, seed: int, calls: int) -> int:
    """How many random calls random rules no longer oblige: each is told."""
    dice = random.Random(seed)
    bodies = [comparing.an_obliging_policy(dice) for _ in range(2)]
    sides = sides_of(directory, bodies[0], bodies[1])
    found = compare(*sides, since=TODAY)
    still = {f"rule {rule.id}" for rule in sides[1].policy.obliging}
    count = 0
    for _ in range(calls):
        asked = comparing.a_call(dice)
        before, after = _decided(sides, asked)
        if after.effect is Effect.REFUSE or after.obligations:
            continue
        for rule in still & {duty.by for duty in before.obligations}:
            count += 1
            lost = (d for d in found.duties if d.is_lost and f"rule {d.rule}" == rule)
            assert any(covers(found, d, sides, *asked) for d in lost), (seed, asked)
    return count


def test_every_call_that_a_rule_obliges_no_more_is_told(tmp_path: Path) -> None:
    counts = [lost_and_told(tmp_path, seed, 40) for seed in range(20)]

    assert sum(counts) > 20
