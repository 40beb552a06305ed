import pytest

from affidavit.calls import Call, Ending, Outcome
from affidavit.errors import Reason, Unrecorded
from affidavit.testing import MemoryGovernor

CALL = Call(endpoint="responses", provider="openai", host="api.openai.com")


async def test_decisions_and_outcomes_are_kept_in_order() -> None:
    governor = MemoryGovernor()
    first, second = governor.consider(CALL), governor.consider(CALL)
    governor.commit(first)
    await governor.acommit(second)
    outcome = Outcome(ending=Ending.COMPLETE, attempts=())
    governor.conclude(second, outcome)

    assert governor.decisions == [first, second]
    assert first.id != second.id
    assert not first.refused
    assert (governor.outcomes, governor.outcome_of) == ([outcome], {second.id: outcome})


def test_reasons_refuse() -> None:
    reason = Reason(rule="r", message="no")
    assert MemoryGovernor(lambda _: (reason,)).consider(CALL).refused


def test_a_governor_that_cannot_record_says_so() -> None:
    governor = MemoryGovernor(records=False)
    with pytest.raises(Unrecorded):
        governor.commit(governor.consider(CALL))
    assert governor.decisions == []
