"""What is still to be attested is kept, and the mark says what was."""

import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.durable import ProcessLock
from affidavit.errors import Malformed, TrailUnavailable
from affidavit.trail import attested
from affidavit.trail.attested import Attested
from affidavit.trail.record import stamp

DAY = 86_400_000


def day(number: int) -> str:
    return stamp(number * DAY)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), max_size=8))
def test_a_record_awaits_a_statement_when_none_is_about_its_time(
    lengths: list[tuple[int, int]],
) -> None:
    periods = [(start, start + length) for start, length in lengths]
    known = Attested.of((day(start), day(end)) for start, end in periods)
    first = min((start for start, _ in periods), default=99)

    for number in range(30):
        inside = any(start <= number < end for start, end in periods)
        assert known.awaits(day(number)) == (number >= first and not inside)
    assert Attested.parse(known.print()) == known


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b'{"periods":[],"v":2}',
        b'{"also":1,"periods":[],"v":1}',
        b'{"periods":[["a"]],"v":1}',
        b'{"periods":[["2026-01-02T00:00:00.000Z","2026-01-01T00:00:00.000Z"]],"v":1}',
        b'{"periods":[["2026","2027"]],"v":1}',
    ],
)
def test_anything_else_is_no_mark(data: bytes) -> None:
    with pytest.raises(Malformed):
        Attested.parse(data)


def test_periods_out_of_order_are_refused() -> None:
    periods = ",".join(f'["{day(n)}","{day(n + 1)}"]' for n in (5, 1))
    with pytest.raises(Malformed, match="in order"):
        Attested.parse(f'{{"periods":[{periods}],"v":1}}'.encode())


def test_marked_periods_are_read_again_and_those_that_touch_are_one(
    tmp_path: Path,
) -> None:
    assert attested.read(tmp_path) == Attested()
    attested.mark(tmp_path, day(1), day(2))
    attested.mark(tmp_path, day(5), day(6))
    attested.mark(tmp_path, day(2), day(3))

    assert attested.read(tmp_path).periods == ((day(1), day(3)), (day(5), day(6)))


def test_a_damaged_mark_is_not_taken_for_none(tmp_path: Path) -> None:
    attested.mark(tmp_path, day(1), day(2))
    (tmp_path / "retention" / "attested").write_bytes(b"{")
    with pytest.raises(TrailUnavailable, match="what is still to be attested"):
        attested.read(tmp_path)


def test_a_mark_that_cannot_be_read_or_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "retention" / "attested").mkdir(parents=True)
    with pytest.raises(TrailUnavailable, match="EISDIR"):
        attested.read(tmp_path)
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(TrailUnavailable, match="file"):
        attested.mark(tmp_path / "file", day(1), day(2))


def test_a_mark_waits_for_who_prunes(tmp_path: Path) -> None:
    (tmp_path / "retention").mkdir()
    done = threading.Event()

    def marks() -> None:
        attested.mark(tmp_path, day(1), day(2))
        done.set()

    with ProcessLock(tmp_path / "retention" / "lock").held(seconds=1) as had:
        assert had
        waiting = threading.Thread(target=marks)
        waiting.start()
        assert not done.wait(0.05)
    waiting.join()
    assert attested.read(tmp_path).periods == ((day(1), day(2)),)
