import random
from pathlib import Path

import pytest

from affidavit.calls import Call, Finding
from affidavit.errors import PolicyInvalid
from affidavit.policy.arrangement import TooLarge
from affidavit.policy.diff import compare
from affidavit.policy.engine import Effect
from support import comparing
from support.comparing import TODAY, covers, effects, sides_of

SUPPORT = """\
purposes:
  support.reply:
    owner: x
    models: ["gpt-5*"]
    endpoints: [responses]
"""


def told(directory: Path, first: str, second: str) -> list[tuple[str, str]]:
    found = compare(*sides_of(directory, first, second), since=TODAY)
    return [(cell.before.value, cell.after.value) for cell in found.cells]


def differ(directory: Path, seed: int, calls: int) -> tuple[int, int]:
    """Compare a random policy with a changed one, and put random calls to both."""
    dice = random.Random(seed)
    first = comparing.a_policy(dice)
    second = comparing.changed(dice, first)
    try:
        sides = sides_of(directory, first, second)
    except PolicyInvalid:
        return 0, 0
    found = compare(*sides, since=TODAY)
    for cell in found.cells:
        seen = cell.witness
        assert seen is not None, (seed, cell)
        asked = seen.call, seen.findings, seen.day
        assert effects(sides, *asked) == (cell.before, cell.after), (seed, cell)
        assert cell.before is not cell.after
        assert covers(found, cell, sides, *asked), (seed, cell)
    differing = 0
    for _ in range(calls):
        asked = comparing.a_call(dice)
        before, after = effects(sides, *asked)
        if before is not after and not found.untold:  # all that differs is told
            differing += 1
            told = (covers(found, cell, sides, *asked) for cell in found.cells)
            assert any(told), (seed, asked)
    return len(found.cells), differing


def test_every_differing_call_lies_in_a_cell_and_every_witness_differs(
    tmp_path: Path,
) -> None:
    counts = [differ(tmp_path, seed, 30) for seed in range(1_000, 1_012)]

    assert sum(cells for cells, _ in counts) > 20
    assert sum(calls for _, calls in counts) > 5


@pytest.mark.soak
def test_the_same_of_two_thousand_pairs(tmp_path: Path) -> None:
    counts = [differ(tmp_path, seed, 60) for seed in range(2_000)]

    assert sum(calls for _, calls in counts) > 3_000


def test_a_higher_score_elsewhere_is_told_from_a_lower_one(tmp_path: Path) -> None:
    # `==` asks for the highest score of several findings: what is beside it counts.
    held = SUPPORT.replace(
        "    owner: x\n", "    owner: x\n    activities: [reply]\n"
    ) + (
        "rules:\n  - {id: r, effect: review, message: m, LEVEL"
        "none: [{finding: {purpose_mismatch: '== 0.5'}}]}\n"
    )
    sides = sides_of(
        tmp_path, held.replace("LEVEL", ""), held.replace("LEVEL", "level: shadow, ")
    )
    found = compare(*sides, since=TODAY)
    call = Call(
        endpoint="responses",
        provider="openai",
        host="api.openai.com",
        model="gpt-5",
        purpose="support.reply",
    )
    findings = tuple(
        Finding(kind=kind, score=score, activity="distillation", detector="t", rules=())
        for kind, score in (("dataset_generation", 0.5), ("purpose_mismatch", 1.0))
    )
    asked = call, findings, TODAY

    assert effects(sides, *asked) == (Effect.REVIEW, Effect.PERMIT)
    assert any(covers(found, cell, sides, *asked) for cell in found.cells)


def test_the_same_policy_differs_nowhere(tmp_path: Path) -> None:
    assert told(tmp_path, SUPPORT, SUPPORT) == []


def test_a_model_more_is_one_cell_with_a_call_of_that_model(tmp_path: Path) -> None:
    wider = SUPPORT.replace('"gpt-5*"', '"gpt-5*", "claude-*"')
    found = compare(*sides_of(tmp_path, SUPPORT, wider), since=TODAY)
    (cell,) = found.cells

    assert (cell.before, cell.after) == (Effect.REFUSE, Effect.PERMIT)
    assert cell.within.keys() == {"model", "endpoint"}
    assert cell.witness is not None
    assert cell.witness.call.model == "claude-opus-4"
    assert cell.witness.before.reasons[0].rule == "purpose.model"


def test_a_rule_that_both_have_splits_no_cell(tmp_path: Path) -> None:
    common = (
        "rules:\n  - {id: n, effect: deny, message: m, "
        "all: [{parameter: {n: '> 4'}}]}\n"
    )
    wider = SUPPORT.replace('"gpt-5*"', '"*"')
    assert told(tmp_path, SUPPORT + common, wider + common) == [("refuse", "permit")]


def test_a_change_that_common_rules_cover_wholly_is_none(tmp_path: Path) -> None:
    common = "rules:\n  - {id: n, effect: deny, message: m, all: [{model: '*'}]}\n"
    added = common + "  - {id: o, effect: deny, message: m, all: [{model: gpt-4}]}\n"
    anything = SUPPORT.replace('"gpt-5*"', '"*"')

    assert told(tmp_path, anything + common, anything + added) == []


def test_a_waiver_that_was_over_already_makes_no_difference(tmp_path: Path) -> None:
    rule = (
        "rules:\n  - {id: r, effect: deny, level: waivable, message: m, "
        "all: [{model: gpt-5}]}\nwaivers:\n  - {rule: r, purpose: support.reply, "
        "approved_by: [d], ticket: T, expires: DAY}\n"
    )
    without = SUPPORT + rule.partition("waivers:")[0]
    over = SUPPORT + rule.replace("DAY", "2026-11-22")
    still = SUPPORT + rule.replace("DAY", "2026-11-23")

    assert told(tmp_path, over, without) == []
    found = compare(*sides_of(tmp_path, still, without), since=TODAY)
    assert [cell.within["day"] for cell in found.cells] == [(TODAY,)]


def test_an_expression_is_gone_through_both_ways(tmp_path: Path) -> None:
    pytest.importorskip("cel_expr_python")
    rule = "rules:\n  - {id: r, effect: deny, message: m, all: [{when: 'EXPR'}]}\n"
    first = SUPPORT + rule.replace("EXPR", "request.model.size() > 9")
    second = SUPPORT + rule.replace("EXPR", "request.model.size() > 5")
    found = compare(*sides_of(tmp_path, first, second), since=TODAY)
    shown = [cell for cell in found.cells if cell.witness is not None]

    assert shown
    assert all(
        effects(
            sides_of(tmp_path, first, second),
            cell.witness.call,
            cell.witness.findings,
            cell.witness.day,
        )
        == (cell.before, cell.after)
        for cell in shown
        if cell.witness is not None
    )


def test_purposes_can_be_chosen(tmp_path: Path) -> None:
    wider = SUPPORT.replace('"gpt-5*"', '"*"')
    sides = sides_of(tmp_path, SUPPORT, wider)

    assert compare(*sides, since=TODAY, purposes=["no.such"]).cells == ()


def test_too_much_to_go_through_is_said_and_not_cut_short(tmp_path: Path) -> None:
    wider = SUPPORT.replace('"gpt-5*"', '"*"')
    sides = sides_of(tmp_path, SUPPORT, wider)

    with pytest.raises(TooLarge, match=r"Purpose support\.reply.*combine"):
        compare(*sides, since=TODAY, most_steps=-1)


def test_many_rules_of_many_parameters_are_gone_through(tmp_path: Path) -> None:
    dice = random.Random(7)
    names = ["n", "top_p", "seed", "size", "top_k", "best_of"]
    keys = [f"{{{name}: '> {k}'}}" for name in names for k in range(3)]
    rules = (
        f"  - {{id: r-{number}, effect: deny, message: m, all: "
        f"[{', '.join(f'{{parameter: {key}}}' for key in dice.sample(keys, 3))}]}}\n"
        for number in range(12)
    )
    first = SUPPORT + "rules:\n" + "".join(rules)
    found = compare(
        *sides_of(tmp_path, first, first.replace("'> 1'", "'> 2'")), since=TODAY
    )

    assert {(cell.before, cell.after) for cell in found.cells} == {
        (Effect.REFUSE, Effect.PERMIT)
    }
