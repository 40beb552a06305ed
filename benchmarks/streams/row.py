"""One call of a made-up stream, as a line of a file and as a `Call`."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from texts import Pen

from affidavit.calls import Call, Text


class Row(NamedTuple):
    """What is asked, and what comes back."""

    messages: list[dict[str, str]]
    params: dict[str, Any]
    output: str

    @property
    def call(self) -> Call:
        """As the client would hand it over."""
        return Call(
            endpoint="chat.completions",
            provider="openai",
            host="api.openai.com",
            model="gpt-5",
            purpose="stream",
            parameters=self.params,
            texts=tuple(
                Text(role=each["role"], value=each["content"]) for each in self.messages
            ),
        )


Maker = Callable[[Pen], Iterator[Row]]
"""Calls without end, drawn from a pen."""


def ask(text: str, output: str, *, system: str = "", **params: Any) -> Row:
    """A call with one message, and perhaps a system prompt."""
    messages = [{"role": "system", "content": system}] if system else []
    return Row([*messages, {"role": "user", "content": text}], params, output)
