"""Prompts in a file of JSON lines, as `affidavit detect` is given them.

Each line is an object with `text` or `messages`, and perhaps `id`, `params`, `output`
and `purpose`; fields of other names are let be. A line that is no such object is a
`PromptUnclear`, which names the line. The texts are read by the client's own reader, so
that a detector is shown what it is shown at run time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import click
import orjson

from affidavit.calls import Call
from affidavit.cli import described
from affidavit.cli.described import Description
from affidavit.errors import AffidavitError

ENDPOINT = "chat.completions"
_FORM = 'Write {"text": "…"} or {"messages": […]} on each line.'
_MARK = b"\xef\xbb\xbf"
"""What some programs write before UTF-8."""
_KINDS: Mapping[str, tuple[type, str]] = {
    "text": (str, "text"),
    "messages": (list, "a list of messages"),
    "params": (dict, "an object: the request's other fields"),
    "output": (str, "text: what the model answered"),
    "purpose": (str, "text"),
}


class PromptUnclear(AffidavitError):
    """A line, or the file, cannot be read; the message says where and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One line of a file: a call that was never made."""

    line: int
    """From 1."""
    id: str | int
    """The line's own, else its number."""
    call: Call
    output: str | None
    """What the model answered, where the line says so."""
    fields: Mapping[str, Any]
    """The line as it was read."""


def read(source: str) -> list[Prompt]:
    """Every line of the file `source`, or of standard input for `-`; empty ones are
    passed over.

    Raises `PromptUnclear` at the first line that cannot be read.
    """
    name = "standard input" if source == "-" else source
    try:
        with click.open_file(source, "rb") as file:
            return list(_prompts(file, name))
    except OSError as error:
        raise PromptUnclear(f"{name}: cannot be read ({error.strerror}).") from error


def _prompts(lines: Iterator[bytes], name: str) -> Iterator[Prompt]:
    for number, given in enumerate(lines, start=1):
        line = given.removeprefix(_MARK) if number == 1 else given
        if line.strip():
            yield parse(line, number, f"{name}:{number}")


def parse(line: bytes, number: int, place: str) -> Prompt:
    """One line; `PromptUnclear`, beginning with `place`, for what is none."""
    fields = _fields(line, place)
    if fields.get("text") is None and fields.get("messages") is None:
        raise PromptUnclear(f"{place}: has neither text nor messages. {_FORM}")
    try:
        call = _call(fields)
    except (AffidavitError, TypeError, ValueError) as error:
        raise PromptUnclear(f"{place}: {error}") from error
    named = fields.get("id")
    return Prompt(
        line=number,
        id=named if isinstance(named, str | int) else number,
        call=call,
        output=fields.get("output"),
        fields=fields,
    )


def _fields(line: bytes, place: str) -> dict[str, Any]:
    try:
        fields = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise PromptUnclear(f"{place}: not JSON: {error}. {_FORM}") from error
    if not isinstance(fields, dict):
        raise PromptUnclear(f"{place}: not an object. {_FORM}")
    for key, (kind, wanted) in _KINDS.items():
        value = fields.get(key)
        if value is not None and not isinstance(value, kind):
            raise PromptUnclear(f"{place}: {key!r} must be {wanted}.")
    for message in fields.get("messages") or ():
        if not isinstance(message, dict):
            raise PromptUnclear(
                f"{place}: each of 'messages' must be an object with role and content."
            )
    return fields


def _call(fields: Mapping[str, Any]) -> Call:
    params = fields.get("params") or {}
    messages = fields.get("messages") or []
    endpoint = params.get("endpoint")
    description = Description(
        purpose=fields.get("purpose"),
        endpoint=endpoint if isinstance(endpoint, str) else ENDPOINT,
        text=fields.get("text"),
        body={**params, "messages": messages},
    )
    return described.call(description, {})
