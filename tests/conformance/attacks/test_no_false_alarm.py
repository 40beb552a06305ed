"""A sound trail is never called anything else: verification while it is being written.

`journalctl --verify` was not to be trusted on journals in use (systemd issue 27532):
whoever is used to false alarms does not hear the true one.
"""

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.trail.reader import TrailReader
from affidavit.verify import Verdict, verify_trail
from support.live import a_directory, a_record, a_trail, an_identity

MOMENTS = 12
"""Verifications of different sizes."""


@pytest.mark.parametrize("secret", [False, True])
def test_a_trail_that_is_being_written_and_integrated_is_valid_at_every_moment(
    tmp_path: Path, *, secret: bool
) -> None:
    path = a_directory(tmp_path)
    trail = a_trail(path, checkpoint_seconds=0.002)
    enough = threading.Event()

    def write() -> None:
        while not enough.is_set():
            trail.append(a_record())

    writers = [threading.Thread(target=write) for _ in range(2)]
    for each in writers:
        each.start()
    sizes: set[int] = set()
    try:
        while len(sizes) < MOMENTS:
            report = verify_trail(
                TrailReader(path),
                key=an_identity().verifier,
                now=datetime.now(UTC),
                wal_key=an_identity().secrets.wal if secret else None,
            )
            assert report.verdict is Verdict.VALID, report.problems
            sizes.add(report.size)
    finally:
        enough.set()
        for each in writers:
            each.join()
        trail.close()
