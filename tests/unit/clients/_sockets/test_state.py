import json
from typing import Any

from affidavit.calls import Call
from affidavit.clients._sockets.account import Account
from affidavit.clients._sockets.events import Kind, Manner, read, said
from affidavit.clients._sockets.state import State
from affidavit.clients._sockets.turns import Turn
from affidavit.testing import MemoryGovernor

CALL = Call(endpoint="realtime.connect", provider="openai", host="h")
APPEND = {"type": "input_audio_buffer.append", "audio": "AAAA"}
COMMIT = {"type": "input_audio_buffer.commit"}
ITEM = {"type": "conversation.item.create", "item": {}}


def a_state(manner: Manner = Manner.TURNS) -> State:
    state = State()
    state.manner = manner
    return state


def a_turn(kind: Kind) -> Turn:
    return Turn(account=Account(MemoryGovernor(), CALL), kind=kind)


def kind(state: State, event: dict[str, Any]) -> Kind:
    return state.kind(read(json.dumps(event).encode()))


def update(state: State, **session: Any) -> None:
    event = read(json.dumps({"type": "session.update", "session": session}).encode())
    state.learn(event, said(event))


def test_speech_is_decided_once_a_turn() -> None:
    state = a_state()
    assert kind(state, APPEND) is Kind.SPEAKS
    state.turns.add(a_turn(Kind.SPEAKS))
    assert kind(state, APPEND) is Kind.CONTROLS
    assert kind(state, COMMIT) is Kind.CONTROLS


def test_speech_that_nobody_answers_is_context() -> None:
    state = a_state()
    update(state, turn_detection=None)
    assert kind(state, APPEND) is Kind.TELLS
    assert kind(state, COMMIT) is Kind.CONTROLS
    update(state, audio={"input": {"transcription": {"model": "whisper"}}})
    assert kind(state, COMMIT) is Kind.COMMITS


def test_context_is_decided_at_once_where_a_model_may_answer() -> None:
    state = a_state()
    assert kind(state, ITEM) is Kind.TELLS
    state.turns.add(a_turn(Kind.SPEAKS))
    assert kind(state, ITEM) is Kind.PUTS
    state = a_state()
    update(state, turn_detection={"type": "server_vad", "idle_timeout_ms": 1})
    assert kind(state, ITEM) is Kind.PUTS
    assert kind(a_state(Manner.ASKED), ITEM) is Kind.TELLS
    assert kind(a_state(Manner.ALWAYS), ITEM) is Kind.PUTS


def test_one_decision_spans_what_a_model_hears() -> None:
    state = a_state(Manner.ALWAYS)
    assert kind(state, APPEND) is Kind.STARTS
    state.turns.add(a_turn(Kind.STARTS))
    assert kind(state, APPEND) is Kind.CONTROLS


def test_what_a_session_is_told_is_kept() -> None:
    state = a_state()
    update(state, model="m", safety_identifier="s")
    update(state, instructions="x")
    assert (state.model, state.safety_id, state.transcribes) == ("m", "s", False)


def test_what_nobody_asked_for_is_covered_by_the_widest_decision() -> None:
    state = a_state()
    assert state.cover is None
    connection, span = Account(MemoryGovernor(), CALL), a_turn(Kind.STARTS)
    covers: list[Account | None] = []
    state.connection = connection
    covers.append(state.cover)
    state.turns.add(span)
    covers.append(state.cover)
    assert covers == [connection, span.account]
