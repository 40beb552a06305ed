"""What `affidavit doctor` says of incidents."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.cli.health import PROBLEM, WARNING, Examination
from affidavit.cli.health_incidents import incidents, told
from affidavit.errors import TrailUnavailable
from affidavit.incident import board
from affidavit.incident.suspended import Suspended
from affidavit.trail.reader import TrailReader
from affidavit.wiring import Settings
from support.cli import invoke
from support.incidents import EVERYTHING, a_desk, opened
from support.project import a_project


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_project(tmp_path)


def looked(settings: Settings) -> Examination:
    return incidents(settings.trail, datetime.now(UTC))


def weights(found: Examination) -> list[int]:
    return [each.weight for each in found.troubles]


def test_no_incident_is_no_trouble(settings: Settings, tmp_path: Path) -> None:
    found = looked(settings)

    assert found.facts == {"open": [], "readable": True, "suspended": []}
    assert found.troubles == ()
    assert list(told(found.facts)) == [("open", "0 incidents")]
    assert incidents(tmp_path / "none", datetime.now(UTC)).troubles == ()


def test_an_open_incident_is_pointed_out(settings: Settings) -> None:
    made = a_desk(settings).open(opened(suspends=(EVERYTHING,))).incident
    found = looked(settings)

    assert weights(found) == [WARNING]
    assert made in found.troubles[0].message
    assert [name for name, _ in told(found.facts)] == ["open", "suspended"]
    told_by_doctor = invoke("doctor", "--json", cwd=settings.trail.parents[1])
    assert told_by_doctor.json["incidents"] == found.facts


def test_one_that_suspends_nobody_is_a_problem(settings: Settings) -> None:
    a_desk(settings).open(opened(suspends=()))

    assert weights(looked(settings)) == [PROBLEM]


def test_a_closed_one_that_still_suspends_is_in_order(settings: Settings) -> None:
    desk = a_desk(settings)
    desk.close(desk.open(opened()).incident, "settled")

    assert looked(settings).troubles == ()


def test_a_suspension_that_processes_do_not_know_is_a_problem(
    settings: Settings,
) -> None:
    desk = a_desk(settings)
    made = desk.open(opened())
    listed = board.read(settings.trail, desk.origin)
    assert listed is not None
    board.remove(settings.trail, desk.origin, list, made.incident, opened().suspends)

    found = looked(settings)
    assert weights(found) == [WARNING, PROBLEM]
    assert "processes are not told" in found.troubles[1].message


def test_one_that_the_trail_does_not_know_is_a_problem(settings: Settings) -> None:
    def opens() -> None:
        raise TrailUnavailable("the disk is full.")

    with pytest.raises(TrailUnavailable):
        a_desk(settings, opens).open(opened())  # type: ignore[arg-type]  # it only fails

    found = looked(settings)
    assert weights(found) == [PROBLEM]
    assert "the trail does not say so" in found.troubles[0].message


def test_a_list_that_cannot_be_read_is_a_problem(settings: Settings) -> None:
    origin = TrailReader(settings.trail).head().origin
    board.made(settings.trail, origin, list)
    listed = settings.trail / "incidents" / "suspended"
    listed.write_bytes(Suspended("another.example/trail").print())

    found = looked(settings)
    assert found.facts["readable"] is False
    assert weights(found) == [PROBLEM]
