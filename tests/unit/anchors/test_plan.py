"""When an anchor is due."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from affidavit.anchors.plan import (
    Plan,
    PublishAnchor,
    StampAnchor,
    WitnessAnchor,
    due_at,
)
from affidavit.trail.anchors import Done, Standing
from support.anchors import WITNESS_KEY

EVERY = 300


def test_an_anchor_that_was_never_asked_is_due_at_once() -> None:
    assert due_at(Standing(), 7, EVERY) == 0


def test_an_anchor_that_covers_everything_is_not_due() -> None:
    assert due_at(Standing(done=Done(at=1000, size=7)), 7, EVERY) is None


def test_further_records_are_due_an_interval_after_the_last_ones() -> None:
    assert due_at(Standing(done=Done(at=1000, size=6)), 7, EVERY) == 301_000


@given(st.integers(1, 10_000))
def test_failures_are_retried_ever_later_and_never_later_than_the_interval(
    failures: int,
) -> None:
    standing = Standing(tried=1000, failures=failures, error="down")
    pause = (due_at(standing, 7, EVERY) or 0) - 1000

    assert pause == min(15_000 * 2 ** min(failures - 1, 20), EVERY * 1000)


def test_a_plan_names_everybody_once_and_wants_all_witnesses_by_default() -> None:
    witness = WitnessAnchor(url="http://w", key=WITNESS_KEY)
    stamp = StampAnchor(url="http://t", ca=Path("ca.pem"))
    plan = Plan(
        witnesses=(witness,), stamps=(stamp,), publish=(PublishAnchor(target="out"),)
    )

    assert plan.names == ("witness http://w", "tsa http://t", "publish out")
    assert plan.wanted == 1
    assert Plan(quorum=2).wanted == 2
