"""What a store of counters is asked, and what it answers.

Knows no budget's meaning and no file: a counter is named by a budget's identifier, by
whom it is counted apart for, and by the window that it is for. Each trail that counts
in a store is a member of it: a store that does not know the member has been lost, or is
new, and takes nothing before it is told what the member's trail says.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol


class Key(NamedTuple):
    """Which counter."""

    budget: str
    who: str
    start: int
    """Of the window, ms since 1970."""
    end: int


class Ask(NamedTuple):
    """What a call would take of one counter; each counter is asked once."""

    key: Key
    amount: int
    limit: int

    @property
    def need(self) -> int:
        """What must be left: a call that reserves nothing needs one all the same."""
        return max(self.amount, 1)


class Change(NamedTuple):
    """What is added to a counter whatever its limit; it never falls below 0."""

    key: Key
    amount: int


class Grant(NamedTuple):
    """What became of asks."""

    granted: bool
    used: tuple[int, ...]
    """Of each counter before it."""


class Reading(NamedTuple):
    """A counter and what was used of it."""

    key: Key
    used: int


class NotJoined(Exception):
    """The store does not know the member: it is new, or was lost."""


class Counters(Protocol):
    """A store. Safe for threads, processes and forks; `Uncounted` where it fails."""

    @property
    def where(self) -> str:
        """For messages, without secrets."""

    def take(
        self,
        member: str,
        asks: Sequence[Ask],
        changes: Sequence[Change],
        *,
        force: bool,
        now: int,
    ) -> Grant:
        """Make the changes, then take all that is asked or nothing, at once.

        With `force` it is taken whatever the limits. Raises `NotJoined`.
        """

    def join(self, member: str, totals: Sequence[Change]) -> None:
        """Make `member` known with what its trail says was used, unless it is."""

    def read(self, now: int) -> Iterable[Reading]:
        """Every counter whose window has not ended."""

    def close(self) -> None:
        """Let go of it."""
