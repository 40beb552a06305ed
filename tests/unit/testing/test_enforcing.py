from pathlib import Path

import pytest

from affidavit.calls import Line, Text
from affidavit.errors import PolicyNotFound
from affidavit.policy.engine import Effect
from affidavit.policy.loader import load
from affidavit.testing import PolicyGovernor
from affidavit.testing.enforcing import PolicyDecision
from affidavit.wiring import Governor
from support.policies import POLICIES, SUPPORT, in_force
from support.project import a_call, a_dataset_call, a_project

CALLS = [
    a_call(),
    a_dataset_call(),
    a_call(purpose=None),
    a_call(purpose="nobody.knows"),
    a_call(model="davinci"),
    a_call(parameters={"n": 9}),
]


@pytest.mark.parametrize("observe", [False, True])
def test_it_decides_as_the_real_governor_decides(
    tmp_path: Path, *, observe: bool
) -> None:
    settings = a_project(tmp_path, observe=observe)
    in_memory = PolicyGovernor()
    in_memory.enforce(settings.policy)
    with Governor(settings=settings) as real:
        for call in CALLS:
            theirs, ours = real.consider(call), in_memory.consider(call)
            assert isinstance(ours, PolicyDecision)
            assert (ours.effect, ours.refused) == (theirs.effect, theirs.refused)
            assert [each.rule for each in ours.reasons] == [
                each.rule for each in theirs.reasons
            ]
        assert in_memory.policy_digest == real.policy_digest
        # The calls above need not show that a detector is missing here.
        gates = (in_memory._gate, real._gate)
        kinds = [[type(each) for each in gate.detectors] for gate in gates if gate]
        assert kinds[0] == kinds[1]


def test_until_a_policy_is_in_force_everything_is_permitted() -> None:
    governor = PolicyGovernor(default_purpose="tests")
    assert governor.policy is None
    assert not governor.consider(a_dataset_call()).refused
    assert governor.default_purpose == "tests"


def test_what_a_purpose_does_not_name_is_looked_for_only_where_one_names(
    tmp_path: Path,
) -> None:
    said = (Text(role="user", value="Translate this letter to French."),)
    call = a_call(texts=said, model="gpt-5")
    governor = PolicyGovernor()
    governor.enforce(in_force(tmp_path, SUPPORT))
    unnamed = governor.consider(call)
    assert isinstance(unnamed, PolicyDecision)
    assert b"purpose.mismatch" not in unnamed.verdict.record.body
    (tmp_path / "named").mkdir()
    named = in_force(tmp_path / "named", SUPPORT + "    activities: [reply]\n")
    governor.enforce(named)
    decision = governor.consider(call)
    assert isinstance(decision, PolicyDecision)
    body = decision.verdict.record.body
    assert b"purpose.mismatch" in body
    assert b"'translate'" in body
    assert b"reply" in body


def test_a_policy_may_be_loaded_already() -> None:
    policy = load(POLICIES / "starter.yaml")
    governor = PolicyGovernor()
    assert governor.enforce(policy) is policy is governor.policy


def test_a_policy_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyNotFound, match="nowhere"):
        PolicyGovernor().enforce(tmp_path / "nowhere")


def test_redirects_may_go_where_the_policy_says(tmp_path: Path) -> None:
    governor = PolicyGovernor()
    assert not governor.allows_origin("https://gateway.example.com")
    listed = 'origins: ["https://gateway.example.com"]\n'
    governor.enforce(in_force(tmp_path, listed + SUPPORT))
    assert governor.allows_origin("https://gateway.example.com")
    assert not governor.allows_origin("https://elsewhere.example.com")


def test_it_inspects_a_file_as_the_real_governor_does(tmp_path: Path) -> None:
    lines = [Line(number=1, call=a_call()), Line(number=2, call=a_dataset_call())]
    in_memory = PolicyGovernor()
    assert in_memory.inspect(lines) == ()
    settings = a_project(tmp_path)
    in_memory.enforce(settings.policy)
    with Governor(settings=settings) as real:
        ours, theirs = in_memory.inspect(lines), real.inspect(lines)
        assert ours.effect == theirs.effect == Effect.REFUSE
