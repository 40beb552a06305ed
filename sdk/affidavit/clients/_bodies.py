"""What a request's body says: texts, parameters that matter, and parts nobody reads.

Knows the shapes of chat messages, responses items, prompts and embedding inputs as the
provider documents them. It reads leniently: an unknown shape yields no text and raises
nothing, because the policy, not this module, decides what may be left unread.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from affidavit.calls import JsonObject, Text

OBJECT = (dict, Mapping)
"""What counts as a JSON object. `isinstance` asks from the left, and most are dicts:
asking `Mapping` alone takes three times as long."""
_ARRAY = (list, tuple)

_PLAIN = {
    "n",
    "stream",
    "logprobs",
    "top_logprobs",
    "max_tokens",
    "max_completion_tokens",
    "max_output_tokens",
    "temperature",
    "top_p",
    "store",
    "background",
    "reasoning_effort",
    "service_tier",
    "tool_choice",
}
_LARGEST = 2**53 - 1  # of the integers that records hold (RFC 8785, I-JSON)

_UNREAD = {
    "image_url": "images",
    "input_image": "images",
    "image_generation_call": "images",
    "computer_call_output": "images",
    "input_audio": "audio",
    "audio": "audio",
    "file": "files",
    "input_file": "files",
    "item_reference": "references",
}
_REFERENCES = {
    "previous_response_id": "history",
    "conversation": "history",
    "prompt": "prompts",
}


def parameters(body: JsonObject) -> dict[str, int | str | bool]:
    """Parameters that rules ask for; fractions as strings, lists as their length."""
    found: dict[str, int | str | bool] = {}
    nested = False
    for name, value in body.items():
        if name in _PLAIN:
            _keep(found, name, value)
        elif name in _NESTED:
            nested = True
    if tools := body.get("tools"):
        found["tools"] = _count(tools)
    if nested:
        _keep_nested(found, body)
    return found


_NESTED = {"reasoning", "response_format", "text"}


def _keep_nested(found: dict[str, int | str | bool], body: JsonObject) -> None:
    effort = _inside(body.get("reasoning"), "effort")
    _keep(found, "reasoning_effort", effort)
    written = body.get("response_format") or _inside(body.get("text"), "format")
    _keep(found, "response_format", _inside(written, "type") or written)


def _keep(
    found: dict[str, int | str | bool],
    name: str,
    value: object,
) -> None:
    match value:
        case bool():
            found[name] = value
        case int():
            found[name] = int(value) if abs(value) <= _LARGEST else str(value)
        case str():
            found[name] = str(value)
        case float():
            found[name] = repr(value)
        case _:
            pass


def _inside(value: object, key: str) -> object:
    return value.get(key) if isinstance(value, OBJECT) else None


def _count(value: object) -> int:
    return len(value) if isinstance(value, Sequence | Mapping) else 1


class Reading:
    """The texts of one body, in the order of sending, and what is unread."""

    __slots__ = ("texts", "unread")

    def __init__(self, body: JsonObject) -> None:
        self.texts: list[Text] = []
        self.unread: dict[str, int] = {}
        instructions = body.get("instructions")
        if isinstance(instructions, str):
            self._say("system", instructions)
        for message in _items(body.get("messages")):
            self._read(message, "user")
        self._read_input(body)
        if not _REFERENCES.keys().isdisjoint(body):
            self._count_references(body)

    def _say(self, role: str, value: str) -> None:
        if value:
            self.texts.append(Text(role=role, value=value))

    def _miss(self, kind: str) -> None:
        self.unread[kind] = self.unread.get(kind, 0) + 1

    def _read_input(self, body: JsonObject) -> None:
        for key in ("input", "prompt"):
            if key in body:
                self._read_input_of(body[key])

    def _read_input_of(self, value: object) -> None:
        match value:
            case str():
                self._say("input", value)
            case [int(), *_]:
                self._miss("tokens")
            case list() | tuple():
                for item in value:
                    self._read_input_item(item)
            case _:
                pass

    def _read_input_item(self, item: object) -> None:
        match item:
            case str():
                self._say("input", item)
            case Mapping():
                self._read(item, "input")
            case list() | tuple():
                self._miss("tokens")  # text that only a tokenizer can read
            case _:
                pass

    def _count_references(self, body: JsonObject) -> None:
        for key, kind in _REFERENCES.items():
            value = body.get(key)
            if value and (key != "prompt" or isinstance(value, OBJECT)):
                self._miss(kind)

    def _read(self, item: Mapping[str, Any], otherwise: str) -> None:
        """A chat message or a responses item."""
        role = item.get("role")
        if not isinstance(role, str):
            role = _ROLES.get(str(item.get("type")), otherwise)
        content = item.get("content")
        if isinstance(content, str):
            self._say(role, content)
        else:
            for part in _items(content):
                self._read_part(part, role)
        if role == "assistant" or "type" in item:
            self._read_rest(item, role)

    def _read_rest(self, item: Mapping[str, Any], role: str) -> None:
        """What stands beside `content`: tool calls, their output, summaries, media."""
        for call in _items(item.get("tool_calls")):
            self._say_arguments(call.get("function") or call.get("custom"), role)
        self._say_arguments(item, role)
        output = item.get("output")
        if isinstance(output, str):
            self._say(role, output)
        for part in [*_items(output), *_items(item.get("summary"))]:
            self._read_part(part, role)
        if "content" not in item or item.get("audio"):
            self._read_part(item, role)

    def _say_arguments(self, call: object, role: str) -> None:
        for key in ("arguments", "input"):
            value = _inside(call, key)
            if isinstance(value, str):
                self._say(role, value)

    def _read_part(self, part: Mapping[str, Any], role: str) -> None:
        for key in ("text", "refusal"):
            value = part.get(key)
            if isinstance(value, str):
                self._say(role, value)
        kind = _UNREAD.get(str(part.get("type")))
        if kind is None and part.get("audio"):
            kind = "audio"
        if kind is not None:
            self._miss(kind)


_ROLES = {
    "function_call": "assistant",
    "custom_tool_call": "assistant",
    "mcp_call": "assistant",
    "reasoning": "assistant",
    "function_call_output": "tool",
    "custom_tool_call_output": "tool",
    "local_shell_call_output": "tool",
    "shell_call_output": "tool",
    "apply_patch_call_output": "tool",
}


def _items(value: object) -> Sequence[Mapping[str, Any]]:
    if not isinstance(value, _ARRAY):
        return ()
    return [item for item in value if isinstance(item, OBJECT)]
