"""The keeper: one ask a counter, settled without waiting, counted again when lost."""

import logging
import threading
import time
from collections.abc import Callable, Sequence

import pytest

from affidavit.calls import Work
from affidavit.counters.keeper import Keeper, asks_of, key_of
from affidavit.counters.memory import MemoryCounters
from affidavit.counters.store import Ask, Change, Grant, NotJoined
from affidavit.errors import Uncounted
from affidavit.policy.amounts import Unit
from affidavit.policy.budgets import Demand
from support.budgeted import NOON, a_budget, demanded
from support.policies import a_call

DEMAND = demanded(a_call(), a_budget("3/day"))
(CHARGE,) = DEMAND.charges


class Losing(MemoryCounters):
    """Knows nobody until they join; fails while `broken`."""

    def __init__(self) -> None:
        super().__init__()
        self.members: set[str] = set()
        self.broken = False

    def take(
        self,
        member: str,
        asks: Sequence[Ask],
        changes: Sequence[Change],
        *,
        force: bool,
        now: int,
    ) -> Grant:
        if self.broken:
            raise Uncounted("broken")
        if member not in self.members:
            raise NotJoined
        return super().take(member, asks, changes, force=force, now=now)

    def join(self, member: str, totals: Sequence[Change]) -> None:
        self.members.add(member)
        super().take(member, (), totals, force=True, now=NOON)


def a_keeper(
    store: MemoryCounters | None = None,
    recount: Callable[[int], Sequence[Change]] = lambda _: (),
) -> Keeper:
    return Keeper(store or MemoryCounters(), member="t", recount=recount)


def until(holds: Callable[[], bool]) -> None:
    for _ in range(500):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came about")


def test_a_call_and_the_lines_of_its_file_are_one_ask() -> None:
    budget = a_budget("9/day")
    (own,) = demanded(a_call(), budget).charges
    lines = own._replace(amount=4, later=True)

    asks, places = asks_of(Demand((budget, budget), (own, lines)))

    assert asks == [Ask(key_of(own), 5, 9)]
    assert places == [0, 0]


def test_what_a_call_took_besides_counts_for_the_next() -> None:
    keeper = a_keeper()
    assert keeper.take(DEMAND, NOON) == Grant(granted=True, used=(0,))

    keeper.settle([(CHARGE, 2)])

    assert keeper.take(DEMAND, NOON) == Grant(granted=False, used=(3,))
    keeper.close()


def test_what_is_settled_reaches_the_store_by_itself() -> None:
    keeper = a_keeper()

    keeper.settle([(CHARGE, 2), (CHARGE, 0)])

    until(lambda: [each.used for each in keeper.read(NOON)] == [2])
    keeper.close()


def test_flush_and_close_settle_at_once() -> None:
    keeper = a_keeper()
    keeper.settle([(CHARGE, 2)])
    keeper.flush()
    assert [each.used for each in keeper.read(NOON)] == [2]

    keeper.settle([(CHARGE, 1)])
    keeper.close()
    assert [each.used for each in keeper.store.read(NOON)] == [3]


def test_a_store_that_was_lost_is_told_what_the_trail_says() -> None:
    store, told = Losing(), [Change(key_of(CHARGE), 2)]
    keeper = a_keeper(store, lambda _: told)

    assert keeper.take(DEMAND, NOON).used == (2,)
    store.members.clear()
    keeper.settle([(CHARGE, 1)])  # the trail tells of it too
    assert keeper.take(DEMAND, NOON).used == (5,)
    keeper.close()


def test_a_store_that_is_lost_again_at_once_lets_no_call_leave() -> None:
    class Forgetful(Losing):
        def join(self, member: str, totals: Sequence[Change]) -> None:
            """Forget it."""

    keeper = a_keeper(Forgetful())

    with pytest.raises(Uncounted, match="lost twice"):
        keeper.take(DEMAND, NOON)
    keeper.settle([(CHARGE, 1)])
    keeper.close()


def test_what_cannot_be_settled_is_kept_and_told_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    store = Losing()
    store.members.add("t")
    keeper = a_keeper(store)
    store.broken = True
    keeper.settle([(CHARGE, 2)])

    with caplog.at_level(logging.WARNING):
        keeper.flush()
    with pytest.raises(Uncounted):
        keeper.take(DEMAND, NOON)
    store.broken = False

    assert "not settled yet" in caplog.text
    assert keeper.take(DEMAND, NOON).used == (2,)
    keeper.close()


def test_settling_never_waits_for_the_store() -> None:
    going = threading.Event()

    class Slow(MemoryCounters):
        def take(self, *given: object, **named: object) -> Grant:
            going.wait(10)
            return Grant(granted=True, used=())

    keeper = a_keeper(Slow())
    began = time.monotonic()
    keeper.settle([(CHARGE, 2)])
    assert time.monotonic() - began < 1
    going.set()
    keeper.close()


def test_join_tells_the_store_of_the_trail() -> None:
    store = Losing()
    keeper = a_keeper(store, lambda _: [Change(key_of(CHARGE), 1)])

    keeper.join(NOON)

    assert store.members == {"t"}
    keeper.close()


def test_what_is_pending_in_a_forked_child_is_the_parent_s() -> None:
    keeper = a_keeper()
    keeper.settle([(CHARGE, 2)])
    keeper.forked()
    keeper.flush()

    assert sum(each.used for each in keeper.read(NOON)) in (0, 2)
    keeper.close()


def test_tokens_and_requests_are_counters_of_their_own() -> None:
    both = demanded(a_call(), a_budget("3/day"), a_budget("3/day", Unit.OUTPUT_TOKENS))
    keeper = a_keeper()

    assert len(asks_of(both)[0]) == 2
    assert keeper.take(both, NOON).used == (0, 0)
    assert Work("responses", None, None).requests == 1
    keeper.close()
