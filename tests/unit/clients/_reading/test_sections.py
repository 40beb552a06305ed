from typing import Any

import pytest

from affidavit.clients._reading.bodies import Reading

Said = list[tuple[str, str]]
FUNCTION = {"type": "function", "function": {"name": "f"}}
JUDGE = [{"role": "system", "content": "Judge."}, {"role": "user", "content": "This."}]


def said(body: dict[str, Any]) -> Said:
    return [(text.role, text.value) for text in Reading(body).texts]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(
            {
                "instructions": "a",
                "additional_instructions": "b",
                "additional_messages": [{"role": "assistant", "content": "c"}],
            },
            [("system", "a"), ("system", "b"), ("assistant", "c")],
            id="run",
        ),
        pytest.param(
            {"thread": {"messages": [{"role": "user", "content": "a"}]}},
            [("user", "a")],
            id="thread",
        ),
        pytest.param(
            {"role": "user", "content": [{"type": "text", "text": "a"}]},
            [("user", "a")],
            id="message",
        ),
        pytest.param(
            {"tool_outputs": [{"tool_call_id": "1", "output": "a"}]},
            [("tool", "a")],
            id="tool outputs",
        ),
        pytest.param(
            {"items": [{"type": "message", "role": "user", "content": "a"}]},
            [("user", "a")],
            id="conversation",
        ),
        pytest.param(
            {"prompt": "a", "suffix": "b"},
            [("input", "a"), ("input", "b")],
            id="legacy",
        ),
        pytest.param(
            {"query": ["a", "b"]}, [("input", "a"), ("input", "b")], id="query"
        ),
        pytest.param(
            {"prompt": "a", "keywords": ["b"]},
            [("input", "a"), ("input", "b")],
            id="transcription",
        ),
        pytest.param(
            {"messages": [], "prediction": {"content": [{"text": "a"}]}},
            [("assistant", "a")],
            id="prediction",
        ),
        pytest.param(
            {"functions": [{"name": "f", "description": "d"}]},
            [("tools", "f\nd")],
            id="functions",
        ),
        pytest.param(
            {
                "response_format": {
                    "type": "json_schema",
                    "json_schema": {"name": "f", "description": "d"},
                }
            },
            [("tools", "f\nd")],
            id="response format",
        ),
        pytest.param(
            {"text": {"format": {"type": "json_schema", "name": "f"}}},
            [("tools", "f")],
            id="text format",
        ),
        pytest.param(
            {"session": {"instructions": "a", "tools": [FUNCTION]}},
            [("system", "a"), ("tools", "f")],
            id="session",
        ),
        pytest.param(
            {"session": {"audio": {"input": {"transcription": {"prompt": "a"}}}}},
            [("input", "a")],
            id="transcription session",
        ),
        pytest.param(
            {"input_audio_transcription": {"prompt": "a"}},
            [("input", "a")],
            id="older transcription session",
        ),
        pytest.param(
            {
                "session": {
                    "input": [{"role": "developer", "content": [{"text": "a"}]}],
                    "delegation": {"responses": {"instructions": "b"}},
                    "triggers": [
                        {"decisions": {"questions": [{"instructions": "Is it?"}]}}
                    ],
                }
            },
            [("developer", "a"), ("system", "b"), ("user", "Is it?")],
            id="live session",
        ),
        pytest.param(
            {
                "target": {
                    "agent": {"instructions": "a"},
                    "input": [{"role": "user", "content": [{"text": "b"}]}],
                }
            },
            [("user", "b"), ("system", "a")],
            id="automation",
        ),
        pytest.param(
            {
                "events": [
                    {"input": [{"role": "user", "content": [{"text": "a"}]}]},
                    {"output": "b", "error": "c"},
                ]
            },
            [("user", "a"), ("tool", "b"), ("tool", "c")],
            id="agent events",
        ),
        pytest.param(
            {
                "input": "a",
                "questions": [
                    {
                        "instructions": "Which?",
                        "choices": [{"value": "x", "description": "the x"}],
                    },
                    {"instructions": [{"text": "How?"}], "levels": [{"label": "low"}]},
                ],
            },
            [
                ("input", "a"),
                ("user", "Which?"),
                ("user", "x\nthe x"),
                ("user", "How?"),
                ("user", "low"),
            ],
            id="decisions",
        ),
        pytest.param(
            {"grader": {"input": JUDGE}, "model_sample": "a", "item": {"id": ["b"]}},
            [("system", "Judge."), ("user", "This."), ("input", "a"), ("input", "b")],
            id="grader",
        ),
        pytest.param(
            {
                "testing_criteria": [
                    {"type": "label_model", "input": JUDGE},
                    {"type": "string_check", "input": "a", "reference": "b"},
                    {"type": "python", "source": "def grade(): ..."},
                    {"type": "multi", "graders": {"x": {"input": "c"}}},
                ],
                "data_source_config": {
                    "item_schema": {"properties": {"question": {"description": "d"}}}
                },
            },
            [
                ("tools", "question\nd"),
                ("system", "Judge."),
                ("user", "This."),
                ("input", "a"),
                ("input", "b"),
                ("input", "def grade(): ..."),
                ("input", "c"),
            ],
            id="eval",
        ),
        pytest.param(
            {"method": {"reinforcement": {"grader": {"input": "a"}}}},
            [("input", "a")],
            id="reinforcement",
        ),
        pytest.param(
            {
                "data_source": {
                    "input_messages": {
                        "template": [{"role": "developer", "content": "a"}]
                    },
                    "sampling_params": {"tools": [FUNCTION]},
                    "source": {
                        "type": "file_content",
                        "content": [{"item": {"status": "b", "type": "c"}}],
                    },
                }
            },
            [("tools", "f"), ("developer", "a"), ("input", "b\nc")],
            id="eval run",
        ),
        pytest.param(
            {"prompt": {"id": "pmpt_1", "variables": {"x": "a", "y": {"text": "b"}}}},
            [("input", "a"), ("input", "b")],
            id="prompt variables",
        ),
        pytest.param(
            {"workflow": {"id": "wf_1", "state_variables": {"x": "a"}}},
            [("input", "a")],
            id="workflow",
        ),
        pytest.param(
            {"input": [{"role": "user", "content": [{"data": {"id": 1, "x": "a"}}]}]},
            [("user", "a")],
            id="input_json",
        ),
    ],
)
def test_the_texts_of_each_endpoint_are_read(
    body: dict[str, Any], expected: Said
) -> None:
    assert said(body) == expected


@pytest.mark.parametrize(
    ("body", "unread"),
    [
        ({"assistant_id": "a"}, {"prompts": 1, "history": 1}),
        ({"assistant_id": "a", "thread": {"messages": []}}, {"prompts": 1}),
        ({"agent_id": "a"}, {"prompts": 1}),
        ({"workflow": {"id": "w"}}, {"prompts": 1}),
        ({"prompt": {"id": "p"}}, {"prompts": 1}),
        ({"target": {"session_id": "s", "instructions": "x"}}, {"history": 1}),
        ({"attachments": [{"file_id": "f"}], "content": "x"}, {"files": 1}),
        (
            {"thread": {"tool_resources": {"code_interpreter": {"file_ids": ["a"]}}}},
            {"files": 1},
        ),
        (
            {"additional_messages": [{"content": "x", "attachments": [{}, {}]}]},
            {"files": 2},
        ),
        ({"images": [{"image_url": "u"}, {"file_id": "f"}]}, {"images": 2}),
        ({"input_reference": {"image_url": "u"}, "prompt": "x"}, {"images": 1}),
        ({"image": "data:,"}, {"images": 1}),
        ({"image": {"context_compression": "auto"}}, {}),
        ({"video": {"id": "video_1"}, "prompt": "x"}, {"videos": 1}),
        ({"data_source": {"source": {"type": "file_id", "id": "f"}}}, {"files": 1}),
        ({"data_source": {"source": {"type": "stored_completions"}}}, {"history": 1}),
        ({"previous_response_id": None, "conversation": ""}, {}),
    ],
)
def test_what_is_only_referred_to_is_counted(
    body: dict[str, Any], unread: dict[str, int]
) -> None:
    assert Reading(body).unread == unread


def test_graders_within_graders_have_no_bottom_to_fall_through() -> None:
    grader: dict[str, Any] = {"input": "deepest"}
    for _ in range(2000):
        grader = {"graders": [grader]}
    assert said({"grader": grader}) == [("input", "deepest")]
