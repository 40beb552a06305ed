import asyncio
from typing import Any

import pytest

from affidavit import CallUnrecorded, PolicyDenied
from affidavit.calls import Call, Ending, How, Outcome, Text
from affidavit.clients._sockets.account import (
    Account,
    aadmit,
    admit,
    error_name,
    metadata,
)
from affidavit.errors import Reason
from affidavit.testing import MemoryGovernor

CALL = Call(
    endpoint="realtime.connect",
    provider="openai",
    host="h",
    texts=(Text(role="user", value="12345678"),),
)


def refusing() -> MemoryGovernor:
    return MemoryGovernor(lambda _: (Reason(rule="no", message="no"),))


def outcome(governor: MemoryGovernor) -> Outcome:
    [only] = governor.outcomes
    return only


def test_a_decision_is_durable_or_the_call_stays() -> None:
    governor = MemoryGovernor()
    admit(governor, Account(governor, CALL))
    assert len(governor.decisions) == 1
    closed = MemoryGovernor(records=False)
    with pytest.raises(CallUnrecorded):
        admit(closed, Account(closed, CALL))
    governor = refusing()
    with pytest.raises(PolicyDenied):
        admit(governor, Account(governor, CALL))
    assert len(governor.decisions) == 1
    assert governor.outcomes == []


async def test_the_same_holds_without_blocking() -> None:
    governor = MemoryGovernor()
    await aadmit(governor, Account(governor, CALL))
    closed = MemoryGovernor(records=False)
    with pytest.raises(CallUnrecorded):
        await aadmit(closed, Account(closed, CALL))
    governor = refusing()
    with pytest.raises(PolicyDenied):
        await aadmit(governor, Account(governor, CALL))


class _Cancelled(MemoryGovernor):
    async def acommit(self, verdict: Any) -> None:
        self.commit(verdict)
        raise asyncio.CancelledError


async def test_cancelled_while_it_is_recorded_it_never_left() -> None:
    governor = _Cancelled()
    with pytest.raises(asyncio.CancelledError):
        await aadmit(governor, Account(governor, CALL))
    assert outcome(governor).how is How.UNSENT


def test_there_is_one_outcome() -> None:
    governor = MemoryGovernor()
    account = Account(governor, CALL)
    account.conclude(Ending.COMPLETE)
    account.conclude(Ending.ERROR)
    assert not account.is_open
    assert outcome(governor).ending is Ending.COMPLETE


def test_what_the_provider_says_is_told() -> None:
    governor = MemoryGovernor()
    account = Account(governor, CALL)
    account.sent("req_1")
    account.frame(b"abc")
    usage = {"input_tokens": 3, "output_tokens": 4}
    response = {"id": "r", "model": "m", "usage": usage, "status": "incomplete"}
    account.ended({**response, "incomplete_details": {"reason": "max_output_tokens"}})
    told = outcome(governor)
    assert (told.response_id, told.model) == ("r", "m")
    assert (told.input_tokens, told.output_tokens, told.estimated) == (3, 4, False)
    assert told.finish_reason == "max_output_tokens"
    assert told.output_bytes == 3
    [attempt] = told.attempts
    assert (attempt.status, attempt.request_id) == (101, "req_1")


def test_an_answer_that_was_cut_off_is_estimated() -> None:
    governor = MemoryGovernor()
    account = Account(governor, CALL)
    account.answered({"id": "r"})
    for _ in range(5):
        account.frame(b"x")
    account.conclude(Ending.ERROR, How.BROKEN)
    told = outcome(governor)
    assert (told.input_tokens, told.output_tokens, told.estimated) == (2, 3, True)


@pytest.mark.parametrize(
    ("response", "ending", "how", "error"),
    [
        (
            {"status": "failed", "error": {"code": "server_error"}},
            Ending.ERROR,
            How.REPORTED,
            "server_error",
        ),
        (
            {"status": "failed", "status_details": {"error": {"type": "t"}}},
            Ending.ERROR,
            How.REPORTED,
            "t",
        ),
        (
            {"status": "cancelled", "status_details": {"reason": "client_cancelled"}},
            Ending.ABANDONED,
            How.CANCELLED,
            None,
        ),
        (
            {"status": "cancelled", "status_details": {"reason": "turn_detected"}},
            Ending.COMPLETE,
            None,
            None,
        ),
        (None, Ending.COMPLETE, None, None),
        (
            {"usage": {"input_tokens": "x", "output_tokens": -1}},
            Ending.COMPLETE,
            *[None] * 2,
        ),
    ],
)
def test_how_a_response_ended_is_told(
    response: object, ending: Ending, how: How | None, error: str | None
) -> None:
    governor = MemoryGovernor()
    Account(governor, CALL).ended(response)
    told = outcome(governor)
    assert (told.ending, told.how, told.error) == (ending, how, error)


@pytest.mark.parametrize(
    ("status", "error", "how"),
    [
        (None, ConnectionResetError(), How.BROKEN),
        (403, RuntimeError(), How.STATUS),
        (101, RuntimeError(), How.FAILED),
        ("none", RuntimeError(), How.UNSENT),
    ],
)
def test_what_failed_is_told_apart(status: Any, error: Exception, how: How) -> None:
    governor = MemoryGovernor()
    account = Account(governor, CALL)
    if status != "none":
        account.tried(status, 0.0, error="E")
    account.failed(error)
    assert outcome(governor).how is how


def test_names_are_read_from_any_shape() -> None:
    assert error_name({"code": None, "type": "t"}) == "t"
    assert error_name(None) is None
    assert metadata({"metadata": {"a": "b"}}) == {"a": "b"}
    assert metadata({"metadata": {}}) is None


def test_frames_are_handed_over_to_a_governor_that_keeps_contents() -> None:
    governor = MemoryGovernor(keeps_content=True)
    account = Account(governor, CALL)
    admit(governor, account)
    account.frame(b"one ")
    account.frame(b"two")
    account.conclude(Ending.COMPLETE)
    assert outcome(governor).output == b"one two"


def test_an_answer_beyond_the_bound_is_not() -> None:
    governor = MemoryGovernor(keeps_content=True)
    account = Account(governor, CALL)
    for _ in range(9):
        account.frame(bytes(1 << 20))
    account.conclude(Ending.COMPLETE)
    assert outcome(governor).output is None


def test_what_a_response_says_is_told_to_a_governor_that_fingerprints() -> None:
    for listens, expected in ((True, ["all of it"]), (False, [])):
        governor = MemoryGovernor(fingerprints_outputs=listens)
        account = Account(governor, CALL)
        admit(governor, account)
        output = [{"content": [{"type": "output_text", "text": "all of it"}]}]
        account.ended({"status": "completed", "output": output})

        assert list(outcome(governor).said or ()) == expected
