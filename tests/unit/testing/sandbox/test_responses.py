from typing import Any

import orjson
import pytest

from affidavit.testing.sandbox.http import Answer, Declined, ReceivedRequest, Stream
from affidavit.testing.sandbox.responses import answer_responses
from affidavit.testing.sandbox.routes import Asked


def asked(**changes: object) -> Asked:
    body = {"model": "gpt-5", "input": "Hi"} | changes
    request = ReceivedRequest(method="POST", path="/x", body=orjson.dumps(body))
    return Asked(request=request, now=7, serial="s")


def whole(**changes: object) -> Any:
    reply = answer_responses(asked(**changes))
    assert isinstance(reply, Answer)
    return orjson.loads(reply.body)


def events(**changes: object) -> list[Any]:
    reply = answer_responses(asked(stream=True, **changes))
    assert isinstance(reply, Stream)
    lines = [event.decode().split("\n") for event in reply.events]
    data = [orjson.loads(line[1].removeprefix("data: ")) for line in lines]
    assert [line[0] for line in lines] == [f"event: {each['type']}" for each in data]
    return data


def said(response: Any) -> str:
    return str(response["output"][0]["content"][0]["text"])


def test_input_as_items_is_the_same_question_as_a_string() -> None:
    item = {"role": "user", "content": [{"type": "input_text", "text": "Hi"}]}

    assert said(whole(input=[item])) == said(whole(input="Hi"))


def test_instructions_and_tool_outputs_count_as_input() -> None:
    items = [
        {"role": "user", "content": "Hi"},
        {"type": "function_call_output", "call_id": "c", "output": "12 degrees"},
    ]
    response = whole(input=items, instructions="Be brief")

    assert response["usage"]["input_tokens"] == 1 + 3 + 3
    assert response["usage"]["total_tokens"] == 7 + response["usage"]["output_tokens"]


def test_the_response_repeats_what_was_asked() -> None:
    tools = [{"type": "function", "name": "find", "parameters": {}, "strict": True}]
    response = whole(
        tools=tools, metadata={"case": "7"}, temperature=0.5, text={"verbosity": "low"}
    )

    assert response["tools"] == tools
    assert response["metadata"] == {"case": "7"}
    assert response["temperature"] == 0.5
    assert response["text"] == {"format": {"type": "text"}, "verbosity": "low"}
    assert response["parallel_tool_calls"] is True


def test_a_limit_on_tokens_leaves_the_response_incomplete() -> None:
    response = whole(max_output_tokens=2)
    last = events(max_output_tokens=2)[-1]

    assert response["status"] == "incomplete"
    assert response["incomplete_details"] == {"reason": "max_output_tokens"}
    assert last["type"] == "response.incomplete"
    assert last["response"] == response


def test_the_last_event_holds_what_the_whole_answer_would() -> None:
    streamed = events()

    assert streamed[-1]["type"] == "response.completed"
    assert streamed[-1]["response"] == whole()
    assert streamed[0]["response"]["usage"] is None
    assert streamed[0]["response"]["status"] == "in_progress"


def test_deltas_join_to_the_text() -> None:
    deltas = [e["delta"] for e in events() if e["type"] == "response.output_text.delta"]

    assert "".join(deltas) == said(whole())
    assert len(deltas) > 1


@pytest.mark.parametrize("wanted", ["json_object", "json_schema"])
def test_json_formats_answer_in_json(wanted: str) -> None:
    schema = {"type": "object", "properties": {"reply": {"type": "string"}}}
    form = {"format": {"type": wanted, "name": "x", "schema": schema}}

    assert orjson.loads(said(whole(text=form)))["reply"].startswith("You wrote")


@pytest.mark.parametrize(
    ("param", "value"),
    [
        ("model", 7),
        ("input", None),
        ("input", []),
        ("stream", 1),
        ("text", "json"),
        ("max_output_tokens", -1),
    ],
)
def test_a_parameter_that_cannot_be_is_declined_by_name(
    param: str, value: object
) -> None:
    with pytest.raises(Declined) as caught:
        answer_responses(asked(**{param: value}))

    assert orjson.loads(caught.value.answer.body)["error"]["param"] == param


VISIT = {
    "type": "function",
    "name": "visit",
    "parameters": {
        "type": "object",
        "properties": {"place": {"type": "string"}},
        "required": ["place"],
    },
}


def test_a_tool_that_must_be_called_is_called_with_arguments_of_its_schema() -> None:
    (call,) = whole(tools=[VISIT], tool_choice="required")["output"]

    assert (call["type"], call["name"]) == ("function_call", "visit")
    assert orjson.loads(call["arguments"]).keys() == {"place"}


def test_a_streamed_call_of_a_tool_says_the_same_as_a_whole_one() -> None:
    demand = {"tools": [VISIT], "tool_choice": {"type": "function", "name": "visit"}}
    (call,) = whole(**demand)["output"]
    told = events(**demand)
    kinds = [each["type"] for each in told]
    deltas = [each["delta"] for each in told if each["type"].endswith(".delta")]

    assert [kind for kind in dict.fromkeys(kinds) if "arguments" in kind] == [
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
    ]
    assert "".join(deltas) == call["arguments"]
    assert told[-1]["response"]["output"] == [call]
