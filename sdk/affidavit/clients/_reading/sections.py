"""The rarer sections of a request's body: threads, sessions, agents, evals, media.

Knows which key holds what, of every endpoint that has a model work; how texts are
collected is `_bodies`. A key means the same wherever it stands, so that an endpoint
which nobody knows is read as far as it resembles the others.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from affidavit.calls import JsonObject
from affidavit.clients._reading.shapes import ARRAY, OBJECT, inside, items, strings

if TYPE_CHECKING:  # it stands on this module
    from affidavit.clients._reading.bodies import Reading

_Readers: TypeAlias = Mapping[str, "Callable[[Reading, Any], None]"]


def ahead(reading: "Reading", body: JsonObject) -> None:
    """What stands before the conversation: tools, forms, further instructions."""
    _read(_AHEAD, reading, body)


def behind(reading: "Reading", body: JsonObject) -> None:
    """All else, in the body's own order; what it only refers to is counted."""
    _read(_BEHIND, reading, body)
    if "content" in body:  # a thread's message is the body itself
        reading.item(body, "user")
    if body.get("assistant_id") and not body.get("thread"):
        reading.miss("history")  # the run's thread is with the provider


def _read(readers: _Readers, reading: "Reading", body: JsonObject) -> None:
    for key, value in body.items():
        read = readers.get(key)
        if read is not None and value:
            read(reading, value)


def _system(reading: "Reading", value: object) -> None:
    reading.say("system", value)


def _tools(reading: "Reading", value: object) -> None:
    reading.tools(value)


def _form(reading: "Reading", value: object) -> None:
    reading.tools([value])


def _text(reading: "Reading", value: object) -> None:
    reading.tools([inside(value, "format")])


def _source_config(reading: "Reading", value: object) -> None:
    reading.tools([{"schema": inside(value, "item_schema")}])


def _prediction(reading: "Reading", value: object) -> None:
    reading.content(inside(value, "content"), "assistant")


def _input(reading: "Reading", value: object) -> None:
    reading.input(value)


def _body(reading: "Reading", value: object) -> None:
    reading.body(value)


def _prompt(reading: "Reading", value: object) -> None:
    """A prompt that the provider keeps, and what the caller puts into it."""
    if isinstance(value, OBJECT):
        reading.miss("prompts")
        variables = value.get("variables")
        if isinstance(variables, OBJECT):
            reading.content(list(variables.values()), "input")


def _messages(reading: "Reading", value: object) -> None:
    for message in items(value):
        reading.item(message, "user")
        _attachments(reading, message.get("attachments"))


def _thread(reading: "Reading", value: object) -> None:
    _messages(reading, inside(value, "messages"))
    _resources(reading, inside(value, "tool_resources"))


def _attachments(reading: "Reading", value: object) -> None:
    for _ in items(value):
        reading.miss("files")


def _resources(reading: "Reading", value: object) -> None:
    for resource in value.values() if isinstance(value, OBJECT) else ():
        for _ in strings(inside(resource, "file_ids")):
            reading.miss("files")


def _outputs(reading: "Reading", value: object) -> None:
    for output in items(value):
        reading.content(output.get("output"), "tool")


def _events(reading: "Reading", value: object) -> None:
    """What a user, a tool or an approver tells a running agent."""
    reading.body(value)
    for event in items(value):
        reading.content(event.get("output"), "tool")
        reading.say("tool", event.get("error"))


def _images(reading: "Reading", value: object) -> None:
    _media(reading, "images", value)


def _video(reading: "Reading", value: object) -> None:
    _media(reading, "videos", value)


def _media(reading: "Reading", kind: str, value: object) -> None:
    """Media that are named by address or identifier, beside those in a form."""
    for each in value if isinstance(value, ARRAY) else (value,):
        if isinstance(each, str) or any(inside(each, key) for key in _ADDRESSES):
            reading.miss(kind)


def _history(reading: "Reading", _value: object) -> None:
    reading.miss("history")


def _stored(reading: "Reading", _value: object) -> None:
    reading.miss("prompts")


def _questions(reading: "Reading", value: object) -> None:
    for question in items(value):
        reading.content(question.get("instructions"), "user")
        reading.within("user", [question.get("choices"), question.get("levels")])


def _triggers(reading: "Reading", value: object) -> None:
    for trigger in items(value):
        _questions(reading, inside(trigger, "decisions", "questions"))


def _delegation(reading: "Reading", value: object) -> None:
    reading.body(inside(value, "responses"))
    reading.body(inside(value, "decisions"))


def _audio(reading: "Reading", value: object) -> None:
    reading.body(inside(value, "input", "transcription"))


def _workflow(reading: "Reading", value: object) -> None:
    reading.miss("prompts")
    _data(reading, inside(value, "state_variables"))


def _grader(reading: "Reading", value: object) -> None:
    """A model that judges, or code; `graders` hold several, by name or in a list."""
    waiting = [value]
    while waiting:
        grader = waiting.pop()
        reading.input(inside(grader, "input"))
        for key in ("reference", "source"):
            reading.say("input", inside(grader, key))
        more = inside(grader, "graders")
        below = more.values() if isinstance(more, OBJECT) else items(more)
        waiting.extend(reversed([each for each in below if isinstance(each, OBJECT)]))


def _criteria(reading: "Reading", value: object) -> None:
    for criterion in items(value):
        _grader(reading, criterion)


def _method(reading: "Reading", value: object) -> None:
    _grader(reading, inside(value, "reinforcement", "grader"))


def _data_source(reading: "Reading", value: object) -> None:
    """An eval's run: how a model is asked, and the rows that it is asked about."""
    reading.body(inside(value, "sampling_params"))
    for message in items(inside(value, "input_messages", "template")):
        reading.item(message, "input")
    source = inside(value, "source")
    for row in items(inside(source, "content")):
        _data(reading, row)
    kind = inside(source, "type")
    if isinstance(kind, str) and kind in _SOURCES:
        reading.miss(_SOURCES[kind])


def _data(reading: "Reading", value: object) -> None:
    """A row of a caller's own, whatever its shape."""
    reading.say("input", "\n".join(strings(value)))


_SOURCES = {"file_id": "files", "responses": "history", "stored_completions": "history"}

_AHEAD: _Readers = {
    "additional_instructions": _system,
    "data_source_config": _source_config,
    "functions": _tools,
    "prediction": _prediction,
    "response_format": _form,
    "text": _text,
    "tools": _tools,
}
_BEHIND: _Readers = {
    "additional_messages": _messages,
    "agent": _body,
    "agent_id": _stored,
    "assistant_id": _stored,
    "attachments": _attachments,
    "audio": _audio,
    "conversation": _history,
    "data_source": _data_source,
    "delegation": _delegation,
    "events": _events,
    "grader": _grader,
    "image": _images,
    "images": _images,
    "input_audio_transcription": _body,
    "input_reference": _images,
    "item": _data,
    "items": _input,
    "keywords": _input,
    "mask": _images,
    "method": _method,
    "model_sample": _data,
    "previous_response_id": _history,
    "prompt": _prompt,
    "query": _input,
    "questions": _questions,
    "session": _body,
    "session_id": _history,
    "suffix": _input,
    "target": _body,
    "testing_criteria": _criteria,
    "thread": _thread,
    "tool_outputs": _outputs,
    "tool_resources": _resources,
    "triggers": _triggers,
    "video": _video,
    "workflow": _workflow,
}
_ADDRESSES = ("image_url", "file_id", "id")

KEYS = frozenset({*_AHEAD, *_BEHIND, "content"})
"""A body without any of these has none of these sections."""
