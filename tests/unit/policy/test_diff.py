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


def differ(
    directory: Path, seed: int, calls: int, expressions: tuple[str, ...] = ()
) -> tuple[int, int]:
    """Compare a random policy with a changed one, and put random calls to both."""
    dice = random.Random(seed)
    first = comparing.a_policy(dice, expressions)
    second = comparing.changed(dice, first, expressions)
    try:
        sides = sides_of(directory, first, second)
    except PolicyInvalid:
        return 0, 0
    found = compare(*sides, since=TODAY)
    for cell in found.cells:
        seen = cell.witness
        assert cell.before is not cell.after
        if seen is None:  # only an expression leaves open whether there is a call
            assert expressions, (seed, cell)
            continue
        asked = seen.call, seen.findings, seen.day
        assert effects(sides, *asked) == (cell.before, cell.after), (seed, cell)
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
    counts = [differ(tmp_path, seed, 30) for seed in range(1_000, 1_016)]

    assert sum(cells for cells, _ in counts) > 20
    assert sum(calls for _, calls in counts) > 5


def test_the_same_of_policies_with_expressions(tmp_path: Path) -> None:
    pytest.importorskip("cel_expr_python")
    expressions = comparing.EXPRESSIONS
    counts = [differ(tmp_path, seed, 30, expressions) for seed in range(3_030, 3_045)]

    assert sum(cells for cells, _ in counts) > 20
    assert sum(calls for _, calls in counts) > 5


@pytest.mark.soak
def test_the_same_of_a_thousand_pairs_with_expressions(tmp_path: Path) -> None:
    pytest.importorskip("cel_expr_python")
    expressions = comparing.EXPRESSIONS
    counts = [differ(tmp_path, seed, 60, expressions) for seed in range(1_000)]

    assert sum(calls for _, calls in counts) > 1_500


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


RULE = "rules:\n  - {id: r, effect: deny, message: m, all: [{COND}]}\n"


@pytest.mark.parametrize("effect", ["deny", "review"])
@pytest.mark.parametrize(
    "expression",
    ["request.model.size() > 3", "request.parameters.n > 3", "request.model != 'x'"],
)
def test_a_change_beside_an_expression_of_both_that_most_calls_meet_is_told(
    effect: str, expression: str, tmp_path: Path
) -> None:
    # The usual call is refused by both, or has no answer: another one shows the change.
    pytest.importorskip("cel_expr_python")
    rule = RULE.replace("deny", effect).replace("COND", f'when: "{expression}"')
    first, second = SUPPORT + rule, SUPPORT.replace('"gpt-5*"', '"*"') + rule
    sides = sides_of(tmp_path, first, second)
    (cell,) = compare(*sides, since=TODAY).cells
    seen = cell.witness

    assert seen is not None
    assert (cell.before, cell.after) == (Effect.REFUSE, Effect.PERMIT)
    assert effects(sides, seen.call, seen.findings, seen.day) == (
        Effect.REFUSE,
        Effect.PERMIT,
    )


def test_a_change_that_an_expression_of_both_may_cover_is_told_as_possible(
    tmp_path: Path,
) -> None:
    pytest.importorskip("cel_expr_python")
    wider = SUPPORT.replace('"gpt-5*"', '"gpt-5*", "claude-*"')
    rule = RULE.replace("COND", "when: 'request.model.size() > 3'")

    def found(rule: str) -> list[tuple[str, str, bool]]:
        sides = sides_of(tmp_path, SUPPORT + rule, wider + rule)
        return [
            (cell.before.value, cell.after.value, cell.witness is not None)
            for cell in compare(*sides, since=TODAY).cells
        ]

    assert found(rule) == [("refuse", "permit", False)]
    assert found(rule.replace("deny", "review")) == [
        ("refuse", "permit", False),
        ("refuse", "review", True),
    ]


def test_the_cell_of_an_expression_is_shown_by_a_call_that_has_its_answer(
    tmp_path: Path,
) -> None:
    pytest.importorskip("cel_expr_python")
    most, few = "request.model.size() > 3", "request.parameters.n > 3"
    rules = RULE.replace("COND", f"when: '{most}'") + (
        f"  - {{id: s, effect: deny, message: m, all: [{{when: '{few}'}}]}}\n"
    )
    sides = sides_of(tmp_path, SUPPORT.replace("gpt-5*", "*"), SUPPORT + rules)
    found = compare(*sides, since=TODAY)
    cells = [cell for cell in found.cells if cell.witness is not None]

    assert len(cells) > 1
    for cell in cells:
        assert cell.witness is not None
        asked = cell.witness.call, cell.witness.findings, cell.witness.day
        assert covers(found, cell, sides, *asked)


@pytest.mark.parametrize(
    ("first", "second"),
    [("size: 10", "size: '10'"), ("size: true", "size: 'true'")],
)
def test_values_that_read_alike_and_are_of_two_types_are_told_apart(
    first: str, second: str, tmp_path: Path
) -> None:
    bodies = (
        SUPPORT + RULE.replace("COND", f"parameter: {{{each}}}")
        for each in (first, second)
    )

    assert ("permit", "refuse") in told(tmp_path, *bodies)


@pytest.mark.parametrize(
    ("expression", "first", "second"),
    [
        ("purpose.data.exists(d, d == 'x')", "data: [x]", "data: [y]"),
        (
            "finding.purpose_mismatch > 0.5",
            "activities: [self_instruct]",
            "activities: [distillation]",
        ),
    ],
)
def test_what_the_purpose_changes_of_an_expression_of_both_is_told(
    expression: str, first: str, second: str, tmp_path: Path
) -> None:
    pytest.importorskip("cel_expr_python")
    rule = RULE.replace("COND", f'when: "{expression} && request.model.size() > 3"')
    bodies = (f"{SUPPORT}    {each}\n{rule}" for each in (first, second))

    assert ("refuse", "permit") in told(tmp_path, *bodies)


def test_a_long_expression_that_both_have_splits_no_cell(tmp_path: Path) -> None:
    pytest.importorskip("cel_expr_python")
    long = " || ".join(f"request.model == 'model-{n}'" for n in range(9))
    rule = RULE.replace("COND", f'when: "{long}"')
    wider = SUPPORT.replace('"gpt-5*"', '"*"')

    assert told(tmp_path, SUPPORT + rule, wider + rule) == [("refuse", "permit")]


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
