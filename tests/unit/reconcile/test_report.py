"""A reconciliation as JSON: whole, and rounded to nobody's favour."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from affidavit.reconcile.compare import Comparison, compare
from affidavit.reconcile.documents import parse
from affidavit.reconcile.recorded import Place, Recorded
from affidavit.reconcile.report import Source, as_json, coverage, figures
from affidavit.reconcile.usage import Billed, Family
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
    return compare([row], {Place(DAY, "images", None, None): Recorded(calls=calls)})


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
    rows = [a_result("vector_stores", usage_bytes=9), cost]
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
    assert told["otherwiseCounted"] == {"vector_stores": 9}
    assert told["decisionsWithoutBody"] == 3
    assert told["coverage"] == "1.0000"
    assert told["costs"] == [
        {"day": DAY, "project": None, "item": None, "amount": "2", "currency": "usd"}
    ]


def test_costs_are_summed_up_by_currency_and_without_rounding() -> None:
    def cost(value: str, currency: str = "usd") -> dict[str, object]:
        amount = {"value": value, "currency": currency}
        return {"object": "organization.costs.result", "amount": amount}

    rows = [cost("0.1"), cost("0.2"), cost("5.50", "eur")]
    usage = parse(written(a_page({DAY: rows, "2026-10-09": [cost("9")]})))
    source = Source(name="costs.json", usage=usage).within(DAY, "2026-10-09")
    told = figures(comparison(2, 1), {}, [source])
    assert told["costs"] == [
        {"currency": "eur", "amount": "5.5"},
        {"currency": "usd", "amount": "0.3"},
    ]


def test_counts_above_what_a_double_holds_are_text() -> None:
    told = figures(comparison(1 << 60, 0), {}, [])
    assert told["requests"] == {
        "billed": str(1 << 60),
        "recorded": 0,
        "covered": 0,
        "uncovered": str(1 << 60),
        "excess": 0,
    }
