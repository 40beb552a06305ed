from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.clients._bodies import Reading, parameters

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
_KEYS = ["messages", "input", "prompt", "instructions", "tools", "text", "reasoning"]


def said(body: dict[str, Any]) -> list[tuple[str, str]]:
    return [(text.role, text.value) for text in Reading(body).texts]


def test_chat_messages_are_read_in_order_with_their_roles() -> None:
    body = {
        "messages": [
            {"role": "system", "content": "rules"},
            {"role": "user", "content": [{"type": "text", "text": "question"}]},
            {"role": "assistant", "content": [{"type": "refusal", "refusal": "no"}]},
            {"role": "tool", "tool_call_id": "1", "content": "result"},
        ]
    }
    assert said(body) == [
        ("system", "rules"),
        ("user", "question"),
        ("assistant", "no"),
        ("tool", "result"),
    ]


def test_arguments_of_earlier_tool_calls_are_text_that_is_sent() -> None:
    call = {"type": "function", "function": {"name": "f", "arguments": '{"q":"x"}'}}
    body = {"messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]}
    assert said(body) == [("assistant", '{"q":"x"}')]


def test_responses_items_are_read_in_order_with_their_roles() -> None:
    body = {
        "instructions": "rules",
        "input": [
            {"role": "user", "content": [{"type": "input_text", "text": "question"}]},
            {"type": "message", "role": "assistant", "content": "answer"},
            {"type": "function_call", "name": "f", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "1", "output": "result"},
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "why"}]},
        ],
    }
    assert said(body) == [
        ("system", "rules"),
        ("user", "question"),
        ("assistant", "answer"),
        ("assistant", "{}"),
        ("tool", "result"),
        ("assistant", "why"),
    ]


@pytest.mark.parametrize("key", ["input", "prompt"])
@pytest.mark.parametrize("value", ["one", ["one"]])
def test_plain_inputs_are_read(key: str, value: object) -> None:
    assert said({key: value}) == [("input", "one")]


def test_parts_that_nobody_reads_are_counted_by_kind() -> None:
    body = {
        "previous_response_id": "resp_1",
        "messages": [
            {
                "role": "user",
                "content": [
                    {"type": "image_url", "image_url": {"url": "data:,"}},
                    {"type": "image_url", "image_url": {"url": "data:,"}},
                    {"type": "input_audio", "input_audio": {}},
                    {"type": "file", "file": {}},
                ],
            },
            {"role": "assistant", "audio": {"id": "audio_1"}},
        ],
        "input": [[1, 2, 3], {"type": "item_reference", "id": "msg_1"}],
        "prompt": {"id": "pmpt_1"},
    }
    assert Reading(body).unread == {
        "images": 2,
        "audio": 2,
        "files": 1,
        "tokens": 1,
        "references": 1,
        "history": 1,
        "prompts": 1,
    }


def test_a_tokenised_text_is_one_unread_part() -> None:
    assert Reading({"input": [1, 2, 3]}).unread == {"tokens": 1}


def test_parameters_are_integers_strings_and_truths_only() -> None:
    body = {
        "n": 4,
        "stream": True,
        "temperature": 0.7,
        "max_tokens": 2**60,
        "tools": [{}, {}],
        "reasoning": {"effort": "high"},
        "response_format": {"type": "json_schema", "json_schema": {}},
        "logprobs": None,
        "unknown": "left out",
    }
    assert parameters(body) == {
        "n": 4,
        "stream": True,
        "temperature": "0.7",
        "max_tokens": str(2**60),
        "tools": 2,
        "reasoning_effort": "high",
        "response_format": "json_schema",
    }


def test_the_format_of_a_response_is_a_parameter_too() -> None:
    body = {"text": {"format": {"type": "json_object"}, "verbosity": "low"}}
    assert parameters(body) == {"response_format": "json_object"}


@given(st.dictionaries(st.sampled_from(_KEYS), _JSON))
def test_no_shape_of_body_raises(body: dict[str, Any]) -> None:
    assert all(isinstance(text.value, str) for text in Reading(body).texts)
    for value in parameters(body).values():
        assert isinstance(value, bool | int | str)
