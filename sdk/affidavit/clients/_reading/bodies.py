"""What a request's body says: its texts, and the parts that nobody reads.

Knows messages, items and their parts as the provider documents them; the rarer sections
of a body are `_sections`. It reads leniently: an unknown shape yields no text and
raises nothing, because the policy, not this module, decides what may be left unread.
"""

from collections.abc import Mapping
from typing import Any

from affidavit.calls import JsonObject, Text
from affidavit.clients._reading import sections as _sections
from affidavit.clients._reading import tools as _tools
from affidavit.clients._reading.shapes import ARRAY, OBJECT, inside, items, strings

_UNREAD = {
    "image_url": "images",
    "image_file": "images",
    "input_image": "images",
    "image_generation_call": "images",
    "computer_call_output": "images",
    "input_audio": "audio",
    "audio": "audio",
    "file": "files",
    "input_file": "files",
    "item_reference": "references",
    "compaction": "history",
}

_DEEPEST = 4
"""Bodies within bodies that are read: a delegation in a session, and room to spare."""


class Reading:
    """The texts of one body, in the order of sending, and what is unread.

    What stands before a conversation comes first: instructions, tools, the form of the
    answer.
    """

    __slots__ = ("_depth", "_room", "texts", "unread")

    def __init__(self, body: JsonObject) -> None:
        self.texts: list[Text] = []
        self.unread: dict[str, int] = {}
        self._room = _tools.MOST
        self._depth = _DEEPEST
        self._read(body)

    def _read(self, body: JsonObject) -> None:
        # Asked once: the usual call has none of these, and should not pay for them.
        more = not _sections.KEYS.isdisjoint(body)
        instructions = body.get("instructions")
        if isinstance(instructions, str):
            self.say("system", instructions)
        if more:
            _sections.ahead(self, body)
        for message in items(body.get("messages")):
            self.item(message, "user")
        for key in ("input", "prompt"):
            if key in body:
                self.input(body[key])
        if more:
            _sections.behind(self, body)

    def say(self, role: str, value: object) -> None:
        """`role` says `value`; nothing, where that is no text."""
        if value and isinstance(value, str):
            self.texts.append(Text(role=role, value=value))

    def miss(self, kind: str) -> None:
        """Count a part that nobody reads."""
        self.unread[kind] = self.unread.get(kind, 0) + 1

    def body(self, value: object) -> None:
        """A body within the body, or several: a session, an agent."""
        bodies = [value] if isinstance(value, OBJECT) else items(value)
        for body in bodies:
            if not self._depth:
                self.miss("nested")
                continue
            self._depth -= 1
            self._read(body)
            self._depth += 1

    def input(self, value: object) -> None:
        """What a model is given without a role: one text, tokens, or a list."""
        match value:
            case str():
                self.say("input", value)
            case [int(), *_]:
                self.miss("tokens")
            case list() | tuple():
                for item in value:
                    self._input_item(item)
            case _:
                pass

    def _input_item(self, item: object) -> None:
        match item:
            case str():
                self.say("input", item)
            case Mapping():
                self.item(item, "input")
            case list() | tuple():
                self.miss("tokens")  # text that only a tokenizer can read
            case _:
                pass

    def item(self, item: Mapping[str, Any], otherwise: str) -> None:
        """A chat message or a responses item; `otherwise` speaks if it names nobody."""
        role = item.get("role")
        if not isinstance(role, str):
            role = _ROLES.get(str(item.get("type")), otherwise)
        content = item.get("content")
        if isinstance(content, str):
            self.say(role, content)
        elif content:
            self.content(content, role)
        if role == "assistant" or "type" in item:
            self._rest(item, role)

    def content(self, content: object, role: str) -> None:
        """Parts of a message: one, or a list."""
        for part in content if isinstance(content, ARRAY) else (content,):
            if isinstance(part, OBJECT):
                self._part(part, role)
            else:
                self.say(role, part)

    def within(self, role: str, value: object) -> None:
        """Whatever is said in `value`, as one text."""
        self.say(role, "\n".join(strings(value, but=_NOT_WORDS)))

    def tools(self, tools: object) -> None:
        """Definitions of tools, one text each, as long as there is room."""
        for tool in _tools.definitions(tools):
            text, whole = _tools.described(tool, self._room)
            self._room -= len(text)
            self.say("tools", text)
            if not whole:
                self.miss("tools")

    def _rest(self, item: Mapping[str, Any], role: str) -> None:
        """What stands beside `content`: tool calls, their output, summaries, media."""
        for call in items(item.get("tool_calls")):
            self._arguments(call.get("function") or call.get("custom"), role)
        self._arguments(item.get("function_call"), role)
        self._arguments(item, role)
        kind = item.get("type")
        if kind in _BESIDE:
            self.within(role, [item.get(key) for key in _BESIDE[kind]])
        else:
            self.content(item.get("output"), role)
        self.content(item.get("summary"), role)
        if "tools" in item:
            self.tools(item["tools"])
        if "content" not in item or item.get("audio"):
            self._part(item, role)

    def _arguments(self, call: object, role: str) -> None:
        for key in ("arguments", "input"):
            self.say(role, inside(call, key))

    def _part(self, part: Mapping[str, Any], role: str) -> None:
        for key in ("text", "refusal"):
            self.say(role, part.get(key))
        if "data" in part:
            self.within(role, part["data"])
        kind = _UNREAD.get(str(part.get("type")))
        if kind is None and part.get("audio"):
            kind = "audio"
        if kind is not None:
            self.miss(kind)


_NOT_WORDS = frozenset(
    {"encrypted_content", "id", "image_url", "status", "type", "url"}
)

_BESIDE: Mapping[object, tuple[str, ...]] = {
    "apply_patch_call": ("operation",),
    "code_interpreter_call": ("code", "outputs"),
    "computer_call": ("action", "actions"),
    "file_search_call": ("queries", "results"),
    "local_shell_call": ("action",),
    "mcp_approval_response": ("reason",),
    "mcp_call": ("output", "error"),
    "program": ("code",),
    "program_output": ("result",),
    "shell_call": ("action",),
    "shell_call_output": ("output",),
    "tool_search_call": ("arguments",),
    "web_search_call": ("action",),
}
"""Where items of this type hold their words."""

_ROLES = {
    "apply_patch_call": "assistant",
    "code_interpreter_call": "assistant",
    "computer_call": "assistant",
    "custom_tool_call": "assistant",
    "file_search_call": "assistant",
    "function_call": "assistant",
    "local_shell_call": "assistant",
    "mcp_approval_request": "assistant",
    "mcp_call": "assistant",
    "program": "assistant",
    "reasoning": "assistant",
    "shell_call": "assistant",
    "tool_search_call": "assistant",
    "web_search_call": "assistant",
    "apply_patch_call_output": "tool",
    "custom_tool_call_output": "tool",
    "function_call_output": "tool",
    "local_shell_call_output": "tool",
    "program_output": "tool",
    "shell_call_output": "tool",
}
