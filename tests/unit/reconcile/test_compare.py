"""Covered, uncovered and excess are told cell by cell, and never netted."""

from hypothesis import given
from hypothesis import strategies as st

from affidavit.reconcile.compare import Amounts, compare
from affidavit.reconcile.recorded import Place, Recorded
from affidavit.reconcile.usage import Billed, Family

DAYS = ("2026-10-01", "2026-10-02")
MODELS = ("gpt-5", "gpt-4o")


def billed(requests: int, **changes: object) -> Billed:
    row = {
        "day": DAYS[0],
        "family": Family.COMPLETIONS,
        "project": "p",
        "key": "k",
        "model": "gpt-5",
        "requests": requests,
        "input_tokens": requests,
        "output_tokens": 2 * requests,
    }
    return Billed(**(row | changes))  # type: ignore[arg-type]  # a builder for tests


def cell(day: str = DAYS[0], model: str = "gpt-5", asked: str | None = None) -> Place:
    return Place(day, "completions", "p", model, asked)


amounts = st.dictionaries(
    st.tuples(st.sampled_from(DAYS), st.sampled_from(MODELS)), st.integers(1, 50)
)


@given(amounts, amounts)
def test_each_cell_stands_for_itself(
    bill: dict[tuple[str, str], int], trail: dict[tuple[str, str], int]
) -> None:
    found = compare(
        [billed(n, day=day, model=model) for (day, model), n in bill.items()],
        {cell(*place): Recorded(calls=n) for place, n in trail.items()},
    )
    both = bill.keys() | trail.keys()
    missing = sum(max(0, bill.get(k, 0) - trail.get(k, 0)) for k in both)
    beyond = sum(max(0, trail.get(k, 0) - bill.get(k, 0)) for k in both)
    assert (found.uncovered, found.excess) == (missing, beyond)
    assert found.covered + found.uncovered == found.billed == sum(bill.values())
    assert found.covered + found.excess == found.recorded == sum(trail.values())
    assert len(found.cells) == len(both)


def test_amounts_are_either_short_or_over() -> None:
    short, over = Amounts(billed=5, recorded=3), Amounts(billed=3, recorded=5)
    assert (short.covered, short.uncovered, short.excess) == (3, 2, 0)
    assert (over.covered, over.uncovered, over.excess) == (3, 0, 2)


def test_rows_of_several_keys_are_one_cell_until_keys_are_named() -> None:
    rows = [billed(3, key="a"), billed(4, key="b", batch=True)]
    (one,) = compare(rows, {cell(): Recorded(calls=7)}).cells
    assert one.agrees
    assert one.by_key == {"a": 3, "b": 4}
    assert one.batch == 4


def test_what_keys_of_others_were_billed_is_uncovered_whatever_the_trail_has() -> None:
    rows = [billed(3, key="a"), billed(4, key="b")]
    found = compare(rows, {cell(): Recorded(calls=7)}, keys=frozenset({"a"}))
    assert (found.covered, found.uncovered, found.excess) == (3, 4, 4)


def test_a_model_is_matched_by_the_name_that_the_bill_has_for_it() -> None:
    answered = {cell(model="snapshot", asked="gpt-5"): Recorded(calls=2)}
    assert not compare([billed(2)], answered).uncovered
    named = {cell(model="gpt-5"): Recorded(calls=2)}
    snapshot = [billed(2, model="gpt-5-2025")]
    assert compare(snapshot, named).uncovered == 2
    assert not compare(snapshot, named, aliases={"gpt-5": "gpt-5-2025"}).uncovered


def test_two_names_of_one_model_add_up() -> None:
    trail = {
        cell(model="gpt-5"): Recorded(calls=1, tries=1),
        cell(model="other", asked="gpt-5"): Recorded(calls=2),
    }
    (one,) = compare([billed(3)], trail).cells
    assert (one.requests.recorded, one.seen.tries) == (3, 1)


def test_tokens_are_compared_beside_requests() -> None:
    trail = {cell(): Recorded(calls=2, input_tokens=1, output_tokens=9)}
    (one,) = compare([billed(2)], trail).cells
    assert (one.input_tokens.uncovered, one.output_tokens.excess) == (1, 5)


def test_calls_that_name_no_project_are_whose_the_caller_says() -> None:
    trail = {Place(DAYS[0], "completions", None, "gpt-5"): Recorded(calls=2)}
    assert compare([billed(2)], trail).uncovered == 2
    assert not compare([billed(2)], trail, project="p").uncovered


def test_lines_of_a_batch_are_covered_and_handshakes_are_no_use() -> None:
    trail = {
        cell(): Recorded(calls=1, batched=4),
        cell(model="x"): Recorded(handshakes=1),
    }
    (one,) = compare([billed(1), billed(4, batch=True)], trail).cells
    assert one.agrees
    assert one.tokens_agree


def test_tokens_that_were_told_must_agree_and_guesses_need_not() -> None:
    def agree(**more: int) -> bool:
        seen = Recorded(calls=2, input_tokens=2, output_tokens=3, **more)
        (one,) = compare([billed(2)], {cell(): seen}).cells
        return one.tokens_agree

    assert not agree()
    assert agree(estimated=1)
    assert agree(unknown=1)
    assert not agree(estimated=1, abandoned=1)


def test_each_day_is_summed_up_by_itself() -> None:
    rows = [billed(3), billed(2, day=DAYS[1])]
    found = compare(rows, {cell(): Recorded(calls=5)})
    days = {day: (it.uncovered, it.excess) for day, it in found.by_day().items()}
    assert days == {DAYS[0]: (0, 2), DAYS[1]: (2, 0)}


def test_a_name_that_nothing_answered_to_is_the_one_that_answers_elsewhere() -> None:
    batch = cell(day=DAYS[1], asked="gpt-5")
    answered = cell(model="gpt-5-2025", asked="gpt-5")
    trail = {batch: Recorded(batched=2), answered: Recorded(calls=1)}
    one, two = billed(1, model="gpt-5-2025"), billed(2, day=DAYS[1], model="gpt-5-2025")
    assert not compare([one, two], trail).uncovered
    trail[cell(model="gpt-5-2026", asked="gpt-5")] = Recorded(calls=1)
    more = billed(2, day=DAYS[1], model="gpt-5-2026")
    assert compare([one, two, more], trail).uncovered == 4
