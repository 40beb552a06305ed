import pytest

from affidavit.calls import Call, Ending, Outcome
from affidavit.clients._governor import Governor
from affidavit.testing import MemoryGovernor
from affidavit.testing.relay import Relay

CALL = Call(endpoint="responses", provider="openai", host="api.openai.com")


def test_it_hands_on_to_whoever_is_named_now() -> None:
    relay, one, two = Relay(), MemoryGovernor(), MemoryGovernor(default_purpose="two")
    client_side = relay.as_governor()
    with relay.to(one):
        client_side.commit(client_side.consider(CALL))
        with relay.to(two):
            client_side.commit(client_side.consider(CALL))
            assert client_side.default_purpose == "two"
    client_side.commit(client_side.consider(CALL))  # heard by nobody, and let through

    assert [len(one.decisions), len(two.decisions)] == [1, 1]


def test_it_has_each_member_of_a_governor() -> None:
    relay = Relay()
    wanted = {name for name in vars(Governor) if not name.startswith("_")}
    assert [name for name in wanted if not hasattr(relay, name)] == []
    with pytest.raises(AttributeError):
        relay.nothing  # noqa: B018 - it is asked for so that it raises


def test_an_outcome_that_comes_late_does_no_harm() -> None:
    relay, later = Relay(), MemoryGovernor()
    verdict = relay.as_governor().consider(CALL)
    with relay.to(later):
        outcome = Outcome(ending=Ending.COMPLETE, attempts=())
        relay.as_governor().conclude(verdict, outcome)
    assert later.decisions == []
