"""Azure Monitor's metrics of its OpenAI resources, as bills.

Knows the answer of the metrics API (`value`, what `az monitor metrics list` prints) and
tables with a row for each point of time (CSV, as Log Analytics exports `AzureMetrics`).
Pure: bytes' content in, rows out. Azure counts no keys and no projects, and all kinds
of use as one.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from io import StringIO
from typing import Any, assert_never

from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.reconcile.usage import Billed, Family, Usage

_TIMES = ("timegenerated", "timegenerated [utc]", "timestamp")
_NAMES = ("metricname", "metric")
_MODELS = ("modelname", "modeldeploymentname")

_NAMED_AFTER: Mapping[str, Family] = {
    "embedding": Family.EMBEDDINGS,
    "dall-e": Family.IMAGES,
    "gpt-image": Family.IMAGES,
    "whisper": Family.AUDIO_TRANSCRIPTIONS,
    "transcribe": Family.AUDIO_TRANSCRIPTIONS,
    "tts": Family.AUDIO_SPEECHES,
}
"""What is in a model's name → the kind of use that it is for."""

_Point = tuple["_Metric", str, str | None, int]


class _Metric(Enum):
    """Metrics of Microsoft.CognitiveServices/accounts that count use."""

    REQUESTS = "AzureOpenAIRequests"
    INPUT = "ProcessedPromptTokens"
    OUTPUT = "GeneratedTokens"


def of_json(digest: str, metrics: Sequence[Json]) -> Usage:
    """The field `value` of the metrics API; `Malformed` names what is not understood.

    Metrics split by `ModelName` (and `ModelVersion`) are told apart by model.
    """
    return _usage(digest, _azure_points(metrics))


def of_table(digest: str, text: str) -> Usage:
    """A CSV table with the columns `TimeGenerated`, `MetricName`, `Total`, and perhaps
    `ModelName` (and `ModelVersion`) or `ModelDeploymentName`.
    """
    return _usage(digest, _rows(csv.DictReader(StringIO(text), strict=True)))


def _rows(rows: "csv.DictReader[str]") -> Iterator[_Point]:
    titles = {str(each).strip().lower(): each for each in rows.fieldnames or ()}
    at, name = _column(titles, _TIMES), _column(titles, _NAMES)
    total = _column(titles, ("total",))
    try:
        for row in rows:
            told = {title: row[each] or "" for title, each in titles.items()}
            day, count = _azure_point(
                {"timeStamp": row[at], "total": _number(row[total])}
            )
            yield _metric(str(row[name])), day, _model(told), count
    except csv.Error as error:
        raise Malformed(f"not a CSV table: {error}") from error


def _column(titles: Mapping[str, str], names: Iterable[str]) -> str:
    for each in names:
        if each in titles:
            return titles[each]
    raise Malformed(
        "a table without a column " + " or ".join(names) + ": export Azure Monitor's "
        "metrics with a row for each point of time"
    )


def _number(text: str | None) -> Json:
    try:
        value = float(text or 0)
        if value == int(value):
            return int(value)
    except (ValueError, OverflowError):
        pass
    raise Malformed(f"total is no count: {text!r:.40}")


def _usage(digest: str, points: Iterable[_Point]) -> Usage:
    sums: dict[tuple[str, str | None], list[int]] = {}
    for metric, day, model, total in points:
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
            family=_family(model),
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
    return Usage(digest=digest, rows=rows, days=days)


def _family(model: str | None) -> Family:
    """Azure counts all kinds as one: which it was follows from the model's name."""
    name = (model or "").lower()
    return next(
        (each for part, each in _NAMED_AFTER.items() if part in name),
        Family.COMPLETIONS,
    )


def _azure_points(
    metrics: Sequence[Json],
) -> Iterator[_Point]:
    for each in metrics:
        match each:
            case {"name": {"value": str(name)}, "timeseries": [*series]}:
                pass
            case _:
                raise Malformed(f"not a metric of Azure Monitor: {str(each)[:80]}")
        metric = _metric(name)
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
    return _model(named)


def _model(named: Mapping[str, str]) -> str | None:
    """The name that bills use: the model's own, with its version where that is told."""
    model = next((named[each] for each in _MODELS if named.get(each)), None)
    version = named.get("modelversion")
    known = model and version and named.get("modelname")
    return f"{model}-{version}" if known else model


def _metric(name: str) -> "_Metric":
    try:
        return _Metric(name)
    except ValueError:
        raise Malformed(
            f"the metric {name} counts no use: export "
            + ", ".join(known.value for known in _Metric)
        ) from None


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
