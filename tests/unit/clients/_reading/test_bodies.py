from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.clients._reading.bodies import Reading
from affidavit.clients._reading.sections import KEYS

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
_KEYS = sorted({"messages", "input", "instructions"} | KEYS)


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


def test_what_an_older_call_of_a_function_said_is_text() -> None:
    call = {"name": "f", "arguments": "{1}"}
    assert said({"messages": [{"role": "assistant", "function_call": call}]}) == [
        ("assistant", "{1}")
    ]


def test_what_built_in_tools_were_told_and_answered_is_text() -> None:
    items = [
        {"type": "shell_call", "id": "x", "action": {"commands": ["ls", "cat a"]}},
        {"type": "shell_call_output", "output": [{"stdout": "out", "stderr": "err"}]},
        {"type": "apply_patch_call", "operation": {"path": "p", "diff": "+a"}},
        {
            "type": "code_interpreter_call",
            "code": "print(1)",
            "outputs": [{"type": "logs", "logs": "1"}],
        },
        {"type": "web_search_call", "action": {"type": "search", "query": "parcels"}},
        {"type": "file_search_call", "queries": ["q"], "results": [{"text": "r"}]},
        {"type": "mcp_call", "arguments": "{}", "output": "done", "error": None},
        {"type": "program_output", "result": "5"},
    ]
    assert said({"input": items}) == [
        ("assistant", "ls\ncat a"),
        ("tool", "out\nerr"),
        ("assistant", "p\n+a"),
        ("assistant", "print(1)\n1"),
        ("assistant", "parcels"),
        ("assistant", "q\nr"),
        ("assistant", "{}"),
        ("assistant", "done"),
        ("tool", "5"),
    ]


def test_a_conversation_that_was_compacted_is_history_nobody_reads() -> None:
    compacted = {"type": "compaction", "encrypted_content": "x"}
    assert Reading({"input": [compacted]}).unread == {"history": 1}


def test_tools_come_after_the_instructions_and_before_the_conversation() -> None:
    tool = {"type": "function", "name": "f", "description": "Find a parcel."}
    body = {"input": "Where is it?", "tools": [tool], "instructions": "Be brief."}
    assert said(body) == [
        ("system", "Be brief."),
        ("tools", "f\nFind a parcel."),
        ("input", "Where is it?"),
    ]


def test_tools_that_come_within_the_conversation_are_read_too() -> None:
    tool = {"type": "function", "name": "f"}
    kinds = ("additional_tools", "mcp_list_tools", "tool_search_output")
    body = {"input": [{"type": kind, "tools": [tool]} for kind in kinds]}
    assert said(body) == [("tools", "f")] * 3


def test_definitions_beyond_64_kib_are_counted_and_not_read() -> None:
    tools = [
        {"type": "function", "name": f"{at}", "description": "x" * 30_000}
        for at in range(5)
    ]
    reading = Reading({"tools": tools, "input": "hi"})
    sizes = [len(text.value) for text in reading.texts]
    assert sizes[:2] == [30_002, 30_002]
    assert sum(sizes) == 65_536 + len("hi")
    assert reading.unread == {"tools": 3}


def test_bodies_within_bodies_are_read_to_a_bound() -> None:
    body: dict[str, Any] = {"instructions": "deepest"}
    for _ in range(500):
        body = {"session": body, "instructions": "said"}
    reading = Reading(body)
    assert [text.value for text in reading.texts] == ["said"] * 5
    assert reading.unread == {"nested": 1}


@given(st.dictionaries(st.sampled_from(_KEYS), _JSON))
def test_no_shape_of_body_raises(body: dict[str, Any]) -> None:
    assert all(isinstance(text.value, str) for text in Reading(body).texts)
