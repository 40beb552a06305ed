"""Counters of one process that are gone with it: for tests of programs.

The same promises as a store's, but for other processes and a restart.
"""

import threading
from collections.abc import Sequence

from affidavit.counters.store import Ask, Change, Grant, Key, Reading


class MemoryCounters:
    """Knows every member: there is nothing that could have been lost."""

    where = "memory"

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._used: dict[Key, int] = {}

    def take(
        self,
        member: str,  # noqa: ARG002 - as `Counters.take`
        asks: Sequence[Ask],
        changes: Sequence[Change],
        *,
        force: bool,
        now: int,  # noqa: ARG002 - as `Counters.take`
    ) -> Grant:
        """As `Counters.take`."""
        with self._lock:
            for change in changes:
                self._add(change.key, change.amount)
            used = tuple(self._used.get(ask.key, 0) for ask in asks)
            granted = all(
                before + ask.need <= ask.limit
                for ask, before in zip(asks, used, strict=True)
            )
            if granted or force:
                for ask in asks:
                    self._add(ask.key, ask.amount)
        return Grant(granted, used)

    def _add(self, key: Key, amount: int) -> None:
        self._used[key] = max(0, self._used.get(key, 0) + amount)

    def join(self, member: str, totals: Sequence[Change]) -> None:
        """As `Counters.join`: there is nothing to do."""

    def read(self, now: int) -> list[Reading]:
        """As `Counters.read`."""
        return [Reading(key, used) for key, used in self._used.items() if key.end > now]

    def close(self) -> None:
        """As `Counters.close`: there is nothing to do."""
