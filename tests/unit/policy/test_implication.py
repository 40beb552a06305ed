import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.policy import conditions, in_force
from affidavit.policy.implication import (
    can_have,
    implies,
    impossible,
    meaning,
    overlap,
)
from affidavit.policy.in_force import Facts, Truth
from affidavit.policy.model import Rule
from support.policies import a_call, a_finding

NAMES = ("*", "gpt-*", "gpt-5*", "gpt-5-mini", "o1", "*mini", "g?t-5")
CALLED = ("gpt-5", "gpt-5-mini", "gpt-4", "o1", "o1-mini", "GPT-5")
TESTS = ("> 1", ">= 1", "< 4", "<= 1", "== 1", "== 4")


def a_rule(**lists: list[dict[str, Any]]) -> Rule:
    return Rule.model_validate_json(
        json.dumps({"id": "r", "effect": "deny", "message": "m", **lists})
    )


def condition_of() -> st.SearchStrategy[dict[str, Any]]:
    names = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2)
    keys = {
        "model": names,
        "parameter": st.fixed_dictionaries(
            {}, optional={"n": st.sampled_from([*TESTS, 1, 4]), "stream": st.booleans()}
        ).filter(bool),
        "finding": st.fixed_dictionaries(
            {
                "dataset_generation": st.sampled_from(
                    (">= 0.8", "> 0.5", "< 0.8", "== 0", ">= 0", "<= 1")
                )
            }
        ),
        "activity": st.lists(
            st.sampled_from(("self_instruct", "self*", "x*")), min_size=1, max_size=2
        ),
        "safety_id": st.sampled_from(("present", "absent")),
    }
    return st.fixed_dictionaries({}, optional=keys).filter(bool)


LISTS = st.lists(condition_of(), min_size=1, max_size=2)
RULES = (
    st.fixed_dictionaries({}, optional={"all": LISTS, "any": LISTS, "none": LISTS})
    .filter(bool)
    .map(lambda lists: a_rule(**lists))
)
FACTS = st.builds(
    lambda model, parameters, score, safety: Facts(
        a_call(model=model, parameters=parameters, safety_id=safety),
        () if score is None else (a_finding(score=score),),
        None,
    ),
    st.sampled_from((*CALLED, None)),
    st.fixed_dictionaries(
        {},
        optional={"n": st.sampled_from([0, 1, 2, 4, 5]), "stream": st.booleans()},
    ),
    st.sampled_from((None, 0.5, 0.7, 0.8, 1.0)),
    st.sampled_from((None, "hashed")),
)


def matches(rule: Rule, facts: Facts) -> bool:
    def where(group: in_force.Group, number: int) -> str:
        return f"{group.value}:{number}"

    _, test = conditions.compiled(rule, where)
    return test(facts) is Truth.YES


@given(RULES, RULES, st.lists(FACTS, min_size=1, max_size=20))
def test_what_follows_holds_for_every_call(
    first: Rule, second: Rule, calls: list[Facts]
) -> None:
    if implies(meaning(first), meaning(second)):
        assert all(matches(second, each) for each in calls if matches(first, each))


@given(RULES, st.lists(FACTS, min_size=1, max_size=20))
def test_what_is_impossible_matches_no_call(rule: Rule, calls: list[Facts]) -> None:
    assert implies(meaning(rule), meaning(rule))
    if impossible(meaning(rule)):
        assert not any(matches(rule, each) for each in calls)


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ({"model": "gpt-5-mini"}, {"model": "GPT-5*"}),
        ({"model": "gpt-5*", "endpoint": "responses"}, {"model": "gpt-*"}),
        ({"model": "gpt-5*"}, {"model": "*"}),
        ({"parameter": {"n": 4}}, {"parameter": {"n": "> 1"}}),
        ({"parameter": {"n": ">= 2"}}, {"parameter": {"n": "> 1"}}),
        ({"parameter": {"size": "1x1"}}, {"parameter": {"size": "1x1"}}),
        ({"trains_model": {"kind": "reward"}}, {"trains_model": {}}),
        (
            {"trains_model": {"kind": "reward", "distributed": True}},
            {"trains_model": {"kind": ["reward", "generative"]}},
        ),
        ({"data": "customer_pii"}, {"data": "customer_*"}),
    ],
)
def test_a_narrower_condition_implies_the_wider_and_not_the_other_way_round(
    narrow: dict[str, Any], wide: dict[str, Any]
) -> None:
    first, second = meaning(a_rule(all=[narrow])), meaning(a_rule(any=[wide]))
    assert implies(first, second)
    assert implies(second, first) is (narrow == wide)


def test_an_exception_of_the_wider_rule_must_be_one_of_the_narrower_too() -> None:
    excepted = {"model": "gpt-5*", "parameter": {"n": 1}}
    wide = meaning(a_rule(any=[{"model": "gpt-*"}], none=[excepted]))
    assert not implies(meaning(a_rule(any=[{"model": "gpt-5"}])), wide)
    assert implies(meaning(a_rule(any=[{"model": "gpt-4"}])), wide)
    same = a_rule(any=[{"model": "gpt-5"}], none=[{"model": "gpt-5*"}])
    assert implies(meaning(same), wide)


@pytest.mark.parametrize(
    "lists",
    [
        {"all": [{"model": "gpt-5"}, {"model": "o1*"}]},
        {"all": [{"safety_id": "present"}, {"safety_id": "absent"}]},
        {"all": [{"parameter": {"n": "> 4"}}], "any": [{"parameter": {"n": "< 2"}}]},
        {"all": [{"parameter": {"n": "> 4"}}, {"parameter": {"n": "<= 4"}}]},
        {"any": [{"model": "gpt-5"}], "none": [{"model": "gpt-*"}]},
        {"any": [{"model": "o1"}], "none": [{"finding": {"x": ">= 0"}}]},
        {"none": [{"model": "o1"}, {"finding": {"x": "<= 1", "y": ">= 0"}}]},
        {
            "all": [
                {"trains_model": {"kind": "reward"}},
                {"trains_model": {"kind": "other"}},
            ]
        },
    ],
)
def test_conditions_that_exclude_each_other_are_impossible(
    lists: dict[str, list[dict[str, Any]]],
) -> None:
    assert impossible(meaning(a_rule(**lists)))


@pytest.mark.parametrize(
    "lists",
    [
        {"all": [{"data": "customer_pii"}, {"data": "source_code"}]},
        {"all": [{"activity": "labelling"}, {"activity": "self_instruct"}]},
        {"any": [{"model": "gpt-5"}, {"model": "o1"}]},
        {"all": [{"parameter": {"n": ">= 4"}}, {"parameter": {"n": "<= 4"}}]},
        {"none": [{"finding": {"x": "> 0"}}]},
        {"none": [{"parameter": {"n": ">= 0"}}]},
        {"none": [{"finding": {"x": ">= 0"}, "model": "o1"}]},
    ],
)
def test_what_one_call_can_have_both_of_is_possible(
    lists: dict[str, list[dict[str, Any]]],
) -> None:
    assert not impossible(meaning(a_rule(**lists)))


@pytest.mark.parametrize(
    ("patterns", "others", "both"),
    [
        (("gpt-5*",), ("gpt-*",), True),
        (("gpt-5*",), ("o1", "GPT-5-mini"), True),
        (("gpt-4",), ("gpt-5*", "o1*"), False),
        (("gpt-4*",), ("gpt-5*",), False),
        (("*mini",), ("gpt-5*",), True),
    ],
)
def test_patterns_overlap_when_one_name_fits_both(
    patterns: tuple[str, ...], others: tuple[str, ...], *, both: bool
) -> None:
    assert overlap(patterns, others) is both
    assert overlap(others, patterns) is both


@pytest.mark.parametrize(
    ("lists", "possible"),
    [
        ({"any": [{"model": "gpt-*"}]}, True),
        ({"any": [{"model": "o1"}]}, False),
        ({"all": [{"endpoint": "files.*"}]}, True),
        ({"all": [{"model": "gpt-5"}], "none": [{"purpose": "a.b"}]}, False),
        ({"all": [{"model": "gpt-5"}], "none": [{"purpose": "a.c"}]}, True),
    ],
)
def test_a_rule_can_match_calls_of_some_names_or_it_cannot(
    lists: dict[str, list[dict[str, Any]]], *, possible: bool
) -> None:
    names = {"purpose": "a.b", "model": "gpt-5*"}
    assert can_have(meaning(a_rule(**lists)), names) is possible
