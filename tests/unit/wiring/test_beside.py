"""What works beside a trail is built where the settings ask for it, and only there."""

import os
import time
from dataclasses import replace
from pathlib import Path

from affidavit.trail.keep import Keep
from affidavit.wiring import Governor, beside
from affidavit.wiring.keyring import load_identity
from support.project import a_project


def test_nothing_is_built_that_nobody_asked_for(tmp_path: Path) -> None:
    settings = a_project(tmp_path)

    assert beside.contents(settings, load_identity(settings), os.urandom) is None
    assert beside.anchors(settings) is None
    with Governor(settings=settings) as governor:
        trail = governor.trail
        assert beside.retention(settings, trail, time.time_ns, tool="t") is None


def test_what_is_asked_for_is_built(tmp_path: Path) -> None:
    settings = replace(
        a_project(tmp_path), keep_content=True, keep=Keep.parse("90days")
    )
    contents = beside.contents(settings, load_identity(settings), os.urandom)
    assert contents is not None
    contents.close()
    with Governor(settings=a_project(tmp_path / "other")) as governor:
        keeper = beside.retention(settings, governor.trail, time.time_ns, tool="t")
        assert keeper is not None
        keeper.close()
