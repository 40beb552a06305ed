"""Pruning in the background: daily, by one, felt by nobody."""

import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from affidavit.trail import prune_keeper
from affidavit.trail.prune import alone
from affidavit.trail.prune_keeper import RetentionKeeper, due, looked
from affidavit.trail.trail import Trail
from support import aged
from support.aged import Clock

PATIENCE = 20.0
HOUR = timedelta(hours=1)


def a_keeper(
    trail: Trail, clock: Clock, *, first: float = 0.01, rest: float = 0.0
) -> RetentionKeeper:
    return RetentionKeeper(
        trail,
        aged.YEAR,
        tool="tests/1",
        clock=clock,
        first_seconds=first,
        pause_seconds=first,
        rest_seconds=rest,
    )


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_bodies_that_are_old_go_by_themselves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock = aged.a_directory(tmp_path), Clock(aged.NOW)
    aged.an_old_trail(path, 5)
    with caplog.at_level(logging.INFO), aged.a_trail(path, clock) as trail:
        keeper = a_keeper(trail, clock)
        until(lambda: len(aged.gone(path)) == 10)
        until(lambda: not due(path, clock()))
        keeper.close()

    assert aged.kinds(path).count("pruning") == 1
    assert "10 bodies pruned" in caplog.text
    assert not aged.verified(path).problems


def test_it_looks_once_a_day(tmp_path: Path) -> None:
    path, clock = aged.a_directory(tmp_path), Clock(aged.NOW)
    (path / "retention").mkdir()
    assert due(path, clock())
    looked(path, clock())

    assert not due(path, clock())
    clock.at = aged.NOW + 23 * HOUR
    assert not due(path, clock())
    clock.at = aged.NOW + 24 * HOUR
    assert due(path, clock())
    clock.at = aged.NOW - HOUR  # the clock that wrote it was wrong
    assert due(path, clock())


@pytest.mark.parametrize("data", [b"", b"[]", b'{"at":"1","v":1}', b'{"at":1,"v":2}'])
def test_a_damaged_note_of_the_last_look_is_none(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "retention").mkdir()
    (tmp_path / "retention" / "looked").write_bytes(data)
    assert due(tmp_path, Clock(aged.NOW)())


def test_while_another_prunes_it_tries_again_later(tmp_path: Path) -> None:
    path, clock = aged.a_directory(tmp_path), Clock(aged.NOW)
    aged.an_old_trail(path, 5)
    with aged.a_trail(path, clock) as trail:
        keeper = a_keeper(trail, clock, first=3600)
        with alone(path, seconds=0):
            assert keeper._look(threading.Event()) is None
            assert due(path, clock())
        done = keeper._look(threading.Event())
        assert done is not None
        assert done.removed.count == 10
        assert keeper._look(threading.Event()) is None
        keeper.close()


def test_closing_ends_a_pruning_under_way(tmp_path: Path) -> None:
    path, clock = aged.a_directory(tmp_path), Clock(aged.NOW)
    aged.an_old_trail(path, 5)
    with aged.a_trail(path, clock) as trail:
        keeper = a_keeper(trail, clock, rest=PATIENCE * 10)
        time.sleep(0.1)
        begun = time.monotonic()
        keeper.close()
        keeper.close()
        assert time.monotonic() - begun < PATIENCE
    assert aged.gone(path) == []
    assert due(path, clock())


def test_what_goes_wrong_is_logged_once_and_raised_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock = aged.a_directory(tmp_path), Clock(aged.NOW)
    aged.an_old_trail(path, 5)
    (path / "retention").mkdir()
    (path / "retention" / "attested").write_bytes(b"{")
    with aged.a_trail(path, clock) as trail:
        keeper = a_keeper(trail, clock, first=3600)
        for _ in range(3):
            assert keeper._look(threading.Event()) is None
        keeper.close()
    assert caplog.text.count("what is still to be attested is not known") == 1


def test_a_bug_of_ours_is_logged_and_raised_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = aged.a_directory(tmp_path)

    def broken() -> int:
        raise ZeroDivisionError

    with aged.a_trail(path, Clock(aged.NOW)) as trail:
        keeper = RetentionKeeper(
            trail, aged.YEAR, tool="t", clock=broken, first_seconds=3600
        )
        assert keeper._look(threading.Event()) is None
        keeper.close()
    assert "ZeroDivisionError" in caplog.text


def test_bodies_that_are_gone_unexplained_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock = aged.a_directory(tmp_path), Clock(aged.NOW)
    aged.an_old_trail(path, 5)
    (bundle,) = (path / "body" / "000.p").iterdir()
    bodies = aged.bodies(path)
    bodies[3] = None
    bundle.write_bytes(aged.encoded(bodies))
    with aged.a_trail(path, clock) as trail:
        keeper = a_keeper(trail, clock, first=3600)
        keeper._look(threading.Event())
        keeper.close()
    assert "1 bodies are gone, and no record says why" in caplog.text


def test_where_no_thread_is_to_be_had_calls_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path, clock = aged.a_directory(tmp_path), Clock(aged.NOW)

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with aged.a_trail(path, clock) as trail:
        RetentionKeeper(trail, aged.YEAR, tool="t", clock=clock, start=refuse).close()
    assert "not pruned in the background" in caplog.text


def test_a_forked_child_has_a_thread_of_its_own(tmp_path: Path) -> None:
    path, clock = aged.a_directory(tmp_path), Clock(aged.NOW)
    with aged.a_trail(path, clock) as trail:
        keeper = a_keeper(trail, clock, first=3600)
        child = os.fork()
        if child == 0:
            thread = keeper._thread
            os._exit(0 if thread is not None and thread.is_alive() else 1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        keeper.close()
        prune_keeper._after_fork_in_child()  # a closed one stays so
        keeper._start()
        assert keeper._thread is None
