"""Reading a request's body: what is missing or of the wrong kind is a 400.

Knows JSON, forms and the names of parameters; what one means is each endpoint's matter.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from affidavit.testing.sandbox.http import Declined, Part, ReceivedRequest


def json_object(request: ReceivedRequest) -> Mapping[str, Any]:
    """The body as a JSON object, else `Declined` with 400."""
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise Declined(
            400,
            f"The body is not JSON ({error}). Send a JSON object as UTF-8.",
            code="invalid_json",
        ) from error
    if not isinstance(body, dict):
        raise Declined(400, "The body is JSON but not an object.", code="invalid_json")
    return body


def declined_parameter(param: str, wanted: str) -> Declined:
    """The refusal of one parameter; `wanted` says what it has to be."""
    return Declined(
        400,
        f"Parameter '{param}' must be {wanted}.",
        code="invalid_value",
        param=param,
    )


def model_named(body: Mapping[str, Any], deployment: str | None) -> str:
    """The model that a call asks for; on Azure the deployment may stand for it."""
    model = body.get("model", deployment)
    if not isinstance(model, str) or not model:
        raise declined_parameter("model", "the name of a model, and is required")
    return model


def whole_number(
    body: Mapping[str, Any], param: str, *, low: int = 1, high: int = 10_000_000
) -> int | None:
    """An integer from `low` to `high`; None when absent or null."""
    value = body.get(param)
    if value is None:
        return None
    if (
        isinstance(value, bool)
        or not isinstance(value, int)
        or not low <= value <= high
    ):
        raise declined_parameter(param, f"a whole number from {low} to {high}")
    return value


def flag(body: Mapping[str, Any], param: str) -> bool:
    """A boolean; false when absent or null."""
    value = body.get(param)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise declined_parameter(param, "true or false")
    return value


def nested(body: Mapping[str, Any], param: str) -> Mapping[str, Any]:
    """An object; empty when absent or null."""
    value = body.get(param)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise declined_parameter(param, "an object")
    return value


def objects(value: object, param: str) -> Sequence[Mapping[str, Any]]:
    """A list with at least one object and nothing else."""
    if not isinstance(value, list) or not value:
        raise declined_parameter(param, "a list that is not empty, and is required")
    if not all(isinstance(item, dict) for item in value):
        raise declined_parameter(param, "a list of objects")
    return value


def field_text(request: ReceivedRequest, name: str) -> str | None:
    """What a form says in the field `name`; None when it has no such field."""
    for part in request.parts:
        if part.name == name and part.filename is None:
            return part.blob.read().decode(errors="replace")
    return None


def file_part(request: ReceivedRequest, name: str) -> Part:
    """The file that a form brings as `name`, else `Declined`."""
    for part in request.parts:
        if part.name == name and part.filename is not None:
            return part
    raise declined_parameter(name, "a file, and is required. Send multipart/form-data")


def text_of(content: object) -> str:
    """The text in a message's content: a string, or the `text` of its parts."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    texts = (part.get("text") for part in content if isinstance(part, dict))
    return "\n".join(text for text in texts if isinstance(text, str))


def last_question(messages: Sequence[Mapping[str, Any]]) -> str:
    """The text of the last message that a user speaks; else of the last message."""
    spoken = [message for message in messages if message.get("role") == "user"]
    return text_of((spoken or messages)[-1].get("content"))
