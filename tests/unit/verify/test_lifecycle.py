"""The life of each id, however the records were cut into stretches."""

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from affidavit.verify.ids import IdRuns, Sorted, packed
from affidavit.verify.lifecycle import Event, Lifecycles, Step, step_of
from affidavit.verify.report import Fault, Problem, Problems

AT = b"2026-03-02T09:00:00.000Z"
KINDS = {Step.LEFT: "decision", Step.ENDED: "outcome", Step.ALONE: "heartbeat"}
IDS = st.integers(1, 5).map(lambda number: number.to_bytes(16, "big"))
EVENTS = st.lists(st.tuples(IDS, st.sampled_from(Step)), max_size=14)
Found = tuple[Fault, int | None]


def events_of(drawn: Sequence[tuple[bytes, Step]], start: int = 0) -> list[Event]:
    return [
        Event(index, name, KINDS[step], AT, step)
        for index, (name, step) in enumerate(drawn, start)
    ]


def naive(events: Sequence[Event]) -> tuple[set[Found], set[bytes]]:
    """The definition: everything in memory, one record after the other."""
    found: set[Found] = set()
    known: set[bytes] = set()
    outstanding: set[bytes] = set()
    early: dict[bytes, int | None] = {}
    for place, name, _, _, step in events:
        if step is not Step.ENDED:
            if name in known:
                found.add((Fault.DUPLICATE, place))
            known.add(name)
            if step is Step.LEFT and early.pop(name, -1) == -1:
                outstanding.add(name)
        elif name in outstanding:
            outstanding.remove(name)
        elif name in known:
            found.add((Fault.OUTCOME, place))
        elif name in early:
            found.add((Fault.DUPLICATE, place))
        else:
            early[name] = place
    found |= {(Fault.OUTCOME, place) for place in early.values() if place is not None}
    return found, outstanding


def settled(lives: Lifecycles, events: Sequence[Event]) -> set[Found]:
    problems = Problems()
    lives.settle(lambda: iter(events), problems, complete=True)
    return {(each.fault, each.index) for each in problems.kept}


@given(EVENTS, st.lists(st.integers(0, 14), max_size=4))
def test_stretches_tell_what_the_records_tell_one_by_one(
    drawn: list[tuple[bytes, Step]], cuts: list[int]
) -> None:
    events = events_of(drawn)
    lives = Lifecycles(IdRuns(), {})
    edges = sorted({0, *cuts, len(events)})
    for start, end in pairwise(edges):
        lives.events(events[start:end])
    expected, outstanding = naive(events)

    assert settled(lives, events) == expected
    assert lives.open.keys() == outstanding


@given(EVENTS, EVENTS)
def test_what_was_verified_before_need_not_be_seen_again(
    before: list[tuple[bytes, Step]], after: list[tuple[bytes, Step]]
) -> None:
    earlier = events_of(before)
    found, outstanding = naive(earlier)
    if found:
        return  # nothing is kept of what does not hold
    later = events_of(after, len(earlier))
    ids = {name for name, step in before if step is not Step.ENDED}
    lives = Lifecycles(IdRuns([Sorted(packed(ids))]), dict.fromkeys(outstanding, AT))
    lives.events(later)
    expected, left = naive([*earlier, *later])

    assert settled(lives, later) == expected
    assert lives.open.keys() == left


def test_an_outcome_may_miss_its_decision_where_records_are_missing() -> None:
    events = events_of([(bytes(16), Step.ENDED)])
    lives, problems = Lifecycles(IdRuns(), {}), Problems()
    lives.events(events)
    lives.settle(lambda: iter(events), problems, complete=False)

    assert problems.kept == []


def test_a_suspect_is_named_with_its_record() -> None:
    events = events_of([(bytes(16), Step.ALONE)] * 2)
    lives, problems = Lifecycles(IdRuns(), {}), Problems()
    lives.events(events)
    lives.settle(lambda: iter(events), problems, complete=True)

    assert problems.kept == [
        Problem(
            fault=Fault.DUPLICATE,
            message="another record has this id: one of the two was copied here",
            index=1,
            id="00000000-0000-0000-0000-000000000000",
            kind="heartbeat",
            at=AT.decode(),
        )
    ]


def test_each_record_is_a_step() -> None:
    assert step_of(b"outcome", b"error") is Step.ENDED
    assert step_of(b"decision", b"observed") is Step.LEFT
    assert step_of(b"decision", b"refuse") is Step.ALONE
    assert step_of(b"close", None) is Step.ALONE
