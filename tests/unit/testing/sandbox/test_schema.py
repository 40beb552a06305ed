from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.testing.sandbox.schema import an_instance

TREE = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "left": {"anyOf": [{"$ref": "#"}, {"type": "null"}]},
    },
}


@pytest.mark.parametrize(
    ("schema", "instance"),
    [
        ({}, {"reply": "text"}),
        ({"type": "string"}, "text"),
        ({"type": ["integer", "null"]}, 1),
        ({"type": "number", "minimum": 3}, 3),
        ({"type": "integer", "exclusiveMinimum": 3}, 4),
        ({"type": "integer", "maximum": -2}, -2),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"enum": ["red", "blue"]}, "red"),
        ({"const": 0}, 0),
        ({"oneOf": [{"type": "null"}, {"type": "string"}]}, None),
        ({"type": "array", "items": {"const": 1}, "minItems": 2}, [1, 1]),
        ({"type": "object", "properties": {"a": {"const": 1}}}, {"a": 1}),
        ({"$ref": "#/$defs/A", "$defs": {"A": {"const": 5}}}, 5),
        ({"$ref": "#/$defs/none"}, None),
    ],
)
def test_the_value_is_one_that_the_schema_accepts(
    schema: dict[str, Any], instance: object
) -> None:
    assert an_instance(schema, "text") == instance


def test_a_schema_that_refers_to_itself_ends_where_it_may() -> None:
    depth = 0
    node = an_instance(TREE, "text")
    while node is not None:
        assert node["name"] == "text"
        node, depth = node["left"], depth + 1

    assert 1 <= depth < 20


def test_a_schema_that_no_value_fits_still_ends() -> None:
    endless = {"type": "object", "properties": {"a": {"$ref": "#"}}}

    assert an_instance(endless, "text")["a"]["a"]["a"] is not None
    assert an_instance({"$ref": "#"}, "text") is None


KEYWORDS = st.sampled_from(
    ["type", "enum", "anyOf", "properties", "items", "minItems", "minimum", "$ref"]
)
ANYTHING = st.recursive(
    st.none()
    | st.integers(-5, 5)
    | st.sampled_from(["object", "array", "integer", "#", "#/items"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYWORDS, inner),
    max_leaves=8,
)


@given(st.dictionaries(KEYWORDS, ANYTHING, max_size=4))
def test_no_schema_however_wrong_is_an_error(schema: dict[str, Any]) -> None:
    orjson.dumps(an_instance(schema, "text"))
