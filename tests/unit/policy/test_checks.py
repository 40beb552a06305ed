import math
from pathlib import Path

import pytest

from affidavit.calls import Call, Finding
from affidavit.policy.checks import of_terms
from affidavit.policy.in_force import Check, Facts, Truth
from support.policies import a_call, a_finding, in_force

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
PURPOSES = """\
purposes:
  support.reply: {data: [customer_pii]}
  research.labels:
    trains_model: {kind: classifier, distributed: false}
    evaluates_model: {competing: true}
"""


def checks(directory: Path, condition: str) -> tuple[Check, ...]:
    rule = f"rules: [{{id: a, effect: deny, message: m, all: [{condition}]}}]\n"
    return in_force(directory, PURPOSES + rule).rules[0].conditions[0].checks


def truth(
    directory: Path, condition: str, call: Call | None = None, *findings: Finding
) -> Truth:
    """The condition's only check on a call, whose purpose the policy knows."""
    rule = f"rules: [{{id: a, effect: deny, message: m, all: [{condition}]}}]\n"
    policy = in_force(directory, PURPOSES + rule)
    (check,) = policy.rules[0].conditions[0].checks
    call = call or a_call()
    facts = Facts(call, findings, policy.purposes.get(call.purpose or ""))
    assert check.evidence(facts)
    return check.test(facts)


@pytest.mark.parametrize(
    ("condition", "changes", "expected"),
    [
        ("{purpose: 'support.*'}", {}, YES),
        ("{purpose: 'support.*'}", {"purpose": None}, NO),
        ("{model: [gpt-4o, 'gpt-5*']}", {}, YES),
        ("{model: 'gpt-5*'}", {"model": None}, NO),
        ("{model: '*'}", {"model": None}, YES),
        ("{endpoint: responses}", {}, YES),
        ("{endpoint: 'other:*'}", {"endpoint": "other:POST /x"}, YES),
        ("{provider: [azure, other]}", {}, NO),
        ("{host: '*.openai.com'}", {"host": "API.OpenAI.com"}, YES),
        ("{host: '*.openai.com'}", {"host": "openai.com.evil.example"}, NO),
        ("{parameter: {n: '> 1'}}", {"parameters": {"n": 2}}, YES),
        ("{parameter: {n: '> 1'}}", {"parameters": {"n": 1}}, NO),
        ("{parameter: {n: '> 1'}}", {}, NO),
        ("{parameter: {n: '> 1'}}", {"parameters": {"n": "many"}}, UNKNOWN),
        ("{parameter: {n: '> 1'}}", {"parameters": {"n": True}}, UNKNOWN),
        ("{parameter: {n: 2}}", {"parameters": {"n": 2}}, YES),
        ("{parameter: {t: '>= 0.7'}}", {"parameters": {"t": "0.7"}}, YES),
        ("{parameter: {logprobs: true}}", {"parameters": {"logprobs": True}}, YES),
        ("{parameter: {logprobs: true}}", {"parameters": {"logprobs": 5}}, UNKNOWN),
        ("{parameter: {tier: flex}}", {"parameters": {"tier": "flex"}}, YES),
        ("{parameter: {tier: flex}}", {"parameters": {"tier": 1}}, UNKNOWN),
        ("{trains_model: {}}", {}, NO),
        ("{trains_model: {}}", {"purpose": "research.labels"}, YES),
        ("{trains_model: {}}", {"purpose": "nobody.knows"}, NO),
        ("{trains_model: {kind: [classifier]}}", {"purpose": "research.labels"}, YES),
        ("{trains_model: {kind: reward}}", {"purpose": "research.labels"}, NO),
        ("{trains_model: {competing: true}}", {"purpose": "research.labels"}, NO),
        ("{trains_model: {competing: false}}", {"purpose": "research.labels"}, NO),
        ("{evaluates_model: {competing: true}}", {"purpose": "research.labels"}, YES),
        ("{evaluates_model: {}}", {}, NO),
        ("{data: [health, 'customer_*']}", {}, YES),
        ("{data: health}", {}, NO),
        ("{data: customer_pii}", {"purpose": None}, NO),
        ("{safety_id: present}", {"safety_id": "u1"}, YES),
        ("{safety_id: absent}", {"safety_id": ""}, YES),
        ("{subject: present}", {}, NO),
        ("{subject: absent}", {}, YES),
    ],
)
def test_each_key_reads_what_it_names(
    tmp_path: Path, condition: str, changes: dict[str, object], expected: Truth
) -> None:
    assert truth(tmp_path, condition, a_call(**changes)) is expected


@pytest.mark.parametrize(
    ("wanted", "scores", "expected"),
    [
        (">= 0.8", [0.8], YES),
        (">= 0.8", [0.799], NO),
        (">= 0.8", [0.1, 0.9, 0.2], YES),
        (">= 0.8", [], NO),
        ("< 0.2", [], YES),
        ("< 0.2", [0.1, 0.9], NO),
        (">= 0.8", [0.9, math.nan], UNKNOWN),
        (">= 0.8", [math.inf], UNKNOWN),
    ],
)
def test_the_highest_score_of_a_kind_counts(
    tmp_path: Path, wanted: str, scores: list[float], expected: Truth
) -> None:
    findings = [a_finding(score=score) for score in scores]
    other = a_finding(kind="other", score=1.0)
    condition = f"{{finding: {{dataset_generation: '{wanted}'}}}}"
    assert truth(tmp_path, condition, None, *findings, other) is expected


def test_any_finding_s_activity_counts(tmp_path: Path) -> None:
    found = (a_finding(activity="qa_from_document"), a_finding())
    assert truth(tmp_path, "{activity: 'self_*'}", None, *found) is YES
    assert truth(tmp_path, "{activity: 'self_*'}", None, found[0]) is NO
    assert truth(tmp_path, "{activity: 'self_*'}") is NO


def test_evidence_says_what_was_seen_and_what_was_asked(tmp_path: Path) -> None:
    finding, parameter = checks(
        tmp_path, "{finding: {dataset_generation: '>= 0.8'}, parameter: {n: '> 1'}}"
    )
    facts = Facts(a_call(parameters={"n": "x\n"}), (a_finding(score=0.91),), None)
    assert finding.evidence(facts) == (
        "finding.dataset_generation is 0.91 (self_instruct, DG001); "
        "the rule says >= 0.8"
    )
    assert parameter.evidence(facts) == "parameter.n is 'x\\n'; the rule says > 1"


@pytest.mark.parametrize(
    ("changes", "expected", "evidence"),
    [
        ({}, YES, "terms is openai; the rule says openai"),
        (
            {"provider": "openrouter", "model": "openai/gpt-5"},
            YES,
            "terms is openai, openrouter; the rule says openai",
        ),
        ({"provider": "other"}, YES, "terms is not known; the rule says openai"),
        ({"provider": "xai"}, NO, "terms is xai; the rule says openai"),
    ],
)
def test_terms_hold_unless_others_are_known_to_apply(
    changes: dict[str, str], expected: Truth, evidence: str
) -> None:
    check = of_terms("openai")
    facts = Facts(a_call(**changes), (), None)
    assert check.test(facts) is expected
    assert check.evidence(facts) == evidence


def test_a_check_of_the_purpose_alone_says_so(tmp_path: Path) -> None:
    found = checks(
        tmp_path,
        "{purpose: 'a*', trains_model: {kind: other}, data: x, evaluates_model: {}, "
        "model: x, parameter: {n: 1}, finding: {purpose_mismatch: '> 0'}, "
        "subject: absent}",
    )
    assert {check.name for check in found if check.of_purpose} == {
        "purpose",
        "trains_model.kind",
        "data",
        "evaluates_model",
    }
