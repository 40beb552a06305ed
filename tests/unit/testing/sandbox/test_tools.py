from typing import Any

import pytest

from affidavit.testing.sandbox.http import Declined
from affidavit.testing.sandbox.tools import Function, demanded

PLACE = {"type": "object", "properties": {"place": {"type": "string"}}}
CHAT = {"type": "function", "function": {"name": "visit", "parameters": PLACE}}
RESPONSES = {"type": "function", "name": "visit", "parameters": PLACE}
SEARCH = {"type": "web_search"}
VISIT = Function(name="visit", parameters=PLACE)


@pytest.mark.parametrize(
    ("tool", "choice"),
    [
        (CHAT, "required"),
        (CHAT, {"type": "function", "function": {"name": "visit"}}),
        (RESPONSES, "required"),
        (RESPONSES, {"type": "function", "name": "visit"}),
    ],
)
def test_a_function_that_must_be_called_is_found(tool: Any, choice: Any) -> None:
    assert demanded({"tools": [SEARCH, tool], "tool_choice": choice}) == VISIT


@pytest.mark.parametrize("choice", [None, "auto", "none", {"type": "web_search"}])
def test_a_model_that_may_choose_calls_nothing(choice: Any) -> None:
    assert demanded({"tools": [CHAT], "tool_choice": choice}) is None


@pytest.mark.parametrize(
    "tools", [None, [], [SEARCH], ["visit"], [{"type": "function", "function": {}}]]
)
def test_what_is_demanded_must_be_offered(tools: Any) -> None:
    with pytest.raises(Declined):
        demanded({"tools": tools, "tool_choice": "required"})


def test_a_function_without_parameters_takes_any_object() -> None:
    bare = {"type": "function", "function": {"name": "visit"}}
    found = demanded({"tools": [bare], "tool_choice": "required"})
    assert found == Function(name="visit", parameters={})
