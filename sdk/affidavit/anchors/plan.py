"""Whom a trail's heads are shown to, how often, and when one of them is due again.

Values and one pure function. Settings are read by `wiring.anchors`.
"""

from dataclasses import dataclass
from pathlib import Path

from affidavit.tlog.witness import WitnessKey
from affidavit.trail.anchors import Standing

FIRST_PAUSE_MS = 15_000
"""After a first failure; doubled after each further one, up to the interval."""
_MAX_DOUBLINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAnchor:
    """A witness and the key that its cosignatures must verify under."""

    url: str
    """Submission prefix; `/add-checkpoint` follows."""
    key: WitnessKey

    @property
    def name(self) -> str:
        """What settings, logs and `status` call it."""
        return f"witness {self.url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StampAnchor:
    """A time-stamping authority and the certificates that lead to it."""

    url: str
    ca: Path
    """PEM file."""

    @property
    def name(self) -> str:
        """What settings, logs and `status` call it."""
        return f"tsa {self.url}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishAnchor:
    """A place where the newest checkpoint is put for anyone to fetch."""

    target: str
    """A folder's path, an http(s) address that takes PUT, or an object store's URL."""
    bearer_env: str | None = None
    """Environment variable that holds a bearer token for PUT."""

    @property
    def name(self) -> str:
        """What settings, logs and `status` call it."""
        return f"publish {self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All anchors of a trail. Hashable: it is part of the settings."""

    witnesses: tuple[WitnessAnchor, ...] = ()
    stamps: tuple[StampAnchor, ...] = ()
    publish: tuple[PublishAnchor, ...] = ()
    every_seconds: int = 300
    quorum: int | None = None
    """How many witnesses must have cosigned for a head to count; None means all."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every anchor's name."""
        return (
            *(each.name for each in self.witnesses),
            *(each.name for each in self.stamps),
            *(each.name for each in self.publish),
        )

    @property
    def wanted(self) -> int:
        """The number of witnesses that must have cosigned."""
        return len(self.witnesses) if self.quorum is None else self.quorum


def due_at(standing: Standing, size: int, every_seconds: int) -> int | None:
    """When an anchor is to be asked about a head of `size` records.

    Milliseconds since 1970, 0 for at once; None while it covers all of them already.
    """
    every = every_seconds * 1000
    if standing.failures:
        doublings = min(standing.failures - 1, _MAX_DOUBLINGS)
        return standing.tried + min(every, FIRST_PAUSE_MS << doublings)
    if standing.done is None:
        return 0
    return None if standing.done.size >= size else standing.done.at + every
