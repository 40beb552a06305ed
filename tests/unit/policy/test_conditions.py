from itertools import product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affidavit.policy.conditions import evidence
from affidavit.policy.in_force import Facts, Rule, Truth
from affidavit.policy.loader import load
from affidavit.policy.residue import settled
from support.policies import PACK, SUPPORT, a_call, a_finding, in_force, written

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
VALUES = {YES: 2, NO: 1, UNKNOWN: "many"}
"""What a parameter holds for `> 1` to come out so."""


def rule(directory: Path, conditions: str) -> Rule:
    body = f"rules: [{{id: a, effect: deny, message: m, {conditions}}}]\n"
    return in_force(directory, SUPPORT + body).rules[0]


def facts(**parameters: object) -> Facts:
    return Facts(a_call(parameters=parameters), (), None)


def strongest(truths: tuple[Truth, ...], order: tuple[Truth, ...]) -> Truth:
    return next(truth for truth in order if truth in truths)


def test_conditions_combine_by_kleene_s_logic(tmp_path: Path) -> None:
    pair = "[{parameter: {a: '> 1'}}, {parameter: {b: '> 1'}}]"
    every, some = rule(tmp_path, f"all: {pair}"), rule(tmp_path, f"any: {pair}")
    none = rule(tmp_path, f"none: {pair}")
    together = rule(tmp_path, "all: [{parameter: {a: '> 1', b: '> 1'}}]")
    opposite = {YES: NO, NO: YES, UNKNOWN: UNKNOWN}
    for truths in product(Truth, repeat=2):
        seen = facts(a=VALUES[truths[0]], b=VALUES[truths[1]])
        assert every.test(seen) is strongest(truths, (NO, UNKNOWN, YES))
        assert together.test(seen) is strongest(truths, (NO, UNKNOWN, YES))
        assert some.test(seen) is strongest(truths, (YES, UNKNOWN, NO))
        assert none.test(seen) is opposite[strongest(truths, (YES, UNKNOWN, NO))]


def test_the_three_lists_must_all_agree(tmp_path: Path) -> None:
    lists = rule(
        tmp_path,
        "all: [{parameter: {a: '> 1'}}], any: [{parameter: {b: '> 1'}}, "
        "{parameter: {c: '> 1'}}], none: [{parameter: {d: '> 1'}}]",
    )
    assert lists.test(facts(a=2, c=2)) is YES
    assert lists.test(facts(a=2, c=2, d=2)) is NO
    assert lists.test(facts(a=2)) is NO
    assert lists.test(facts(c=2)) is NO
    assert lists.test(facts(a=2, c=2, d="x")) is UNKNOWN


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, False),
        ({"provider": "other"}, False),
        ({"provider": "azure"}, True),
        ({"provider": "openrouter", "model": "openrouter/auto"}, True),
    ],
)
def test_evidence_says_whose_terms_only_where_they_flow_down(
    tmp_path: Path, changes: dict[str, str], *, said: bool
) -> None:
    body = "rules: [{id: a, effect: deny, message: m, all: [{host: '*'}]}]\n"
    (tmp_path / "terms.yaml").write_text(PACK + body)
    file = written(tmp_path, f"extends: [pack:terms]\n{SUPPORT}")
    one = load(file, packs=tmp_path).rules[0]
    seen = Facts(a_call(**changes), (), None)
    assert one.test(seen) is YES
    assert ("terms is" in evidence(one, YES, seen)) is said


def test_each_condition_knows_its_line(tmp_path: Path) -> None:
    found = rule(tmp_path, "all: [{model: x}],\n any: [{model: x},\n {host: x}]")
    assert [c.where.rpartition(":")[2] for c in found.conditions] == ["9", "10", "11"]


def test_evidence_names_what_matched_and_nothing_else(tmp_path: Path) -> None:
    found = rule(
        tmp_path,
        "any: [{parameter: {a: '> 1'}}, {parameter: {b: '> 1'}}], "
        "none: [{model: gpt-4}]",
    )
    assert evidence(found, YES, facts(b=2)) == "parameter.b is 2; the rule says > 1"


def test_evidence_of_an_exception_that_is_missing_says_so(tmp_path: Path) -> None:
    found = rule(tmp_path, "none: [{model: gpt-4}]")
    assert evidence(found, YES, facts()) == "no excepted condition holds"


def test_evidence_names_what_could_not_be_evaluated(tmp_path: Path) -> None:
    found = rule(tmp_path, "all: [{model: '*'}], none: [{parameter: {a: '> 1'}}]")
    assert evidence(found, UNKNOWN, facts(a="x")) == (
        "cannot be evaluated: parameter.a is 'x'; the rule says > 1"
    )


def test_evidence_is_bounded(tmp_path: Path) -> None:
    found = rule(tmp_path, "any: [" + "{model: '*'}, " * 500 + "]")
    assert evidence(found, YES, facts()).endswith(", and 492 more")


CONDITIONS = st.sampled_from(
    [
        "{purpose: 'support.*'}",
        "{purpose: 'other*'}",
        "{trains_model: {}}",
        "{data: x}",
        "{parameter: {n: '> 1'}}",
        "{purpose: 'support.*', parameter: {n: '> 1'}}",
        "{trains_model: {}, model: 'gpt-5*'}",
        "{finding: {dataset_generation: '>= 0.8'}}",
    ]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_what_a_purpose_settles_no_call_can_change(
    tmp_path: Path, data: st.DataObject
) -> None:
    groups = data.draw(
        st.lists(st.sampled_from(["all", "any", "none"]), min_size=1, unique=True)
    )
    members = st.lists(CONDITIONS, min_size=1, max_size=3)
    lists = [f"{group}: [{', '.join(data.draw(members))}]" for group in groups]
    body = f"rules: [{{id: a, effect: deny, message: m, {', '.join(lists)}}}]\n"
    policy = in_force(tmp_path, SUPPORT + body)
    purpose, found = policy.purposes["support.reply"], policy.rules[0]
    for n, findings in product([0, 2, "x"], [(), (a_finding(),)]):
        truth = found.test(Facts(a_call(parameters={"n": n}), findings, purpose))
        assert not settled(found, purpose) or truth is NO


@pytest.mark.parametrize(
    ("conditions", "is_settled"),
    [
        ("all: [{trains_model: {}}]", True),
        ("any: [{trains_model: {}}, {evaluates_model: {}}]", True),
        ("any: [{trains_model: {}}, {model: x}]", False),
        ("none: [{purpose: support.reply}]", True),
        ("none: [{purpose: support.reply, model: x}]", False),
        ("all: [{purpose: support.reply}]", False),
    ],
)
def test_what_the_purpose_alone_decides_is_settled(
    tmp_path: Path, conditions: str, *, is_settled: bool
) -> None:
    body = f"rules: [{{id: a, effect: deny, message: m, {conditions}}}]\n"
    policy = in_force(tmp_path, SUPPORT + body)
    purpose = policy.purposes["support.reply"]
    assert settled(policy.rules[0], purpose) is is_settled
    assert (policy.applicable["support.reply"] == ()) is is_settled
