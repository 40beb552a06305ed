"""Budgets and obligations through the real SDK, in the major that is installed."""

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openai
import pytest

from affidavit import AsyncOpenAI, Governor, OpenAI, canonical
from affidavit.clients.errors import CallUncounted, CallUnrecorded, PolicyDenied
from affidavit.gate import content_key
from affidavit.testing import Sandbox
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind
from affidavit.verify import verify_trail
from affidavit.verify.report import Verdict
from affidavit.wiring import Settings, counting
from affidavit.wiring.keyring import load_identity
from support.budgeted import a_budgeted_project
from support.sockets import Kind as SocketKind
from support.uploads import a_batch

QUESTION: Any = [{"role": "user", "content": "Where is my parcel?"}]
WINDOW: Any = {"endpoint": "/v1/chat/completions", "completion_window": "24h"}
DUTIES = (
    "    obligations: {tag: {team: support}, store: false, n: 1, output_tokens: 50,\n"
    "      logprobs: false}\n"
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def sync_client(sandbox: Sandbox, governor: Governor) -> OpenAI:
    return OpenAI(
        base_url=sandbox.base_url,
        api_key="k",
        affidavit=governor,
        purpose="support.reply",
        max_retries=0,
    )


def async_client(sandbox: Sandbox, governor: Governor) -> AsyncOpenAI:
    return AsyncOpenAI(
        base_url=sandbox.base_url,
        api_key="k",
        affidavit=governor,
        purpose="support.reply",
        max_retries=0,
    )


def decisions(settings: Settings) -> list[StoredRecord]:
    reader = TrailReader(settings.trail)
    return [each for each in reader.records() if each.entry.kind is Kind.DECISION]


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


async def settled(governor: Governor, settings: Settings) -> None:
    """Until the threads that counted for callers who gave up are done."""
    for _ in range(200):
        governor.flush()
        found = list(TrailReader(settings.trail).pending())
        left = sum(each.entry.effect == "permit" for each in found)
        if left == sum(each.entry.kind is Kind.OUTCOME for each in found):
            return
        await asyncio.sleep(0.01)


def used(settings: Settings) -> list[int]:
    store = counting.store_of(settings)
    found = sorted(each.used for each in store.read(0))
    store.close()
    return found


def test_every_sync_path_is_counted_and_the_next_call_stays(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = a_budgeted_project(tmp_path, "{requests: 4/month}")
    with (
        Governor(settings=settings) as governor,
        sync_client(sandbox, governor) as client,
    ):
        client.responses.create(model="gpt-5", input="Hi")
        client.chat.completions.with_raw_response.create(
            model="gpt-5", messages=QUESTION
        )
        for _ in client.chat.completions.create(
            model="gpt-5", messages=QUESTION, stream=True
        ):
            pass
        client.embeddings.create(model="text-embedding-3-small", input="Hi")
        with pytest.raises(openai.OpenAIError) as caught:
            client.responses.create(model="gpt-5", input="Hi")

    assert isinstance(caught.value, PolicyDenied)
    assert caught.value.rule == "budget.spent"
    assert len(sandbox.requests) == 4
    assert used(settings) == [4]
    assert_valid(settings)


async def test_tasks_never_exceed_a_budget_together(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = a_budgeted_project(tmp_path, "{requests: 5/month}")
    with Governor(settings=settings) as governor:
        async with async_client(sandbox, governor) as client:
            answers = await asyncio.gather(
                *(client.responses.create(model="gpt-5", input="Hi") for _ in range(9)),
                return_exceptions=True,
            )

    assert sum(isinstance(each, PolicyDenied) for each in answers) == 4
    assert len(sandbox.requests) == 5
    assert_valid(settings)


async def test_a_caller_that_is_cancelled_leaves_a_trail_that_verifies(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = a_budgeted_project(tmp_path, "{requests: 3/month}")
    with Governor(settings=settings) as governor:
        async with async_client(sandbox, governor) as client:
            for turns in range(12):
                call = asyncio.ensure_future(
                    client.responses.create(model="gpt-5", input="Hi")
                )
                for _ in range(turns):
                    await asyncio.sleep(0)
                call.cancel()
                await asyncio.gather(call, return_exceptions=True)
            await settled(governor, settings)

    assert used(settings) <= [3]
    assert_valid(settings)


def test_tokens_are_what_the_provider_counted_streams_included(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = a_budgeted_project(tmp_path, "{tokens: 1M/month}")
    with (
        Governor(settings=settings) as governor,
        sync_client(sandbox, governor) as client,
    ):
        plain = client.chat.completions.create(
            model="gpt-5", messages=QUESTION, max_completion_tokens=1000
        )
        stream = client.chat.completions.create(
            model="gpt-5",
            messages=QUESTION,
            max_completion_tokens=1000,
            stream=True,
            stream_options={"include_usage": True},
        )
        counted = [chunk.usage.total_tokens for chunk in stream if chunk.usage]

    assert plain.usage is not None
    assert used(settings) == [plain.usage.total_tokens + counted[-1]]


def test_a_call_that_cannot_be_counted_is_one_clear_error(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = a_budgeted_project(tmp_path, "{requests: 5/month}")
    with (
        Governor(settings=settings) as governor,
        sync_client(sandbox, governor) as client,
    ):
        (tmp_path / ".affidavit" / "trail.budgets").mkdir()
        with pytest.raises(CallUncounted, match="could not be counted") as caught:
            client.responses.create(model="gpt-5", input="Hi")
        (tmp_path / ".affidavit" / "trail.budgets").rmdir()

    assert isinstance(caught.value, CallUnrecorded | openai.OpenAIError)
    assert sandbox.requests == []
    assert decisions(settings) == []


def chat(client: OpenAI, path: str) -> None:
    arguments: dict[str, Any] = {
        "model": "gpt-5",
        "messages": QUESTION,
        "n": 3,
        "metadata": {"own": "kept"},
        "logprobs": True,
        "extra_body": {"store": True},
    }
    match path:
        case "raw":
            client.chat.completions.with_raw_response.create(**arguments)
        case "stream":
            for _ in client.chat.completions.create(**arguments, stream=True):
                pass
        case "post":
            body = json.dumps({"model": "gpt-5", "messages": QUESTION, "n": 3})
            headers = {"content-type": "application/json"}
            client.post(
                "/chat/completions",
                cast_to=object,
                options={"headers": headers},
                body=json.loads(body),
            )
        case _:
            client.chat.completions.create(**arguments)


@pytest.mark.parametrize("path", ["plain", "raw", "stream", "post"])
def test_obligations_reach_the_provider_and_the_commitment_covers_them(
    sandbox: Sandbox, tmp_path: Path, path: str
) -> None:
    settings = a_budgeted_project(tmp_path, "", more=DUTIES)
    with (
        Governor(settings=settings) as governor,
        sync_client(sandbox, governor) as client,
    ):
        chat(client, path)

    sent: Any = sandbox.requests[0].json
    assert (sent["store"], sent["n"]) == (False, 1)
    assert sent["metadata"]["team"] == "support"
    assert sent.get("max_tokens") == 50
    assert "logprobs" not in sent
    (decision,) = decisions(settings)
    body: Any = decision.body
    spelled = json.dumps(
        sent, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    ).encode()
    key = content_key(
        load_identity(settings).secrets.content, decision.entry.id, b"request"
    )
    assert body["content"]["commitment"] == canonical.text(canonical.mac(key, spelled))
    assert body["content"]["bytes"] == len(spelled)
    notes = {each.get("parameter"): each for each in body["obligations"]}
    assert (notes["n"]["from"], notes["n"]["to"]) == (3, 1)
    assert_valid(settings)


async def test_obligations_are_applied_to_async_calls(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = a_budgeted_project(tmp_path, "", more=DUTIES)
    with Governor(settings=settings) as governor:
        async with async_client(sandbox, governor) as client:
            await client.responses.create(
                model="gpt-5", input="Hi", include=["message.output_text.logprobs"]
            )

    sent: Any = sandbox.requests[0].json
    assert (sent["store"], sent["max_output_tokens"]) == (False, 50)
    assert sent["include"] == []


def test_a_batch_is_counted_line_by_line_when_it_is_begun(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    batch = a_batch()
    lines = batch.count(b"\n")
    settings = a_budgeted_project(tmp_path, f"{{requests: {2 * lines + 3}/month}}")
    with (
        Governor(settings=settings) as governor,
        sync_client(sandbox, governor) as client,
    ):
        file = client.files.create(file=("b.jsonl", batch), purpose="batch")
        client.batches.create(input_file_id=file.id, **WINDOW)
        client.batches.create(input_file_id=file.id, **WINDOW)
        assert used(settings) == [1 + 2 * (1 + lines)]
        with pytest.raises(PolicyDenied, match=f"needs {lines + 1}"):
            client.batches.create(input_file_id=file.id, **WINDOW)
        with pytest.raises(PolicyDenied, match="Nobody knows how many calls"):
            client.batches.create(input_file_id="file-strange", **WINDOW)

    assert_valid(settings)


def test_another_process_knows_what_a_file_asks_for(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    batch = a_batch()
    settings = a_budgeted_project(tmp_path, "{requests: 1k/month}")
    with (
        Governor(settings=settings) as governor,
        sync_client(sandbox, governor) as client,
    ):
        file = client.files.create(file=("b.jsonl", batch), purpose="batch")
    with (
        Governor(settings=settings) as governor,
        sync_client(sandbox, governor) as client,
    ):
        client.batches.create(input_file_id=file.id, **WINDOW)

    assert used(settings) == [2 + batch.count(b"\n")]


def test_lines_that_do_not_keep_obligations_hold_their_file_back(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    settings = a_budgeted_project(
        tmp_path, "", more="    obligations: {store: false}\n"
    )
    with (
        Governor(settings=settings) as governor,
        sync_client(sandbox, governor) as client,
        pytest.raises(PolicyDenied, match="line 1") as caught,
    ):
        client.files.create(file=("b.jsonl", a_batch()), purpose="batch")

    assert caught.value.rule == "obligation.unmet"
    assert sandbox.requests == []


@pytest.mark.parametrize("is_async", [False, True])
def test_each_turn_on_a_websocket_counts(
    sandbox: Sandbox, tmp_path: Path, *, is_async: bool
) -> None:
    settings = a_budgeted_project(tmp_path, "{requests: 3/month}")
    kind = SocketKind(is_async=is_async)
    with Governor(settings=settings) as governor:
        client = kind.client(sandbox, governor).with_purpose("support.reply")
        with kind.open(client.realtime.connect(model="gpt-realtime")) as socket:
            asks = {"type": "response.create", "response": {}}
            socket.send(asks)
            socket.send(asks)
            with pytest.raises(PolicyDenied, match="0 left of its 3 requests"):
                socket.send(asks)
    kind.close()

    assert used(settings) == [3]
