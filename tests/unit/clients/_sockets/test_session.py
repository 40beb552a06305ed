import json
from typing import Any

import pytest

from affidavit import CallUngoverned, purpose
from affidavit.calls import Ending, How
from affidavit.clients._sockets.account import admit
from affidavit.clients._sockets.session import Opening, Sending, Session
from affidavit.testing import MemoryGovernor

OPENING = Opening(
    endpoint="realtime.connect",
    provider="openai",
    host="api.openai.com",
    origin="https://api.openai.com",
    model="m",
    purpose="p",
    project="proj",
)
ASK = {"type": "response.create"}


class Used:
    """A session, opened, and used as a connection uses it."""

    def __init__(self, opening: Opening = OPENING, *, reconnects: bool = False) -> None:
        self.governor = MemoryGovernor()
        self.session = Session(self.governor, reconnects=reconnects)
        self.open(opening)

    def open(self, opening: Opening = OPENING) -> None:
        account = self.session.opening(opening)
        if account is not None:
            admit(self.governor, account)
        self.session.admitted(opening, account)
        self.session.tried(101, self.session.now(), request_id="req")

    def read(self, event: dict[str, Any]) -> Sending:
        sending = self.session.sending(json.dumps(event).encode())
        if sending.turn is not None and not sending.admitted:
            admit(self.governor, sending.turn.account)
        self.session.leaving(sending)
        return sending

    def send(self, event: dict[str, Any]) -> None:
        self.session.left(self.read(event))

    def fail(self, event: dict[str, Any]) -> None:
        sending = self.read(event)
        self.session.unsent(sending, self.session.now(), ConnectionResetError())

    def tell(self, text: str) -> None:
        item = {"role": "user", "content": [{"type": "input_text", "text": text}]}
        self.send({"type": "conversation.item.create", "item": item})

    @property
    def hows(self) -> list[How | None]:
        return [outcome.how for outcome in self.governor.outcomes]


def test_the_handshake_and_its_tries_are_one_call() -> None:
    used = Used()
    used.open()
    used.session.finished()
    [decision], [outcome] = used.governor.decisions, used.governor.outcomes
    assert decision.call.parameters == {"event": "handshake"}
    assert (decision.call.origin, decision.call.project) == (OPENING.origin, "proj")
    assert len(outcome.attempts) == 2
    assert used.session.tries() == 2


def test_another_handshake_is_another_call() -> None:
    used = Used()
    used.open(OPENING._replace(model="other"))
    assert used.hows == [How.CLOSED]
    assert len(used.governor.decisions) == 2
    session = Session(used.governor, reconnects=False)
    account = session.opening(OPENING)
    assert account is not None
    session.admitted(OPENING, account)
    assert session.opening(OPENING._replace(model="o")) is not None
    assert used.hows[1:] == [How.UNSENT]


def test_nothing_is_sent_over_what_was_never_opened() -> None:
    session = Session(MemoryGovernor(), reconnects=False)
    assert session.tries() == 0
    session.tried(None, 0.0)
    session.not_opened(OSError())
    with pytest.raises(CallUngoverned, match="never opened"):
        session.sending(b'{"type":"response.create"}')


def test_a_question_carries_what_was_told_before() -> None:
    used = Used()
    used.tell("one")
    used.send(ASK)
    used.tell("two")
    used.send(ASK)
    calls = [decision.call for decision in used.governor.decisions[1:]]
    assert [[text.value for text in call.texts] for call in calls] == [
        ["one"],
        ["one", "two"],
    ]
    assert calls[0].content != calls[1].content


def test_settings_of_the_session_count_from_then_on() -> None:
    used = Used()
    session = {"model": "new", "safety_identifier": "s"}
    used.send({"type": "session.update", "session": session})
    used.send(ASK)
    call = used.governor.decisions[-1].call
    assert (call.model, call.safety_id) == ("new", "s")


def test_the_backend_of_a_live_session_is_asked_under_its_own_name() -> None:
    used = Used(OPENING._replace(endpoint="live.connect", model=None))
    delegation = {"type": "responses", "responses": {"model": "backend"}}
    session = {"model": "live", "delegation": delegation}
    used.send({"type": "session.start", "session": session})
    used.send(ASK)
    assert [d.call.model for d in used.governor.decisions] == [None, "live", "backend"]


def test_the_scope_in_which_an_event_is_sent_declares() -> None:
    used = Used()
    used.send(ASK)
    with purpose("scope"):
        used.send(ASK)
    purposes = [decision.call.purpose for decision in used.governor.decisions]
    assert purposes == ["p", "p", "scope"]


def test_an_event_that_did_not_leave_is_an_error() -> None:
    used = Used()
    used.fail(ASK)
    assert used.hows == [How.BROKEN]
    used.fail({"type": "response.cancel"})  # nothing was decided


def test_an_event_that_leaves_at_the_second_try_was_decided_once() -> None:
    used = Used(reconnects=True)
    used.fail(ASK)
    used.open()
    used.send(ASK)
    used.session.received(b'{"type":"response.done","response":{"id":"r"}}')
    assert len(used.governor.decisions) == 2
    [outcome] = used.governor.outcomes
    assert [attempt.status for attempt in outcome.attempts] == [None, 101]


def test_unless_more_was_told_meanwhile() -> None:
    used = Used(reconnects=True)
    used.fail(ASK)
    used.tell("more")
    used.send(ASK)
    assert len(used.governor.decisions) == 3
    assert used.hows == [How.BROKEN]
    used.fail(ASK)
    used.session.finished()
    assert used.hows.count(How.BROKEN) == 3  # and the one that left unanswered


def test_steering_goes_to_the_lane_of_its_response() -> None:
    used = Used(OPENING._replace(endpoint="responses.connect"))
    used.send({**ASK, "stream_id": "l", "model": "m"})
    used.session.received(
        b'{"type":"response.created","response":{"id":"r"},"stream_id":"l"}'
    )
    steer = {"type": "response.steer", "previous_response_id": "r", "input": "left"}
    used.send(steer)
    for event in (
        b'{"type":"response.incomplete","response":{"id":"r"},"stream_id":"l"}',
        b'{"type":"response.created","response":{"id":"s"},"stream_id":"l"}',
        b'{"type":"response.completed","response":{"id":"s"},"stream_id":"l"}',
    ):
        used.session.received(event)
    assert [each.response_id for each in used.governor.outcomes] == ["r", "s"]
    used.send({**ASK, "model": "m"})
    said = [text.value for text in used.governor.decisions[-1].call.texts]
    assert said == ["left"]


def test_how_the_end_came_is_told_apart() -> None:
    clean, broken = ConnectionError(), ConnectionResetError()
    used = Used()
    used.send(ASK)
    used.session.lost(clean, clean=True)
    assert used.hows == [How.BROKEN, None]
    used = Used()
    used.session.lost(broken, clean=False)
    [outcome] = used.governor.outcomes
    assert (outcome.ending, outcome.error) == (Ending.ERROR, "ConnectionResetError")
    used = Used()
    used.send(ASK)
    used.session.closing()
    used.session.finished()
    assert used.hows == [None, How.CLOSED]
    used = Used(OPENING._replace(endpoint="live.connect"))
    used.send({"type": "session.start", "session": {}})
    used.session.lost(clean, clean=True)
    assert used.hows == [None, None]


def test_a_connection_that_may_come_back_is_not_over() -> None:
    used = Used(reconnects=True)
    used.send(ASK)
    used.session.lost(ConnectionResetError(), clean=False)
    assert used.hows == [How.BROKEN]
    used.open()
    used.session.finished()
    assert used.governor.outcomes[1].ending is Ending.COMPLETE


def test_a_forgotten_session_has_all_its_outcomes() -> None:
    used = Used()
    used.send(ASK)
    used.session.forgotten()
    used.session.forgotten()
    assert used.hows == [How.COLLECTED] * 2
