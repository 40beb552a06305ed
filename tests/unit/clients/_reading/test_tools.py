from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.clients._reading.tools import MOST, definitions, described

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
SCHEMA = {
    "type": "object",
    "required": ["type"],
    "properties": {
        "type": {"type": "string", "description": "What was sent"},
        "carrier": {"enum": ["post", "courier"]},
        "stops": {"type": "array", "items": {"properties": {"city": {}}}},
    },
    "$defs": {"day": {"title": "A day", "format": "date"}},
}
WORDS = [
    "type",
    "What was sent",
    "carrier",
    "post",
    "courier",
    "stops",
    "city",
    "day",
    "A day",
]


def words(tool: dict[str, Any]) -> list[str]:
    text, whole = described(tool, MOST)
    assert whole
    return text.splitlines()


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "function", "function": {"name": "f", "parameters": SCHEMA}},
        {"type": "function", "name": "f", "parameters": SCHEMA, "strict": True},
        {"type": "json_schema", "json_schema": {"name": "f", "schema": SCHEMA}},
        {"type": "json_schema", "name": "f", "schema": SCHEMA},
        {"name": "f", "input_schema": SCHEMA},
    ],
)
def test_names_descriptions_and_choices_are_the_words_of_a_schema(
    tool: dict[str, Any],
) -> None:
    assert words(tool) == ["f", *WORDS]


@pytest.mark.parametrize(
    "form",
    [
        {"type": "grammar", "definition": "start: WORD"},
        {"type": "grammar", "grammar": {"definition": "start: WORD"}},
    ],
)
def test_a_grammar_is_words_too(form: dict[str, Any]) -> None:
    custom = {"name": "f", "description": "Does.", "format": form}
    assert words({"type": "custom", "custom": custom}) == ["f", "Does.", "start: WORD"]


def test_credentials_and_addresses_of_a_server_are_not_read() -> None:
    tool = {
        "type": "mcp",
        "server_label": "depot",
        "server_description": "Knows parcels.",
        "server_url": "https://depot.example",
        "authorization": "secret",
        "headers": {"x-key": "secret"},
    }
    assert words(tool) == ["depot", "Knows parcels."]


def test_tools_of_a_namespace_and_skills_of_a_shell_stand_alone() -> None:
    tools = [
        {"type": "namespace", "name": "n", "tools": [{"name": "a"}, {"name": "b"}]},
        {"type": "shell", "environment": {"skills": [{"name": "s"}]}},
        "no tool",
    ]
    named = [tool.get("name") for tool in definitions(tools)]
    assert named == ["n", "a", "b", None, "s"]


def test_no_more_is_read_than_there_is_room_for() -> None:
    tool = {"name": "name", "description": "described"}
    assert described(tool, 14) == ("name\ndescribed", True)
    assert described(tool, 13) == ("name\ndescribe", False)
    assert described(tool, 0) == ("", False)
    huge = {"name": "n", "parameters": {"enum": ["x" * 1000] * 100}}
    text, whole = described(huge, MOST)
    assert (len(text) <= MOST, whole) == (True, False)


def test_a_definition_that_is_changed_is_read_anew() -> None:
    tool = {"name": "f", "description": "one"}
    assert words(tool) == ["f", "one"]
    tool["description"] = "two"
    assert words(tool) == ["f", "two"]


def test_what_the_quick_way_cannot_spell_is_read_the_slow_way() -> None:
    deep: Any = {"description": "deepest"}
    for _ in range(400):
        deep = {"items": deep}
    assert words({"name": "f", "parameters": deep}) == ["f", "deepest"]
    number = {"maximum": 2**70, "description": "many"}
    assert words({"name": "f", "parameters": number}) == ["f", "many"]


@given(st.dictionaries(st.sampled_from(["function", "name", "parameters"]), _JSON))
def test_no_shape_of_definition_raises(tool: dict[str, Any]) -> None:
    text, _ = described(tool, 100)
    assert len(text) <= 100
    assert all(isinstance(each, dict) for each in definitions([tool]))
