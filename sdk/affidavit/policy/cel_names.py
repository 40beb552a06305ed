"""The names that a `when:` expression may use: types, values, words.

Knows what each name reads from a call, its findings and its purpose. Every name is flat
(`request.parameters.n` is one), so that a typo or a comparison with the wrong type is
found when a policy is checked. Knows no CEL library; how an expression is compiled and
run is `cel`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from operator import attrgetter
from types import MappingProxyType
from typing import TypeAlias

from affidavit.calls import Call
from affidavit.findings import Kind
from affidavit.policy import comparison
from affidavit.policy.in_force import Facts, ModelKind, Purpose
from affidavit.policy.nearest import shown

LONGEST_VALUE = 512
"""Characters of a value that an expression may see; a longer one has no answer."""
MOST_VALUES = 32
"""Entries of a list that an expression may see; a longer list has no answer."""


class Type(Enum):
    """What a name holds, in CEL's words."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    ANY = "dyn"
    STRINGS = "list(string)"
    TIMESTAMP = "timestamp"


Value: TypeAlias = bool | int | float | str | list[str] | datetime | None
Read: TypeAlias = Callable[[Facts], Value]


class Unreadable(Exception):
    """The call shows something that no expression may be asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """One name: its type, how it is read, and what it means."""

    type: Type
    read: Read
    """The value; raises `Unreadable` where the call's own cannot be compared."""
    words: str
    nullable: bool = False
    """Whether it is `null` where the call or the policy does not say."""
    of_purpose: bool = False
    """Whether the declared purpose alone decides it."""
    of_findings: bool = False
    """Whether findings alone decide it."""
    folded: bool = False
    """Whether its text is always in small letters, as patterns ignore case."""
    private: bool = False
    """Whether evidence says only that it is there."""

    def shows(self, facts: Facts) -> str:
        """The value in words that may be recorded."""
        try:
            value = self.read(facts)
        except Unreadable:
            return "not readable"
        if self.private:
            return "present" if value else "absent"
        match value:
            case None:
                return "null"
            case bool():
                return str(value).lower()
            case str():
                return shown(value)
            case list():
                return f"[{', '.join(map(shown, value[:8]))}]"
            case datetime():
                return value.date().isoformat()
            case _:
                return str(value)


def text(value: str | None) -> str:
    """Text as CEL reads it, without changing it on the way; absent text is empty.

    A NUL would end it early and a lone surrogate has no bytes: neither is compared.
    """
    if value is None:
        return ""
    if len(value) > LONGEST_VALUE or "\0" in value:
        raise Unreadable
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise Unreadable from error
    return value


def _texts(values: set[str] | frozenset[str]) -> list[str]:
    """In an order that is the same in every process."""
    if len(values) > MOST_VALUES:
        raise Unreadable
    return sorted(map(text, values))


def _of_call(field: str, words: str, *, folded: bool, private: bool = False) -> Name:
    get: Callable[[Call], str | None] = attrgetter(field)

    def read(facts: Facts) -> str:
        value = text(get(facts.call))
        return value.lower() if folded else value

    return Name(
        type=Type.STRING, read=read, words=words, folded=folded, private=private
    )


def _of_purpose(
    kind: Type, read: Callable[[Purpose], Value], absent: Value, words: str
) -> Name:
    return Name(
        type=kind,
        read=lambda facts: absent if facts.purpose is None else read(facts.purpose),
        words=words,
        of_purpose=True,
    )


def _declared(field: str, key: str, kind: Type, absent: Value, words: str) -> Name:
    """A key of `trains_model` or `evaluates_model`; `absent` where there is none."""
    get_field, get_key = attrgetter(field), attrgetter(key)

    def read(facts: Facts) -> Value:
        declared = None if facts.purpose is None else get_field(facts.purpose)
        if declared is None:
            return absent
        value: Value | ModelKind = get_key(declared)
        return value.value if isinstance(value, ModelKind) else value

    nullable = key == "competing" and field == "trains_model"
    return Name(type=kind, read=read, words=words, of_purpose=True, nullable=nullable)


def _declares(field: str, words: str) -> Name:
    get = attrgetter(field)
    return _of_purpose(
        Type.BOOL, lambda p: get(p) is not None, absent=False, words=words
    )


def _score(kind: str) -> Name:
    def read(facts: Facts) -> float:
        highest = 0.0
        for finding in facts.findings:
            if finding.kind == kind:
                score = comparison.number(finding.score)
                if score is None:
                    raise Unreadable
                highest = max(highest, float(score))
        return highest

    words = f"highest score of a finding `{kind}`; 0.0 without one"
    return Name(type=Type.DOUBLE, read=read, words=words, of_findings=True)


def _parameter(name: str, kind: Type) -> Name:
    convert = _CONVERT.get(kind, _as_is)

    def read(facts: Facts) -> Value:
        value = facts.call.parameters.get(name)
        return None if value is None else convert(value)

    return Name(
        type=kind, read=read, nullable=True, words="null where the call has none"
    )


def _as_is(value: bool | int | str) -> Value:  # noqa: FBT001 - a parameter's own value
    return text(value) if isinstance(value, str) else value


def _as_text(value: bool | int | str) -> Value:  # noqa: FBT001
    if not isinstance(value, str):
        raise Unreadable
    return text(value)


def _as_bool(value: bool | int | str) -> Value:  # noqa: FBT001
    if not isinstance(value, bool):
        raise Unreadable
    return value


def _as_int(value: bool | int | str) -> Value:  # noqa: FBT001
    number = comparison.number(value)
    if number is None or not float(number).is_integer() or abs(number) >= 1 << 63:
        raise Unreadable
    return int(number)


def _as_double(value: bool | int | str) -> Value:  # noqa: FBT001
    number = comparison.number(value)
    if number is None:
        raise Unreadable
    return float(number)


_CONVERT: Mapping[Type, Callable[[bool | int | str], Value]] = {
    Type.STRING: _as_text,
    Type.BOOL: _as_bool,
    Type.INT: _as_int,
    Type.DOUBLE: _as_double,
}

PARAMETERS: Mapping[Type, str] = {
    Type.BOOL: """background echo logit_bias parallel_tool_calls prediction preset
        rewrite_query store stream web_search_options""",
    Type.INT: """best_of dimensions expires_after frame_count max_completion_tokens
        max_num_results max_output_tokens max_prompt_tokens max_tokens max_tool_calls
        models n output_expires_after partial_images plugins seed tools top_k
        top_logprobs""",
    Type.DOUBLE: """frequency_penalty presence_penalty seconds speed temperature
        top_p""",
    Type.STRING: """completion_window encoding_format endpoint event file_purpose
        input_fidelity input_file_id language method modalities moderation
        output_format quality reasoning_effort response_format service_tier size
        stream_format style tool_choice training_file truncation validation_file
        verbosity voice""",
    # A number in one API and a word or a truth value in another.
    Type.ANY: """batch_size learning_rate_multiplier logprobs
        max_response_output_tokens n_epochs""",
}


def _day(facts: Facts) -> datetime:
    day: date | None = facts.day
    if day is None:
        raise Unreadable
    return datetime.combine(day, time.min, UTC)


def _call_names() -> dict[str, Name]:
    folded = {
        "model": "the model, in small letters; empty where the call names none",
        "endpoint": "the endpoint, in small letters",
        "provider": "who answers at the host",
        "host": "the host",
        "origin": "`scheme://host[:port]`",
    }
    private = {
        "subject": "on whose behalf (`user`), or empty",
        "safety_id": "the `safety_identifier`, or empty",
    }
    names = {key: _of_call(key, words, folded=True) for key, words in folded.items()}
    for key, words in private.items():
        names[key] = _of_call(key, words, folded=False, private=True)
    words = "the provider's project that is billed, or empty"
    names["project"] = _of_call("project", words, folded=False)
    words = "the call's day at midnight, UTC"
    names["day"] = Name(type=Type.TIMESTAMP, read=_day, words=words)
    return {f"request.{key}": name for key, name in names.items()}


def _parameter_names() -> dict[str, Name]:
    return {
        f"request.parameters.{name}": _parameter(name, kind)
        for kind, listed in PARAMETERS.items()
        for name in listed.split()
    }


def _finding_names() -> dict[str, Name]:
    names = {f"finding.{kind.value}": _score(kind.value) for kind in Kind}
    names["activities"] = Name(
        type=Type.STRINGS,
        read=lambda facts: _texts({each.activity for each in facts.findings}),
        words="the activities that findings report",
        of_findings=True,
    )
    return names


def _purpose_names() -> dict[str, Name]:
    trains, evaluates = "trains_model", "evaluates_model"
    names = {
        "name": _of_purpose(Type.STRING, lambda p: p.name, "", "the declared purpose"),
        "owner": _of_purpose(
            Type.STRING, lambda p: text(p.owner), "", "who answers for it, or empty"
        ),
        "data": _of_purpose(
            Type.STRINGS, lambda p: _texts(p.data), [], "the kinds of data it sends"
        ),
        f"{trains}.declared": _declares(trains, "whether it trains a model"),
        f"{trains}.kind": _declared(
            trains, "kind", Type.STRING, "", "what the model is for; empty without one"
        ),
        f"{trains}.distributed": _declared(
            trains,
            "distributed",
            Type.BOOL,
            absent=False,
            words="whether third parties get it",
        ),
        f"{trains}.competing": _declared(
            trains,
            "competing",
            Type.BOOL,
            absent=False,
            words="null where the purpose does not say",
        ),
        f"{trains}.within_provider": _declared(
            trains,
            "within_provider",
            Type.BOOL,
            absent=False,
            words="whether it is customised at the provider",
        ),
        f"{evaluates}.declared": _declares(evaluates, "whether it evaluates a model"),
        f"{evaluates}.competing": _declared(
            evaluates,
            "competing",
            Type.BOOL,
            absent=False,
            words="whether that model competes",
        ),
    }
    return {f"purpose.{key}": name for key, name in names.items()}


NAMES: Mapping[str, Name] = MappingProxyType(
    _call_names() | _parameter_names() | _finding_names() | _purpose_names()
)
"""Every name that an expression may use."""
