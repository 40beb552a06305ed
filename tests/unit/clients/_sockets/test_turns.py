from typing import Any

from affidavit.calls import Call, Ending, How
from affidavit.clients._sockets.account import Account
from affidavit.clients._sockets.events import Kind
from affidavit.clients._sockets.turns import MOST_WAITING, Turn, Turns
from affidavit.testing import MemoryGovernor

CALL = Call(endpoint="realtime.connect", provider="openai", host="h")
GOVERNOR = MemoryGovernor()


def an_account(governor: MemoryGovernor = GOVERNOR) -> Account:
    return Account(governor, CALL)


def a_turn(kind: Kind = Kind.ASKS, **marks: Any) -> Turn:
    return Turn(account=marks.pop("account", None) or an_account(), kind=kind, **marks)


def added(*asked: Turn) -> Turns:
    turns = Turns()
    for turn in asked:
        turns.add(turn)
    return turns


def created(turns: Turns, name: str, lane: str | None = None, **response: Any) -> Turn:
    return turns.created({"id": name, **response}, lane, an_account())


def test_responses_answer_questions_in_order() -> None:
    first, second = a_turn(), a_turn()
    turns = added(first, second)
    assert created(turns, "r1") is first
    assert created(turns, "r2") is second
    assert turns.many
    assert turns.done({"id": "r2"}, None, an_account()) is second
    assert turns.only is first


def test_marks_go_before_order() -> None:
    plain, marked = a_turn(), a_turn(metadata={"k": "v"})
    turns = added(plain, marked)
    assert created(turns, "r1", metadata={"k": "v"}) is marked
    assert created(turns, "r2") is plain
    turns = added(marked, plain)
    assert created(turns, "r1") is plain
    assert created(turns, "r2") is marked


def test_lanes_are_kept_apart() -> None:
    left, right = a_turn(lane="l"), a_turn(lane="r")
    turns = added(left, right)
    assert created(turns, "r1", "r") is right
    assert created(turns, "r2", "l") is left
    assert turns.lane_of("r1") == "r"
    assert turns.lane_of("none") is None
    assert turns.under_way({"stream_id": "l"}) is left
    assert turns.under_way({"response_id": "r1"}) is right
    assert turns.under_way({}) is right


def test_a_response_that_nobody_asked_for_is_covered() -> None:
    turns, cover = Turns(), an_account()
    turn = turns.created({"id": "r"}, None, cover)
    assert turn.unasked
    assert turn.account is cover
    assert turns.all() == []
    assert turns.done({"id": "unseen"}, None, cover).account is cover


def test_speech_is_answered_after_what_was_asked_before_it_was_heard() -> None:
    speech, asked = a_turn(Kind.SPEAKS), a_turn()
    turns = added(speech, asked)
    turns.heard()
    turns.heard()
    assert created(turns, "r1") is asked
    assert created(turns, "r2") is speech
    turns.done({"id": "r2"}, None, an_account())
    assert not turns.speech
    turns = added(a_turn(Kind.SPEAKS))
    assert created(turns, "r1").kind is Kind.SPEAKS  # a provider that does not say


def test_steering_inputs_are_answered_together() -> None:
    governor = MemoryGovernor()
    first = a_turn(Kind.STEERS)
    second = a_turn(Kind.STEERS, account=an_account(governor))
    other = a_turn(Kind.STEERS, lane="x")
    turns = added(first, second, other)
    assert created(turns, "r1") is first
    assert [each.response_id for each in governor.outcomes] == ["r1"]
    assert turns.steer_ended() is other
    assert turns.steer_ended() is None


def test_an_error_is_of_the_question_it_names_else_of_the_oldest() -> None:
    governor = MemoryGovernor()
    old, named = a_turn(account=an_account(governor)), a_turn(event_id="e")
    turns = added(old, named)
    error = {"error": {"event_id": "e", "code": "c"}}
    assert turns.failed(error, under_way=False) is named
    assert turns.failed({"error": {"event_id": "?"}}, under_way=False) is None
    assert turns.failed({"code": "c"}, under_way=False) is old
    assert (governor.outcomes[0].how, governor.outcomes[0].error) == (How.REPORTED, "c")
    assert turns.failed({}, under_way=False) is None


def test_an_error_may_end_the_response_that_is_being_made() -> None:
    turn = a_turn()
    turns = added(turn)
    created(turns, "r")
    assert turns.failed({}, under_way=False) is None
    assert turns.failed({}, under_way=True) is turn
    assert turns.only is None
    turns.created({"id": "r2"}, None, an_account())
    unasked = turns.failed({}, under_way=True)
    assert unasked is not None
    assert unasked.account.is_open


def test_other_answers_find_their_questions() -> None:
    decides, starts = a_turn(Kind.DECIDES), a_turn(Kind.STARTS)
    turns = added(decides, starts)
    assert turns.decided() is decides
    assert turns.decided() is None
    assert turns.span is starts
    assert list(turns.closed_spans()) == [starts]
    assert list(turns.closed_spans()) == []
    speech = a_turn(Kind.SPEAKS)
    turns.add(speech)
    turns.heard()
    assert turns.transcribed() is speech
    assert turns.transcribed() is None


def test_what_did_not_leave_waits_for_nothing() -> None:
    asked, speech = a_turn(), a_turn(Kind.SPEAKS)
    turns = added(asked, speech)
    turns.forget(asked)
    turns.forget(speech)
    assert turns.all() == []


def test_all_are_given_up_once() -> None:
    asked, under_way = a_turn(), a_turn()
    turns = added(under_way, asked, a_turn(Kind.SPEAKS), a_turn(Kind.DECIDES))
    created(turns, "r")
    assert len(turns.all()) == 4
    assert turns.all() == []


def test_questions_without_an_answer_are_bounded() -> None:
    governor, turns = MemoryGovernor(), Turns()
    for _ in range(MOST_WAITING + 2):
        turns.add(a_turn(account=an_account(governor)))
    assert [each.ending for each in governor.outcomes] == [Ending.ABANDONED] * 2
