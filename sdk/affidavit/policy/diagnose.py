"""Validation errors as diagnostics: where it stands, what is wrong, what was meant.

Knows the words for pydantic's errors and the way from an error's location to a line.
Knows nothing of what fields mean.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias, TypeVar, get_args, get_origin

import orjson
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from affidavit.policy.nearest import shown
from affidavit.policy.report import Code, Place, Report
from affidavit.policy.source import Node, place_of, plain

Location: TypeAlias = tuple[int | str, ...]
Model = TypeVar("Model", bound=BaseModel)

MOST = 1_000
"""Errors of one file that are shown: nobody reads more, and each costs time."""
_ONE_OF_THESE = "Write one of these."
_WORDS = {
    "string_type": "must be text",
    "string_too_short": "must not be empty",
    "string_too_long": "is too long",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping",
    "model_type": "must be a mapping",
    "bool_type": "must be true or false",
    "too_short": "must not be empty",
}


def validated(model: type[Model], root: Node, report: Report) -> Model | None:
    """`root` as a `model`, or None with its errors, at most `MOST`, in the report."""
    # As JSON, because strict validation reads a list as a tuple only from there.
    text = orjson.dumps(plain(root))
    try:
        return model.model_validate_json(text)
    except ValidationError as error:
        details = list(_without_echoes(error.errors(include_url=False)))
        for detail in details[:MOST]:
            _report(model, root, detail, report)
        if len(details) > MOST:
            message = f"{len(details) - MOST} more errors are not shown"
            report.error(Code.WRONG_VALUE, root.place, message)
        return None


def _without_echoes(details: list[ErrorDetails]) -> Iterator[ErrorDetails]:
    """Drop "list is empty" where it only repeats that an item is wrong."""
    above = {
        detail["loc"][:end] for detail in details for end in range(len(detail["loc"]))
    }
    for detail in details:
        if detail["type"] != "too_short" or detail["loc"] not in above:
            yield detail


def _report(
    model: type[BaseModel], root: Node, detail: ErrorDetails, report: Report
) -> None:
    location = detail["loc"]
    match detail["type"]:
        case "extra_forbidden":
            place = place_of(root, location, key=True)
            fields = _fields(_model_at(model, location[:-1]))
            _unknown_field(str(location[-1]), fields, place, report)
        case "missing":
            message = f"`{location[-1]}` is missing{_inside(location[:-1])}"
            place = place_of(root, location[:-1])
            report.error(Code.MISSING_FIELD, place, message)
        case _:
            at_key = location[-1:] == ("[key]",)
            place = place_of(root, location[:-1] if at_key else location, key=at_key)
            message, remedy = _wrong_value(detail, report)
            report.error(Code.WRONG_VALUE, place, message, remedy=remedy)


def _unknown_field(
    name: str, fields: Iterable[str], place: Place, report: Report
) -> None:
    fields = list(fields)
    remedy = report.suggestion(name, fields) or f"Known here: {', '.join(fields)}."
    report.error(
        Code.UNKNOWN_FIELD, place, f"unknown field {shown(name)}", remedy=remedy
    )


def _wrong_value(detail: ErrorDetails, report: Report) -> tuple[str, str | None]:
    name, value, context = _name(detail["loc"]), detail["input"], detail.get("ctx", {})
    match detail["type"]:
        case "policy":
            return context["message"], context["remedy"]
        case "enum" | "literal_error":
            allowed = re.findall(r"'([^']*)'", context["expected"])
            message = f"`{name}` is {shown(value)}, not one of: {', '.join(allowed)}"
            return message, report.suggestion(str(value), allowed) or _ONE_OF_THESE
        case kind:
            words = _WORDS.get(kind, f"cannot be used: {detail['msg']}")
            return f"`{name}` {words}", _type_remedy(kind, value)


def _type_remedy(kind: str, value: object) -> str | None:
    match kind, value:
        case "string_type", bool() | int() | float():
            return "Put it in quotes."
        case "bool_type", str():
            return "Write true or false: in YAML 1.2 `yes`, `no` and `on` are text."
        case "tuple_type", str():
            return f"Write [{value[:80]}]."
        case _:
            return None


def _name(location: Location) -> str:
    """The last step that is a field's name, with the index that follows it."""
    if not location:
        return "the file"
    last = location[-1]
    if isinstance(last, int):
        return f"{_name(location[:-1])}[{last}]"
    return last


def _inside(location: Location) -> str:
    return f" in {shown(_name(location))}" if location else ""


def _model_at(model: type[BaseModel], location: Location) -> type[BaseModel]:
    """The model that describes the mapping at `location` of a `model`."""
    steps = iter(location)
    for step in steps:
        field = _fields(model).get(str(step))
        if field is None:
            continue
        parts = list(_parts(field.annotation))
        if any(get_origin(part) is dict for part in parts):
            next(steps, None)  # the key that the author chose, which is no field
        nested = (p for p in parts if isinstance(p, type) and issubclass(p, BaseModel))
        model = next(nested, model)
    return model


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    """The model's fields by the names that a file uses."""
    fields = model.model_fields.items()
    return {field.alias or name: field for name, field in fields}
