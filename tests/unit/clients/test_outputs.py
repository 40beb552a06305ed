import orjson
import pytest

from affidavit.clients._outputs import Said


def said(value: object) -> list[str]:
    return list(Said(orjson.dumps(value), events=False))


def streamed(*events: object) -> list[str]:
    body = b"".join(b"data: " + orjson.dumps(each) + b"\n\n" for each in events)
    return list(Said(body + b"data: [DONE]\n\n", events=True))


def test_each_choice_is_a_text() -> None:
    choices = [{"message": {"content": "one"}}, {"message": {"content": "two"}}]

    assert said({"choices": choices}) == ["one", "two"]


def test_thoughts_and_arguments_are_texts_of_their_own() -> None:
    message = {
        "content": [{"type": "text", "text": "answer"}],
        "reasoning_content": "thought",
        "tool_calls": [
            {"function": {"name": "f", "arguments": '{"a":1}'}},
            {"function": {"name": "g", "arguments": '{"b":2}'}},
        ],
        "audio": {"transcript": "spoken"},
    }

    assert said({"choices": [{"message": message}]}) == [
        "answer",
        "thought",
        "spoken",
        '{"a":1}\n{"b":2}',
    ]


def test_old_completions_and_transcriptions_are_read() -> None:
    assert said({"choices": [{"text": "once upon"}]}) == ["once upon"]
    assert said({"text": "spoken words"}) == ["spoken words"]


def test_items_of_a_response_are_texts() -> None:
    output = [
        {"type": "reasoning", "summary": [{"type": "summary_text", "text": "why"}]},
        {
            "type": "message",
            "content": [
                {"type": "output_text", "text": "a"},
                {"type": "output_text", "text": "b"},
            ],
        },
        {"type": "function_call", "arguments": "{}"},
    ]

    assert said({"object": "response", "output": output}) == ["why", "a\nb", "{}"]


def test_a_stream_is_put_together_by_choice() -> None:
    events = [
        {"choices": [{"index": 0, "delta": {"role": "assistant", "content": "a"}}]},
        {"choices": [{"index": 1, "delta": {"content": "x"}}]},
        {"choices": [{"index": 0, "delta": {"content": "b"}}]},
        {
            "choices": [
                {
                    "index": 0,
                    "delta": {"tool_calls": [{"function": {"arguments": "{}"}}]},
                }
            ]
        },
        {"choices": [], "usage": {}},
    ]

    assert streamed(*events) == ["ab", "x", "{}"]


def test_a_stream_of_responses_is_read_from_its_last_event() -> None:
    whole = {"output": [{"content": [{"text": "all of it"}]}]}
    events = [
        {"type": "response.output_text.delta", "item_id": "i", "delta": "all "},
        {"type": "response.completed", "response": whole},
    ]

    assert streamed(*events) == ["all of it"]


def test_a_stream_that_was_cut_off_is_read_as_far_as_it_came() -> None:
    events = [
        {"type": "response.output_text.delta", "item_id": "i", "delta": "half "},
        {"type": "response.output_text.delta", "item_id": "i", "delta": "of"},
    ]
    body = b"".join(b"data: " + orjson.dumps(each) + b"\n\n" for each in events)

    assert list(Said(body + b'data: {"type":"resp', events=True)) == ["half of"]
    assert streamed(["no object"], {"delta": 3}) == []


def test_an_answer_that_was_parsed_already_is_not_parsed_again() -> None:
    told = {"choices": [{"message": {"content": "as parsed"}}]}

    assert list(Said(b"not even JSON", events=False, parsed=told)) == ["as parsed"]


def test_a_batch_s_output_file_is_read_line_by_line() -> None:
    lines = [
        {"custom_id": "1", "response": {"body": {"choices": [{"text": "one"}]}}},
        {"custom_id": "2", "response": None, "error": {}},
        {"custom_id": "3", "response": {"body": {"choices": [{"text": "three"}]}}},
    ]
    body = b"\n".join(map(orjson.dumps, lines))

    assert list(Said(body, events=False)) == ["one", "three"]
    assert list(Said(body + b'\n{"custom_id"', events=False)) == ["one", "three"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x89PNG text",
        b'{"data":[{"embedding":[1,2]}]}',
        b'{"choices":"none","output":3}',
        b'[{"text":"no object"}]',
    ],
)
def test_what_is_not_understood_holds_no_text(body: bytes) -> None:
    assert list(Said(body, events=False)) == []
    assert list(Said(body, events=True)) == []
