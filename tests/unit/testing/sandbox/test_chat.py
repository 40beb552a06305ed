from dataclasses import replace
from typing import Any

import orjson
import pytest

from affidavit.testing.sandbox.chat import answer_chat
from affidavit.testing.sandbox.http import Answer, Declined, ReceivedRequest, Stream
from affidavit.testing.sandbox.routes import Asked
from affidavit.testing.sandbox.text import Manner


def asked(**changes: object) -> Asked:
    body = {"model": "gpt-5", "messages": [{"role": "user", "content": "Hi"}]} | changes
    request = ReceivedRequest(method="POST", path="/x", body=orjson.dumps(body))
    return Asked(request=request, now=7, serial="s")


def whole(asked: Asked) -> Any:
    reply = answer_chat(asked)
    assert isinstance(reply, Answer)
    return orjson.loads(reply.body)


def chunks(asked: Asked) -> list[Any]:
    reply = answer_chat(asked)
    assert isinstance(reply, Stream)
    *events, done = reply.events
    assert done == b"data: [DONE]\n\n"
    return [orjson.loads(event.removeprefix(b"data: ")) for event in events]


def test_the_same_request_has_the_same_answer() -> None:
    assert whole(asked()) == whole(asked())
    assert whole(asked())["id"] == "chatcmpl-s"
    assert whole(asked())["created"] == 7


def test_usage_counts_every_message_and_every_choice() -> None:
    one = whole(asked())
    two = whole(
        asked(
            messages=[
                {"role": "system", "content": "Be brief"},
                {"role": "user", "content": "Hi"},
            ],
            n=2,
        )
    )

    assert one["usage"]["prompt_tokens"] == 1
    assert two["usage"]["prompt_tokens"] == 4
    assert two["usage"]["completion_tokens"] > 2 * one["usage"]["completion_tokens"]
    assert two["usage"]["total_tokens"] == 4 + two["usage"]["completion_tokens"]


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_limit_on_tokens_ends_the_choice_by_length(name: str) -> None:
    answer = whole(asked(**{name: 2}))

    assert answer["choices"][0]["finish_reason"] == "length"
    assert answer["choices"][0]["message"]["content"] == "You wrot"
    assert answer["usage"]["completion_tokens"] == 2


def test_usage_is_streamed_only_when_asked_for() -> None:
    silent = chunks(asked(stream=True))
    told = chunks(asked(stream=True, stream_options={"include_usage": True}))

    assert all("usage" not in chunk for chunk in silent)
    assert [chunk["usage"] for chunk in told[:-1]] == [None] * len(silent)
    assert told[-1]["choices"] == []
    assert told[-1]["usage"] == whole(asked())["usage"]


def test_a_stream_opens_with_the_role_and_closes_with_the_reason() -> None:
    first, *_, last = chunks(asked(stream=True))

    assert first["choices"][0]["delta"]["role"] == "assistant"
    assert last["choices"][0]["delta"] == {}
    assert last["choices"][0]["finish_reason"] == "stop"


def test_an_empty_text_streams_and_ends() -> None:
    silent = replace(asked(stream=True), manner=Manner(exactly=""))
    streamed = chunks(silent)

    assert [c["choices"][0]["finish_reason"] for c in streamed] == [None, "stop"]


@pytest.mark.parametrize("wanted", ["json_object", "json_schema"])
def test_json_modes_answer_in_json(wanted: str) -> None:
    schema = {"type": "object", "properties": {"reply": {"type": "string"}}}
    form = {"type": wanted, "json_schema": {"name": "x", "schema": schema}}
    content = whole(asked(response_format=form))["choices"][0]["message"]["content"]

    assert orjson.loads(content)["reply"].startswith("You wrote")


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("model", None),
        ("messages", []),
        ("messages", "Hi"),
        ("n", 129),
        ("stream", "yes"),
        ("stream_options", []),
        ("max_tokens", 0),
    ],
)
def test_a_parameter_that_cannot_be_is_declined_by_name(
    param: str, value: object
) -> None:
    with pytest.raises(Declined) as caught:
        answer_chat(asked(**{param: value}))

    error = orjson.loads(caught.value.answer.body)["error"]
    assert (caught.value.answer.status, error["param"]) == (400, param)


VISIT = {
    "type": "function",
    "function": {
        "name": "visit",
        "parameters": {
            "type": "object",
            "properties": {"place": {"type": "string"}},
            "required": ["place"],
        },
    },
}


def test_a_tool_that_must_be_called_is_called_with_arguments_of_its_schema() -> None:
    answer = whole(asked(tools=[VISIT], tool_choice="required"))
    (choice,) = answer["choices"]
    (call,) = choice["message"]["tool_calls"]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert call["function"]["name"] == "visit"
    assert orjson.loads(call["function"]["arguments"]).keys() == {"place"}


def test_a_streamed_call_of_a_tool_says_the_same_as_a_whole_one() -> None:
    demand = {"tools": [VISIT], "tool_choice": "required", "n": 2}
    (first, second) = whole(asked(**demand))["choices"]
    for expected in (first, second):
        deltas = [
            choice["delta"]["tool_calls"][0]
            for each in chunks(asked(**demand, stream=True))
            for choice in each["choices"]
            if choice["index"] == expected["index"] and choice["delta"]
        ]
        (call,) = expected["message"]["tool_calls"]
        said = "".join(delta["function"]["arguments"] for delta in deltas)
        assert said == call["function"]["arguments"]
        assert deltas[0]["id"] == call["id"]
        assert {delta["index"] for delta in deltas} == {0}
