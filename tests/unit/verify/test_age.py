"""The age of a trail: by the newest record that is not of the future."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from affidavit.errors import BrokenTrail
from affidavit.verify.age import AHEAD, Aged, judge
from affidavit.verify.report import Fault
from support import trails
from support.trails import Builder

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


def entries(*offsets: timedelta) -> list[tuple[int, bytes]]:
    """Heartbeats so long after `NOW`, in that order."""
    builder = Builder(Path("unwritten"))
    for each in offsets:
        builder.clock = NOW + each - trails.STEP
        builder.add("heartbeat", {})
    return [(index, made.entry) for index, made in enumerate(builder.records)]


def judged(
    *offsets: timedelta,
    max_age: timedelta | None = HOUR,
    more: Iterable[tuple[int, bytes]] = (),
) -> Aged:
    newest = trails.moment(NOW + max(offsets)) if offsets else None
    return judge(newest, [*entries(*offsets), *more], now=NOW, max_age=max_age)


def test_without_a_greatest_age_that_is_said_to_be_unchecked() -> None:
    aged = judged(-HOUR * 24, max_age=None)

    assert (aged.problems, aged.notes) == ((), ())
    assert "goes on to the present was not checked" in aged.unchecked[0]


@pytest.mark.parametrize("late", [timedelta(0), timedelta(milliseconds=1)])
def test_the_greatest_age_itself_is_young_enough(late: timedelta) -> None:
    aged = judged(-HOUR * 3, -HOUR - late, -HOUR * 2)

    assert [each.fault for each in aged.problems] == [Fault.STALE] * bool(late)
    assert (aged.notes, aged.unchecked) == ((), ())


def test_a_trail_of_no_record_is_of_no_time_at_all() -> None:
    (problem,) = judged().problems

    assert "no time at all" in problem.message


def test_what_is_of_the_future_is_told_of_and_does_not_count() -> None:
    aged = judged(-HOUR * 2, HOUR, -HOUR * 3, HOUR * 9)

    assert [each.fault for each in aged.problems] == [Fault.STALE]
    assert trails.moment(NOW - HOUR * 2) in aged.problems[0].message
    assert aged.notes[0].startswith("record 1, the first of 2 such, is dated in the")
    assert trails.moment(NOW + HOUR * 9) in aged.notes[0]


def test_a_young_record_beside_one_of_the_future_is_young_enough() -> None:
    aged = judged(HOUR, timedelta(0))

    assert aged.problems == ()
    assert aged.notes[0].startswith("record 0 is dated in the future")


def test_a_clock_that_is_a_little_ahead_is_not_worth_a_word() -> None:
    assert judged(AHEAD) == Aged()
    assert judged(AHEAD + timedelta(milliseconds=1)).notes


def test_a_trail_all_of_the_future_is_of_no_time_at_all() -> None:
    (problem,) = judged(HOUR).problems

    assert "no time at all" in problem.message


def test_entries_that_are_none_are_passed_over() -> None:
    aged = judged(timedelta(0), HOUR, more=[(2, b"{}")])

    assert aged.problems == ()


def test_what_stands_before_a_missing_bundle_still_counts() -> None:
    def broken() -> Iterable[tuple[int, bytes]]:
        yield from entries(timedelta(0), HOUR)
        raise BrokenTrail("gone")

    newest = trails.moment(NOW + HOUR)

    assert judge(newest, broken(), now=NOW, max_age=HOUR).problems == ()


def test_what_is_as_far_ahead_as_may_be_counts_beside_what_is_further() -> None:
    aged = judged(AHEAD, AHEAD + timedelta(milliseconds=1), max_age=timedelta(0))

    assert aged.problems == ()
