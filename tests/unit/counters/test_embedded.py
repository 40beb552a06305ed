"""Counters in a database: what a lost, strange or busy file does to calls."""

import os
import sqlite3
import stat
from pathlib import Path

import pytest

from affidavit.counters.embedded import EmbeddedCounters
from affidavit.counters.store import NotJoined
from affidavit.errors import Uncounted
from support.budgeted import DAY, NOON, a_change, a_key, an_ask


def a_store(directory: Path, *, boot: str = "boot") -> EmbeddedCounters:
    return EmbeddedCounters(directory / "trail.budgets", boot=boot)


def taken(store: EmbeddedCounters, *, now: int = NOON) -> int:
    return store.take("t", [an_ask()], (), force=False, now=now).used[0]


def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.join("t", ())

    assert stat.S_IMODE(store.path.stat().st_mode) == 0o600
    store.close()


def test_a_new_store_takes_nothing_before_it_knows_what_the_trail_says(
    tmp_path: Path,
) -> None:
    store = a_store(tmp_path)

    with pytest.raises(NotJoined):
        taken(store)
    store.join("t", [a_change(3)])
    assert taken(store) == 3
    store.join("t", [a_change(3)])  # twice is once
    assert taken(store) == 4
    store.close()


def test_a_file_that_is_removed_or_replaced_under_us_is_noticed(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.join("t", ())
    taken(store)

    for each in tmp_path.iterdir():
        each.unlink()
    with pytest.raises(NotJoined):
        taken(store)
    store.join("t", [a_change(2)])
    assert taken(store) == 2
    store.close()


def test_what_was_counted_before_this_boot_is_forgotten(tmp_path: Path) -> None:
    before = a_store(tmp_path, boot="earlier")
    before.join("t", [a_change(4)])
    before.close()

    after = a_store(tmp_path, boot="later")
    with pytest.raises(NotJoined):
        taken(after)
    assert after.read(NOON) == []
    after.close()


def test_windows_that_ended_long_ago_are_dropped(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.join("t", ())
    taken(store)
    later = a_key(start=NOON + 3 * DAY)
    ask = an_ask(key=later)
    store.take("t", [ask], (), force=False, now=NOON + 3 * DAY)
    store.close()

    database = sqlite3.connect(store.path)
    rows = database.execute("select start from counters").fetchall()
    database.close()
    assert rows == [(later.start,)]


def test_a_damaged_file_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.path.write_bytes(b"no database at all" * 100)

    with pytest.raises(Uncounted, match="Move the file away"):
        taken(store)
    store.path.unlink()
    store.join("t", ())
    store.close()


def test_a_folder_that_nobody_may_write_to_is_an_error(tmp_path: Path) -> None:
    store = EmbeddedCounters(tmp_path / "missing" / "trail.budgets", boot="boot")

    with pytest.raises(Uncounted, match="write access"):
        taken(store)
    assert store.read(NOON) == []


def test_a_file_that_others_hold_is_waited_for_and_given_up(tmp_path: Path) -> None:
    store = EmbeddedCounters(tmp_path / "trail.budgets", boot="boot", busy_seconds=0.05)
    store.join("t", ())
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("begin immediate")

    with pytest.raises(Uncounted, match="try again"):
        taken(store)
    other.execute("rollback")
    other.close()
    assert taken(store) == 0
    store.close()


def test_a_forked_child_counts_with_a_connection_of_its_own(tmp_path: Path) -> None:
    store = a_store(tmp_path)
    store.join("t", ())
    taken(store)

    child = os.fork()
    if child == 0:
        try:
            os._exit(taken(store))
        finally:
            os._exit(99)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    assert taken(store) == 2
    store.close()


def test_it_is_named_in_messages_by_its_file(tmp_path: Path) -> None:
    assert a_store(tmp_path).where == str(tmp_path / "trail.budgets")
