"""Calls through the real SDK over real sockets, with the real policy and trail."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openai
import pytest

from affidavit import AsyncAzureOpenAI, AsyncOpenAI, AzureOpenAI, Governor, OpenAI
from affidavit.clients.errors import PolicyDenied
from affidavit.purpose import purpose
from affidavit.testing import Sandbox
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind
from affidavit.verify import verify_trail
from affidavit.verify.report import Verdict
from affidavit.wiring import Settings
from affidavit.wiring.keyring import load_identity
from support.project import DATASET_REQUEST, a_project

QUESTION: Any = [{"role": "user", "content": "Where is my parcel?"}]
DATASET: Any = [{"role": "user", "content": DATASET_REQUEST}]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_project(tmp_path)


@pytest.fixture
def governor(settings: Settings) -> Iterator[Governor]:
    with Governor(settings=settings) as opened:
        yield opened


def sync_client(sandbox: Sandbox, governor: Governor, **arguments: Any) -> OpenAI:
    return OpenAI(
        base_url=sandbox.base_url, api_key="k", affidavit=governor, **arguments
    )


def async_client(sandbox: Sandbox, governor: Governor, **arguments: Any) -> AsyncOpenAI:
    return AsyncOpenAI(
        base_url=sandbox.base_url, api_key="k", affidavit=governor, **arguments
    )


def records(settings: Settings) -> list[StoredRecord]:
    return list(TrailReader(settings.trail).records())


def of(settings: Settings, kind: Kind) -> list[StoredRecord]:
    return [each for each in records(settings) if each.entry.kind is kind]


def assert_valid(settings: Settings) -> None:
    identity = load_identity(settings)
    report = verify_trail(
        TrailReader(settings.trail),
        key=identity.verifier,
        now=datetime.now(UTC),
        wal_key=identity.secrets.wal,
    )
    assert report.verdict is Verdict.VALID, report.problems
    assert report.unknown_outcomes == ()


def test_every_sync_path_is_sent_once_tagged_and_told_of(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    with sync_client(sandbox, governor, purpose="support.reply") as client:
        client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)
        streamed = client.chat.completions.create(
            model="gpt-4o-mini",
            messages=QUESTION,
            stream=True,
            stream_options={"include_usage": True},
        )
        assert len(list(streamed)) > 2
        client.responses.create(model="gpt-5", input="Where is my parcel?")
        assert list(client.responses.create(model="gpt-5", input="Hi", stream=True))
        with purpose("search.index"):
            client.with_purpose("search.index").embeddings.create(
                model="text-embedding-3-small", input="a parcel"
            )
    governor.close()

    assert len(sandbox.requests) == 5
    declared = Counter(each.headers["x-declared-purpose"] for each in sandbox.requests)
    assert declared == {"support.reply": 4, "search.index": 1}
    assert {each.headers["x-policy-digest"] for each in sandbox.requests} == {
        governor.policy_digest
    }
    outcomes = of(settings, Kind.OUTCOME)
    assert [each.entry.effect for each in outcomes] == ["complete"] * 5
    for outcome in outcomes:
        assert outcome.body is not None
        usage: Any = outcome.body["usage"]
        assert usage["input"] > 0
    assert_valid(settings)


async def test_every_async_path_is_sent_once_tagged_and_told_of(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    async with async_client(sandbox, governor, purpose="support.reply") as client:
        await client.chat.completions.create(model="gpt-4o-mini", messages=QUESTION)
        stream = await client.chat.completions.create(
            model="gpt-4o-mini", messages=QUESTION, stream=True
        )
        assert len([chunk async for chunk in stream]) > 2
        await client.responses.create(model="gpt-5", input="Where is my parcel?")
        events = await client.responses.create(model="gpt-5", input="Hi", stream=True)
        assert [event async for event in events]
        await client.with_purpose("search.index").embeddings.create(
            model="text-embedding-3-small", input="a parcel"
        )
    governor.close()

    assert len(sandbox.requests) == 5
    assert [e.entry.effect for e in of(settings, Kind.OUTCOME)] == ["complete"] * 5
    assert_valid(settings)


def test_azure_clients_are_governed_under_azures_endpoints(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    azure: Any = {
        "azure_endpoint": sandbox.url,
        "api_version": "2024-10-21",
        "api_key": "k",
        "affidavit": governor,
        "purpose": "support.reply",
    }

    async def ask_async() -> None:
        async with AsyncAzureOpenAI(**azure) as client:
            await client.chat.completions.create(model="gpt-4o", messages=QUESTION)

    with AzureOpenAI(**azure) as client:
        client.chat.completions.create(model="gpt-4o", messages=QUESTION)
    asyncio.run(ask_async())
    governor.close()

    assert [each.path for each in sandbox.requests] == [
        "/openai/deployments/gpt-4o/chat/completions"
    ] * 2
    for decision in of(settings, Kind.DECISION):
        assert decision.body is not None
        assert decision.body["provider"] == "azure"
        assert decision.body["model"] == "gpt-4o"
    assert_valid(settings)


@pytest.mark.parametrize("stream", [False, True])
def test_a_refusal_is_raised_once_and_nothing_arrives(
    sandbox: Sandbox, governor: Governor, settings: Settings, *, stream: bool
) -> None:
    client = sync_client(sandbox, governor, purpose="support.reply", max_retries=5)
    with pytest.raises(PolicyDenied) as caught:
        client.chat.completions.create(
            model="gpt-4o-mini", messages=DATASET, stream=stream
        )
    client.close()
    governor.close()

    assert isinstance(caught.value, openai.OpenAIError)
    assert caught.value.rule == "openai-dataset-generation"
    assert caught.value.clause == "openai-services-agreement/3.3(e)"
    assert caught.value.remedy is not None
    assert len(sandbox.requests) == 0
    (decision,) = of(settings, Kind.DECISION)
    assert decision.entry.effect == "refuse"
    assert caught.value.record_id == decision.entry.id
    assert of(settings, Kind.OUTCOME) == []
    assert_valid(settings)


async def test_an_async_refusal_is_raised_once_and_nothing_arrives(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    async with async_client(sandbox, governor) as client:
        with pytest.raises(PolicyDenied, match=r"purpose\.undeclared"):
            await client.responses.create(model="gpt-5", input="Hi")
    governor.close()

    assert len(sandbox.requests) == 0
    assert [e.entry.effect for e in of(settings, Kind.DECISION)] == ["refuse"]


async def test_purposes_of_concurrent_tasks_do_not_mix(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    async with async_client(sandbox, governor) as client:

        @purpose("search.index")
        async def embed() -> None:
            await client.embeddings.create(model="text-embedding-3-small", input="a")

        async def reply() -> None:
            with purpose("support.reply"):
                await asyncio.sleep(0)
                await client.responses.create(model="gpt-5", input="Hi")

        await asyncio.gather(*(task() for _ in range(20) for task in (embed, reply)))
    governor.close()

    bodies = [each.body for each in of(settings, Kind.DECISION)]
    declared = Counter((body["purpose"], body["model"]) for body in bodies if body)
    assert declared == {
        ("search.index", "text-embedding-3-small"): 20,
        ("support.reply", "gpt-5"): 20,
    }
    assert_valid(settings)


def test_a_retried_call_is_decided_once_and_each_try_is_told(
    sandbox: Sandbox, governor: Governor, settings: Settings
) -> None:
    sandbox.answer_next(status=429, retry_after="0")
    sandbox.answer_next(status=500)
    with sync_client(sandbox, governor, purpose="support.reply") as client:
        client.responses.create(model="gpt-5", input="Hi")
    governor.close()

    assert len(sandbox.requests) == 3
    assert len(of(settings, Kind.DECISION)) == 1
    (outcome,) = of(settings, Kind.OUTCOME)
    assert outcome.body is not None
    attempts: Any = outcome.body["attempts"]
    assert [each["status"] for each in attempts] == [429, 500, 200]
    assert all(each["request_id"] for each in attempts)


def test_observing_lets_everything_through_and_records_what_would_have_been(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = a_project(tmp_path / "observed", observe=True)
    with (
        Governor(settings=settings) as governor,
        sync_client(sandbox, governor) as client,
    ):
        client.chat.completions.create(model="gpt-4o-mini", messages=DATASET)

    assert len(sandbox.requests) == 1
    (decision,) = of(settings, Kind.DECISION)
    assert decision.entry.effect == "observed"
    assert decision.body is not None
    reasons: Any = decision.body["reasons"]
    assert {"purpose.undeclared", "openai-dataset-generation"} <= {
        each["rule"] for each in reasons
    }


def test_tags_can_be_switched_off(sandbox: Sandbox, settings: Settings) -> None:
    quiet = Governor(policy=settings.policy, trail=settings.trail, tag_requests=False)
    with quiet, sync_client(sandbox, quiet) as client:
        client.responses.create(
            model="gpt-5",
            input="Hi",
            extra_headers={"X-Declared-Purpose": "support.reply"},
        )

    (request,) = sandbox.requests
    assert "x-declared-purpose" not in request.headers
    assert "x-policy-digest" not in request.headers
