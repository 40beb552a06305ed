"""A trail that a command writes a record of its own to.

Knows what stands first among the records of such a command: a heartbeat that says which
work it was. A command that comes to nothing writes nothing.
"""

import os
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

from affidavit._version import __version__
from affidavit.trail import record as records
from affidavit.trail.identity import Identity
from affidavit.trail.record import Kind, Record
from affidavit.trail.trail import Trail
from affidavit.wiring.settings import Settings

TOOL = f"affidavit/{__version__}"


@contextmanager
def opened(settings: Settings, identity: Identity, work: str) -> Iterator[Trail]:
    """The settings' trail, open for writing; sealed and closed at the end."""

    def first() -> Record:
        return records.fresh(
            Kind.HEARTBEAT,
            {"tool": TOOL, "work": work},
            clock=time.time_ns,
            randomness=os.urandom,
        )

    trail = Trail(
        settings.trail,
        identity,
        first_record=first,
        durability=settings.durability,
        on_network=settings.network_trail,
    )
    with closing(trail):
        yield trail
