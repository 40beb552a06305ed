"""Usage comes by pages of buckets, told apart and narrowed down as it was asked for."""

from collections.abc import Iterator
from typing import Any

import httpx
import openai
import pytest

from affidavit.testing import Sandbox

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
    with Sandbox(clock=clock, price_per_million=2) as running:
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


def test_hours_and_minutes_are_buckets_too(sandbox: Sandbox, clock: Clock) -> None:
    for _ in range(2):
        client(sandbox).chat.completions.create(model="gpt-5", messages=MESSAGES)
        clock.now += 60
    for width, seconds in (("1m", 60), ("1h", 3600)):
        found = page(sandbox, bucket_width=width, limit=3)["data"]
        begun = NOW // seconds * seconds
        assert [each["start_time"] for each in found][:1] == [begun]
        assert all(each["start_time"] % seconds == 0 for each in found)
    minutes = page(sandbox, bucket_width="1m")["data"]
    assert [len(each["results"]) for each in minutes][:2] == [1, 1]


def test_rows_are_narrowed_down(sandbox: Sandbox) -> None:
    for key, model in (("a", "gpt-5"), ("b", "gpt-4o")):
        one = client(sandbox, api_key=key, project=f"proj_{key}")
        one.chat.completions.create(model=model, messages=MESSAGES)
    only: dict[str, Any] = {"project_ids[]": ["proj_a"]}
    (row,) = rows(sandbox, **only)
    assert row["model"] == "gpt-5-2025-08-07"
    assert len(rows(sandbox, batch="false")) == 2
    assert rows(sandbox, batch="true") == []


def test_costs_are_the_tokens_at_the_price(sandbox: Sandbox) -> None:
    client(sandbox).chat.completions.create(model="gpt-5", messages=MESSAGES)
    (used,) = rows(sandbox)
    groups: dict[str, Any] = {"group_by[]": ["line_item", "project_id"]}
    costs = {row["line_item"]: row for row in rows(sandbox, "costs", **groups)}
    assert set(costs) == {"gpt-5-2025-08-07, input", "gpt-5-2025-08-07, output"}
    given = costs["gpt-5-2025-08-07, input"]
    assert given["quantity"] == used["input_tokens"]
    assert given["amount"]["value"] == pytest.approx(2e-6 * used["input_tokens"])


@pytest.mark.parametrize(
    "query",
    [
        {"start_time": "soon"},
        {"limit": 32},
        {"limit": 0},
        {"bucket_width": "1w"},
        {"page": "x"},
        {"group_by[]": ["color"]},
    ],
)
def test_a_question_that_it_cannot_answer_is_declined(
    sandbox: Sandbox, query: dict[str, Any]
) -> None:
    assert "error" in page(sandbox, **query)
