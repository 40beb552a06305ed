"""A reconciliation as JSON: whole, and rounded to nobody's favour."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from affidavit.reconcile.compare import Comparison, compare
from affidavit.reconcile.recorded import Cell, Recorded
from affidavit.reconcile.report import Source, as_json, coverage
from affidavit.reconcile.usage import Billed, Family, parse
from support.bills import DAY, a_page, a_result, written


def comparison(billed: int, calls: int) -> Comparison:
    row = Billed(
        day=DAY,
        family=Family.IMAGES,
        project=None,
        key=None,
        model=None,
        requests=billed,
        input_tokens=0,
        output_tokens=0,
    )
    return compare([row], {Cell(DAY, "images", None, None): Recorded(calls=calls)})


@given(st.integers(1, 10**20), st.integers(0, 10**20))
def test_coverage_is_never_rounded_up(billed: int, calls: int) -> None:
    told = coverage(comparison(billed, calls))
    assert told is not None
    exact = Fraction(min(billed, calls), billed)
    assert 0 <= exact - Fraction(told) < Fraction(1, 10_000)


def test_where_nothing_was_billed_there_is_no_coverage() -> None:
    assert coverage(comparison(0, 4)) is None


def test_sources_are_named_with_their_digests() -> None:
    cost = {
        "object": "organization.costs.result",
        "amount": {"value": 2, "currency": "usd"},
    }
    rows = [a_result("vector_stores"), cost]
    usage = parse(written(a_page({DAY: rows})))
    told = as_json(
        comparison(2, 2),
        {},
        [Source(name="october.json", usage=usage)],
        without_body=3,
    )
    assert told["sources"] == [
        {"name": "october.json", "digest": {"sha256": usage.digest}}
    ]
    assert told["otherwiseCounted"] == {"vector_stores": 1}
    assert told["decisionsWithoutBody"] == 3
    assert told["coverage"] == "1.0000"
    assert told["costs"] == [
        {"day": DAY, "project": None, "item": None, "amount": "2", "currency": "usd"}
    ]
