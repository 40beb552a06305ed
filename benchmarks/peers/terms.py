"""What the comparison asks of every package, ours included."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Protocol

Change = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]


class NotOffered(Exception):
    """The package has no way of doing that; the message says what is missing."""


class Verdict(Enum):
    """What a package's own verification answered."""

    FOUND = "found"
    NOTED = "noted"
    """It calls the log valid and warns."""
    SAID = "not found, said so"
    """It calls the log valid and names what it cannot see."""
    NOT_FOUND = "not found"
    BROKEN = "broken"
    """It answered with an exception that is none of its own, or not at all."""


@dataclass(frozen=True)
class Answer:
    """A verdict, and the record that it names, counted from 0."""

    verdict: Verdict
    record: int | None = None
    why: str = ""

    @property
    def text(self) -> str:
        if self.record is None:
            return self.verdict.value
        return f"{self.verdict.value} #{self.record}"


class Peer(Protocol):
    """One package: how its documentation says to write, keep and verify."""

    name: str
    distribution: str
    keyed: bool
    """Whether a secret is among what makes its log."""

    def __init__(self, folder: Path) -> None: ...

    @property
    def log(self) -> Path:
        """The file of lines."""

    def append(self, number: int) -> str:
        """Write one record, as durably as the package offers; its id."""

    def keep(self) -> Any:
        """What is kept elsewhere to hold the log against later, else `NotOffered`."""

    def verify(self, kept: Any = None) -> Answer:
        """The package's own verification, against what was kept if anything was."""

    def rewrite(self, change: Change, *, with_key: bool) -> None:
        """The whole log made anew with the package's own hashing."""

    def time_field(self) -> Sequence[str]:
        """Where in a record its time stands."""


def numbered(text: str, pattern: str, *, base: int) -> int | None:
    """The record that a message names, as an index."""
    found = re.search(pattern, text)
    return int(found[1]) - base if found else None
