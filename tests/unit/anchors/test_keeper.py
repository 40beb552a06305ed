"""Rounds go on in the background, and nothing waits for them."""

import os
import threading
import time
from pathlib import Path

import pytest

from affidavit.anchors.keeper import AnchorKeeper
from affidavit.anchors.plan import Plan
from affidavit.anchors.rounds import Round, Rounds
from affidavit.errors import TrailUnavailable

PATIENCE = 20.0


class Counting(Rounds):
    """Rounds that only count, and fail as they are told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.count = 0
        self.twice = threading.Event()
        self._error = error

    def run(
        self, *, lock_seconds: float = 0.0, all_of_them: bool = False
    ) -> Round | None:
        self.count += 1
        if self.count >= 2:
            self.twice.set()
        if self._error is not None:
            raise self._error
        return None


def a_keeper(rounds: Rounds, tmp_path: Path, *, seconds: float = 0.01) -> AnchorKeeper:
    return AnchorKeeper(
        tmp_path,
        Plan(),
        rounds=lambda: rounds,
        first_seconds=seconds,
        longest_seconds=seconds,
    )


def test_rounds_go_on_until_it_is_closed(tmp_path: Path) -> None:
    rounds = Counting()
    keeper = a_keeper(rounds, tmp_path)
    assert rounds.twice.wait(PATIENCE)

    keeper.close()
    keeper.close()

    time.sleep(0.05)
    count = rounds.count
    time.sleep(0.05)
    assert rounds.count == count


@pytest.mark.parametrize("error", [TrailUnavailable("disk"), ZeroDivisionError("bug")])
def test_a_failure_is_logged_and_rounds_go_on(
    tmp_path: Path, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = Counting(error)
    keeper = a_keeper(rounds, tmp_path)
    try:
        assert rounds.twice.wait(PATIENCE)
    finally:
        keeper.close()

    assert "not anchored" in caplog.text


def test_one_failure_is_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rounds = Counting(TrailUnavailable("the disk is read-only"))
    keeper = a_keeper(rounds, tmp_path)
    try:
        assert rounds.twice.wait(PATIENCE)
    finally:
        keeper.close()

    assert caplog.text.count("the disk is read-only") == 1


def test_closing_does_not_wait_for_a_round_that_hangs(tmp_path: Path) -> None:
    begun, release = threading.Event(), threading.Event()

    class Hanging(Counting):
        def run(
            self, *, lock_seconds: float = 0.0, all_of_them: bool = False
        ) -> Round | None:
            begun.set()
            release.wait(PATIENCE)
            return None

    keeper = a_keeper(Hanging(), tmp_path)
    try:
        assert begun.wait(PATIENCE)
        keeper.close()
        assert not release.is_set()
    finally:
        release.set()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded")
def test_a_forked_child_anchors_too(tmp_path: Path) -> None:
    class Telling(Counting):
        def run(
            self, *, lock_seconds: float = 0.0, all_of_them: bool = False
        ) -> Round | None:
            (tmp_path / str(os.getpid())).touch()
            return None

    keeper = a_keeper(Telling(), tmp_path)
    try:
        child = os.fork()
        if child == 0:
            deadline = time.monotonic() + PATIENCE
            while time.monotonic() < deadline:
                if (tmp_path / str(os.getpid())).exists():
                    os._exit(0)
                time.sleep(0.01)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        keeper.close()


def test_a_keeper_that_was_closed_does_not_begin_again_in_a_child(
    tmp_path: Path,
) -> None:
    rounds = Counting()
    keeper = a_keeper(rounds, tmp_path, seconds=3600)
    keeper.close()

    keeper._start()

    assert not [each for each in threading.enumerate() if each.name == "nobody"]
    assert rounds.count == 0


def test_without_a_thread_to_be_had_calls_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = AnchorKeeper(tmp_path, Plan(), start=_no_threads)
    keeper.close()

    assert "not anchored in the background" in caplog.text


def _no_threads(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")
