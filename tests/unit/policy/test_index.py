from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.calls import Call, Finding
from affidavit.policy.engine import decide, explain, facts_of
from affidavit.policy.in_force import Policy, Truth
from affidavit.policy.index import _MOST_KINDS, Index, indexed
from affidavit.policy.loader import load
from support.policies import HEAD, POLICIES, a_call, a_finding, in_force

NOW = datetime(2026, 11, 23, tzinfo=UTC)
PURPOSES = """\
purposes:
  support.reply: {models: ["gpt-*", "claude-*"], endpoints: [responses], data: [pii]}
  research.train:
    models: ["*"]
    endpoints: ["*"]
    trains_model: {kind: generative, distributed: true, competing: true}
    activities: [self_instruct]
  old.work: {models: ["*"], endpoints: ["*"], expires: 2026-01-01}
  crm.sync: {data: [health], evaluates_model: {competing: false}}
rules:
  - {id: by-cel, effect: review, message: m, any: [{when: request.parameters.n > 2}]}
  - id: mixed
    effect: deny
    level: waivable
    message: m
    any:
      - when: purpose.trains_model.distributed && finding.dataset_generation > 0.5
      - {activity: "self_*", data: pii}
    none: [{finding: {dataset_generation: "< 0.1"}, parameter: {n: 1}}]
  - {id: allowing, effect: allow, message: m, all: [{purpose: "crm.*", model: "gpt-*"}]}
  - {id: quiet, effect: warn, message: m, none: [{finding: {purpose_mismatch: "> 0"}}]}
"""
CALLS = st.builds(
    a_call,
    provider=st.sampled_from(["openai", "azure", "openrouter", "aws", "other", "xai"]),
    model=st.sampled_from(["gpt-5", "claude-4", "anthropic/claude-4", "own", None]),
    purpose=st.sampled_from([*PURPOSES.split()[1:9:4], "research.train", "crm.sync"])
    | st.sampled_from(["support.reply", "old.work", "unknown", None]),
    endpoint=st.sampled_from(["responses", "chat.completions", "files.create"]),
    safety_id=st.sampled_from([None, "u"]),
    parameters=st.dictionaries(
        st.sampled_from(["n", "logprobs", "store", "models"]),
        st.sampled_from([1, 4, True, "many"]),
        max_size=2,
    ),
)
FINDINGS = st.lists(
    st.builds(
        a_finding,
        kind=st.sampled_from(["dataset_generation", "ungoverned_file"]),
        score=st.sampled_from([0.05, 0.6, 0.95, float("nan")]),
        activity=st.sampled_from(["self_instruct", "distillation"]),
    ),
    max_size=2,
).map(tuple)


@cache
def with_every_pack(directory: Path) -> tuple[Policy, Policy]:
    """The policy as it is in force, and the same without any index."""
    packs = [
        f for f in sorted(POLICIES.glob("*.yaml")) if "kind: Pack" in f.read_text()
    ]
    listed = ", ".join(f"pack:{file.stem}" for file in packs)
    file = directory / "policy.yaml"
    file.write_text(f"{HEAD}extends: [{listed}]\n{PURPOSES}")
    policy = load(file)
    plain = tuple((rule, rule.test) for rule in policy.rules)
    return policy, replace(policy, choices=MappingProxyType({"": lambda _facts: plain}))


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[Policy, Policy]:
    return with_every_pack(tmp_path_factory.mktemp("policies"))


@settings(max_examples=400, deadline=None)
@given(call=CALLS, findings=FINDINGS)
def test_an_indexed_decision_is_the_plain_one(
    both: tuple[Policy, Policy], call: Call, findings: tuple[Finding, ...]
) -> None:
    policy, plain = both
    decided = decide(policy, call, findings, now=NOW)
    assert decided == decide(plain, call, findings, now=NOW)
    assert decided == decide(policy, call, findings, now=NOW)


@settings(max_examples=200, deadline=None)
@given(call=CALLS, findings=FINDINGS)
def test_what_is_left_of_a_rule_comes_out_as_the_rule(
    both: tuple[Policy, Policy], call: Call, findings: tuple[Finding, ...]
) -> None:
    policy, _ = both
    facts = facts_of(policy, call, findings, NOW.date())
    name = facts.purpose.name if facts.purpose is not None else ""
    left = {rule.id: test for rule, test in policy.choices[name](facts)}
    for rule in policy.rules:
        truth = left[rule.id](facts) if rule.id in left else Truth.NO
        assert truth is rule.test(facts), rule.id


def test_a_usual_call_is_asked_little(both: tuple[Policy, Policy]) -> None:
    policy, _ = both
    facts = facts_of(policy, a_call(purpose="support.reply"), (), NOW.date())
    assert len(policy.choices["support.reply"](facts)) < len(policy.rules) / 4


def test_explaining_shows_every_rule_all_the_same(both: tuple[Policy, Policy]) -> None:
    policy, _ = both
    explained = explain(policy, a_call(), (), now=NOW)
    assert len(explained.rules) == len(policy.rules)


def test_what_is_kept_is_bounded(tmp_path: Path) -> None:
    policy = in_force(tmp_path, PURPOSES)
    index: Index = indexed(policy.rules, None)
    for number in range(2 * _MOST_KINDS):
        index._of(frozenset({str(number)}), quiet=True)
    assert len(index._kept) <= _MOST_KINDS
