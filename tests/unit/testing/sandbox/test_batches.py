from collections.abc import Iterator
from typing import Any

import openai
import orjson
import pytest
from openai import OpenAI
from openai.types import Batch

from affidavit.testing.sandbox.batches import ENDPOINTS, MOST_LINES
from affidavit.testing.sandbox.provider import FORGETFUL
from affidavit.testing.sandbox.routes import Match, find
from support.sandboxed import a_client, faithful, lines, uploaded

CHAT: Any = "/v1/chat/completions"
BODY: Any = {"model": "m", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def client() -> Iterator[OpenAI]:
    with a_client() as made:
        yield made


def a_line(name: str, url: str = CHAT, **body: Any) -> dict[str, Any]:
    return {"custom_id": name, "method": "POST", "url": url, "body": {**BODY, **body}}


def ran(client: OpenAI, content: bytes, endpoint: Any = CHAT) -> Batch:
    file = uploaded(client, content)
    return faithful(
        client.batches.create(
            completion_window="24h", endpoint=endpoint, input_file_id=file.id
        )
    )


def told(client: OpenAI, file_id: str | None) -> list[Any]:
    assert file_id is not None
    content = client.files.content(file_id).read()
    return [orjson.loads(line) for line in content.splitlines()]


def test_a_batch_answers_each_line_as_the_endpoint_would(client: OpenAI) -> None:
    batch = ran(client, lines(a_line("1"), a_line("2", n=2)))
    alone = client.chat.completions.create(model="m", messages=BODY["messages"])
    answers = told(client, batch.output_file_id)

    assert (batch.status, batch.error_file_id) == ("completed", None)
    assert batch.request_counts is not None
    assert batch.request_counts.completed == 2
    assert [each["custom_id"] for each in answers] == ["1", "2"]
    first, second = (each["response"]["body"]["choices"] for each in answers)
    assert first[0]["message"]["content"] == alone.choices[0].message.content
    assert len(second) == 2
    assert len({each["response"]["body"]["id"] for each in answers}) == 2


def test_lines_that_the_endpoint_declines_are_in_the_error_file(client: OpenAI) -> None:
    batch = ran(
        client, lines(a_line("1", model=None), a_line("2"), a_line("3", stream=True))
    )

    assert batch.request_counts is not None
    assert batch.request_counts.failed == 2
    assert [each["custom_id"] for each in told(client, batch.output_file_id)] == ["2"]
    errors = told(client, batch.error_file_id)
    assert [each["response"]["status_code"] for each in errors] == [400, 400]
    assert "cannot stream" in errors[1]["response"]["body"]["error"]["message"]


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b"", "empty_file", 1),
        (b"{\n", "invalid_json_line", 1),
        (lines(a_line("1"), {"custom_id": "2"}), "invalid_request", 2),
        (lines(a_line("1", url="/v1/responses")), "mismatched_url", 1),
        (lines(a_line("1"), a_line("1")), "duplicate_custom_id", 2),
        (
            lines(*(a_line(str(number)) for number in range(MOST_LINES + 1))),
            "file_too_large",
            MOST_LINES + 1,
        ),
    ],
)
def test_a_file_with_a_bad_line_fails_as_a_whole(
    client: OpenAI, content: bytes, code: str, line: int
) -> None:
    batch = ran(client, content)

    assert (batch.status, batch.output_file_id) == ("failed", None)
    assert batch.errors is not None
    assert batch.errors.data is not None
    found = {(error.code, error.line) for error in batch.errors.data}
    assert (code, line) in found
    assert len(batch.errors.data) <= 100


def test_batches_are_listed_and_cannot_be_cancelled_any_more(client: OpenAI) -> None:
    made = [ran(client, lines(a_line("1"))) for _ in range(2)]

    assert [batch.id for batch in client.batches.list(limit=1)] == [
        made[1].id,
        made[0].id,
    ]
    assert client.batches.retrieve(made[0].id) == made[0]
    with pytest.raises(openai.BadRequestError, match="completed already"):
        client.batches.cancel(made[0].id)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"endpoint": "/v1/files"}, 400),
        ({"completion_window": "1h"}, 400),
        ({"input_file_id": "file-none"}, 404),
    ],
)
def test_what_cannot_be_is_declined(
    client: OpenAI, change: dict[str, str], status: int
) -> None:
    file = uploaded(client, lines(a_line("1")))
    body = {"endpoint": CHAT, "completion_window": "24h", "input_file_id": file.id}

    with pytest.raises(openai.APIStatusError) as caught:
        client.post("/batches", body={**body, **change}, cast_to=object)

    assert caught.value.status_code == status


def test_a_file_for_something_else_is_400(client: OpenAI) -> None:
    file = uploaded(client, lines(a_line("1")), purpose="evals")

    with pytest.raises(openai.BadRequestError, match="purpose is 'batch'"):
        client.batches.create(
            completion_window="24h", endpoint=CHAT, input_file_id=file.id
        )


def test_every_endpoint_of_batches_is_one_that_answers_from_the_request() -> None:
    assert all(isinstance(find(FORGETFUL, "POST", url), Match) for url in ENDPOINTS)
