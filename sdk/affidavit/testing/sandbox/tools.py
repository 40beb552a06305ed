"""Which of a caller's functions must be called, in both APIs' words.

Knows `tools` and `tool_choice`. A model that may choose answers in text, which it may
always do; one that is told to call a function calls it, with arguments that the
function's schema accepts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from affidavit.testing.sandbox.body import declined_parameter


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """A function that the caller offers."""

    name: str
    parameters: Mapping[str, Any]
    """JSON Schema of its arguments, an object."""


def demanded(body: Mapping[str, Any]) -> Function | None:
    """The function that `tool_choice` names, or the first one when any is `required`.

    None when nothing is demanded; `Declined` when what is demanded is not offered.
    """
    choice = body.get("tool_choice")
    if choice == "required":
        wanted = None
    elif isinstance(choice, dict) and choice.get("type") == "function":
        wanted = _described(choice).get("name")
    else:
        return None
    for tool in body.get("tools") or ():
        function = _function(tool)
        if function is not None and wanted in (None, function.name):
            return function
    raise declined_parameter("tool_choice", "a function that is among the tools")


def _described(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Chat completions nest what a function is; responses do not."""
    nested = value.get("function")
    return nested if isinstance(nested, dict) else value


def _function(tool: object) -> Function | None:
    if not isinstance(tool, dict) or tool.get("type") != "function":
        return None
    said = _described(tool)
    name, parameters = said.get("name"), said.get("parameters")
    if not isinstance(name, str):
        return None
    return Function(
        name=name, parameters=parameters if isinstance(parameters, dict) else {}
    )
