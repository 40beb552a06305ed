"""What a provider says it served: buckets of use, as it hands them out.

Knows the pages of OpenAI's usage and costs endpoints (`/organization/usage/*`,
`/organization/costs`) and Azure Monitor's metrics. Pure: bytes in, rows out. A document
is taken whole or not at all: a row that is not understood would be use that nobody
counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from hashlib import sha256
from typing import Any, assert_never

from affidavit import canonical
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


OTHERWISE_COUNTED = frozenset(
    {"vector_stores", "code_interpreter_sessions", "file_searches", "web_searches"}
)
"""Kinds whose units are no requests to a model: told as seen, held against nothing."""


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
class Usage:
    """Everything that one document says."""

    digest: str
    """SHA-256 of its bytes, hex."""
    rows: tuple[Billed, ...] = ()
    costs: tuple[Cost, ...] = ()
    days: tuple[str, ...] = ()
    """Every day that it has a bucket of, with use or without."""
    otherwise: Mapping[str, int] | None = None
    """Kinds that are counted in other units → how many rows of them."""
    more: bool = False
    """Whether it says that further pages follow it."""


def parse(data: bytes) -> Usage:
    """Read one document: a page, a list of pages, or Azure Monitor's metrics.

    `Malformed` names what is not understood.
    """
    if len(data) > MAX_DOCUMENT_BYTES:
        raise Malformed(f"a usage document of over {MAX_DOCUMENT_BYTES} bytes")
    digest = sha256(data).hexdigest()
    match canonical.parse(data):
        case {"object": "page"} as page:
            return _of_pages(digest, [page])
        case [*pages] if pages:
            return _of_pages(digest, pages)
        case {"value": [*metrics]}:
            return _of_azure(digest, metrics)
        case _:
            raise Malformed(
                "neither a page of usage (`object: page`), nor a list of pages, nor "
                "Azure Monitor's metrics (`value`)"
            )


def _of_pages(digest: str, pages: Sequence[Json]) -> Usage:
    rows: list[Billed] = []
    costs: list[Cost] = []
    otherwise: dict[str, int] = {}
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
        otherwise=otherwise,
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
    otherwise: dict[str, int],
) -> None:
    kind = result.get("object") if isinstance(result, dict) else None
    if not isinstance(result, dict) or not isinstance(kind, str):
        raise Malformed(f"a result that is not understood: {str(result)[:80]}")
    name = kind.removeprefix(_RESULT).removesuffix(".result")
    if kind == _COSTS:
        costs.append(_cost(day, result))
    elif name in OTHERWISE_COUNTED:
        otherwise[name] = otherwise.get(name, 0) + 1
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


class _Metric(Enum):
    """Metrics of Microsoft.CognitiveServices/accounts that count use."""

    REQUESTS = "AzureOpenAIRequests"
    INPUT = "ProcessedPromptTokens"
    OUTPUT = "GeneratedTokens"


def _of_azure(digest: str, metrics: Sequence[Json]) -> Usage:
    sums: dict[tuple[str, str | None], list[int]] = {}
    for metric, day, model, total in _azure_points(metrics):
        counts = sums.setdefault((day, model), [0, 0, 0])
        match metric:
            case _Metric.REQUESTS:
                counts[0] += total
            case _Metric.INPUT:
                counts[1] += total
            case _Metric.OUTPUT:
                counts[2] += total
            case _:
                assert_never(metric)
    rows = tuple(
        Billed(
            day=day,
            family=Family.COMPLETIONS,
            project=None,
            key=None,
            model=model,
            requests=requests,
            input_tokens=given,
            output_tokens=made,
        )
        for (day, model), (requests, given, made) in sums.items()
        if requests or given or made
    )
    days = tuple(sorted({day for day, _ in sums}))
    return Usage(digest=digest, rows=rows, days=days, otherwise={})


def _azure_points(
    metrics: Sequence[Json],
) -> Iterator[tuple[_Metric, str, str | None, int]]:
    for each in metrics:
        match each:
            case {"name": {"value": str(name)}, "timeseries": [*series]}:
                pass
            case _:
                raise Malformed(f"not a metric of Azure Monitor: {str(each)[:80]}")
        try:
            metric = _Metric(name)
        except ValueError:
            raise Malformed(
                f"the metric {name} counts no use: export "
                + ", ".join(known.value for known in _Metric)
            ) from None
        for one in series:
            model, data = _azure_series(one)
            for point in data:
                day, total = _azure_point(point)
                yield metric, day, model, total


def _azure_series(value: Json) -> tuple[str | None, Sequence[Json]]:
    match value:
        case {"data": [*data], **rest}:
            return _azure_model(rest.get("metadatavalues")), data
        case _:
            raise Malformed(f"not a time series: {str(value)[:80]}")


def _azure_model(values: Any) -> str | None:
    named: dict[str, str] = {}
    for each in values or ():
        match each:
            case {"name": {"value": str(name)}, "value": str(value)}:
                named[name.lower()] = value
            case _:
                raise Malformed(f"not a dimension: {str(each)[:80]}")
    return named.get("modelname") or named.get("modeldeploymentname")


def _azure_point(point: Json) -> tuple[str, int]:
    match point:
        case {"timeStamp": str(at), **rest}:
            total = rest.get("total", 0)
        case _:
            raise Malformed(f"not a point of a time series: {str(point)[:80]}")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        raise Malformed(f"not a time: {at[:40]}") from None
    if not isinstance(total, int | float) or total < 0 or total != int(total):
        raise Malformed(f"total is no count: {total!r:.40}")
    moment = moment.astimezone(UTC) if moment.tzinfo else moment
    return moment.strftime("%Y-%m-%d"), int(total)
