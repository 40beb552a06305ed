import asyncio
import threading
from typing import Any

import pytest

from affidavit.calls import Call, Ending, How, Text
from affidavit.clients import _flight
from affidavit.clients._flight import Flight
from affidavit.clients.errors import CallUngoverned, PolicyDenied
from affidavit.errors import Reason
from affidavit.testing import MemoryGovernor
from support.http_client import EVENTS, Bytes, completion, library

CALL = Call(
    endpoint="responses",
    provider="openai",
    host="api.openai.com",
    purpose="a",
    texts=(Text(role="user", value="eight ch"),),
)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def flight(governor: MemoryGovernor, clock: Any = None, owner: object = None) -> Flight:
    verdict = governor.consider(CALL)
    return Flight(owner, governor, verdict, CALL, clock=clock or Clock())


def streamed() -> Any:
    headers = {"content-type": "text/event-stream"}
    return library.Response(200, headers=headers, stream=Bytes(EVENTS))


def test_nothing_is_covered_outside_of_a_flight() -> None:
    with pytest.raises(CallUngoverned, match="no decision covers it"):
        _flight.covering(None, library.Request("GET", "https://api.openai.com/"))


def test_a_flight_covers_its_own_client_and_no_other() -> None:
    mine, other = object(), object()
    with flight(MemoryGovernor(), owner=mine) as airborne:
        assert _flight.current(mine) is airborne
        assert _flight.current(other) is None
    assert _flight.current(mine) is None


def test_a_refused_call_does_not_take_off_and_has_no_outcome() -> None:
    governor = MemoryGovernor(lambda _: (Reason(rule="r", message="no"),))
    with pytest.raises(PolicyDenied), flight(governor):
        pytest.fail("it took off")
    assert governor.outcomes == []


async def test_a_task_that_outlives_the_call_is_not_covered_by_it() -> None:
    owner, landed = object(), asyncio.Event()

    async def late() -> Flight | None:
        await landed.wait()
        return _flight.current(owner)

    with flight(MemoryGovernor(), owner=owner):
        task = asyncio.create_task(late())
        await asyncio.sleep(0)
    landed.set()

    assert await task is None


def test_attempts_keep_status_time_and_error() -> None:
    governor, clock = MemoryGovernor(), Clock()
    with flight(governor, clock) as airborne:
        clock.now += 0.25
        airborne.failed(began=0.0, error=ConnectionResetError())
        clock.now += 1.5
        airborne.answered(0.25, completion(), is_async=False)

    first, second = governor.outcomes[0].attempts
    assert (first.status, first.milliseconds) == (None, 250)
    assert first.error == "ConnectionResetError"
    assert (second.status, second.milliseconds) == (200, 1500)
    assert second.request_id == "req-1"


def test_a_try_that_the_sdk_repeats_by_itself_is_an_attempt_of_its_own() -> None:
    governor, clock = MemoryGovernor(), Clock()
    with flight(governor, clock) as airborne:
        began = airborne.now()
        for at, again in ((0.5, False), (1.5, True)):  # a token was fetched before each
            clock.now = at
            airborne.sends(again=again)
        clock.now = 1.75
        airborne.answered(began, completion(), is_async=False)
    (outcome,) = governor.outcomes
    assert [(each.status, each.milliseconds) for each in outcome.attempts] == [
        (401, 1000),
        (200, 250),
    ]


def test_an_error_on_the_way_is_the_outcome() -> None:
    governor = MemoryGovernor()
    airborne = flight(governor)

    def answered_and_lost() -> None:
        with airborne:
            airborne.answered(airborne.now(), completion(), is_async=False)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        answered_and_lost()
    assert governor.outcomes[0].ending is Ending.ERROR
    assert governor.outcomes[0].how is How.FAILED
    assert governor.outcomes[0].error == "RuntimeError"


def test_an_error_before_any_attempt_says_that_nothing_was_sent() -> None:
    governor = MemoryGovernor()
    with pytest.raises(KeyboardInterrupt), flight(governor):
        raise KeyboardInterrupt
    assert governor.outcomes[0].ending is Ending.ABANDONED
    assert governor.outcomes[0].how is How.UNSENT


def test_a_stream_is_concluded_when_it_ends_not_when_the_call_returns() -> None:
    governor = MemoryGovernor()
    with flight(governor) as airborne:
        response = streamed()
        airborne.answered(airborne.now(), response, is_async=False)
    assert governor.outcomes == []

    response.read()
    assert governor.outcomes[0].ending is Ending.COMPLETE
    assert governor.outcomes[0].output_tokens == 30


def test_a_stream_read_before_landing_is_concluded_at_landing() -> None:
    governor = MemoryGovernor()
    with flight(governor) as airborne:
        response = streamed()
        airborne.answered(airborne.now(), response, is_async=False)
        response.read()
        assert governor.outcomes == []
    assert [outcome.ending for outcome in governor.outcomes] == [Ending.COMPLETE]


def test_a_stream_that_was_retried_concludes_nothing() -> None:
    governor = MemoryGovernor()
    with flight(governor) as airborne:
        retried = streamed()
        airborne.answered(airborne.now(), retried, is_async=False)
        airborne.answered(airborne.now(), completion(), is_async=False)
    retried.close()
    assert len(governor.outcomes) == 1
    assert governor.outcomes[0].response_id == "chatcmpl-1"


def test_a_call_is_concluded_once_however_many_threads_end_it() -> None:
    governor = MemoryGovernor()
    with flight(governor) as airborne:
        response = streamed()
        airborne.answered(airborne.now(), response, is_async=False)
    barrier = threading.Barrier(8)

    def close() -> None:
        barrier.wait(5)
        response.stream.close()

    threads = [threading.Thread(target=close) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(governor.outcomes) == 1


class Carried:
    """A cargo that tells what happens to it."""

    def __init__(self, verdict: Any) -> None:
        self.verdict = verdict
        self.told: list[object] = []

    def sending(self, options: object) -> object:
        self.told.append("sent")
        return "changed", options

    def ended(self, outcome: Any) -> None:
        self.told.append(outcome.ending)

    def close(self) -> None:
        self.told.append("closed")


def carrying(governor: MemoryGovernor) -> tuple[Flight, Carried]:
    verdict = governor.consider(CALL)
    cargo: Any = Carried(verdict)
    return Flight(None, governor, verdict, CALL, cargo, clock=Clock()), cargo


def test_what_a_call_carries_is_sent_let_go_of_and_told_the_end() -> None:
    airborne, cargo = carrying(MemoryGovernor())
    with airborne:
        assert airborne.sending("options") == ("changed", "options")

    assert cargo.told == ["sent", "closed", Ending.COMPLETE]
    assert flight(MemoryGovernor()).sending("options") == "options"


def test_what_a_refused_or_cancelled_call_carries_is_let_go_of() -> None:
    refused, cargo = carrying(
        MemoryGovernor(lambda _: (Reason(rule="r", message="no"),))
    )
    with pytest.raises(PolicyDenied), refused:
        pytest.fail("it took off")
    assert cargo.told == ["closed"]

    cancelled, cargo = carrying(MemoryGovernor())
    cancelled.never_left(asyncio.CancelledError())
    assert cargo.told[0] == "closed"


def test_what_the_model_said_is_told_to_a_governor_that_fingerprints() -> None:
    for listens, expected in ((True, ["once"]), (False, [])):
        governor = MemoryGovernor(fingerprints_outputs=listens)
        with flight(governor) as call:
            response = library.Response(200, json={"choices": [{"text": "once"}]})
            call.answered(call.now(), response, is_async=False)

        assert list(governor.outcomes[0].said or ()) == expected
        assert governor.outcomes[0].output is None


def test_a_stream_is_kept_for_what_it_says() -> None:
    governor = MemoryGovernor(fingerprints_outputs=True)
    events = b'data: {"choices":[{"index":0,"delta":{"content":"%b"}}]}\n\n'
    with flight(governor) as call:
        response = library.Response(
            200,
            headers={"content-type": "text/event-stream"},
            stream=Bytes([events % b"a ", events % b"b"]),
        )
        call.answered(call.now(), response, is_async=False)
    b"".join(response.iter_bytes())

    assert list(governor.outcomes[0].said or ()) == ["a b"]


def test_an_answer_in_a_coding_that_is_not_read_is_said_to_be_unread() -> None:
    governor = MemoryGovernor(fingerprints_outputs=True)
    with flight(governor) as call:
        response = library.Response(
            200, headers={"content-encoding": "odd"}, stream=Bytes([b"xyz"])
        )
        call.answered(call.now(), response, is_async=False)
    b"".join(response.iter_raw())

    assert governor.outcomes[0].said is None
