"""The schema of budgets, prices and obligations: every field, its type and its words.

Knows one part of a file at a time. What they do to a call is `budgets` and
`obligations`; `model` says where in a policy they stand.
"""

from collections.abc import Callable
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    PlainValidator,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from affidavit.policy import amounts
from affidavit.policy.amounts import Unit
from affidavit.policy.fields import Names, OneOrMany, wrong
from affidavit.policy.part import Part

UNITS = tuple(unit.value for unit in Unit)
_AMOUNT = r"[0-9]+(\.[0-9]+)?[kMG]?/(minute|hour|day|week|month)"
_TAGS = 16
_PRICE = r"[0-9]{1,9}(\.[0-9]{1,9})?"


def _one_or_many(value: object) -> object:
    """One stands for a list of one; strict validation wants a tuple."""
    return tuple(value) if isinstance(value, list) else (value,)


def _amounts(unit: Unit) -> Callable[[object], object]:
    def spelled(values: object) -> object:
        found = _one_or_many(values)
        if not isinstance(found, tuple) or not found:
            raise wrong("a budget needs an amount", "Write it as in 50000/day.")
        return tuple(_spelled(each, unit) for each in found)

    return spelled


def _spelled(value: object, unit: Unit) -> str:
    if not isinstance(value, str):
        raise wrong(
            f"{str(value)[:64]!r} has no window", f"Write it as in {value}/day."
        )
    try:
        return amounts.parse(value, unit).spelled(unit)
    except ValueError as error:
        raise wrong(str(error)) from error


def _price(value: object) -> str:
    """A decimal number, plain or in quotes, in its one spelling."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise wrong("a price is a number", "Write it as in 1.25.")
    try:
        return amounts.money(amounts.price(str(value))).replace(",", "")
    except ValueError as error:
        raise wrong(str(error), 'In quotes if it is very small: "0.000001".') from error


def _false(value: bool) -> bool:  # noqa: FBT001 - a validator's only argument
    if value:
        raise wrong("only false obliges to anything", "Remove it, or write false.")
    return value


def _tags(value: dict[str, str]) -> dict[str, str]:
    if len(value) > _TAGS:
        raise wrong(f"a request can carry {_TAGS} tags", "Leave some out.")
    return value


_amount_schema = {"type": "string", "pattern": _AMOUNT}
_SCHEMA = WithJsonSchema(
    {
        "anyOf": [
            _amount_schema,
            {"type": "array", "items": _amount_schema, "minItems": 1},
        ]
    }
)
_LISTED = PlainSerializer(list, return_type=list[str])
Requests: TypeAlias = Annotated[
    tuple[str, ...], PlainValidator(_amounts(Unit.REQUESTS)), _LISTED, _SCHEMA
]
InputTokens: TypeAlias = Annotated[
    tuple[str, ...], PlainValidator(_amounts(Unit.INPUT_TOKENS)), _LISTED, _SCHEMA
]
OutputTokens: TypeAlias = Annotated[
    tuple[str, ...], PlainValidator(_amounts(Unit.OUTPUT_TOKENS)), _LISTED, _SCHEMA
]
Tokens: TypeAlias = Annotated[
    tuple[str, ...], PlainValidator(_amounts(Unit.TOKENS)), _LISTED, _SCHEMA
]
Cost: TypeAlias = Annotated[
    tuple[str, ...], PlainValidator(_amounts(Unit.COST)), _LISTED, _SCHEMA
]
Money: TypeAlias = Annotated[
    str,
    PlainValidator(_price),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0},
                {"type": "string", "pattern": _PRICE},
            ]
        }
    ),
]
Apart: TypeAlias = Annotated[
    tuple[Literal["subject", "model"], ...],
    BeforeValidator(_one_or_many),
    Field(min_length=1, max_length=2),
    WithJsonSchema(
        {
            "anyOf": [
                {"enum": ["subject", "model"]},
                {
                    "type": "array",
                    "items": {"enum": ["subject", "model"]},
                    "minItems": 1,
                    "maxItems": 2,
                },
            ]
        }
    ),
]
Never: TypeAlias = Annotated[
    bool, AfterValidator(_false), WithJsonSchema({"const": False})
]
TagKey: TypeAlias = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=r"^[!-~]+$")
]
TagValue: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=512)]
Cap: TypeAlias = Annotated[int, Field(ge=0, le=amounts.MOST)]
Positive: TypeAlias = Annotated[int, Field(ge=1, le=amounts.MOST)]


class Budget(Part):
    """What a purpose may use up in a window of the calendar (UTC)."""

    requests: Requests | None = Field(
        None, description="Calls that leave: `50000/day`, or a list of such amounts."
    )
    input_tokens: InputTokens | None = Field(
        None, description="Tokens sent: `100M/month`."
    )
    output_tokens: OutputTokens | None = Field(
        None, description="Tokens that come back: `20M/day`."
    )
    tokens: Tokens | None = Field(None, description="Tokens of both.")
    cost: Cost | None = Field(
        None, description="Money, by the policy's `prices`: `200/day`."
    )
    per: Apart | None = Field(
        None, description="Counted apart for each `subject` or `model`, or both."
    )
    models: OneOrMany | None = Field(
        None, description="Counts calls of these models alone, patterns."
    )
    endpoints: OneOrMany | None = Field(
        None, description="Counts calls of these endpoints alone, patterns."
    )

    @model_validator(mode="after")
    def _says_something(self) -> "Budget":
        if all(getattr(self, unit) is None for unit in UNITS):
            raise wrong("a budget needs an amount", f"Add one of: {', '.join(UNITS)}.")
        if self.per is not None and len(set(self.per)) < len(self.per):
            raise wrong("`per` names one twice")
        return self


def _budgets(value: object) -> object:
    """One budget stands for a list of one."""
    return value if isinstance(value, list) else [value]


Budgets: TypeAlias = Annotated[
    # Not strict about the list alone: behind a validator it is no longer JSON's.
    Annotated[tuple[Budget, ...], Field(strict=False, min_length=1, max_length=32)],
    BeforeValidator(_budgets),
]


class Price(Part):
    """What some models cost; the first price that names a model counts."""

    models: Names = Field(description="Models, as patterns.")
    input: Money = Field(description="For a million tokens sent: `1.25`.")
    output: Money = Field(description="For a million tokens that come back.")
    request: Money = Field("0.00", description="For each call, besides.")


class Obligations(Part):
    """What is done to a call before it leaves."""

    tag: Annotated[dict[TagKey, TagValue], AfterValidator(_tags)] | None = Field(
        None, min_length=1, description="Metadata that the request shall carry."
    )
    store: Never | None = Field(
        None, description="False: the provider does not keep the answer."
    )
    n: Positive | None = Field(None, description="At most so many answers.")
    output_tokens: Positive | None = Field(
        None, description="At most so many output tokens for each answer."
    )
    top_logprobs: Cap | None = Field(None, description="At most so many.")
    logprobs: Never | None = Field(
        None, description="False: no log probabilities are asked for."
    )

    @model_validator(mode="after")
    def _says_something(self) -> "Obligations":
        if not self.model_fields_set:
            raise wrong("`obligations` obliges to nothing", "Remove it.")
        return self


def narrows_budgets(upper: tuple[Budget, ...] | None, lower: object) -> bool:
    """Whether `lower` holds every limit of `upper`, each as low or lower."""
    theirs = _limits(lower) if isinstance(lower, tuple) else {}
    ours = _limits(upper or ())
    return all(key in theirs and theirs[key] <= limit for key, limit in ours.items())


def _limits(budgets: tuple[Budget, ...]) -> dict[tuple[object, ...], int]:
    """The lowest limit of each counter."""
    found: dict[tuple[object, ...], int] = {}
    for budget in budgets:
        for unit in Unit:
            for text in getattr(budget, unit.value) or ():
                limit, window = amounts.parse(text, unit)
                key = unit, window, budget.per, budget.models, budget.endpoints
                found[key] = min(limit, found.get(key, limit))
    return found


def narrows_obligations(upper: Obligations | None, lower: object) -> bool:
    """Whether `lower` obliges to all that `upper` does, and perhaps to more."""
    if upper is None:
        return True
    if not isinstance(lower, Obligations):
        return False
    tags = lower.tag or {}
    return (
        all(tags.get(key) == value for key, value in (upper.tag or {}).items())
        and all(
            getattr(upper, flag) is None or getattr(lower, flag) is False
            for flag in ("store", "logprobs")
        )
        and all(
            _no_higher(getattr(upper, cap), getattr(lower, cap))
            for cap in ("n", "output_tokens", "top_logprobs")
        )
    )


def _no_higher(upper: int | None, lower: int | None) -> bool:
    return upper is None or (lower is not None and lower <= upper)
