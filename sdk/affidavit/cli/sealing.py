"""Records that are still pending, taken into the tree before a command speaks of it."""

import os
import time
from contextlib import closing
from pathlib import Path

from affidavit._version import __version__
from affidavit.cli import output
from affidavit.errors import Invalid, TrailUnavailable
from affidavit.trail import record as records
from affidavit.trail.identity import Identity
from affidavit.trail.record import Kind, Record
from affidavit.trail.trail import Trail


def seal(path: Path, identity: Identity, *, work: str) -> None:
    """Seal what is pending; what keeps that from being done is told, and no error.

    `work` names the command in this process's first record, if it has to write any.
    """

    def heartbeat() -> Record:
        return records.fresh(
            Kind.HEARTBEAT,
            {"tool": f"affidavit/{__version__}", "work": work},
            clock=time.time_ns,
            randomness=os.urandom,
        )

    try:
        with closing(Trail(path, identity, first_record=heartbeat)) as trail:
            sealed = trail.seal() is not None
    except (Invalid, TrailUnavailable) as error:
        output.hint(f"Pending records were not sealed: {error}")
        return
    if not sealed:
        output.hint("Pending records were not sealed: another process holds the lock.")
