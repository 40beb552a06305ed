import pytest

from affidavit.calls import Call, Ending, File, Line, Outcome
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


def test_lines_of_a_file_are_asked_about_and_unreadable_ones_refuse() -> None:
    reason = Reason(rule="r", message="no")
    governor = MemoryGovernor(lambda call: (reason,) if call.model else ())
    fine = Line(number=1, call=CALL)
    bad = Line(number=2, call=CALL._replace(model="m"))
    unreadable = Line(number=3, problem="it is not JSON")

    def reasons(*lines: Line) -> tuple[Reason, ...]:
        return governor.consider(CALL, governor.inspect(lines)).reasons

    assert reasons(fine) == ()
    assert reasons(fine, bad, unreadable) == (reason,)
    assert reasons(fine, unreadable)[0].rule == "file.unreadable"


def test_what_was_uploaded_is_known_by_the_providers_name() -> None:
    governor = MemoryGovernor()
    file = File(purpose="batch", sha256="ab" * 32, read=True)
    for call, name in ((CALL._replace(file=file), "file-1"), (CALL, "resp-1")):
        decision = governor.consider(call)
        governor.commit(decision)
        outcome = Outcome(ending=Ending.COMPLETE, attempts=(), response_id=name)
        governor.conclude(decision, outcome)

    known = governor.known("file-1")
    assert known is not None
    assert (known.decision, known.use, known.read) == ("memory-0", "batch", True)
    other = governor.known("resp-1")
    assert other is not None
    assert (other.use, other.read) == (None, False)
    assert governor.known("file-2") is None
