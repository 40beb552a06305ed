"""A governor that hands everything on to another one, which changes from test to test.

Knows nothing of what it hands on. A client that lives longer than a test, because a
module builds it when it is imported, holds one of these.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

from affidavit.testing.governor import MemoryGovernor

if TYPE_CHECKING:
    from affidavit.clients._governor import Governor


class Relay:
    """Hands on to a `MemoryGovernor` of its own while nobody else is named."""

    def __init__(self) -> None:
        self._targets: list[MemoryGovernor] = [MemoryGovernor()]

    @contextmanager
    def to(self, governor: MemoryGovernor) -> Iterator[None]:
        """Hand on to `governor` meanwhile."""
        self._targets.append(governor)
        try:
            yield
        finally:
            self._targets.remove(governor)

    def as_governor(self) -> "Governor":
        """Itself: it has each member that its target has."""
        return cast("Governor", self)

    def __getattr__(self, name: str) -> object:
        return getattr(self._targets[-1], name)
