"""A command that writes says which work it was; one that does not writes nothing."""

import os
import time
from pathlib import Path

from affidavit.cli.appending import TOOL, opened
from affidavit.cli.trust import own_identity
from affidavit.trail import record as records
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from support.project import a_project


def test_a_heartbeat_says_which_work_it_was(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with opened(settings, own_identity(settings), "prune") as trail:
        trail.append(
            records.fresh(Kind.INCIDENT, {}, clock=time.time_ns, randomness=os.urandom)
        )
    _, first, own, last = TrailReader(settings.trail).records()

    assert (first.entry.kind, first.body) == (
        Kind.HEARTBEAT,
        {"tool": TOOL, "work": "prune"},
    )
    assert (own.entry.kind, last.entry.kind) == (Kind.INCIDENT, Kind.CLOSE)


def test_who_appends_nothing_leaves_nothing(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with opened(settings, own_identity(settings), "prune"):
        pass
    assert TrailReader(settings.trail).head().size == 1
