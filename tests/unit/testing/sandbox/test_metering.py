"""What the sandbox bills is what it served."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import orjson
import pytest

from affidavit.testing import Sandbox
from affidavit.testing.sandbox.http import Answer, Headers, ReceivedRequest
from affidavit.testing.sandbox.instructions import Break
from affidavit.testing.sandbox.metering import DEFAULT_PROJECT, Meter

DAY = 86_400
NOW = 1_790_000_000
MESSAGES: Any = [{"role": "user", "content": "Where is my parcel?"}]


class Clock:
    def __init__(self) -> None:
        self.now = float(NOW)

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(clock=clock) as running:
        yield running


def client(sandbox: Sandbox, **arguments: Any) -> openai.OpenAI:
    arguments = {"api_key": "k", "max_retries": 0, **arguments}
    return openai.OpenAI(base_url=sandbox.base_url, **arguments)


def page(sandbox: Sandbox, kind: str = "completions", **query: Any) -> Any:
    groups = ["project_id", "api_key_id", "model"]
    asked: dict[str, Any] = {"start_time": NOW, "group_by[]": groups}
    url = f"{sandbox.base_url}/organization/{kind}"
    if kind != "costs":
        url = f"{sandbox.base_url}/organization/usage/{kind}"
    headers = {"authorization": "Bearer admin"}
    return httpx.get(url, params={**asked, **query}, headers=headers).json()


def rows(sandbox: Sandbox, kind: str = "completions", **query: Any) -> list[Any]:
    return [
        row
        for bucket in page(sandbox, kind, **query)["data"]
        for row in bucket["results"]
    ]


def test_a_call_is_billed_once_to_its_project_key_and_model(sandbox: Sandbox) -> None:
    answer = client(sandbox).chat.completions.create(
        model="gpt-4o-mini", messages=MESSAGES
    )
    (row,) = rows(sandbox)
    assert answer.usage is not None
    assert row["num_model_requests"] == 1
    assert row["input_tokens"] == answer.usage.prompt_tokens
    assert row["output_tokens"] == answer.usage.completion_tokens
    assert (row["project_id"], row["model"]) == (DEFAULT_PROJECT, answer.model)


def test_a_stream_is_billed_as_the_whole_is(sandbox: Sandbox) -> None:
    one = client(sandbox, project="proj_a")
    one.chat.completions.create(model="gpt-5", messages=MESSAGES)
    two = client(sandbox, project="proj_b")
    list(two.chat.completions.create(model="gpt-5", messages=MESSAGES, stream=True))
    three = client(sandbox, project="proj_c")
    list(three.responses.create(model="gpt-5", input="Where is it?", stream=True))
    a, b, c = sorted(rows(sandbox), key=lambda row: str(row["project_id"]))
    counts = ("num_model_requests", "input_tokens", "output_tokens")
    assert [a[name] for name in counts] == [b[name] for name in counts]
    assert c["output_tokens"] > 0


def test_every_kind_is_billed_by_its_own_unit(sandbox: Sandbox) -> None:
    one = client(sandbox)
    one.embeddings.create(model="text-embedding-3-small", input="parcel")
    one.moderations.create(input="parcel")
    one.images.generate(prompt="a parcel", model="gpt-image-1")
    one.audio.speech.create(input="parcel", model="tts-1", voice="alloy")
    wave = base64.b64decode("UklGRgAAAABXQVZF")
    one.audio.transcriptions.create(file=("a.wav", wave), model="whisper-1")
    kinds = ("embeddings", "moderations", "images", "audio_speeches")
    for kind in (*kinds, "audio_transcriptions"):
        (row,) = rows(sandbox, kind)
        assert row["object"] == f"organization.usage.{kind}.result"
        assert row["num_model_requests"] == 1


def test_what_failed_or_got_no_answer_is_not_billed(sandbox: Sandbox) -> None:
    one = client(sandbox)
    sandbox.answer_next(status=500)
    sandbox.answer_next(break_at=Break.RESET)
    for _ in range(2):
        with pytest.raises(openai.APIError):
            one.chat.completions.create(model="gpt-5", messages=MESSAGES)
    assert rows(sandbox) == []


def test_an_answer_that_broke_off_was_made_and_is_billed(sandbox: Sandbox) -> None:
    one = client(sandbox, max_retries=1)
    sandbox.answer_next(break_at=Break.MID_STREAM)
    one.chat.completions.create(model="gpt-5", messages=MESSAGES)
    (row,) = rows(sandbox)
    assert row["num_model_requests"] == 2


def test_lines_of_a_batch_are_billed_as_a_batchs(sandbox: Sandbox) -> None:
    one = client(sandbox)
    body = {"model": "gpt-5", "messages": MESSAGES}
    line = {"method": "POST", "url": "/v1/chat/completions", "body": body}
    bad = {**line, "body": {"model": "gpt-5"}}
    lines = [{**line, "custom_id": "1"}, {**line, "custom_id": "2"}]
    lines.append({**bad, "custom_id": "3"})
    data = b"\n".join(map(orjson.dumps, lines))
    file = one.files.create(file=("a.jsonl", data), purpose="batch")
    one.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
    )
    one.chat.completions.create(model="gpt-5", messages=MESSAGES)
    groups: dict[str, Any] = {"group_by[]": ["batch"]}
    found = {row["batch"]: row["num_model_requests"] for row in rows(sandbox, **groups)}
    assert found == {True: 2, False: 1}


def test_a_completed_response_of_a_websocket_is_billed(sandbox: Sandbox) -> None:
    usage = {"input_tokens": 3, "output_tokens": 4}
    meter = Meter(lambda: NOW)
    headers = Headers([("Authorization", "Bearer k"), ("OpenAI-Project", "p")])
    meter.turn(headers, "gpt-5", {"usage": usage})
    ((group, one),) = meter.between("completions", NOW // 60 * 60, NOW + 60).items()
    assert (group.project_id, group.model) == ("p", "gpt-5-2025-08-07")
    assert (one.requests, one.input_tokens, one.output_tokens) == (1, 3, 4)


def test_searches_and_sessions_that_a_response_made_are_counted() -> None:
    output = [{"type": "web_search_call"}, {"type": "code_interpreter_call"}]
    meter = Meter(lambda: NOW)
    body = orjson.dumps({"model": "gpt-5", "output": output})
    asked = ReceivedRequest(
        method="POST", path="/v1/responses", body=b"{}", endpoint="responses"
    )
    meter.serve(asked, Answer(status=200, headers={}, body=body))
    day = NOW // DAY * DAY
    for kind in ("completions", "web_search_calls", "code_interpreter_sessions"):
        (one,) = meter.between(kind, day, day + DAY).values()
        assert one.requests == 1
    assert meter.between("file_search_calls", day, day + DAY) == {}


def test_files_and_searches_of_vector_stores_are_counted(sandbox: Sandbox) -> None:
    one = client(sandbox)
    file = one.files.create(file=("a.txt", b"parcel"), purpose="assistants")
    store = one.vector_stores.create(name="s")
    one.vector_stores.files.create(vector_store_id=store.id, file_id=file.id)
    one.vector_stores.search(vector_store_id=store.id, query="parcel")
    none: dict[str, Any] = {"group_by[]": []}
    (held,) = rows(sandbox, "vector_stores", **none)
    assert held["usage_bytes"] == len(b"parcel")
    by_store: dict[str, Any] = {"group_by[]": ["vector_store_id"]}
    (search,) = rows(sandbox, "file_search_calls", **by_store)
    assert (search["num_requests"], search["vector_store_id"]) == (1, store.id)
