"""Azure's metrics are read as its tools write them."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.reconcile.documents import parse
from support.bills import DAY, written

RESOURCE = "/subscriptions/0/resourceGroups/g/providers/Microsoft.CognitiveServices"


def a_metric(name: str, *points: tuple[str, object], model: str = "gpt-5") -> Any:
    dimension = {"name": {"value": "ModelName"}, "value": model}
    data = [{"timeStamp": at, "total": total} for at, total in points]
    series = [{"metadatavalues": [dimension], "data": data}]
    return {"name": {"value": name}, "timeseries": series}


def test_azures_metrics_are_summed_by_utc_day_and_model() -> None:
    metrics = [
        a_metric(
            "AzureOpenAIRequests",
            ("2026-10-01T00:00:00Z", 4),
            ("2026-10-02T01:00:00+02:00", 2.0),
        ),
        a_metric("ProcessedPromptTokens", ("2026-10-01T05:00:00Z", 70)),
        a_metric("GeneratedTokens", ("2026-10-01T05:00:00Z", 9), ("2026-10-03", 0)),
    ]
    (row,) = parse(written({"value": metrics})).rows
    assert (row.day, row.model, row.requests) == (DAY, "gpt-5", 6)
    assert (row.input_tokens, row.output_tokens) == (70, 9)


def test_the_answer_of_the_metrics_api_is_read_as_it_comes() -> None:
    def dimension(name: str, value: str) -> Any:
        return {"name": {"value": name, "localizedValue": name}, "value": value}

    series = {
        "metadatavalues": [
            dimension("modelname", "gpt-4o"),
            dimension("modelversion", "2024-08-06"),
        ],
        "data": [
            {"timeStamp": "2026-10-01T00:00:00Z", "total": 12.0},
            {"timeStamp": "2026-10-02T00:00:00Z"},
        ],
    }
    answer = {
        "cost": 1439,
        "timespan": "2026-10-01T00:00:00Z/2026-10-03T00:00:00Z",
        "interval": "P1D",
        "namespace": "Microsoft.CognitiveServices/accounts",
        "resourceregion": "swedencentral",
        "value": [
            {
                "id": f"{RESOURCE}/accounts/a/providers/Microsoft.Insights/metrics/x",
                "type": "Microsoft.Insights/metrics",
                "name": {"value": "AzureOpenAIRequests", "localizedValue": "Requests"},
                "displayDescription": "Number of calls.",
                "unit": "Count",
                "timeseries": [series],
                "errorCode": "Success",
            }
        ],
    }
    told = parse(written(answer))
    (row,) = told.rows
    assert (row.day, row.model, row.requests) == (DAY, "gpt-4o-2024-08-06", 12)
    assert told.days == (DAY, "2026-10-02")


def test_a_table_is_summed_up_by_day_and_model() -> None:
    table = """\
TimeGenerated [UTC],Resource,MetricName,ModelDeploymentName,Total,UnitName
2026-10-01T05:00:00Z,acme,AzureOpenAIRequests,chat,3,Count
2026-10-01T06:00:00Z,acme,AzureOpenAIRequests,chat,2.0,Count
2026-10-01T06:00:00Z,acme,GeneratedTokens,chat,90,Count
2026-10-01T06:00:00Z,acme,AzureOpenAIRequests,,1,Count
"""
    rows = {row.model: row for row in parse(table.encode()).rows}
    assert (rows["chat"].requests, rows["chat"].output_tokens) == (5, 90)
    assert rows[None].requests == 1


@pytest.mark.parametrize(
    ("model", "family"),
    [
        ("text-embedding-3-small", "embeddings"),
        ("whisper", "audio_transcriptions"),
        ("gpt-4o-transcribe", "audio_transcriptions"),
        ("tts-hd", "audio_speeches"),
        ("gpt-image-1", "images"),
        ("gpt-4o", "completions"),
    ],
)
def test_the_kind_of_use_follows_from_the_models_name(model: str, family: str) -> None:
    point = ("2026-10-01T00:00:00Z", 1)
    metric = a_metric("AzureOpenAIRequests", point, model=model)
    (row,) = parse(written({"value": [metric]})).rows
    assert row.family.value == family


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("a,b\n1,2\n", "without a column timegenerated"),
        ("TimeGenerated,Total\n2026-10-01,2\n", "without a column metricname"),
        ("TimeGenerated,MetricName,Total\n2026-10-01,Latency,2\n", "counts no use"),
        ("TimeGenerated,MetricName,Total\nsoon,GeneratedTokens,2\n", "not a time"),
        ("TimeGenerated,MetricName,Total\n2026-10-01,GeneratedTokens,x\n", "no count"),
        ("TimeGenerated,MetricName,Total\n2026-10-01,GeneratedTokens,.5\n", "no count"),
        (
            "TimeGenerated,MetricName,Total\n2026-10-01,GeneratedTokens,inf\n",
            "no count",
        ),
        ("TimeGenerated,MetricName,Total\n2026-10-01,GeneratedTokens,-1\n", "no count"),
        ('TimeGenerated,MetricName,Total\n"x,2\n', "not a CSV table"),
        ("TimeGenerated,MetricName,Total\n2026-10-01\n", "counts no use"),
    ],
)
def test_a_table_that_is_not_understood_is_named(table: str, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        parse(table.encode())


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"value": [1]}, "not a metric"),
        ({"value": [a_metric("Latency", (DAY, 1))]}, "counts no use"),
        ({"value": [a_metric("GeneratedTokens", ("soon", 1))]}, "not a time"),
        ({"value": [a_metric("GeneratedTokens", (DAY, 0.5))]}, "no count"),
        ({"value": [{"name": {"value": "x"}, "timeseries": 1}]}, "not a metric"),
    ],
)
def test_a_metric_that_is_not_understood_is_named(value: object, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        parse(written(value))


@pytest.mark.parametrize(
    ("series", "words"),
    [
        (1, "not a time series"),
        ({"data": [1]}, "not a point"),
        ({"data": [], "metadatavalues": [1]}, "not a dimension"),
    ],
)
def test_a_series_that_is_none_is_named(series: object, words: str) -> None:
    metric = {"name": {"value": "GeneratedTokens"}, "timeseries": [series]}
    with pytest.raises(Malformed, match=words):
        parse(written({"value": [metric]}))


@given(st.text())
def test_any_table_is_read_or_malformed(text: str) -> None:
    with suppress(Malformed):
        parse(f"TimeGenerated,MetricName,Total\n{text}".encode(errors="replace"))
