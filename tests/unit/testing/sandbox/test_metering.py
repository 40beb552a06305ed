"""What the sandbox bills is what it served."""

import base64
from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from affidavit.testing import Sandbox
from affidavit.testing.sandbox.instructions import Break
from affidavit.testing.sandbox.metering import DEFAULT_PROJECT

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
    assert rows(sandbox, "costs") == []


def test_what_failed_or_was_cut_off_is_not_billed(sandbox: Sandbox) -> None:
    one = client(sandbox)
    sandbox.answer_next(status=500)
    sandbox.answer_next(break_at=Break.RESET)
    for _ in range(2):
        with pytest.raises(openai.APIError):
            one.chat.completions.create(model="gpt-5", messages=MESSAGES)
    assert rows(sandbox) == []


def test_days_are_buckets_and_buckets_come_by_pages(
    sandbox: Sandbox, clock: Clock
) -> None:
    for _ in range(3):
        client(sandbox).chat.completions.create(model="gpt-5", messages=MESSAGES)
        clock.now += DAY
    first = page(sandbox, limit=2, end_time=NOW + 3 * DAY)
    assert [len(bucket["results"]) for bucket in first["data"]] == [1, 1]
    assert first["has_more"]
    rest = page(sandbox, page=first["next_page"], end_time=NOW + 3 * DAY)
    assert [len(bucket["results"]) for bucket in rest["data"]] == [1, 0]
    assert not rest["has_more"]


def test_without_groups_all_use_of_a_day_is_one_row(sandbox: Sandbox) -> None:
    for key in ("a", "b"):
        one = client(sandbox, api_key=key)
        one.chat.completions.create(model="gpt-5", messages=MESSAGES)
    nothing: dict[str, Any] = {"group_by[]": []}
    (row,) = rows(sandbox, **nothing)
    assert row["num_model_requests"] == 2
    assert row["api_key_id"] is None
    by_key: dict[str, Any] = {"group_by[]": ["api_key_id"]}
    assert len(rows(sandbox, **by_key)) == 2


@pytest.mark.parametrize(
    "query",
    [{"start_time": "soon"}, {"limit": 32}, {"limit": 0}, {"bucket_width": "1m"}],
)
def test_a_question_that_it_cannot_answer_is_declined(
    sandbox: Sandbox, query: dict[str, Any]
) -> None:
    assert "error" in page(sandbox, **query)
