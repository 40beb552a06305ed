import asyncio
import copy
import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from pydantic import BaseModel

from affidavit import CallUngoverned, CallUnrecorded, OpenAI, PolicyDenied, purpose
from affidavit.calls import Call, Ending, How
from affidavit.errors import PolicyNotFound, Reason, SettingsInvalid
from affidavit.testing import MemoryGovernor, Sandbox
from support.governed import (
    MESSAGES,
    async_azure_client,
    async_client,
    azure_client,
    openai_client,
)
from support.http_client import EVENTS, Provider, completion, events, library

HEADER = "X-Declared-Purpose"
REASON = Reason(rule="no-training", message="not for training", clause="2(c)")


def refuse(_: Call) -> tuple[Reason, ...]:
    return (REASON,)


def ask(client: Any, **arguments: Any) -> Any:
    return client.chat.completions.create(model="gpt", messages=MESSAGES, **arguments)


def declared(governor: MemoryGovernor) -> str | None:
    return governor.decisions[-1].call.purpose


class Animal(BaseModel):
    name: str


def _iterate_stream(client: Any) -> None:
    with client.chat.completions.stream(model="gpt", messages=MESSAGES) as stream:
        for _ in stream:
            pass


def _read_streaming(client: Any) -> None:
    create = client.chat.completions.with_streaming_response.create
    with create(model="gpt", messages=MESSAGES) as response:
        response.read()


PATHS: dict[str, Callable[[Any], Any]] = {
    "create": ask,
    "stream": lambda client: list(ask(client, stream=True)),
    "stream-helper": _iterate_stream,
    "parse": lambda client: client.chat.completions.parse(
        model="gpt", messages=MESSAGES, response_format=Animal
    ),
    "raw": lambda client: client.chat.completions.with_raw_response.create(
        model="gpt", messages=MESSAGES
    ),
    "client-raw": lambda client: ask(client.with_raw_response),
    "streaming-response": _read_streaming,
    "responses": lambda client: client.responses.create(model="gpt", input="hi"),
    "embeddings": lambda client: client.embeddings.create(model="e", input="hi"),
    "files": lambda client: client.files.create(file=b"x", purpose="batch"),
    "models": lambda client: list(client.models.list()),
    "post": lambda client: client.post("/x", body={"a": 1}, cast_to=object),
    "copy": lambda client: ask(copy.copy(client)),
    "with-options": lambda client: ask(client.with_options(timeout=5)),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_refusal_reaches_the_caller_once_and_no_byte_leaves(path: str) -> None:
    provider, governor = Provider(), MemoryGovernor(refuse)
    client = openai_client(provider, governor, max_retries=3)

    with pytest.raises(PolicyDenied) as denied:
        PATHS[path](client)

    assert (denied.value.rule, denied.value.clause) == ("no-training", "2(c)")
    assert isinstance(denied.value, openai.OpenAIError)
    assert denied.value.record_id == governor.decisions[0].id
    assert (provider.requests, len(governor.decisions)) == ([], 1)
    assert governor.outcomes == []


async def test_a_refusal_reaches_the_async_caller_once() -> None:
    provider, governor = Provider(), MemoryGovernor(refuse)
    client = async_client(provider, governor, max_retries=3)
    chat = client.chat.completions

    for call in (
        ask(client),
        ask(client, stream=True),
        chat.with_raw_response.create(model="gpt", messages=MESSAGES),
        chat.with_streaming_response.create(
            model="gpt", messages=MESSAGES
        ).__aenter__(),
        chat.stream(model="gpt", messages=MESSAGES).__aenter__(),
        client.responses.create(model="gpt", input="hi"),
        client.models.list().__aiter__().__anext__(),
    ):
        with pytest.raises(PolicyDenied):
            await call
    assert (provider.requests, len(governor.decisions)) == ([], 7)


def test_a_key_callable_is_not_asked_for_a_refused_call() -> None:
    asked: list[None] = []
    provider = Provider()
    client = OpenAI(
        api_key=lambda: asked.append(None) or "sk",  # type: ignore[func-returns-value]
        affidavit=MemoryGovernor(refuse),
        http_client=provider.client,
    )
    with pytest.raises(PolicyDenied):
        ask(client)
    assert asked == []


def test_an_unrecorded_decision_keeps_the_call_here() -> None:
    provider, governor = Provider(), MemoryGovernor(records=False)
    with pytest.raises(CallUnrecorded) as caught:
        ask(openai_client(provider, governor, max_retries=3))
    assert isinstance(caught.value, openai.OpenAIError)
    assert provider.requests == []


async def test_an_unrecorded_decision_keeps_the_async_call_here() -> None:
    provider, governor = Provider(), MemoryGovernor(records=False)
    with pytest.raises(CallUnrecorded):
        await ask(async_client(provider, governor))
    assert provider.requests == []


def test_the_nearest_purpose_counts() -> None:
    governor = MemoryGovernor(default_purpose="settings")
    provider = Provider()
    bare = openai_client(provider, governor, purpose=None)
    born = openai_client(provider, governor)
    headed = openai_client(
        provider, governor, purpose=None, default_headers={HEADER: "headed"}
    )
    ask(bare)
    assert declared(governor) == "settings"
    ask(born)
    assert declared(governor) == "born"
    ask(headed)
    assert declared(governor) == "headed"
    with purpose("outer"), purpose("scope"):
        for client in (bare, born, headed):
            ask(client)
            assert declared(governor) == "scope"
        for bound in (
            born.with_purpose("bound"),
            born.copy(purpose="bound"),
            born.with_options(purpose="bound"),
            born.with_options(default_headers={HEADER: "bound"}),
        ):
            ask(bound)
            assert declared(governor) == "bound"
            ask(bound, extra_headers={HEADER.lower(): "call"})
            assert declared(governor) == "call"
    assert provider.requests[-1].headers[HEADER] == "call"


def test_what_a_client_was_told_is_kept_by_its_copies() -> None:
    governor, provider = MemoryGovernor(), Provider()
    client = openai_client(provider, governor).with_purpose("bound")
    for kept in (
        client.copy(),
        client.with_options(timeout=1),
        client.with_options(max_retries=1).copy(default_headers={"x": "y"}),
        copy.copy(client),
        client.with_raw_response,
    ):
        ask(kept)
        assert declared(governor) == "bound"
    assert client.copy()._client is client._client


def test_what_an_azure_client_was_told_is_kept_by_its_copies() -> None:
    governor, provider = MemoryGovernor(), Provider()
    client = azure_client(provider, governor, azure_deployment="d")
    ask(client.with_options(timeout=1))
    ask(client.with_purpose("bound").copy())

    assert [decision.call.purpose for decision in governor.decisions] == [
        "born",
        "bound",
    ]
    call = governor.decisions[-1].call
    assert (call.provider, call.model, call.endpoint) == (
        "azure",
        "d",
        "chat.completions",
    )
    path = "/openai/deployments/d/chat/completions"
    assert [request.url.path for request in provider.requests] == [path, path]


async def test_an_async_azure_client_is_governed_likewise() -> None:
    governor, provider = MemoryGovernor(), Provider()
    await ask(async_azure_client(provider, governor).with_purpose("bound"))
    call = governor.decisions[0].call
    assert (call.provider, call.model, call.purpose) == ("azure", "gpt", "bound")
    assert provider.requests[0].url.path.endswith("/deployments/gpt/chat/completions")


def test_a_subclass_with_a_constructor_of_its_own_keeps_them_too() -> None:
    class Mine(OpenAI):
        def __init__(self, *, api_key: str = "sk", **rest: Any) -> None:
            super().__init__(api_key=api_key, affidavit=governor, **rest)

    governor, other, provider = MemoryGovernor(), MemoryGovernor(), Provider()
    client = Mine(http_client=provider.client).copy(affidavit=other, purpose="bound")
    ask(client.with_options(timeout=1))
    assert declared(other) == "bound"
    assert governor.decisions == []


@pytest.mark.parametrize("name", ["Not A Name", ""])
def test_a_purpose_that_is_no_name_keeps_the_call_here(name: str) -> None:
    provider, governor = Provider(), MemoryGovernor()
    client = openai_client(provider, governor)
    with pytest.raises(SettingsInvalid, match="cannot be a purpose"):
        ask(client, extra_headers={HEADER: name})
    for wrong in (client.with_purpose, lambda name: client.copy(purpose=name)):
        with pytest.raises(SettingsInvalid):
            wrong(name)
    with pytest.raises(SettingsInvalid):
        openai_client(provider, governor, purpose=name)
    assert (provider.requests, governor.decisions) == ([], [])


def test_requests_say_their_purpose_and_policy_when_they_shall() -> None:
    governor, provider = MemoryGovernor(), Provider()
    ask(openai_client(provider, governor))
    assert provider.requests[0].headers[HEADER] == "born"
    assert provider.requests[0].headers["X-Policy-Digest"] == governor.policy_digest


def test_requests_say_nothing_when_they_shall_not() -> None:
    governor, provider = MemoryGovernor(tags_requests=False), Provider()
    client = openai_client(provider, governor, default_headers={HEADER: "headed"})
    ask(client, extra_headers={HEADER: "call"})
    assert declared(governor) == "call"
    assert not {"x-declared-purpose", "x-policy-digest"} & set(
        provider.requests[0].headers
    )


def test_a_retried_call_is_decided_once_and_keeps_each_attempt() -> None:
    left = [library.Response(500, headers={"retry-after-ms": "1"}), completion()]
    governor, provider = MemoryGovernor(), Provider(lambda _: left.pop(0))
    ask(openai_client(provider, governor, max_retries=2))

    assert len(governor.decisions) == 1
    (outcome,) = governor.outcomes
    assert [attempt.status for attempt in outcome.attempts] == [500, 200]
    assert outcome.ending is Ending.COMPLETE
    assert (outcome.response_id, outcome.model) == ("chatcmpl-1", "gpt-snapshot")
    assert (outcome.input_tokens, outcome.output_tokens) == (3, 2)
    assert outcome.finish_reason == "stop"
    assert outcome.output_digest is not None


def test_a_status_error_is_an_error_with_its_attempt() -> None:
    governor = MemoryGovernor()
    provider = Provider(lambda _: library.Response(400, json={"error": {"code": "x"}}))
    with pytest.raises(openai.BadRequestError):
        ask(openai_client(provider, governor))
    (outcome,) = governor.outcomes
    assert (outcome.ending, outcome.error) == (Ending.ERROR, "BadRequestError")
    assert outcome.how is How.STATUS
    assert [attempt.status for attempt in outcome.attempts] == [400]
    assert outcome.output_bytes > 0


def test_a_lost_connection_is_an_error_with_its_attempts() -> None:
    def fail(_: object) -> Any:
        raise library.ConnectError("no route")

    governor, provider = MemoryGovernor(), Provider(fail)
    with pytest.raises(openai.APIConnectionError):
        ask(openai_client(provider, governor))
    (outcome,) = governor.outcomes
    assert (outcome.how, outcome.error) == (How.BROKEN, "APIConnectionError")
    assert [attempt.error for attempt in outcome.attempts] == ["ConnectError"]


async def test_a_cancelled_call_is_abandoned() -> None:
    governor, entered = MemoryGovernor(), asyncio.Event()

    async def hang(_: object) -> Any:
        entered.set()
        await asyncio.Event().wait()

    provider = Provider()
    provider.async_client = library.AsyncClient(transport=library.MockTransport(hang))
    task = asyncio.create_task(ask(async_client(provider, governor)))
    await entered.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    (outcome,) = governor.outcomes
    assert (outcome.ending, outcome.how) == (Ending.ABANDONED, How.CANCELLED)
    assert outcome.error == "CancelledError"
    assert [attempt.error for attempt in outcome.attempts] == ["CancelledError"]


async def test_a_call_cancelled_while_it_is_recorded_is_concluded_as_unsent() -> None:
    committing, provider = asyncio.Event(), Provider()

    class Slow(MemoryGovernor):
        async def acommit(self, verdict: Any) -> None:
            await super().acommit(verdict)
            committing.set()
            await asyncio.Event().wait()

    governor = Slow()
    task = asyncio.create_task(ask(async_client(provider, governor)))
    await committing.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert provider.requests == []
    (outcome,) = governor.outcomes
    assert (outcome.ending, outcome.how) == (Ending.ABANDONED, How.UNSENT)


async def test_a_refused_call_cancelled_while_it_is_recorded_has_no_outcome() -> None:
    class Interrupted(MemoryGovernor):
        async def acommit(self, verdict: Any) -> None:
            raise asyncio.CancelledError

    governor = Interrupted(lambda _: (Reason(rule="r", message="no"),))
    with pytest.raises(asyncio.CancelledError):
        await ask(async_client(Provider(), governor))
    assert governor.outcomes == []


def test_a_stream_read_to_its_end_is_complete_with_its_usage() -> None:
    governor, provider = MemoryGovernor(), Provider(lambda _: events())
    assert len(list(ask(openai_client(provider, governor), stream=True))) == 32
    (outcome,) = governor.outcomes
    assert outcome.ending is Ending.COMPLETE
    assert (outcome.input_tokens, outcome.output_tokens) == (3, 30)
    assert (outcome.finish_reason, outcome.model) == ("stop", "gpt-snapshot")
    assert outcome.output_bytes == sum(map(len, EVENTS))


def test_a_stream_left_early_is_abandoned_once() -> None:
    governor, provider = MemoryGovernor(), Provider(lambda _: events())
    with ask(openai_client(provider, governor), stream=True) as stream:
        next(iter(stream))
    stream.close()
    (outcome,) = governor.outcomes
    assert (outcome.ending, outcome.how) == (Ending.ABANDONED, How.CLOSED)


def test_tokens_of_a_stream_left_early_are_estimated_and_say_so() -> None:
    governor, provider = MemoryGovernor(), Provider(lambda _: events(EVENTS[:12]))
    list(ask(openai_client(provider, governor), stream=True))
    (outcome,) = governor.outcomes
    assert outcome.estimated
    assert (outcome.input_tokens, outcome.output_tokens) == (
        sum(-(-len(each["content"]) // 4) for each in MESSAGES),
        10,
    )


def test_a_stream_that_is_forgotten_is_abandoned() -> None:
    governor, provider = MemoryGovernor(), Provider(lambda _: events())
    stream = ask(openai_client(provider, governor), stream=True)
    next(iter(stream))
    del stream
    gc.collect()
    assert [outcome.ending for outcome in governor.outcomes] == [Ending.ABANDONED]


def test_a_stream_that_breaks_is_an_error() -> None:
    broken = library.ReadError("gone")
    governor = MemoryGovernor()
    provider = Provider(lambda _: events(EVENTS[:3], error=broken))
    # openai 2 lets the HTTP library's error through; 3 wraps it.
    with pytest.raises((openai.APIConnectionError, library.ReadError)):
        list(ask(openai_client(provider, governor), stream=True))
    (outcome,) = governor.outcomes
    assert (outcome.ending, outcome.error) == (Ending.ERROR, "ReadError")


def test_a_streaming_response_is_watched_too() -> None:
    governor, provider = MemoryGovernor(), Provider(lambda _: events())
    client = openai_client(provider, governor)
    create = client.chat.completions.with_streaming_response.create
    with create(model="gpt", messages=MESSAGES, stream=True) as response:
        assert governor.outcomes == []
        response.read()
    with create(model="gpt", messages=MESSAGES, stream=True) as response:
        next(iter(response.iter_lines()))
    assert [outcome.ending for outcome in governor.outcomes] == [
        Ending.COMPLETE,
        Ending.ABANDONED,
    ]


async def test_async_streams_end_in_the_same_three_ways() -> None:
    governor = MemoryGovernor()
    answers = [events(), events(), events(EVENTS[:3], error=library.ReadError("gone"))]
    client = async_client(Provider(lambda _: answers.pop(0)), governor)

    assert len([event async for event in await ask(client, stream=True)]) == 32
    async with await ask(client, stream=True) as stream:
        await anext(stream)
    broken = await ask(client, stream=True)
    with pytest.raises((openai.APIConnectionError, library.ReadError)):
        [event async for event in broken]

    assert [outcome.ending for outcome in governor.outcomes] == [
        Ending.COMPLETE,
        Ending.ABANDONED,
        Ending.ERROR,
    ]
    assert governor.outcomes[0].output_tokens == 30


async def test_tasks_at_once_keep_their_purposes_and_outcomes_apart() -> None:
    async def answer(request: Any) -> Any:
        await asyncio.sleep(0)
        return library.Response(200, json={"id": request.headers[HEADER]})

    provider, governor = Provider(), MemoryGovernor()
    provider.async_client = library.AsyncClient(transport=library.MockTransport(answer))
    client = async_client(provider, governor)

    async def one(name: str) -> None:
        with purpose(name):
            await ask(client)

    await asyncio.gather(*(one(f"task-{number}") for number in range(20)))

    for decision in governor.decisions:
        assert governor.outcome_of[decision.id].response_id == decision.call.purpose


def test_a_request_behind_the_loop_is_not_sent() -> None:
    provider, governor = Provider(), MemoryGovernor()
    client = openai_client(provider, governor)
    request = provider.client.build_request("POST", "https://api.openai.com/v1/x")
    with pytest.raises(CallUngoverned, match="no decision covers it"):
        client._send_request(request, stream=False)
    assert provider.requests == []


def test_another_origin_is_decided_about_by_name() -> None:
    provider, governor = Provider(), MemoryGovernor(refuse)
    client = openai_client(provider, governor)
    with pytest.raises(PolicyDenied):
        client.post("https://elsewhere.example/v1/x", body={}, cast_to=object)
    assert governor.decisions[0].call.endpoint == (
        "other:POST https://elsewhere.example/v1/x"
    )


def _connections(client: Any) -> list[Any]:
    found = [
        client.responses.connect(),
        client.beta.responses.connect(),
        client.realtime.connect(model="m"),
        client.beta.realtime.connect(model="m"),
    ]
    if hasattr(client, "live"):  # openai 3
        found.append(client.realtime.translations.connect(model="m"))
        found.append(client.live.connect())
    return found


@pytest.mark.parametrize("made", [openai_client, azure_client])
def test_a_websocket_is_refused_before_it_connects(made: Any) -> None:
    governor = MemoryGovernor(refuse)
    connections = _connections(made(Provider(), governor))
    for connection in connections:
        with pytest.raises(PolicyDenied):
            connection.enter()
    assert len(governor.decisions) == len(connections)


@pytest.mark.parametrize("made", [async_client, async_azure_client])
async def test_an_async_websocket_is_refused_before_it_connects(made: Any) -> None:
    governor = MemoryGovernor(refuse)
    connections = _connections(made(Provider(), governor))
    for connection in connections:
        with pytest.raises(PolicyDenied):
            await connection.enter()
    assert len(governor.decisions) == len(connections)


def test_the_headers_of_a_handshake_are_refused_to_openai_alone() -> None:
    client = openai_client(Provider(), MemoryGovernor())
    assert client.auth_headers == {"Authorization": "Bearer sk-test"}
    reader: dict[str, Any] = {"__name__": "openai.resources.realtime.realtime"}
    exec("def read(client): return client.auth_headers", reader)
    with pytest.raises(CallUngoverned, match="websocket"):
        reader["read"](client)


def test_an_httpx_client_works_in_either_major() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(
            200,
            headers={"content-type": "text/event-stream"},
            stream=httpx.ByteStream(b"".join(EVENTS)),
        )

    governor = MemoryGovernor()
    with httpx.Client(transport=httpx.MockTransport(answer)) as http_client:
        client = OpenAI(
            api_key="sk", purpose="born", affidavit=governor, http_client=http_client
        )
        assert len(list(ask(client, stream=True))) == 32
    assert requests[0].headers[HEADER] == "born"
    assert governor.outcomes[0].output_tokens == 30


def test_over_a_real_socket_a_call_and_a_stream_are_complete() -> None:
    governor = MemoryGovernor()
    with (
        Sandbox() as sandbox,
        OpenAI(
            api_key="sandbox",
            base_url=sandbox.base_url,
            purpose="support",
            affidavit=governor,
        ) as client,
    ):
        ask(client)
        list(ask(client, stream=True, stream_options={"include_usage": True}))
        with ask(client, stream=True) as stream:
            next(iter(stream))
    first, second, third = governor.outcomes
    assert first.ending is second.ending is Ending.COMPLETE
    assert first.output_tokens
    assert second.output_tokens
    assert third.attempts[0].status == 200
    assert governor.decisions[0].call.provider == "other"


def test_without_policy_no_client_is_made_and_the_remedy_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where no policy, no key and no trail is
    for name in ("AFFIDAVIT_POLICY", "AFFIDAVIT_TRAIL", "AFFIDAVIT_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(PolicyNotFound, match="affidavit init"):
        OpenAI(api_key="sk", purpose="born")


def test_a_copy_asks_the_governor_that_its_original_found() -> None:
    governor, provider = MemoryGovernor(), Provider()
    client = openai_client(provider, governor)
    ask(client.copy())
    ask(client)
    with pytest.raises(PolicyDenied):
        ask(client.with_options(affidavit=MemoryGovernor(refuse)))
    assert len(governor.decisions) == 2


def test_a_client_with_a_base_url_of_its_own_is_judged_by_that() -> None:
    class Elsewhere(OpenAI):
        @property
        def base_url(self) -> Any:
            return library.URL("https://elsewhere.example/v1/")

        @base_url.setter
        def base_url(self, url: Any) -> None:
            raise AssertionError(url)

    governor, provider = MemoryGovernor(), Provider()
    ask(
        Elsewhere(
            api_key="sk",
            purpose="born",
            affidavit=governor,
            http_client=provider.client,
        )
    )
    assert governor.decisions[0].call.host == "elsewhere.example"
    assert provider.requests[0].url.host == "elsewhere.example"


def test_what_is_no_governor_makes_no_client() -> None:
    wrong: Any = "governor"
    with pytest.raises(SettingsInvalid, match="'governor' is no governor"):
        OpenAI(api_key="k", affidavit=wrong)
