from pathlib import Path

import pytest

from affidavit.cli.reading import Following, records, told
from affidavit.trail.reader import TrailReader
from support.cli import a_recorded_project, invoke, record_calls


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


@pytest.mark.parametrize(
    "command", [("show",), ("stats",), ("follow", "--for", "1s"), ("export",)]
)
def test_a_damaged_trail_is_named_with_what_to_do(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    settings = a_recorded_project(tmp_path)
    bundle = settings.trail / "tile/entries/000.p/7"
    bundle.write_bytes(bundle.read_bytes()[:100])
    told = invoke("trail", *command, cwd=tmp_path)

    assert told.code == 1
    assert str(settings.trail) in told.err
    assert "affidavit trail verify" in told.err


@pytest.mark.parametrize("command", ["show", "stats", "export"])
def test_an_empty_checkpoint_is_named_with_what_to_do(
    tmp_path: Path, command: str
) -> None:
    settings = a_recorded_project(tmp_path)
    (settings.trail / "checkpoint").write_bytes(b"")
    told = invoke("trail", command, cwd=tmp_path)

    assert told.code == 2
    assert f"{settings.trail}: the checkpoint cannot be read" in told.err
