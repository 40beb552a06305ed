"""What each store promises: memory, a database, and a real Redis server."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from affidavit.counters.embedded import EmbeddedCounters
from affidavit.counters.memory import MemoryCounters
from affidavit.counters.remote import RemoteCounters
from affidavit.counters.store import Counters, Reading
from support import counting
from support.budgeted import NOON, a_change, a_key, an_ask
from support.cli import SDK, TESTS
from support.redis_server import a_server

KINDS = ("memory", "embedded", "remote")


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counters]:
    match request.param:
        case "memory":
            yield MemoryCounters()
        case "embedded":
            embedded = EmbeddedCounters(tmp_path / "trail.budgets", boot="boot")
            embedded.join("t", ())
            yield embedded
            embedded.close()
        case _:
            with a_server() as server:
                remote = RemoteCounters(server.url)
                assert remote.found()
                remote.join("t", ())
                yield remote
                remote.close()


def test_all_that_is_asked_is_taken_or_nothing(store: Counters) -> None:
    asks = [an_ask(2, 5), an_ask(3, 4, a_key("other"))]

    first = store.take("t", asks, (), force=False, now=NOON)
    second = store.take("t", asks, (), force=False, now=NOON)
    third = store.take("t", [an_ask(3, 5)], (), force=False, now=NOON)

    assert (first.granted, first.used) == (True, (0, 0))
    assert (second.granted, second.used) == (False, (2, 3))
    assert (third.granted, third.used) == (True, (2,))  # nothing was taken in between


def test_a_call_that_reserves_nothing_needs_one_to_be_left(store: Counters) -> None:
    assert store.take("t", [an_ask(0, 1)], (), force=False, now=NOON).granted
    store.take("t", [an_ask(1, 1)], (), force=False, now=NOON)
    assert not store.take("t", [an_ask(0, 1)], (), force=False, now=NOON).granted


def test_with_force_it_is_taken_and_told_what_enforcing_would_do(
    store: Counters,
) -> None:
    grants = [
        store.take("t", [an_ask(1, 1)], (), force=True, now=NOON) for _ in range(3)
    ]

    assert [(each.granted, each.used) for each in grants] == [
        (True, (0,)),
        (False, (1,)),
        (False, (2,)),
    ]


def test_changes_come_before_what_is_asked_and_never_below_zero(
    store: Counters,
) -> None:
    store.take("t", [an_ask(5, 5)], (), force=False, now=NOON)

    freed = store.take("t", [an_ask(1, 5)], [a_change(-2)], force=False, now=NOON)
    assert (freed.granted, freed.used) == (True, (3,))
    store.take("t", (), [a_change(-100), a_change(7)], force=True, now=NOON)

    assert list(store.read(NOON)) == [Reading(a_key(), 7)]


def test_large_counts_are_exact(store: Counters) -> None:
    most = 2**53 - 1
    store.take("t", [an_ask(most - 1, most)], (), force=False, now=NOON)

    assert store.take("t", [an_ask(1, most)], (), force=False, now=NOON).granted
    full = store.take("t", [an_ask(1, most)], (), force=False, now=NOON)
    assert (full.granted, full.used) == (False, (most,))


def test_only_windows_that_last_are_read(store: Counters) -> None:
    store.take("t", [an_ask(1, 5)], (), force=False, now=NOON)

    assert list(store.read(a_key().end - 1)) == [Reading(a_key(), 1)]
    assert list(store.read(a_key().end)) == []


def test_threads_never_exceed_a_budget(store: Counters) -> None:
    granted: list[bool] = []

    def calls() -> None:
        for _ in range(25):
            grant = store.take("t", [an_ask(1, 60)], (), force=False, now=NOON)
            granted.append(grant.granted)

    threads = [threading.Thread(target=calls) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(granted) == 60


@pytest.fixture(params=KINDS[1:])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "embedded":
        yield str(tmp_path / "trail.budgets")
        return
    with a_server() as server:
        RemoteCounters(server.url).found()
        yield server.url


def begun(place: str, limit: int, calls: int, count: int) -> "subprocess.Popen[bytes]":
    code = f"import sys; sys.path[:0] = {[str(SDK), str(TESTS)]!r}\n"
    code += "from support.counting import main; main()"
    given = [place, str(limit), str(calls), str(count)]
    return subprocess.Popen(
        [sys.executable, "-c", code, *given], stdout=subprocess.PIPE
    )


def test_eight_processes_never_exceed_a_budget(place: str) -> None:
    store = counting.store(place)
    store.join("t", ())
    store.close()

    process = begun(place, 150, 50, 8)
    _, said = process.communicate(timeout=60)[0].split(b"\n")

    assert (len(said), said.count(b"1")) == (400, 150)


def test_processes_that_are_killed_take_no_more_than_they_were_granted(
    place: str,
) -> None:
    store = counting.store(place)
    store.join("t", ())

    process = begun(place, 100_000, 100_000, 3)
    assert process.stdout
    children = process.stdout.readline().split()
    seen = process.stdout.read(60)
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    told = (seen + process.communicate()[0]).count(b"1")

    # A call that was counted and not told of, one a process at most, counts.
    (reading,) = store.read(NOON)
    assert told <= reading.used <= told + 3
    assert store.take("t", [an_ask(1, 100_000)], (), force=False, now=NOON).granted
    store.close()
