from pathlib import Path

import pytest

from affidavit.cli.sealing import seal
from affidavit.cli.trust import own_identity
from affidavit.trail.reader import TrailReader
from support.cli import a_recorded_project, record_and_vanish


def test_what_a_process_left_behind_is_sealed(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    before = TrailReader(settings.trail).head().size
    record_and_vanish(settings)
    seal(settings.trail, own_identity(settings), work="test")
    reader = TrailReader(settings.trail)
    assert reader.head().size > before
    assert list(reader.pending()) == []


def test_what_cannot_be_sealed_is_told_and_no_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = a_recorded_project(tmp_path)
    identity = own_identity(settings)
    (settings.trail / "state").write_bytes(b"{}")
    seal(settings.trail, identity, work="test")
    assert "Pending records were not sealed" in capsys.readouterr().err
