"""Whoever counts for one process: takes for its calls, and settles them afterwards.

Knows a store, the trail's name in it, and how to have the trail counted again. What is
to be settled goes along with the next call that takes, or within `SETTLE_SECONDS` in a
thread of its own: never on an event loop, and never while a call waits for its answer.
"""

import logging
import os
import threading
import weakref
from collections.abc import Callable, Sequence

from affidavit.counters.store import (
    Ask,
    Change,
    Counters,
    Grant,
    Key,
    NotJoined,
    Reading,
)
from affidavit.errors import Uncounted
from affidavit.policy.budgets import Demand
from affidavit.policy.charges import Charge

SETTLE_SECONDS = 0.05
_RETRY_SECONDS = 1.0
_log = logging.getLogger("affidavit")

Recount = Callable[[int], Sequence[Change]]
"""Now (ms since 1970) → what the trail says was used in windows that last."""


class Keeper:
    """Counts in `store` under the name `member`. Safe for threads and forks."""

    def __init__(self, store: Counters, *, member: str, recount: Recount) -> None:
        self.store = store
        self._member = member
        self._recount = recount
        self._begin()
        _living.add(self)

    def _begin(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[Key, int] = {}
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def forked(self) -> None:
        """In a forked child: what is pending is the parent's to settle."""
        self._begin()

    def take(self, demand: Demand, now: int, *, force: bool = False) -> Grant:
        """Take what a call demands, all of it or nothing; `used` is for each charge.

        With `force` it is taken whatever the limits: `granted` says what enforcing
        would have done. Raises `Uncounted`.
        """
        asks, places = asks_of(demand)
        changes = self._swapped()
        try:
            grant = self._taken(asks, changes, now, force=force)
        except NotJoined:
            # What is pending for calls that the trail tells of is counted there.
            grant = self._joined(asks, now, force=force)
        except Uncounted:
            self._settle_later(changes)
            raise
        return grant._replace(used=tuple(grant.used[place] for place in places))

    def _taken(
        self, asks: Sequence[Ask], changes: Sequence[Change], now: int, *, force: bool
    ) -> Grant:
        return self.store.take(self._member, asks, changes, force=force, now=now)

    def _joined(self, asks: Sequence[Ask], now: int, *, force: bool) -> Grant:
        self.store.join(self._member, self._recount(now))
        try:
            return self._taken(asks, (), now, force=force)
        except NotJoined as error:
            raise Uncounted(
                f"{self.store.where}: the budgets' counters were lost twice while one "
                "call was counted. See to whoever removes them."
            ) from error

    def join(self, now: int) -> None:
        """Have the store know this trail, with what it says was used until now."""
        self.store.join(self._member, self._recount(now))

    def settle(self, differences: Sequence[tuple[Charge, int]]) -> None:
        """Add to counters what calls took besides, or less. Never raises or waits."""
        changes = [
            Change(key_of(charge), amount) for charge, amount in differences if amount
        ]
        if changes:
            self._settle_later(changes)

    def _settle_later(self, changes: Sequence[Change]) -> None:
        with self._lock:
            for key, amount in changes:
                self._pending[key] = self._pending.get(key, 0) + amount
            if self._pending and self._thread is None and not self._stop.is_set():
                self._thread = threading.Thread(
                    target=self._run, name="affidavit-budgets", daemon=True
                )
                self._thread.start()
        self._wake.set()

    def _swapped(self) -> list[Change]:
        with self._lock:
            pending, self._pending = self._pending, {}
        return [Change(key, amount) for key, amount in pending.items() if amount]

    def _run(self) -> None:
        stop, wake, pause = self._stop, self._wake, SETTLE_SECONDS
        while True:
            wake.wait()
            wake.clear()
            if stop.wait(pause):
                return
            # What fails is kept and tried again. Until then no call of this process
            # that would have to be counted leaves.
            settled = self._settled()
            pause = SETTLE_SECONDS if settled else _RETRY_SECONDS

    def _settled(self) -> bool:
        changes = self._swapped()
        if not changes:
            return True
        try:
            self.store.take(self._member, (), changes, force=True, now=0)
        except NotJoined:
            return True  # the next call counts again from the trail, which has these
        except Uncounted as error:
            _log.warning("budgets: not settled yet: %s", error)
            self._settle_later(changes)
            return False
        return True

    def read(self, now: int) -> Sequence[Reading]:
        """Every counter whose window has not ended, of all processes."""
        return tuple(self.store.read(now))

    def flush(self) -> None:
        """Settle now what is pending. Logs what cannot be."""
        self._settled()

    def close(self) -> None:
        """Settle, and let go of the store."""
        self._stop.set()
        self._wake.set()
        self._settled()
        self.store.close()


def key_of(charge: Charge) -> Key:
    """The counter that it is taken from."""
    return Key(charge.budget, charge.who, charge.start, charge.end)


def asks_of(demand: Demand) -> tuple[list[Ask], list[int]]:
    """One ask for each counter, and for each charge the place of its counter."""
    places: dict[Key, int] = {}
    asks: list[Ask] = []
    found: list[int] = []
    for budget, charge in zip(demand.budgets, demand.charges, strict=True):
        key = key_of(charge)
        place = places.setdefault(key, len(asks))
        if place == len(asks):
            asks.append(Ask(key, charge.amount, budget.amount.limit))
        else:
            before = asks[place]
            limit = min(before.limit, budget.amount.limit)
            asks[place] = Ask(key, before.amount + charge.amount, limit)
        found.append(place)
    return asks, found


_living: "weakref.WeakSet[Keeper]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for keeper in list(_living):
        keeper.forked()


os.register_at_fork(after_in_child=_after_fork_in_child)
