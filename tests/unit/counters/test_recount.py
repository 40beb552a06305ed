"""What a trail says of budgets: sealed and unsealed records, windows that last."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.counters.recount import recount
from affidavit.errors import Uncounted
from affidavit.tlog.tiles import Tile
from affidavit.trail.reader import TrailReader
from affidavit.wiring import Governor, Settings
from support.budgeted import DAY, NOON, a_budgeted_project
from support.project import a_call, an_outcome


class Clock:
    """Nanoseconds, as told."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now * 1_000_000


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_budgeted_project(tmp_path, "{requests: 5/day, output_tokens: 1k/month}")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def governor(settings: Settings, clock: Clock) -> Iterator[Governor]:
    with Governor(settings=settings, clock=clock) as opened:
        yield opened


def put(governor: Governor, *, ended: bool = True) -> None:
    call = a_call(parameters={"max_tokens": 100})
    verdict = governor.consider(call)
    verdict = governor.commit(verdict) or verdict
    if ended and not verdict.refused:
        governor.conclude(verdict, an_outcome(output_tokens=7))


def counted(settings: Settings, *, now: int = NOON, since: int = 0) -> list[int]:
    totals = recount(TrailReader(settings.trail), since=since, now=now)
    return sorted(each.amount for each in totals)


def test_decisions_and_outcomes_add_up_sealed_or_not(
    settings: Settings, governor: Governor
) -> None:
    put(governor)
    put(governor, ended=False)
    governor.flush()
    assert counted(settings) == [2, 107]

    governor.trail.seal()
    put(governor)
    governor.flush()
    assert counted(settings) == [3, 114]


def test_what_was_refused_took_nothing(settings: Settings, governor: Governor) -> None:
    for _ in range(7):
        put(governor)
    governor.flush()

    assert counted(settings) == [5, 35]


def test_windows_that_have_ended_are_left_out(
    settings: Settings, governor: Governor, clock: Clock
) -> None:
    put(governor)
    clock.now += DAY
    put(governor)
    governor.flush()

    assert counted(settings, now=clock.now) == [1, 14]
    assert counted(settings, now=clock.now, since=NOON + 1) == [1, 7]
    assert counted(settings, now=NOON + 30 * DAY) == []


def test_a_body_that_is_gone_is_an_error_unless_gaps_are_accepted(
    settings: Settings, governor: Governor
) -> None:
    put(governor)
    governor.close()
    reader = TrailReader(settings.trail)
    size = reader.head().size
    bodies = settings.trail / Tile("body", 0, size).path
    data = bodies.read_bytes()
    out, at = bytearray(), 0
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        body = data[at + 4 : at + 4 + length]
        gone = b'"budgets"' in body
        out += (0).to_bytes(4, "big") if gone else data[at : at + 4] + body
        at += 4 + length
    bodies.write_bytes(bytes(out))

    with pytest.raises(Uncounted, match="was pruned"):
        counted(settings)
    found = recount(reader, since=0, now=NOON, accept_gaps=True)
    assert found == []


def test_a_trail_that_cannot_be_read_lets_nobody_guess(
    settings: Settings, governor: Governor
) -> None:
    put(governor)
    governor.close()
    size = TrailReader(settings.trail).head().size
    entries = settings.trail / Tile("entries", 0, size).path
    entries.write_bytes(entries.read_bytes()[:-3])

    with pytest.raises(Uncounted, match="cannot be read"):
        counted(settings)
