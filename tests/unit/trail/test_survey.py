"""What sealed records say is gone or held; what cannot be read stops everything."""

from pathlib import Path

import pytest

from affidavit.errors import BrokenTrail
from affidavit.tlog.tiles import encode_bodies
from affidavit.trail.holds import Scope, hold_body
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.trail.survey import Survey, survey
from support import aged
from support.aged import Clock


def a_held_trail(path: Path) -> None:
    """Old calls, pruned; then a hold."""
    aged.an_old_trail(path, 3)
    aged.pruned(path)
    clock = Clock(aged.NOW)
    with aged.a_trail(path, clock) as trail:
        body = hold_body(Scope(values={"purpose": "p"}), "dispute 7")
        trail.append(aged.made(clock, Kind.INCIDENT, body))


def test_what_is_gone_and_what_is_held_is_found(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    assert survey(TrailReader(path)) == Survey(size=1)
    a_held_trail(path)
    found = survey(TrailReader(path))

    (claim,), (hold,) = found.claims, found.holds
    assert aged.kinds(path)[claim.index] == "pruning"
    assert found.gone == claim.says.ranges
    assert found.gone.total == 6
    assert (hold.reason, hold.scope.values) == ("dispute 7", {"purpose": "p"})


def test_a_survey_from_a_place_on_sees_only_what_comes_after(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    a_held_trail(path)
    index = aged.kinds(path).index("pruning")

    assert survey(TrailReader(path), start=index).claims
    assert not survey(TrailReader(path), start=index + 1).claims


def test_a_record_about_contents_names_no_body(tmp_path: Path) -> None:
    path, clock = aged.a_directory(tmp_path), Clock(aged.NOW)
    with aged.a_trail(path, clock) as trail:
        trail.append(aged.made(clock, Kind.PRUNING, {"what": "content"}))
    found = survey(TrailReader(path))
    assert (found.claims, found.gone.total) == ((), 0)


def test_it_breathes_between_bundles(tmp_path: Path) -> None:
    path = aged.a_directory(tmp_path)
    aged.an_old_trail(path, 300)
    breaths: list[int] = []
    survey(TrailReader(path), lambda: breaths.append(1))
    assert len(breaths) == 3


@pytest.mark.parametrize("kind", ["pruning", "incident"])
@pytest.mark.parametrize("other", [None, b"s" * 16 + b"{}"], ids=["gone", "another"])
def test_a_body_that_cannot_be_read_stops_it(
    tmp_path: Path, kind: str, other: bytes | None
) -> None:
    path = aged.a_directory(tmp_path)
    a_held_trail(path)
    bodies = aged.bodies(path)
    index = aged.kinds(path).index(kind)
    bodies[index] = other
    (bundle,) = (path / "body").rglob("*.p/*")
    bundle.write_bytes(encode_bodies(bodies))

    with pytest.raises(BrokenTrail, match=f"record {index}: its body"):
        survey(TrailReader(path))
