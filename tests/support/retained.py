"""A whole project that made calls long ago, and some today."""

import time
from datetime import UTC, datetime
from pathlib import Path

from affidavit.wiring import Governor, Settings
from support.cli import decided
from support.project import a_project, an_outcome

OLD = datetime(2025, 3, 10, 9, tzinfo=UTC)
SPRING = ("--from", "2025-03-01", "--to", "2025-03-31")


def an_aged_project(directory: Path, *, old: int = 4, young: int = 2) -> Settings:
    """`old` calls of March 2025, one of them for another purpose, which was refused;
    `young` ones of now."""
    settings = a_project(directory)
    nanoseconds = int(OLD.timestamp() * 1e9)
    with Governor(settings=settings, clock=lambda: nanoseconds) as governor:
        for _ in range(old - 1):
            governor.conclude(decided(governor), an_outcome())
        decided(governor, purpose="unheard.of")
    with Governor(settings=settings, clock=time.time_ns) as governor:
        for _ in range(young):
            governor.conclude(decided(governor), an_outcome())
    return settings
