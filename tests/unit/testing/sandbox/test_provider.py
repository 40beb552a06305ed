import re
from collections.abc import Sequence

import orjson
import pytest

from affidavit.endpoints import named
from affidavit.testing.sandbox.http import (
    Answer,
    Declined,
    Headers,
    ReceivedRequest,
    Stream,
)
from affidavit.testing.sandbox.instructions import Break, Instructions
from affidavit.testing.sandbox.provider import Plan, admit, plan, provided, stamped
from affidavit.testing.sandbox.routes import Route, find


def a_request(
    path: str = "/v1/models", method: str = "GET", body: bytes = b"", **query: str
) -> ReceivedRequest:
    return ReceivedRequest(
        method=method, path=path, query=query, headers=Headers(), body=body
    )


def planned(request: ReceivedRequest, instructions: Instructions | None = None) -> Plan:
    found = find(provided(), request.method, request.path)
    return plan(request, found, instructions or Instructions(), now=7, serial="s")


@pytest.mark.parametrize("name", ["Authorization", "api-key"])
def test_any_credential_is_let_in(name: str) -> None:
    admit(ReceivedRequest(method="GET", path="/", headers=Headers([(name, "k")])))


@pytest.mark.parametrize("pairs", [[], [("Authorization", " ")], [("X-Key", "k")]])
def test_no_credential_is_401(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(Declined) as caught:
        admit(ReceivedRequest(method="GET", path="/", headers=Headers(pairs)))

    assert caught.value.answer.status == 401


def test_a_request_is_answered_by_its_endpoint() -> None:
    reply = planned(a_request()).reply

    assert isinstance(reply, Answer)
    assert orjson.loads(reply.body)["object"] == "list"


def test_what_an_endpoint_declines_is_an_answer() -> None:
    reply = planned(a_request("/v1/chat/completions", "POST", b"{")).reply

    assert isinstance(reply, Answer)
    assert reply.status == 400
    assert planned(a_request("/v1/nothing")).reply.status == 404
    assert planned(a_request(method="POST")).reply.status == 405


def test_azures_older_paths_need_an_api_version() -> None:
    assert planned(a_request("/openai/models")).reply.status == 400
    versioned = ReceivedRequest(
        method="GET", path="/openai/models", query={"api-version": "2024-10-21"}
    )
    assert planned(versioned).reply.status == 200


def test_instructions_outrank_the_endpoint_and_tell_the_server() -> None:
    instructions = Instructions(
        status=503, delay_ms=5, chunk_delay_ms=6, break_at=Break.RESET
    )
    made = planned(a_request(), instructions)

    assert made.reply.status == 503
    assert (made.delay_ms, made.chunk_delay_ms) == (5, 6)
    assert made.break_at is Break.RESET


def test_every_reply_is_stamped() -> None:
    for reply in (Answer(headers={"a": "b"}), Stream(events=(b"x",))):
        made = stamped(reply, request_id="req_1", processing_ms=3)

        assert made.headers["x-request-id"] == "req_1"
        assert made.headers["openai-processing-ms"] == "3"
        assert made.headers.items() >= reply.headers.items()


def test_every_route_has_the_name_that_policies_use() -> None:
    for route in provided():
        path = re.sub(r"\{[^}]*\}", "x", f"/{route.pattern}")
        assert route.endpoint == named(route.method, path), path


def test_each_sandbox_has_memories_of_its_own() -> None:
    making = a_request("/v1/conversations", "POST", b"{}")
    first, second = provided(), provided()

    def kept(routes: Sequence[Route]) -> int:
        there = a_request("/v1/conversations/conv_s")
        found = find(routes, "GET", there.path)
        return plan(there, found, Instructions(), now=7, serial="t").reply.status

    found = find(first, "POST", making.path)
    assert plan(making, found, Instructions(), now=7, serial="s").reply.status == 200
    assert (kept(first), kept(second)) == (200, 404)
