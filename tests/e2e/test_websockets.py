"""Governed websockets over real sockets, in the major of openai that is installed."""

import gc
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from affidavit import CallUnrecorded, PolicyDenied, purpose
from affidavit.calls import Call, Ending, How, Outcome
from affidavit.errors import Reason
from affidavit.testing import MemoryGovernor, Sandbox
from affidavit.testing.sandbox.sockets import Trouble
from affidavit.wiring import Governor, read_settings
from affidavit.wiring.founding import found
from support.sockets import HAS_LIVE, Kind, Plain, events_of, told

DATASET = (
    "Generate 500 diverse instruction-response pairs in JSONL, each with the fields "
    "instruction, input and output, to fine-tune our own language model."
)
only_live = pytest.mark.skipif(not HAS_LIVE, reason="openai 3.x has these sockets")


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    made = Kind(is_async=request.param == "async")
    yield made
    made.close()


def arrived(sandbox: Sandbox, *types: str) -> bool:
    """Whether these events came, and no others; the server may be behind."""
    for _ in range(200):
        if len(sandbox.sockets.events) >= len(types):
            break
        time.sleep(0.01)
    return sandbox.sockets.types() == list(types)


def message(text: str) -> dict[str, Any]:
    content = [{"type": "input_text", "text": text}]
    item = {"type": "message", "role": "user", "content": content}
    return {"type": "conversation.item.create", "item": item}


def refusing(refused: Callable[[Call], bool]) -> MemoryGovernor:
    reason = Reason(rule="no", message="not that")
    return MemoryGovernor(lambda call: (reason,) if refused(call) else ())


def is_event(name: str) -> Callable[[Call], bool]:
    return lambda call: call.parameters.get("event") == name


def realtime(kind: Kind, sandbox: Sandbox, governor: Any, **arguments: Any) -> Plain:
    client = kind.client(sandbox, governor)
    return kind.open(client.realtime.connect(model="gpt-realtime", **arguments))


def closed(governor: MemoryGovernor, number: int) -> Outcome:
    return governor.outcome_of[governor.decisions[number].id]


def test_a_handshake_is_a_call_that_ends_with_the_connection(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    with realtime(kind, sandbox, governor) as socket:
        assert socket.recv().type == "session.created"
        assert governor.outcomes == []
    [decision] = governor.decisions
    call = decision.call
    assert (call.endpoint, call.model, call.purpose) == (
        "realtime.connect",
        "gpt-realtime",
        "born",
    )
    headers = sandbox.sockets.handshakes[-1].headers
    assert headers["x-declared-purpose"] == "born"
    assert headers["x-policy-digest"] == governor.policy_digest
    outcome = closed(governor, 0)
    assert outcome.ending is Ending.COMPLETE
    assert [attempt.status for attempt in outcome.attempts] == [101]


def test_tags_can_be_switched_off(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor(tags_requests=False)
    declared = {"X-Declared-Purpose": "said"}
    with realtime(kind, sandbox, governor, extra_headers=declared):
        assert governor.decisions[0].call.purpose == "said"
    headers = sandbox.sockets.handshakes[-1].headers
    assert not {"x-declared-purpose", "x-policy-digest"} & set(headers)


def test_a_refused_endpoint_is_never_connected_to(kind: Kind, sandbox: Sandbox) -> None:
    governor = refusing(is_event("handshake"))
    before = len(sandbox.sockets.handshakes)
    with pytest.raises(PolicyDenied) as denied, realtime(kind, sandbox, governor):
        pass
    assert len(sandbox.sockets.handshakes) == before
    assert [denied.value.record_id] == [each.id for each in governor.decisions]
    assert governor.outcomes == []


def test_an_unrecorded_decision_opens_nothing(kind: Kind, sandbox: Sandbox) -> None:
    before = len(sandbox.sockets.handshakes)
    governor = MemoryGovernor(records=False)
    with pytest.raises(CallUnrecorded), realtime(kind, sandbox, governor):
        pass
    assert len(sandbox.sockets.handshakes) == before


def test_a_handshake_that_the_provider_declines_is_an_outcome(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    sandbox.sockets.trouble_next(Trouble.REFUSE)
    with pytest.raises(Exception, match="503"), realtime(kind, sandbox, governor):
        pass
    [outcome] = governor.outcomes
    assert (outcome.ending, outcome.how) == (Ending.ERROR, How.STATUS)
    assert [attempt.status for attempt in outcome.attempts] == [503]


def test_a_connection_that_cannot_be_made_is_an_outcome(kind: Kind) -> None:
    governor = MemoryGovernor()
    with Sandbox() as gone:
        client = kind.client(gone, governor, websocket_base_url="ws://127.0.0.1:1/v1")
    with pytest.raises(OSError), kind.open(client.realtime.connect(model="m")):
        pass
    [outcome] = governor.outcomes
    assert (outcome.ending, outcome.how) == (Ending.ERROR, How.BROKEN)
    assert [attempt.status for attempt in outcome.attempts] == [None]


def test_a_question_is_a_call_and_its_response_the_outcome(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    with realtime(kind, sandbox, governor) as socket:
        socket.send(message("Where is parcel 12?"))
        socket.send({"type": "response.create"})
        done = socket.until("response.done")
    assert events_of(governor) == ["handshake", "response.create"]
    assert told(governor) == ["Where is parcel 12?"]
    outcome = closed(governor, 1)
    assert outcome.ending is Ending.COMPLETE
    assert outcome.response_id == done.response.id
    assert outcome.input_tokens == done.response.usage.input_tokens
    assert outcome.output_tokens == done.response.usage.output_tokens
    assert outcome.finish_reason == "completed"
    assert outcome.output_bytes > 0
    assert outcome.output_digest is not None
    assert [attempt.status for attempt in outcome.attempts] == [101]


def test_a_responses_socket_is_governed_like_the_endpoint(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    with kind.open(client.responses.connect()) as socket:
        socket.run(
            socket.connection.response.create(model="gpt-5", input="hi", user="u")
        )
        done = socket.until("response.completed")
    call = governor.decisions[1].call
    assert (call.endpoint, call.model, call.subject) == (
        "responses.connect",
        "gpt-5",
        "u",
    )
    outcome = closed(governor, 1)
    assert (outcome.response_id, outcome.model) == (
        done.response.id,
        done.response.model,
    )
    assert outcome.output_tokens == done.response.usage.output_tokens


def test_the_beta_realtime_socket_is_governed(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    manager = client.beta.realtime.connect(model="gpt-realtime")
    with kind.open(manager) as socket:
        socket.run(socket.connection.response.create())
        socket.until("response.done")
    assert events_of(governor) == ["handshake", "response.create"]
    assert len(governor.outcomes) == 2


def test_a_refused_event_leaves_the_connection_usable(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = refusing(lambda call: call.purpose == "forbidden")
    with realtime(kind, sandbox, governor) as socket:
        with purpose("forbidden"), pytest.raises(PolicyDenied):
            socket.send({"type": "response.create"})
        socket.send({"type": "response.create"})
        socket.until("response.done")
    assert arrived(sandbox, "response.create")
    purposes = [decision.call.purpose for decision in governor.decisions]
    assert purposes == ["born", "forbidden", "born"]
    assert len(governor.outcomes) == 2


SENDERS: dict[str, Callable[[Any, dict[str, Any]], Any]] = {
    "send": lambda connection, event: connection.send(event),
    "send_raw": lambda connection, event: connection.send_raw(json.dumps(event)),
    "send_raw-bytes": lambda connection, event: connection.send_raw(
        json.dumps(event).encode()
    ),
    "underneath": lambda connection, event: connection._connection.send(
        json.dumps(event)
    ),
    "helper": lambda connection, event: connection.response.create(),
}


@pytest.mark.parametrize("sender", SENDERS)
def test_no_way_of_sending_goes_around(
    kind: Kind, sandbox: Sandbox, sender: str
) -> None:
    governor = refusing(is_event("response.create"))
    with realtime(kind, sandbox, governor) as socket, pytest.raises(PolicyDenied):
        socket.run(SENDERS[sender](socket.connection, {"type": "response.create"}))
    assert arrived(sandbox)


def _read_bytes(socket: Plain) -> None:
    while b'"response.done"' not in socket.run(socket.connection.recv_bytes()):
        pass


READERS: dict[str, Callable[[Plain], Any]] = {
    "recv": lambda socket: socket.until("response.done"),
    "bytes": _read_bytes,
    "iteration": lambda socket: socket.iterate(lambda e: e.type == "response.done"),
}


@pytest.mark.parametrize("reader", READERS)
def test_every_way_of_reading_closes_the_account(
    kind: Kind, sandbox: Sandbox, reader: str
) -> None:
    governor = MemoryGovernor()
    with realtime(kind, sandbox, governor) as socket:
        socket.send({"type": "response.create"})
        READERS[reader](socket)
        assert closed(governor, 1).finish_reason == "completed"


def test_handlers_see_and_close_the_account(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor()
    with realtime(kind, sandbox, governor) as socket:
        connection = socket.connection

        def done(_: Any) -> Any:
            return connection.close()

        connection.on("response.done", done)
        socket.send({"type": "response.create"})
        socket.run(connection.dispatch_events())
    assert closed(governor, 1).finish_reason == "completed"
    assert closed(governor, 0).ending is Ending.COMPLETE


def test_a_drop_in_the_middle_is_an_error_with_estimated_usage(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    sandbox.sockets.trouble_next(Trouble.DROP)
    with realtime(kind, sandbox, governor) as socket:
        socket.send(message("Where is parcel 12?"))
        socket.send({"type": "response.create"})
        with pytest.raises(Exception, match="close frame"):
            socket.until("response.done")
    outcome = closed(governor, 1)
    assert (outcome.ending, outcome.how) == (Ending.ERROR, How.BROKEN)
    assert outcome.estimated
    assert outcome.output_digest is not None
    assert closed(governor, 0).how is How.BROKEN
    assert len(governor.outcomes) == 2


def test_an_early_close_by_either_side_is_told_apart(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    with realtime(kind, sandbox, governor) as socket:
        socket.send({"type": "response.create"})
        socket.until("response.created")
    assert closed(governor, 1).ending is Ending.ABANDONED
    assert closed(governor, 1).how is How.CLOSED
    assert closed(governor, 0).ending is Ending.COMPLETE

    governor = MemoryGovernor()
    sandbox.sockets.trouble_next(Trouble.CLOSE)
    with realtime(kind, sandbox, governor) as socket:
        socket.send({"type": "response.create"})
        socket.iterate(lambda _: False)
    assert closed(governor, 1).how is How.BROKEN
    assert closed(governor, 0).ending is Ending.COMPLETE


def test_what_the_provider_reports_is_the_outcome(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor()
    sandbox.sockets.trouble_next(Trouble.FAIL)
    sandbox.sockets.trouble_next(Trouble.ERROR)
    with realtime(kind, sandbox, governor) as socket:
        socket.send({"type": "response.create"})
        socket.until("response.done")
        socket.send({"type": "response.create", "event_id": "mine"})
        socket.until("error")
    for number, error in ((1, "troubled"), (2, "invalid_value")):
        outcome = closed(governor, number)
        assert (outcome.how, outcome.error) == (How.REPORTED, error)


def test_a_forgotten_connection_has_its_outcomes(kind: Kind, sandbox: Sandbox) -> None:
    governor = MemoryGovernor()
    socket = realtime(kind, sandbox, governor).__enter__()
    socket.send({"type": "response.create"})
    inner = socket.connection._connection
    socket.connection = socket.manager = None
    gc.collect()
    assert [outcome.how for outcome in governor.outcomes] == [How.COLLECTED] * 2
    socket.run(inner.close())


def test_a_reconnect_is_another_try_of_the_same_call(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    calls: list[Any] = []
    sandbox.sockets.trouble_next(Trouble.DROP)
    asked: list[bool] = []
    with realtime(
        kind,
        sandbox,
        governor,
        on_reconnecting=calls.append,
        initial_delay=0.001,
    ) as socket:
        socket.send({"type": "response.create"})

        def again(event: Any) -> bool:
            if event.type == "session.created" and calls and not asked:
                asked.append(True)
                return True
            return False

        socket.iterate(again)
        socket.send({"type": "response.create"})
        socket.until("response.done")
    assert len(calls) == 1
    assert events_of(governor) == ["handshake", "response.create", "response.create"]
    attempts = [attempt.status for attempt in closed(governor, 0).attempts]
    assert attempts == [101, 101]
    assert closed(governor, 0).ending is Ending.COMPLETE
    assert closed(governor, 1).how is How.BROKEN
    assert closed(governor, 2).finish_reason == "completed"


def test_what_waits_in_a_queue_is_decided_once_when_it_leaves(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    manager = client.realtime.connect(model="gpt-realtime")
    manager.send({"type": "response.create"})
    assert governor.decisions == []
    with kind.open(manager) as socket:
        assert events_of(governor) == ["handshake", "response.create"]
        socket.until("response.done")
    assert len(governor.outcomes) == 2


def test_a_refusal_of_what_waited_reaches_the_caller(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = refusing(is_event("response.create"))
    client = kind.client(sandbox, governor)
    manager = client.realtime.connect(model="gpt-realtime")
    manager.send({"type": "response.create"})
    with pytest.raises(PolicyDenied), kind.open(manager):
        pass
    assert arrived(sandbox)
    assert len(governor.decisions) == 2
    assert [outcome.ending for outcome in governor.outcomes] == [Ending.COMPLETE]


def test_what_waited_for_a_reconnect_is_governed(kind: Kind, sandbox: Sandbox) -> None:
    governor = refusing(lambda call: "forbidden" in [t.value for t in call.texts])
    waiting: list[Plain] = []

    def queue(_: Any) -> None:
        queued = waiting[0].connection._send_queue
        queued.enqueue(json.dumps(message("forbidden")))
        queued.enqueue(json.dumps({"type": "response.create"}))

    sandbox.sockets.trouble_next(Trouble.DROP)
    with realtime(
        kind, sandbox, governor, on_reconnecting=queue, initial_delay=0.001
    ) as socket:
        waiting.append(socket)
        socket.send({"type": "response.create"})
        with pytest.raises(PolicyDenied):
            socket.iterate(lambda _: False)
        assert socket.recv().type == "session.created"
    assert arrived(sandbox, "response.create", "conversation.item.create")
    asked = ["handshake", "response.create", "response.create"]
    assert events_of(governor) == asked


def test_speech_is_a_call_where_the_provider_hears_turns(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    speech = {"type": "input_audio_buffer.append", "audio": "AQID"}
    silence = {"type": "input_audio_buffer.append", "audio": "AAAA"}
    with realtime(kind, sandbox, governor) as socket:
        for event in (speech, speech, silence):
            socket.send(event)
        socket.until("response.done")
        socket.send(speech)
    append = "input_audio_buffer.append"
    assert events_of(governor) == ["handshake", append, append]
    assert governor.decisions[1].call.unread == {"audio": 1}
    assert closed(governor, 1).finish_reason == "completed"
    assert closed(governor, 2).how is How.CLOSED


def test_text_told_while_the_provider_may_answer_is_decided_at_once(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = refusing(lambda call: DATASET in [text.value for text in call.texts])
    with realtime(kind, sandbox, governor) as socket:
        socket.send({"type": "input_audio_buffer.append", "audio": "AQID"})
        with pytest.raises(PolicyDenied):
            socket.send(message(DATASET))
    assert arrived(sandbox, "input_audio_buffer.append")


@only_live
@pytest.mark.parametrize("name", ["live", "forks", "sideband"])
def test_live_sessions_are_governed_from_start_to_end(
    kind: Kind, sandbox: Sandbox, name: str
) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    if name == "live":
        manager = client.live.connect()
    else:
        manager = getattr(client.live, name).connect(session_id="s1")
    with kind.open(manager) as socket:
        if name != "sideband":
            session = {"model": "gpt-live-1", "instructions": "Be kind."}
            socket.send({"type": "session.start", "session": session})
        socket.until("session.started")
        socket.send({"type": "response.create", "event_id": "q"})
        socket.until("response.event")
        socket.send({"type": "decision.create", "event_id": "d"})
        socket.until("decision.event")
        socket.send(
            {
                "type": "session.instructions.append",
                "content": "Now be brief.",
                "delegation_id": None,
            }
        )
        socket.send({"type": "session.close"})
        socket.until("session.closed")
    expected = ["session.start"] if name != "sideband" else []
    expected += ["response.create", "decision.create", "session.instructions.append"]
    assert events_of(governor) == ["handshake", *expected]
    assert "Now be brief." in told(governor)
    assert {outcome.ending for outcome in governor.outcomes} == {Ending.COMPLETE}
    assert len(governor.outcomes) == len(governor.decisions)
    assert all("live" in each.call.endpoint for each in governor.decisions)


@only_live
def test_translation_is_one_call_from_the_first_word_to_the_end(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = MemoryGovernor()
    client = kind.client(sandbox, governor)
    manager = client.realtime.translations.connect(model="gpt-translate")
    append = {"type": "session.input_audio_buffer.append", "audio": "AQID"}
    with kind.open(manager) as socket:
        socket.send(append)
        socket.send(append)
        socket.until("session.output_audio.delta")
        socket.send({"type": "session.close"})
        socket.until("session.closed")
    assert events_of(governor) == ["handshake", append["type"]]
    assert governor.decisions[1].call.model == "gpt-translate"
    assert closed(governor, 1).ending is Ending.COMPLETE
    assert closed(governor, 1).output_bytes > 0


POLICY = """\
apiVersion: affidavit/v1
kind: Policy
name: test
mode: enforce
extends: [pack:openai-services-agreement]
purposes:
  support:
    description: Answers customers
    models: ["*"]
    endpoints: [realtime.connect]
"""


LISTED = """\
apiVersion: affidavit/v1
kind: Policy
name: listed
mode: enforce
purposes:
  support:
    models: ["gpt-5*"]
    endpoints: [responses.connect]
"""


def governed_project(folder: Path, text: str = POLICY) -> Governor:
    policy = folder / "policies" / "policy.yaml"
    policy.parent.mkdir()
    policy.write_text(text, "utf-8")
    settings = read_settings(environ={}, directory=folder, purpose="support")
    found(settings, directory=folder)
    return Governor(settings=settings)


def test_a_dataset_request_hidden_in_the_context_is_refused(
    kind: Kind, sandbox: Sandbox, tmp_path: Path
) -> None:
    with governed_project(tmp_path) as governor:
        client = kind.client(sandbox, governor, purpose="support")
        with kind.open(client.realtime.connect(model="gpt-realtime")) as socket:
            socket.send(message("Where is parcel 12?"))
            socket.send({"type": "response.create"})
            socket.until("response.done")
            socket.send(message(DATASET))
            for _ in range(2):  # it stays in the conversation
                with pytest.raises(PolicyDenied) as denied:
                    socket.send({"type": "response.create"})
                assert denied.value.rule == "openai-dataset-generation"
        with (
            pytest.raises(PolicyDenied),
            kind.open(client.responses.connect()),
        ):
            pass
    asked = sandbox.sockets.types()
    assert asked.count("response.create") == 1


def test_a_list_of_models_holds_for_events_and_spares_the_handshake(
    kind: Kind, sandbox: Sandbox, tmp_path: Path
) -> None:
    with governed_project(tmp_path, LISTED) as governor:
        client = kind.client(sandbox, governor, purpose="support")
        with kind.open(client.responses.connect()) as socket:
            create = {"type": "response.create", "input": "hi"}
            with pytest.raises(PolicyDenied):
                socket.send({**create, "model": "other"})
            socket.send({**create, "model": "gpt-5"})
            socket.until("response.completed")


def test_a_long_conversation_is_decided_as_a_short_one(
    kind: Kind, sandbox: Sandbox
) -> None:
    governor = refusing(lambda call: "forbidden" in [t.value for t in call.texts])
    with realtime(kind, sandbox, governor) as socket:
        for number in range(3):
            socket.send(message(f"{number} " * 10_000))
        socket.send({"type": "response.create"})
        socket.until("response.done")
        socket.send(message("forbidden"))
        with purpose("scope"), pytest.raises(PolicyDenied):
            socket.send({"type": "response.create"})
    assert governor.decisions[-1].call.purpose == "scope"


def test_a_received_frame_costs_microseconds(sandbox: Sandbox) -> None:
    from affidavit.clients._sockets.session import Opening, Session

    governor = MemoryGovernor()
    session = Session(governor, reconnects=False)
    opening = Opening("realtime.connect", "openai", "h", "https://h", "m", None, None)
    session.admitted(opening, session.opening(opening))
    session.received(b'{"type":"response.created","response":{"id":"r"}}')
    frame = b'{"type":"response.output_text.delta","delta":"' + b"x" * 200 + b'"}'
    began = time.perf_counter()
    for _ in range(10_000):
        session.received(frame)
    assert (time.perf_counter() - began) / 10_000 < 50e-6
