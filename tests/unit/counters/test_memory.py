"""In memory there is nothing to lose, and nothing is written down."""

from affidavit.counters.memory import MemoryCounters
from support.budgeted import NOON, a_change, an_ask


def test_a_program_s_test_need_not_join() -> None:
    store = MemoryCounters()
    store.join("t", [a_change(5)])  # a trail says nothing here

    assert store.take("t", [an_ask(1, 1)], (), force=False, now=NOON).granted
    assert not store.take("t", [an_ask(1, 1)], (), force=False, now=NOON).granted
    store.close()
    assert store.where == "memory"
