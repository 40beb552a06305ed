from pathlib import Path

from affidavit.cli.reading import Following, records, told
from affidavit.trail.reader import TrailReader
from support.cli import a_recorded_project, record_calls


def test_each_record_is_told_once_pending_or_sealed(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    following = Following(TrailReader(settings.trail))
    assert len(list(following.new())) == 7
    assert list(following.new()) == []

    governor = record_calls(settings, close=False)
    governor.trail.seal()
    first = [each.entry.id for each in following.new()]
    governor.close()
    rest = [each.entry.id for each in following.new()]

    whole = [each.entry.id for each in records(TrailReader(settings.trail))]
    assert first + rest == whole[7:]


def test_reading_tells_how_far_it_is(tmp_path: Path) -> None:
    settings = a_recorded_project(tmp_path)
    steps: list[tuple[int, int]] = []
    found = told(TrailReader(settings.trail), lambda *step: steps.append(step))
    assert len(list(found)) == 7
    assert steps == [(0, 7)]
