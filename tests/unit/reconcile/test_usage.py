"""A bill is read whole or not at all."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.reconcile import usage
from affidavit.reconcile.documents import parse
from affidavit.reconcile.usage import Billed, Cost, Family, Otherwise
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
    name = f"organization.usage.{kind}.result"
    row: dict[str, Any] = {"object": name, usage.OTHERWISE_COUNTED[kind]: 7}
    told = parse(written(a_page({DAY: [row]})))
    assert told.rows == ()
    assert told.otherwise == (Otherwise(day=DAY, name=kind, count=7),)


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
    ],
)
def test_what_is_not_understood_is_named(value: object, words: str) -> None:
    with pytest.raises(Malformed, match=words):
        parse(written(value))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(json_values)
def test_any_json_is_read_or_malformed(value: object) -> None:
    for each in (value, changed(results=[value]), {"value": [value]}):
        with suppress(Malformed):
            parse(written(each))
