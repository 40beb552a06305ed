"""A real Redis server: founded once, lost loudly, and never trusted to forget."""

import sys
from collections.abc import Iterator

import pytest

from affidavit.counters.remote import RemoteCounters
from affidavit.counters.store import NotJoined
from affidavit.errors import SettingsInvalid, ToolUnavailable, Uncounted
from support.budgeted import NOON, a_change, an_ask
from support.redis_server import Server, a_server


@pytest.fixture
def server() -> Iterator[Server]:
    with a_server() as running:
        yield running


def a_store(server: Server) -> RemoteCounters:
    store = RemoteCounters(server.url)
    assert store.found()
    store.join("t", ())
    return store


def used(store: RemoteCounters, member: str = "t") -> int:
    return store.take(member, [an_ask()], (), force=False, now=NOON).used[0]


def test_a_server_that_nobody_founded_counts_nothing(server: Server) -> None:
    store = RemoteCounters(server.url)

    with pytest.raises(NotJoined):
        used(store)
    with pytest.raises(Uncounted, match="policy budgets --found"):
        store.join("t", ())
    assert store.found()
    assert not store.found()
    store.join("t", [a_change(2)])
    assert used(store) == 2
    store.close()


def test_each_machine_adds_what_its_own_trail_says_once(server: Server) -> None:
    store = a_store(server)

    store.join("other", [a_change(2)])
    store.join("other", [a_change(2)])

    assert (used(store), used(store, "other")) == (2, 3)
    store.close()


def test_a_server_that_lost_its_data_lets_no_call_leave(server: Server) -> None:
    store = a_store(server)
    used(store)

    server.forget()
    with pytest.raises(NotJoined):
        used(store)
    with pytest.raises(Uncounted, match="lost its data"):
        store.join("t", [a_change(1)])
    store.found()
    store.join("t", [a_change(1)])
    assert used(store) == 1
    store.close()


def test_a_server_that_is_gone_lets_no_call_leave_and_is_waited_for(
    server: Server,
) -> None:
    store = a_store(server)

    server.stop()
    with pytest.raises(Uncounted, match="cannot be used"):
        used(store)
    server.start()
    store.found()
    store.join("t", ())
    assert used(store) == 0
    store.close()


def test_a_server_that_makes_room_by_forgetting_is_refused() -> None:
    forgets = ("--maxmemory", "10mb", "--maxmemory-policy", "allkeys-lru")
    with a_server(*forgets) as server:
        store = RemoteCounters(server.url)
        store.found()
        with pytest.raises(Uncounted, match="noeviction"):
            store.join("t", ())
        store.close()


def test_counters_are_dropped_some_days_after_their_window(server: Server) -> None:
    store = a_store(server)
    used(store)

    (name,) = store._names()
    assert store._client.pttl(name) > 0
    store.close()


def test_a_password_is_not_told() -> None:
    store = RemoteCounters("redis://user:geheim@budgets.example:6379/2")

    assert store.where == "redis://budgets.example:6379/2"
    store.close()


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsInvalid, match="no address"):
        RemoteCounters("ftp://budgets.example")


def test_without_the_extra_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['redis'] = None\n"
        "from affidavit.counters.remote import RemoteCounters\n"
        "from affidavit.errors import ToolUnavailable\n"
        "try: RemoteCounters('redis://localhost')\n"
        "except ToolUnavailable as error: print(error)\n"
    )
    import subprocess

    from support.cli import environment

    done = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert "affidavit[redis]" in done.stdout
    assert issubclass(ToolUnavailable, Exception)
