"""What may explain a difference is named and bounded; the rest is unexplained."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.reconcile.causes import Cause, Circumstances, Likely, explain
from affidavit.reconcile.compare import compare
from affidavit.reconcile.recorded import Place, Recorded
from affidavit.reconcile.usage import Billed, Family

DAY, NEXT = "2026-10-10", "2026-10-11"
KNOWN = Circumstances(
    began="2026-09-01T00:00:00.000Z", batch_lines={}, today="2026-12-01"
)


def row(requests: int, **changes: object) -> Billed:
    told = {
        "day": DAY,
        "family": Family.COMPLETIONS,
        "project": "p",
        "key": "k",
        "model": "m",
        "requests": requests,
        "input_tokens": 0,
        "output_tokens": 0,
    }
    return Billed(**(told | changes))  # type: ignore[arg-type]  # a builder for tests


def causes(
    rows: list[Billed],
    recorded: dict[tuple[str, str, str], Recorded],
    known: Circumstances = KNOWN,
) -> list[tuple[Cause, int]]:
    cells = {
        Place(d, "completions", p, m): each for (d, p, m), each in recorded.items()
    }
    comparison = compare(rows, cells, keys=known.keys)
    return [
        (one.cause, one.requests)
        for each in explain(comparison, known).values()
        for one in each
    ]


USUAL = {("2026-10-01", "p", "m"): Recorded(calls=1, answered=1)}
"""The same use, on another day: it is no stranger."""
BILLED_ON_THE_FIRST = row(1, day="2026-10-01")


@pytest.mark.parametrize(
    ("rows", "recorded", "known", "expected"),
    [
        (
            [row(5, key="x")],
            {},
            replace(KNOWN, keys=frozenset({"k"})),
            [(Cause.OTHER_KEY, 5)],
        ),
        (
            [row(5)],
            {},
            replace(KNOWN, began=f"{DAY}T08:00:00.000Z"),
            [(Cause.BEFORE_TRAIL, 5)],
        ),
        ([row(5)], {}, replace(KNOWN, began=None), [(Cause.BEFORE_TRAIL, 5)]),
        ([row(5, project="q")], {}, KNOWN, [(Cause.OTHER_PROJECT, 5)]),
        (
            [row(5, batch=True)],
            {},
            replace(KNOWN, batch_lines={"2026-10-09": 4}),
            [(Cause.BATCH, 4), (Cause.UNEXPLAINED, 1)],
        ),
        (
            [row(5)],
            {(DAY, "p", "m"): Recorded(calls=3, answered=3, tries=4)},
            KNOWN,
            [(Cause.RETRIES, 1), (Cause.UNEXPLAINED, 1)],
        ),
        (
            [row(5)],
            {(DAY, "p", "m"): Recorded(calls=3, answered=3, tries=3, turns=1)},
            KNOWN,
            [(Cause.WEBSOCKETS, 2)],
        ),
        ([row(5, model="new")], {}, KNOWN, [(Cause.NEVER_RECORDED, 5)]),
        ([row(5)], {}, KNOWN, [(Cause.UNEXPLAINED, 5)]),
        (
            [row(5)],
            {(DAY, "p", "m"): Recorded(calls=9, answered=7, unknown=1)},
            KNOWN,
            [
                (Cause.FAILED, 1),
                (Cause.UNKNOWN_OUTCOME, 1),
                (Cause.UNEXPLAINED, 2),
            ],
        ),
        (
            [],
            {(DAY, "p", "m"): Recorded(calls=9, answered=9)},
            replace(KNOWN, today=NEXT),
            [(Cause.NOT_YET_BILLED, 9)],
        ),
    ],
)
def test_a_difference_has_its_cause(
    rows: list[Billed],
    recorded: dict[tuple[str, str, str], Recorded],
    known: Circumstances,
    expected: list[tuple[Cause, int]],
) -> None:
    assert causes([BILLED_ON_THE_FIRST, *rows], USUAL | recorded, known) == expected


def test_what_midnight_moved_is_told_on_both_days() -> None:
    trail = {
        (DAY, "p", "m"): Recorded(calls=3, answered=3),
        (NEXT, "p", "m"): Recorded(calls=7, answered=7),
    }
    assert causes([row(5), row(5, day=NEXT)], trail) == [
        (Cause.MIDNIGHT, 2),
        (Cause.MIDNIGHT, 2),
    ]


def test_another_name_of_the_model_is_told_on_both_sides() -> None:
    trail = {(DAY, "p", "alias"): Recorded(calls=4, answered=4)}
    found = causes([row(4)], trail)
    assert found == [(Cause.MODEL_NAME, 4), (Cause.MODEL_NAME, 4)]


def test_cells_that_agree_need_no_explanation() -> None:
    trail = {(DAY, "p", "m"): Recorded(calls=4, answered=4)}
    assert causes([row(4)], trail) == []


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 9), st.integers(0, 9))
def test_causes_add_up_to_the_difference(
    billed: int, calls: int, further: int, failed: int
) -> None:
    seen = Recorded(calls=calls, answered=max(0, calls - failed), tries=calls + further)
    cells = {Place(DAY, "completions", "p", "m"): seen}
    comparison = compare([row(billed)], cells)
    told: list[Likely] = [
        one for each in explain(comparison, KNOWN).values() for one in each
    ]
    assert sum(one.requests for one in told) == abs(billed - calls)
    assert all(one.requests > 0 and one.words for one in told)


def test_an_answer_that_was_cut_off_explains_tokens_where_requests_agree() -> None:
    seen = Recorded(calls=2, tries=2, answered=2, abandoned=1, output_tokens=4)
    cells = {Place(DAY, "completions", "p", "m"): seen}
    comparison = compare([row(2, output_tokens=9)], cells)
    ((one,),) = explain(comparison, KNOWN).values()
    assert (one.cause, one.requests, one.tokens) == (Cause.CUT_OFF, 0, 5)


@pytest.mark.parametrize(
    ("tries", "cause"), [(3, Cause.RETRIES), (2, Cause.UNEXPLAINED)]
)
def test_other_tokens_than_were_told_are_no_agreement(tries: int, cause: Cause) -> None:
    seen = Recorded(calls=2, tries=tries, answered=2, output_tokens=4)
    cells = {Place(DAY, "completions", "p", "m"): seen}
    ((one,),) = explain(compare([row(2, output_tokens=9)], cells), KNOWN).values()
    assert one.cause is cause


def test_a_batch_that_was_handed_over_and_not_billed_is_named() -> None:
    trail = {(DAY, "p", "m"): Recorded(batched=3)}
    assert causes([row(1, batch=True)], trail) == [(Cause.BATCH, 2)]


def test_a_socket_that_was_opened_may_have_been_answered_unasked() -> None:
    trail = {(DAY, "p", "m"): Recorded(handshakes=1)} | USUAL
    found = causes([row(2), BILLED_ON_THE_FIRST], trail)
    assert found == [(Cause.WEBSOCKETS, 2)]
