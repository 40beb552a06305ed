from pathlib import Path

import pytest

from affidavit.policy.in_force import Facts, Truth
from affidavit.policy.loader import Policy
from affidavit.policy.residue import Known, certain, residual, settled
from support.policies import a_call, a_finding, in_force

NOTHING, PURPOSE, FINDINGS = Known.NOTHING, Known.PURPOSE, Known.FINDINGS
PURPOSES = """\
purposes:
  a: {owner: o, data: [pii], trains_model: {kind: other, distributed: true}}
"""


def policy_of(directory: Path, conditions: str) -> Policy:
    rule = f"{{id: r, effect: deny, message: m, {conditions}}}"
    return in_force(directory, f"{PURPOSES}rules:\n  - {rule}\n")


@pytest.mark.parametrize(
    ("conditions", "is_settled", "is_certain"),
    [
        ("any: [{data: pii}]", False, True),
        ("any: [{data: health}]", True, False),
        ("all: [{data: pii, model: x}]", False, False),
        ("all: [{data: health, model: x}]", True, False),
        ("any: [{data: health}, {model: x}]", False, False),
        ("none: [{data: pii}]", True, False),
        ("none: [{data: health}]", False, True),
        ("any: [{when: purpose.trains_model.distributed}]", False, True),
        ("any: [{when: purpose.trains_model.competing == true}]", True, False),
        ("any: [{when: finding.dataset_generation > 0.5}]", False, False),
    ],
)
def test_what_the_purpose_alone_decides_is_known(
    tmp_path: Path,
    conditions: str,
    is_settled: bool,  # noqa: FBT001 - a table of answers
    is_certain: bool,  # noqa: FBT001
) -> None:
    policy = policy_of(tmp_path, conditions)
    (rule,), purpose = policy.rules, policy.purposes["a"]
    assert settled(rule, purpose) is is_settled
    assert certain(rule, purpose) is is_certain


def test_a_rule_that_needs_a_finding_is_left_out_where_there_is_none(
    tmp_path: Path,
) -> None:
    conditions = "all: [{finding: {dataset_generation: '> 0.5'}, parameter: {n: 1}}]"
    policy = policy_of(tmp_path, conditions)
    (rule,), purpose = policy.rules, policy.purposes["a"]
    assert residual(rule, purpose, PURPOSE | FINDINGS) is None
    assert residual(rule, None, FINDINGS) is None
    left = residual(rule, purpose, PURPOSE)
    assert left is not None
    facts = Facts(a_call(parameters={"n": 1}), (a_finding(score=0.9),), purpose)
    assert left(facts) is Truth.YES


def test_where_the_purpose_is_not_known_nothing_is_said_of_it(tmp_path: Path) -> None:
    policy = policy_of(tmp_path, "any: [{data: pii}]")
    (rule,), purpose = policy.rules, policy.purposes["a"]
    left = residual(rule, None, NOTHING)
    assert left is not None
    assert left(Facts(a_call(), (), purpose)) is Truth.YES
    assert left(Facts(a_call(), (), None)) is Truth.NO


def test_a_check_without_an_answer_is_left_to_be_asked(tmp_path: Path) -> None:
    when = "{when: 'purpose.trains_model.competing ? true : false'}"
    policy = policy_of(tmp_path, f"any: [{when}]")
    (rule,), purpose = policy.rules, policy.purposes["a"]
    left = residual(rule, purpose, PURPOSE)
    assert left is not None
    assert left(Facts(a_call(), (), purpose)) is Truth.UNKNOWN
    assert not settled(rule, purpose)
    assert not certain(rule, purpose)
