"""What a provider says it served: buckets of use, as it hands them out.

Knows the pages of OpenAI's usage and costs endpoints (`/organization/usage/*`,
`/organization/costs`); Azure's metrics are `azure`'s. Pure: JSON in, rows out. A row
that is not understood is refused: it would be use that nobody counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum

from affidavit.canonical import Json
from affidavit.errors import Malformed

MAX_DOCUMENT_BYTES = 64 << 20
_RESULT = "organization.usage."
_COSTS = "organization.costs.result"
_DAY = 86_400


class Family(Enum):
    """A kind of use that the provider counts by itself; the names are its own."""

    COMPLETIONS = "completions"
    EMBEDDINGS = "embeddings"
    MODERATIONS = "moderations"
    IMAGES = "images"
    AUDIO_SPEECHES = "audio_speeches"
    AUDIO_TRANSCRIPTIONS = "audio_transcriptions"
    DECISIONS = "decisions"


OTHERWISE_COUNTED: Mapping[str, str] = {
    "vector_stores": "usage_bytes",
    "code_interpreter_sessions": "num_sessions",
    "file_searches": "num_requests",
    "web_searches": "num_requests",
}
"""Kinds whose units are no requests to a model → the field that counts them. Told as
seen, held against nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Billed:
    """One row of the bill."""

    day: str
    """UTC, `2026-11-23`."""
    family: Family
    project: str | None
    key: str | None
    """The provider's id of the API key."""
    model: str | None
    requests: int
    input_tokens: int
    output_tokens: int
    batch: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What was charged for one line item on one day."""

    day: str
    project: str | None
    item: str | None
    amount: str
    """Decimal, as the provider spells it."""
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Otherwise:
    """One row of a kind that is counted in other units."""

    day: str
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Everything that one document says."""

    digest: str
    """SHA-256 of its bytes, hex."""
    rows: tuple[Billed, ...] = ()
    costs: tuple[Cost, ...] = ()
    days: tuple[str, ...] = ()
    """Every day that it has a bucket of, with use or without."""
    otherwise: tuple[Otherwise, ...] = ()
    more: bool = False
    """Whether it says that further pages follow it."""


def of_pages(digest: str, pages: Sequence[Json]) -> Usage:
    """Everything in some pages of one endpoint; `Malformed` names what is none."""
    rows: list[Billed] = []
    costs: list[Cost] = []
    otherwise: list[Otherwise] = []
    days: set[str] = set()
    more = False
    for page in pages:
        match page:
            case {"object": "page", "data": [*buckets], **rest}:
                more = rest.get("has_more") is True
            case _:
                raise Malformed(f"not a page of usage: {str(page)[:80]}")
        for bucket in buckets:
            day, results = _bucket(bucket)
            days.add(day)
            for result in results:
                _take(day, result, rows, costs, otherwise)
    return Usage(
        digest=digest,
        rows=tuple(rows),
        costs=tuple(costs),
        days=tuple(sorted(days)),
        otherwise=tuple(otherwise),
        more=more,
    )


def _bucket(value: Json) -> tuple[str, Sequence[Json]]:
    match value:
        case {"start_time": int(start), "end_time": int(end), **rest}:
            results = rest.get("results", rest.get("result"))
        case _:
            raise Malformed(f"not a bucket of usage: {str(value)[:80]}")
    if not isinstance(results, list):
        raise Malformed("a bucket of usage has no `results`")
    if not 0 <= start < end <= start - start % _DAY + _DAY:
        raise Malformed(
            f"a bucket from {start} to {end} is not within one UTC day: ask for "
            "buckets of `1d` or shorter"
        )
    return datetime.fromtimestamp(start, UTC).strftime("%Y-%m-%d"), results


def _take(
    day: str,
    result: Json,
    rows: list[Billed],
    costs: list[Cost],
    otherwise: list[Otherwise],
) -> None:
    kind = result.get("object") if isinstance(result, dict) else None
    if not isinstance(result, dict) or not isinstance(kind, str):
        raise Malformed(f"a result that is not understood: {str(result)[:80]}")
    name = kind.removeprefix(_RESULT).removesuffix(".result")
    if kind == _COSTS:
        costs.append(_cost(day, result))
    elif name in OTHERWISE_COUNTED:
        count = _count(result, OTHERWISE_COUNTED[name], needed=True)
        otherwise.append(Otherwise(day=day, name=name, count=count))
    else:
        rows.append(_billed(day, name, result))


def _billed(day: str, name: str, told: Mapping[str, Json]) -> Billed:
    try:
        family = Family(name)
    except ValueError:
        raise Malformed(f"usage of a kind that is not known: {name}") from None
    return Billed(
        day=day,
        family=family,
        project=_text(told, "project_id"),
        key=_text(told, "api_key_id"),
        model=_text(told, "model"),
        requests=_count(told, "num_model_requests", needed=True),
        input_tokens=_count(told, "input_tokens"),
        output_tokens=_count(told, "output_tokens"),
        batch=told.get("batch") is True,
    )


def _cost(day: str, told: Mapping[str, Json]) -> Cost:
    match told.get("amount"):
        case {"value": (int() | float() | str()) as value, "currency": str(currency)}:
            pass
        case _:
            raise Malformed("a cost without an amount in a currency")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise Malformed(f"a cost of {value!r:.40}") from None
    return Cost(
        day=day,
        project=_text(told, "project_id"),
        item=_text(told, "line_item"),
        amount=str(amount),
        currency=currency,
    )


def _count(told: Mapping[str, Json], name: str, *, needed: bool = False) -> int:
    value = told.get(name, None if needed else 0)
    if value is None and not needed:
        return 0
    if type(value) is not int or value < 0:
        raise Malformed(f"{name} is no count: {value!r:.40}")
    return value


def _text(told: Mapping[str, Json], name: str) -> str | None:
    value = told.get(name)
    if value is not None and not isinstance(value, str):
        raise Malformed(f"{name} is no text: {value!r:.40}")
    return value or None
