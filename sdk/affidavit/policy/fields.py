"""The types that a policy's fields have, and the words for what does not fit.

Knows how one value is written: a date, a name, a comparison, one name or a list of
them. Which fields there are is `model`.
"""

import re
from datetime import date
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from affidavit.errors import SettingsInvalid
from affidavit.policy import comparison, hosts, ranges
from affidavit.policy.in_force import ModelKind
from affidavit.providers import PROVIDERS, Provider, Terms
from affidavit.purpose import checked

LONGEST_TEXT = 4_000
_RULE_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)


def wrong(message: str, remedy: str | None = None) -> PydanticCustomError:
    """An error in our own words; `diagnose` prints `remedy` as help."""
    # The message goes in as a value: a brace in it must not be read as a placeholder.
    context = {"message": message, "remedy": remedy}
    return PydanticCustomError("policy", "{message}", context)


def _purpose_name(name: str) -> str:
    try:
        return checked(name)
    except SettingsInvalid as error:
        raise wrong(str(error)) from error


def _rule_id(name: str) -> str:
    if _RULE_ID.fullmatch(name) is None or len(name) > 128:
        raise wrong(
            f"{name[:128]!r} cannot be an identifier",
            "Use small letters and digits, with single hyphens between them.",
        )
    return name


def _origin(name: str) -> str:
    """An origin in its one spelling (RFC 6454 §6.2), so that comparing is enough."""
    if not hosts.is_origin(name):
        raise wrong(
            f"{name[:128]!r} is not an origin",
            "Write scheme, host and a port other than the scheme's own, in small "
            "letters and without a path: https://gateway.example.com:8443.",
        )
    return name


def _host(pattern: str) -> str:
    """A host as calls have it: a pattern with a port or a path would match none."""
    host = hosts.host_within(pattern)
    if host is not None:
        raise wrong(
            f"{pattern[:128]!r} is more than a host: this would never match",
            f"Write the host alone: {host or 'api.openai.com'}. Where a port matters, "
            "ask `when: request.origin == …`.",
        )
    return pattern


def _trimmed(name: str) -> str:
    """Blanks around a name are never meant, and nobody sees them."""
    if name != name.strip():
        raise wrong(
            f"{name[:128]!r} has a blank at an end",
            "Take it out. In a pattern, one that is meant is written [ ].",
        )
    return name


def _key(name: str) -> str:
    """Printable ASCII: keys are sorted in the digest, and sorting differs beyond it."""
    if re.fullmatch(r"[!-~]{1,128}", name) is None:
        raise wrong(f"{name[:128]!r} cannot be a name here", "Use plain ASCII.")
    return name


def _day(value: object) -> object:
    """A date that is written as one: neither a number nor a time of day."""
    try:
        day = date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        day = None
    if day is not None and day.isoformat() == value:
        return day
    raise wrong(f"{value!r} is not a date", "Write it as in 2027-03-31.")


def _one_or_many(value: object) -> object:
    """One name stands for a list of one; strict validation wants a tuple."""
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


def _one_or_many_schema(item: dict[str, Any]) -> WithJsonSchema:
    many = {"type": "array", "items": item, "minItems": 1}
    return WithJsonSchema({"anyOf": [item, many]})


def _score(text: str) -> str:
    test = _comparison(text)
    if not (0 <= test.bound <= 1 and ranges.reached(test.operator, test.bound)):
        raise wrong(
            f"{text!r} can never be crossed",
            "Scores run from 0 to 1, with three decimals.",
        )
    return str(test)


def _comparison(text: str) -> comparison.Comparison:
    try:
        return comparison.parse(text)
    except ValueError as error:
        remedy = 'Write an operator and a number, as in ">= 0.8".'
        raise wrong(str(error), remedy) from error


def _parameter(value: object) -> object:
    """A boolean, a whole number, text, or a comparison in its one spelling."""
    if isinstance(value, str):
        if comparison.looks_like(value):
            return str(_comparison(value))
        return _trimmed(value)
    if isinstance(value, bool | int):
        return value
    raise wrong(
        "a parameter is compared with text, a whole number or true/false",
        'For a fraction write a comparison, as in "== 0.7".',
    )


def _final(value: object) -> object:
    if value is True:
        return True
    names = value if isinstance(value, list) else ()
    if names and all(isinstance(name, str) for name in names):
        return tuple(names)
    raise wrong(
        "`final` is true or a list of fields",
        "Write `final: true`, or the fields: [models, expires].",
    )


def _said_final(value: bool | tuple[str, ...]) -> bool | list[str]:  # noqa: FBT001 - the field's value
    return list(value) if isinstance(value, tuple) else value


Text: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_TEXT)
]
Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Trimmed: TypeAlias = Annotated[Name, AfterValidator(_trimmed)]
RuleId: TypeAlias = Annotated[
    str,
    AfterValidator(_rule_id),
    Field(json_schema_extra={"pattern": _RULE_ID.pattern}),
]
Key: TypeAlias = Annotated[str, AfterValidator(_key)]
Origins: TypeAlias = Annotated[
    tuple[
        Annotated[
            str,
            AfterValidator(_origin),
            Field(json_schema_extra={"format": "uri"}),
        ],
        ...,
    ],
    Field(min_length=1),
]
PurposeName: TypeAlias = Annotated[str, AfterValidator(_purpose_name)]
Names: TypeAlias = Annotated[tuple[Trimmed, ...], Field(min_length=1)]
OneOrMany: TypeAlias = Annotated[
    tuple[Trimmed, ...],
    BeforeValidator(_one_or_many),
    Field(min_length=1),
    _one_or_many_schema({"type": "string", "minLength": 1}),
]
Hosts: TypeAlias = Annotated[
    tuple[Annotated[Trimmed, AfterValidator(_host)], ...],
    BeforeValidator(_one_or_many),
    Field(min_length=1),
    _one_or_many_schema({"type": "string", "minLength": 1}),
]
Kinds: TypeAlias = Annotated[
    # Not strict, because behind a validator an enum's value is no longer JSON's.
    tuple[Annotated[ModelKind, Field(strict=False)], ...],
    BeforeValidator(_one_or_many),
    Field(min_length=1),
    _one_or_many_schema({"enum": [kind.value for kind in ModelKind]}),
]
Providers: TypeAlias = Annotated[
    tuple[Provider, ...],
    BeforeValidator(_one_or_many),
    Field(min_length=1),
    _one_or_many_schema({"enum": list(PROVIDERS)}),
]
PackTerms: TypeAlias = Literal[Terms, "any"]
Day: TypeAlias = Annotated[
    date,
    PlainValidator(_day),
    PlainSerializer(date.isoformat, return_type=str),
    WithJsonSchema({"type": "string", "format": "date"}),
]
ScoreTest: TypeAlias = Annotated[
    str,
    AfterValidator(_score),
    WithJsonSchema({"type": "string", "pattern": "^(>=|>|<=|<|==) *[0-9.]+$"}),
]
ParameterTest: TypeAlias = Annotated[
    Any,
    PlainValidator(_parameter),
    WithJsonSchema({"type": ["string", "integer", "boolean"]}),
]
FinalFields: TypeAlias = Annotated[
    bool | tuple[str, ...],
    PlainValidator(_final),
    PlainSerializer(_said_final),
    WithJsonSchema(
        {
            "anyOf": [
                {"const": True},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ]
        }
    ),
]
Presence: TypeAlias = Literal["present", "absent"]
