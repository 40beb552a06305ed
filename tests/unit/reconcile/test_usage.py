"""A bill is read whole or not at all."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.reconcile import usage
from affidavit.reconcile.usage import Billed, Cost, Family, parse
from support.bills import DAY, a_page, a_result, seconds, written

NEXT = "2026-10-02"


def test_a_row_is_read_with_its_day_and_kind() -> None:
    told = parse(written(a_page({DAY: [a_result(batch=True)], NEXT: []})))
    assert told.days == (DAY, NEXT)
    assert told.rows == (
        Billed(
            day=DAY,
            family=Family.COMPLETIONS,
            project="proj_a",
            key="key_a",
            model="gpt-4o-mini-2024-07-18",
            requests=3,
            input_tokens=60,
            output_tokens=54,
            batch=True,
        ),
    )
    assert not told.more


def test_pages_may_come_as_one_list() -> None:
    pages = [a_page({DAY: [a_result()]}, more=True), a_page({NEXT: [a_result()]})]
    told = parse(written(pages))
    assert [row.day for row in told.rows] == [DAY, NEXT]
    assert not told.more


def test_costs_keep_the_providers_digits() -> None:
    cost = {
        "object": "organization.costs.result",
        "amount": {"value": 1.25, "currency": "usd"},
        "line_item": "gpt-4o, input",
        "project_id": None,
    }
    assert parse(written(a_page({DAY: [cost]}))).costs == (
        Cost(
            day=DAY, project=None, item="gpt-4o, input", amount="1.25", currency="usd"
        ),
    )


@pytest.mark.parametrize("kind", sorted(usage.OTHERWISE_COUNTED))
def test_what_is_counted_in_other_units_is_told_and_counted_apart(kind: str) -> None:
    told = parse(written(a_page({DAY: [a_result(kind, num_model_requests=None)]})))
    assert told.rows == ()
    assert told.otherwise == {kind: 1}


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


PAGE = a_page({DAY: [a_result()]})


def changed(**changes: Any) -> Any:
    value = json.loads(written(PAGE))
    value["data"][0] |= changes
    return value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({}, "neither a page"),
        ([], "neither a page"),
        ([1], "not a page"),
        (a_page({DAY: [a_result("holograms")]}), "holograms"),
        (a_page({DAY: [a_result(num_model_requests=-1)]}), "no count"),
        (a_page({DAY: [a_result(num_model_requests=None)]}), "no count"),
        (a_page({DAY: [a_result(input_tokens="7")]}), "no count"),
        (a_page({DAY: [a_result(model=7)]}), "no text"),
        (a_page({DAY: [{"object": 7}]}), "not understood"),
        (changed(results=[["x"]]), "not understood"),
        (changed(results=None), "no `results`"),
        (changed(start_time="x"), "not a bucket"),
        (changed(end_time=seconds(DAY) + 86_401), "within one UTC day"),
        (changed(results=[{"object": "organization.costs.result"}]), "an amount"),
        (
            changed(
                results=[
                    {
                        "object": "organization.costs.result",
                        "amount": {"value": "much", "currency": "usd"},
                    }
                ]
            ),
            "a cost of 'much'",
        ),
        ({"value": [1]}, "not a metric"),
        ({"value": [a_metric("Latency", (DAY, 1))]}, "counts no use"),
        ({"value": [a_metric("GeneratedTokens", ("soon", 1))]}, "not a time"),
        ({"value": [a_metric("GeneratedTokens", (DAY, 0.5))]}, "no count"),
        ({"value": [{"name": {"value": "x"}, "timeseries": 1}]}, "not a metric"),
    ],
)
def test_what_is_not_understood_is_named(value: object, words: str) -> None:
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


def test_a_document_too_large_to_read_is_refused() -> None:
    with pytest.raises(Malformed, match="over"):
        parse(b" " * (usage.MAX_DOCUMENT_BYTES + 1))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_any_json_is_read_or_malformed(value: object) -> None:
    for each in (value, changed(results=[value]), {"value": [value]}):
        with suppress(Malformed):
            parse(written(each))
