import pytest

from affidavit.calls import Call, Ending, Outcome
from affidavit.errors import Reason
from affidavit.testing import MemoryGovernor, MemoryTrail
from support.project import a_call


def a_trail(*calls: Call) -> MemoryTrail:
    """Calls with the model `forbidden` are refused by the rule `no-such-model`."""

    def decide(call: Call) -> tuple[Reason, ...]:
        reason = Reason(rule="no-such-model", message="no")
        return (reason,) if call.model == "forbidden" else ()

    governor = MemoryGovernor(decide)
    for call in calls:
        governor.commit(governor.consider(call))
    return MemoryTrail(governor)


REPLY = a_call()
INDEX = a_call(purpose="search.index", endpoint="embeddings", model="emb")
REFUSED = a_call(model="forbidden")
SILENT = a_call(purpose=None, model=None)


def test_it_reads_calls_purposes_and_refusals_in_order() -> None:
    trail = a_trail(REPLY, INDEX, REFUSED, SILENT)
    assert [each.call for each in trail.calls] == [REPLY, INDEX, REFUSED, SILENT]
    assert trail.purposes == ("support.reply", "search.index")
    (refusal,) = trail.refusals
    assert (refusal.rules, refusal.effect) == (("no-such-model",), "refuse")


def test_the_outcome_is_there_once_the_call_has_ended() -> None:
    governor = MemoryGovernor()
    trail = MemoryTrail(governor)
    decision = governor.consider(REPLY)
    governor.commit(decision)
    assert [each.outcome for each in trail.calls] == [None]
    outcome = Outcome(ending=Ending.COMPLETE, attempts=())
    governor.conclude(decision, outcome)
    assert [each.outcome for each in trail.calls] == [outcome]
    trail.clear()
    assert trail.calls == ()
    assert governor.outcomes == []


def test_declared_counts_by_purpose_endpoint_and_model() -> None:
    trail = a_trail(REPLY, REPLY, INDEX, REFUSED)
    assert len(trail.assert_declared("support.reply")) == 3
    assert len(trail.assert_declared("support.reply", times=3)) == 3
    trail.assert_declared("support.reply", model="forbidden", times=1)
    trail.assert_declared("search.index", endpoint="embeddings", times=1)
    trail.assert_declared("unused", times=0)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"purpose": "search.indexes"}, "Did you mean search.index?"),
        (
            {"purpose": "search.index", "endpoint": "responses"},
            "No call declared the purpose 'search.index' on responses.",
        ),
        (
            {"purpose": "search.index", "times": 2},
            "1 call, not 2, declared the purpose 'search.index'.",
        ),
        (
            {"purpose": "other", "times": 2},
            "No call, not 2, declared the purpose 'other'.",
        ),
        (
            {"purpose": "search.index", "times": 0},
            "1 call, not 0, declared the purpose 'search.index'.",
        ),
    ],
)
def test_what_was_not_declared_is_told_with_what_was(
    wanted: dict[str, object], said: str
) -> None:
    with pytest.raises(AssertionError) as caught:
        a_trail(INDEX, SILENT).assert_declared(**wanted)  # type: ignore[arg-type]  # parametrised
    message = str(caught.value)
    assert said in message
    assert "  1. embeddings emb, purpose search.index: permit" in message
    assert "  2. chat.completions (no model), no purpose: permit" in message


def test_an_empty_trail_says_that_nothing_was_sent() -> None:
    with pytest.raises(AssertionError, match="Nothing was recorded"):
        a_trail().assert_declared("support.reply")


def test_refused_counts_by_rule_purpose_and_endpoint() -> None:
    trail = a_trail(REPLY, REFUSED)
    trail.assert_refused()
    trail.assert_refused("no-such-model", purpose="support.reply", times=1)
    trail.assert_refused(endpoint="embeddings", times=0)
    with pytest.raises(AssertionError, match="Did you mean no-such-model"):
        trail.assert_refused("no-such-models")
    with pytest.raises(AssertionError, match="No call was refused with the purpose"):
        trail.assert_refused(purpose="search.index")
    with pytest.raises(AssertionError, match="1 call, not 2, was refused"):
        trail.assert_refused(times=2)


def test_every_call_must_declare() -> None:
    a_trail(REPLY, INDEX).assert_all_declared()
    with pytest.raises(AssertionError, match="1 of 2 calls declared no purpose"):
        a_trail(REPLY, SILENT).assert_all_declared()


def test_a_long_trail_is_shown_in_part() -> None:
    with pytest.raises(AssertionError, match="and 10 more"):
        a_trail(*[REPLY] * 50).assert_declared("other")
