"""Budgets at work in a governor: counted, recorded, settled, and never lost quietly."""

import asyncio
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from affidavit.calls import Call, Ending, How, Text
from affidavit.errors import SettingsInvalid, Uncounted, Unrecorded
from affidavit.gate import Verdict
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind
from affidavit.wiring import Governor, Settings, counting
from affidavit.wiring.settings import read_settings
from support.budgeted import a_budgeted_project, put_in_force
from support.project import a_call, an_outcome
from support.redis_server import a_server

THREE = "{requests: 3/month}"
TOKENS = "{output_tokens: 100/month}"


def put(governor: Governor, call: Call | None = None) -> Verdict:
    verdict = governor.consider(call or a_call())
    return governor.commit(verdict) or verdict


def decisions(settings: Settings) -> list[StoredRecord]:
    reader = TrailReader(settings.trail)
    return [each for each in reader.records() if each.entry.kind is Kind.DECISION]


def effects(settings: Settings) -> list[str | None]:
    return [each.entry.effect for each in decisions(settings)]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_budgeted_project(tmp_path, THREE)


@pytest.fixture
def governor(settings: Settings) -> Iterator[Governor]:
    with Governor(settings=settings) as opened:
        yield opened


def test_the_call_beyond_a_budget_is_refused_and_recorded_so(
    settings: Settings,
) -> None:
    with Governor(settings=settings) as governor:
        verdicts = [put(governor) for _ in range(4)]

    assert [each.refused for each in verdicts] == [False, False, False, True]
    assert verdicts[3].reasons[0].rule == "budget.spent"
    assert effects(settings) == ["permit"] * 3 + ["refuse"]
    last = decisions(settings)[3].body or {}
    reasons: Any = last["reasons"]
    budgets: Any = last["budgets"]
    assert "0 left of its 3 requests per month" in str(reasons[0])
    assert [(each["used"], each["amount"]) for each in budgets] == [(3, 1)]


def test_observe_mode_counts_and_records_and_lets_through(tmp_path: Path) -> None:
    settings = a_budgeted_project(tmp_path, "{requests: 1/month}", observe=True)
    with Governor(settings=settings) as governor:
        verdicts = [put(governor) for _ in range(3)]

    assert [each.effect for each in verdicts] == ["permit", "observed", "observed"]
    assert [each.reasons[0].rule for each in verdicts[1:]] == ["budget.spent"] * 2
    body = decisions(settings)[2].body or {}
    budgets: Any = body["budgets"]
    assert [each["used"] for each in budgets] == [2]


def test_all_processes_of_a_machine_share_a_budget(settings: Settings) -> None:
    with Governor(settings=settings) as one, Governor(settings=settings) as other:
        assert not put(one).refused
        assert not put(other).refused
        assert not put(one).refused
        assert put(other).refused


async def test_a_task_is_counted_without_holding_up_the_loop(
    governor: Governor,
) -> None:
    verdicts = [governor.consider(a_call()) for _ in range(4)]

    counted = await asyncio.gather(*(governor.acommit(each) for each in verdicts))

    assert sorted(each.refused for each in counted if each) == [False] * 3 + [True]


def test_a_call_that_cannot_be_counted_does_not_leave_and_is_not_recorded(
    settings: Settings, governor: Governor
) -> None:
    put(governor)
    before = len(decisions(settings))
    for each in settings.trail.parent.glob("trail.budgets*"):
        each.unlink()
    (settings.trail.parent / "trail.budgets").mkdir()

    with pytest.raises(Uncounted, match="was not sent: its purpose has a budget"):
        put(governor)
    assert len(decisions(settings)) == before
    (settings.trail.parent / "trail.budgets").rmdir()


def test_a_call_that_cannot_be_recorded_takes_nothing(
    settings: Settings, governor: Governor
) -> None:
    put(governor)
    wal = settings.trail / "wal"
    hidden = wal.with_name("hidden")
    governor.trail.close()
    wal.rename(hidden)

    with pytest.raises(Unrecorded):
        put(governor)
    hidden.rename(wal)
    store = counting.store_of(settings)
    governor.close()
    assert [each.used for each in store.read(0)] == [1]
    store.close()


def test_tokens_are_reserved_and_settled_by_what_the_provider_counted(
    tmp_path: Path,
) -> None:
    settings = a_budgeted_project(tmp_path, TOKENS)
    long = a_call(parameters={"max_tokens": 60})
    with Governor(settings=settings) as governor:
        first = put(governor, long)
        assert put(governor, long).refused  # 60 of 100 are reserved
        governor.conclude_soon(first, an_outcome)
        assert not put(governor, long).refused  # 18 are used, and 60 more fit


def test_what_never_left_is_given_back(governor: Governor) -> None:
    for _ in range(6):
        verdict = put(governor)
        unsent = an_outcome(
            ending=Ending.ABANDONED,
            how=How.UNSENT,
            input_tokens=None,
            output_tokens=None,
        )
        governor.conclude(verdict, unsent)
        assert not verdict.refused


async def test_a_caller_that_stops_waiting_leaves_no_outcome_of_a_refusal(
    settings: Settings,
) -> None:
    with Governor(settings=settings) as governor:
        for _ in range(3):
            put(governor)
        verdict = governor.consider(a_call())
        await governor.acommit(verdict)
        # As a client does that was cancelled and never saw the refusal.
        governor.conclude(verdict, an_outcome())

    kinds = [each.entry.kind for each in TrailReader(settings.trail).records()]
    assert kinds.count(Kind.OUTCOME) == 0


def test_a_caller_that_gave_up_before_counting_leaves_nothing(
    settings: Settings,
) -> None:
    with Governor(settings=settings) as governor:
        governor.conclude(governor.consider(a_call()), an_outcome())

    assert decisions(settings) == []


@pytest.mark.parametrize("while_open", [True, False])
def test_a_lost_store_is_counted_again_from_the_trail(
    settings: Settings, *, while_open: bool
) -> None:
    governor = Governor(settings=settings)
    done = put(governor)
    governor.conclude(done, an_outcome())
    put(governor)
    if not while_open:
        governor.close()
    for each in settings.trail.parent.glob("trail.budgets*"):
        each.unlink()
    if not while_open:
        governor = Governor(settings=settings)

    assert not put(governor).refused
    assert put(governor).refused
    governor.close()


def test_a_recount_settles_tokens_as_the_store_did(tmp_path: Path) -> None:
    settings = a_budgeted_project(tmp_path, TOKENS)
    call = a_call(
        parameters={"max_tokens": 60}, texts=(Text(role="user", value="Hello"),)
    )
    with Governor(settings=settings) as governor:
        governor.conclude(put(governor, call), an_outcome())  # 18
        failed = an_outcome(
            ending=Ending.ERROR, how=How.STATUS, input_tokens=None, output_tokens=None
        )
        governor.conclude(put(governor, call), failed)  # none
        put(governor, call)  # 60, and nobody knows
    before = _used(settings)
    settings.trail.with_name("trail.budgets").unlink()
    with Governor(settings=settings) as governor:
        assert put(governor, call).refused

    assert before == _used(settings) == [78]


def _used(settings: Settings) -> list[int]:
    store = counting.store_of(settings)
    used = [each.used for each in store.read(0)]
    store.close()
    return used


def test_budgets_that_a_policy_gets_are_counted_from_then_on(tmp_path: Path) -> None:
    settings = a_budgeted_project(tmp_path, "")
    with Governor(settings=settings) as governor:
        assert [put(governor).spending for _ in range(3)] == [None] * 3
        assert not settings.trail.with_name("trail.budgets").exists()

        put_in_force(settings, "{requests: 1/month}")
        assert governor.reload()
        assert [put(governor).refused for _ in range(2)] == [False, True]


def test_a_machine_counts_on_a_server_once_it_was_founded(tmp_path: Path) -> None:
    with a_server() as server:
        environ = {"AFFIDAVIT_BUDGETS": server.url}
        a_budgeted_project(tmp_path / "one", THREE)
        a_budgeted_project(tmp_path / "two", THREE)
        one = read_settings(environ=environ, directory=tmp_path / "one")
        two = read_settings(environ=environ, directory=tmp_path / "two")
        with Governor(settings=one) as first, Governor(settings=two) as second:
            with pytest.raises(Uncounted, match="--found"):
                put(first)
            store = counting.store_of(one)
            assert store.found()  # type: ignore[attr-defined]  # a server's store
            store.close()
            refused = [put(each).refused for each in (first, second, first, second)]

            server.forget()
            with pytest.raises(Uncounted, match="lost its data"):
                put(first)

    assert refused == [False, False, False, True]


def test_a_network_file_system_is_no_place_for_counters(
    tmp_path: Path, settings: Settings
) -> None:
    mounts = "36 35 98:0 / / rw - nfs4 server:/x rw\n"
    with pytest.raises(SettingsInvalid, match="network file system"):
        counting.refuse_network(tmp_path / "x", settings, mounts)
    counting.refuse_network(Path(os.devnull), settings, "1 1 1:1 / / rw - ext4 x rw\n")


def test_where_budgets_are_counted_is_a_setting(tmp_path: Path) -> None:
    def settled(value: str) -> object:
        environ = {"AFFIDAVIT_BUDGETS": value}
        return read_settings(environ=environ, directory=tmp_path).budgets

    default = read_settings(environ={}, directory=tmp_path).budgets
    assert default == tmp_path / ".affidavit" / "trail.budgets"
    assert settled("counters.db") == tmp_path / "counters.db"
    assert settled("redis://budgets.example/2") == "redis://budgets.example/2"
    with pytest.raises(SettingsInvalid, match="begins with redis://"):
        settled("memcached://budgets.example")


def test_whoever_closes_waits_for_threads_that_count_and_not_for_the_dead() -> None:
    under_way = counting.UnderWay()
    begun, done = threading.Event(), threading.Event()

    def count() -> None:
        with under_way:
            begun.set()
            done.wait(10)

    thread = threading.Thread(target=count)
    thread.start()
    begun.wait(10)
    under_way.wait(0.02)
    assert thread.is_alive()
    done.set()
    under_way.wait()
    thread.join()
    under_way._threads.add(-1)  # as a forked child has its parent's
    under_way.wait()
    with under_way:
        under_way.wait()  # whoever closes in the midst of counting does not wait
