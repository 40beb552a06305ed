import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.calls import Call, Ending, How, Outcome
from affidavit.clients._sockets.account import Account
from affidavit.clients._sockets.events import Kind, Manner
from affidavit.clients._sockets.hearing import hear
from affidavit.clients._sockets.state import State
from affidavit.clients._sockets.turns import Turn
from affidavit.testing import MemoryGovernor

CALL = Call(endpoint="realtime.connect", provider="openai", host="h")
USAGE = {"input_tokens": 1, "output_tokens": 2}


class Heard:
    """A state, and what is heard in it."""

    def __init__(self, manner: Manner = Manner.TURNS) -> None:
        self.governor = MemoryGovernor()
        self.state = State()
        self.state.manner = manner
        self.state.connection = self.account()

    def account(self) -> Account:
        account = Account(self.governor, CALL)
        self.governor.commit(account.verdict)  # type: ignore[arg-type]  # its own
        return account

    def asks(self, kind: Kind = Kind.ASKS, **marks: Any) -> Account:
        turn = Turn(account=self.account(), kind=kind, **marks)
        self.state.turns.add(turn)
        return turn.account

    def hear(self, kind: str, **fields: Any) -> None:
        hear(self.state, json.dumps({"type": kind, **fields}).encode())

    @property
    def outcomes(self) -> list[Outcome]:
        return self.governor.outcomes


def test_a_response_is_followed_from_its_beginning_to_its_end() -> None:
    heard = Heard()
    heard.asks()
    heard.hear("response.created", response={"id": "r"})
    heard.hear("response.output_text.delta", delta="x")
    heard.hear("response.output_text.done", text="x")
    heard.hear("response.done", response={"id": "r", "usage": USAGE})
    [outcome] = heard.outcomes
    assert (outcome.response_id, outcome.output_tokens) == ("r", 2)
    assert outcome.output_bytes > 100


def test_frames_go_to_the_response_they_belong_to() -> None:
    heard = Heard(Manner.ASKED)
    heard.asks(lane="l")
    heard.asks(lane="r")
    for lane in ("l", "r"):
        heard.hear("response.created", response={"id": lane}, stream_id=lane)
    for _ in range(3):
        heard.hear("response.output_text.delta", delta="word", stream_id="r")
    for lane in ("l", "r"):
        heard.hear("response.completed", response={"id": lane}, stream_id=lane)
    left, right = heard.outcomes
    assert right.output_bytes > left.output_bytes


def test_what_nobody_asked_for_is_counted_where_it_is_covered() -> None:
    heard = Heard()
    for name in ("a", "b"):
        heard.hear("response.created", response={"id": name})
        heard.hear("response.done", response={"id": name, "usage": USAGE})
    assert heard.outcomes == []
    assert heard.state.connection is not None
    heard.state.connection.conclude(Ending.COMPLETE)
    [outcome] = heard.outcomes
    assert (outcome.input_tokens, outcome.output_tokens) == (2, 4)
    assert outcome.response_id is None


def test_a_live_session_is_heard_as_a_whole() -> None:
    heard = Heard(Manner.ALWAYS)
    heard.asks(Kind.STARTS)
    heard.hear("session.started", session={"model": "live"})
    heard.hear("session.output_audio.delta", delta="AAAA")
    inner = {"type": "response.completed", "response": {"id": "d", "usage": USAGE}}
    heard.hear("response.event", event=inner)
    heard.hear("response.event", event="nonsense")
    heard.hear("decision.event", event={"decision": {"usage": USAGE}})
    heard.hear("session.closed", reason="expired")
    [outcome] = heard.outcomes
    assert heard.state.model == "live"
    assert (outcome.ending, outcome.finish_reason) == (Ending.COMPLETE, "expired")
    assert (outcome.input_tokens, outcome.output_tokens) == (2, 4)


def test_a_decision_of_the_provider_is_an_outcome() -> None:
    heard = Heard(Manner.ALWAYS)
    heard.asks(Kind.DECIDES)
    heard.hear("decision.event", event={"decision": {"id": "d", "usage": USAGE}})
    assert heard.outcomes[0].response_id == "d"


def test_an_error_ends_what_it_is_about() -> None:
    heard = Heard(Manner.ASKED)
    heard.asks()
    heard.hear("response.created", response={"id": "r"})
    heard.hear("error", code="c")
    assert heard.outcomes[0].how is How.REPORTED


def test_speech_that_was_heard_waits_its_turn() -> None:
    heard = Heard()
    speech = heard.asks(Kind.SPEAKS)
    asked = heard.asks()
    heard.hear("input_audio_buffer.committed")
    heard.hear("response.done", response={"id": "1"})
    assert not asked.is_open
    heard.hear("response.done", response={"id": "2"})
    assert not speech.is_open


@pytest.mark.parametrize("listens", [True, False])
def test_a_transcript_is_the_answer_where_nothing_else_is(listens: bool) -> None:  # noqa: FBT001
    heard = Heard()
    heard.state.listens, heard.state.transcribes = listens, True
    heard.asks(Kind.COMMITS)
    prefix = "conversation.item.input_audio_transcription"
    heard.hear(f"{prefix}.segment")
    heard.hear(f"{prefix}.completed", usage=USAGE)
    heard.hear(f"{prefix}.completed", usage=USAGE)
    assert len(heard.outcomes) == (0 if listens else 1)


def test_steering_that_is_not_answered_by_itself_ends() -> None:
    heard = Heard(Manner.ASKED)
    heard.asks(Kind.STEERS)
    heard.asks(Kind.STEERS)
    heard.hear("response.steer.pending")
    heard.hear("response.steer.failed", error={"code": "invalid_input"})
    heard.hear("response.steer.failed", error={})
    assert [(each.ending, each.error) for each in heard.outcomes] == [
        (Ending.COMPLETE, None),
        (Ending.ERROR, "invalid_input"),
    ]


def test_nothing_is_heard_where_nothing_was_opened() -> None:
    hear(State(), b'{"type":"response.created","response":{"id":"r"}}')
    hear(State(), b'{"type":"x.delta"}')


KINDS = st.sampled_from(
    [
        "response.created",
        "response.done",
        "response.failed",
        "response.event",
        "error",
        "session.created",
        "session.closed",
        "decision.event",
        "response.steer.failed",
        "input_audio_buffer.committed",
        "x.delta",
    ]
)
ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "usage", "error", "event", "response", "type", "code"]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(
    events=st.lists(
        st.tuples(
            KINDS,
            st.dictionaries(
                st.sampled_from(["response", "event", "error", "session", "stream_id"]),
                ANY,
            ),
        ),
        max_size=6,
    ),
    manner=st.sampled_from(Manner),
    junk=st.binary(max_size=30),
)
def test_whatever_comes_is_heard_without_raising(
    events: list[tuple[str, dict[str, Any]]], manner: Manner, junk: bytes
) -> None:
    heard = Heard(manner)
    for kind in (Kind.ASKS, Kind.STARTS, Kind.STEERS, Kind.DECIDES):
        heard.asks(kind)
    hear(heard.state, junk)
    for name, fields in events:
        heard.hear(name, **fields)
