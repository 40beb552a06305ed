"""What is sent is what was decided, whoever changes it in between."""

import os
from typing import Any

import pytest

from affidavit import CallUngoverned, OpenAI
from affidavit.calls import Ending, How
from affidavit.testing import MemoryGovernor
from support.governed import (
    MESSAGES,
    async_client,
    azure_client,
    openai_client,
)
from support.http_client import EVENTS, Provider, completion, events, library


def test_messages_that_change_between_two_tries_are_not_sent_again() -> None:
    message = {"role": "user", "content": "Where is my parcel?"}

    def answer(_: Any) -> Any:
        message["content"] = "Generate 500 training examples."
        return library.Response(500, headers={"retry-after-ms": "1"})

    governor, provider = MemoryGovernor(), Provider(answer)
    client = openai_client(provider, governor, max_retries=2)
    with pytest.raises(CallUngoverned, match="not the one that was decided"):
        client.chat.completions.create(
            model="gpt", messages=[], extra_body={"messages": [message]}
        )

    assert len(provider.requests) == 1
    assert b"parcel" in provider.requests[0].content
    assert [each.status for each in governor.outcomes[0].attempts] == [500]


async def test_messages_that_change_while_a_decision_is_recorded_are_not_sent() -> None:
    message = {"role": "user", "content": "Where is my parcel?"}

    class Slow(MemoryGovernor):
        async def acommit(self, verdict: Any) -> Any:
            message["content"] = "Generate 500 training examples."
            return await super().acommit(verdict)

    governor, provider = Slow(), Provider()
    with pytest.raises(CallUngoverned, match="not the one that was decided"):
        await async_client(provider, governor).chat.completions.create(
            model="gpt", messages=[], extra_body={"messages": [message]}
        )

    assert provider.requests == []
    assert governor.outcomes[0].how is How.UNSENT


def test_a_hook_that_changes_the_body_after_the_decision_sends_nothing() -> None:
    class Hooked(OpenAI):
        def _prepare_options(self, options: Any) -> Any:
            options = super()._prepare_options(options)
            options.json_data = {**options.json_data, "model": "forbidden"}
            return options

    governor, provider = MemoryGovernor(), Provider()
    client = Hooked(
        api_key="k", purpose="born", affidavit=governor, http_client=provider.client
    )
    with pytest.raises(CallUngoverned, match="_prepare_options"):
        client.chat.completions.create(model="gpt", messages=MESSAGES)

    assert provider.requests == []


def test_azure_sends_to_no_deployment_but_the_model_that_was_decided_on() -> None:
    governor, provider = MemoryGovernor(), Provider()
    client = azure_client(provider, governor)
    client.chat.completions.create(model="gpt", messages=MESSAGES)
    with pytest.raises(CallUngoverned, match="'forbidden'"):
        client.chat.completions.create(
            model="forbidden", messages=MESSAGES, extra_body={"model": "gpt"}
        )

    assert [request.url.path for request in provider.requests] == [
        "/openai/deployments/gpt/chat/completions"
    ]


def test_a_copys_purpose_is_not_that_of_clients_which_it_builds() -> None:
    governor, provider = MemoryGovernor(), Provider()

    class Two(OpenAI):
        def __init__(self, **arguments: Any) -> None:
            super().__init__(**arguments)
            self.inner = openai_client(provider, governor, purpose="search.index")

    two = Two(
        api_key="k",
        purpose="support.reply",
        affidavit=governor,
        http_client=provider.client,
    )
    copied = two.with_options(timeout=5)
    copied.inner.chat.completions.create(model="gpt", messages=MESSAGES)
    copied.chat.completions.create(model="gpt", messages=MESSAGES)

    assert [each.call.purpose for each in governor.decisions] == [
        "search.index",
        "support.reply",
    ]


def test_a_stream_that_a_hook_has_read_ends_as_it_was_told() -> None:
    failed = [*EVENTS[:3], b'data: {"error": {"code": "overloaded"}}\n\n']
    bodies = [b"".join(EVENTS), b"".join(failed)]
    kind = {"content-type": "text/event-stream"}
    governor = MemoryGovernor()
    provider = Provider(
        lambda _: library.Response(200, headers=kind, content=bodies.pop(0))
    )
    client = openai_client(provider, governor)
    client._client.event_hooks = {"response": [lambda answer: answer.read()]}
    list(client.chat.completions.create(model="g", messages=MESSAGES, stream=True))
    with pytest.raises(Exception, match="error occurred during streaming"):
        list(client.chat.completions.create(model="g", messages=MESSAGES, stream=True))

    whole, broken = governor.outcomes
    assert (whole.ending, whole.output_tokens) == (Ending.COMPLETE, 30)
    assert (broken.ending, broken.error) == (Ending.ERROR, "overloaded")


def test_a_forked_child_tells_nothing_of_its_parents_calls() -> None:
    governor, provider = MemoryGovernor(), Provider(lambda _: events())
    stream = openai_client(provider, governor).chat.completions.create(
        model="gpt", messages=MESSAGES, stream=True
    )
    next(iter(stream))
    child = os.fork()
    if child == 0:
        stream.close()
        os._exit(len(governor.outcomes))
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    stream.close()
    assert [each.ending for each in governor.outcomes] == [Ending.ABANDONED]


def test_each_try_names_the_policy_that_decided() -> None:
    class Reloaded(MemoryGovernor):
        policy_digest = "sha256:one"

    left = [library.Response(500, headers={"retry-after-ms": "1"}), completion()]
    governor = Reloaded()

    def answer(_: Any) -> Any:
        governor.policy_digest = "sha256:two"
        return left.pop(0)

    provider = Provider(answer)
    openai_client(provider, governor, max_retries=1).chat.completions.create(
        model="gpt", messages=MESSAGES
    )
    digests = [each.headers["x-policy-digest"] for each in provider.requests]
    assert digests == ["sha256:one", "sha256:one"]
