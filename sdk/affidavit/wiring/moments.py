"""When a call is decided, and the random bytes of its identifier.

Knows clocks, a source of randomness and forks. A draw for each call would be a system
call between two calls of an API, of which a moment's cost is mostly made: so bytes are
drawn for many calls at once.
"""

import os
import time
import weakref
from collections import deque

from affidavit.gate import Moment
from affidavit.trail.record import ID_BYTES, Clock, Randomness

AHEAD = 64
"""Moments that one draw serves."""


class Moments:
    """Gives moments; the bytes in one are given once: to one thread, in one process."""

    def __init__(self, clock: Clock, randomness: Randomness) -> None:
        self._clock = clock
        self._randomness = randomness
        self._left: deque[bytes] = deque()
        _living.add(self)

    def __call__(self) -> Moment:
        """The present one."""
        return Moment(
            nanoseconds=self._clock(),
            monotonic=time.monotonic_ns() // 1_000_000,
            random=self._drawn(),
        )

    def _drawn(self) -> bytes:
        try:
            return self._left.pop()  # atomic: no two threads get the same
        except IndexError:
            drawn = self._randomness(AHEAD * ID_BYTES)
            starts = range(0, len(drawn), ID_BYTES)
            first, *rest = [drawn[start : start + ID_BYTES] for start in starts]
            self._left.extend(rest)
            return first

    def forked(self) -> None:
        """In a forked child: the parent gives out what it drew."""
        self._left = deque()


_living: "weakref.WeakSet[Moments]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for each in list(_living):
        each.forked()


os.register_at_fork(after_in_child=_after_fork_in_child)
