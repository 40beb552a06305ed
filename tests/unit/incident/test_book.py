"""Incidents as they are read back from a trail, sealed or not."""

from pathlib import Path

import pytest

from affidavit.errors import BrokenTrail, Incomplete, Malformed
from affidavit.incident import book
from affidavit.incident.model import Closed
from affidavit.trail import record
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.wiring import Governor
from support.incidents import PURPOSE, a_desk, opened, the_book
from support.project import a_project


def test_sealed_and_pending_events_are_read_alike(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    first = a_desk(settings).open(opened())
    with Governor(settings=settings) as governor:
        governor.trail.append(
            record.fresh(
                Kind.INCIDENT,
                Closed(incident=first.incident, reason="settled").body(),
                clock=lambda: 1_795_420_000_000_000_000,
                randomness=lambda count: b"x" * count,
            )
        )
        found = the_book(settings).find(first.incident)

    assert [each.index is None for each in found.events] == [False, True]
    assert not found.is_open
    assert not the_book(settings).find(first.incident).is_open


def test_an_incident_is_found_by_how_its_id_begins(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    desk = a_desk(settings)
    one, other = desk.open(opened()), desk.open(opened(suspends=()))
    found = the_book(settings)

    assert found.find(one.incident[:-2]).id == one.incident
    assert found.find(other.incident).id == other.incident
    for unclear in (one.incident[:3], "", "0000"):
        with pytest.raises(Incomplete):
            found.find(unclear)
    assert [each.target for each in found.suspensions] == [PURPOSE]


def test_a_body_that_was_changed_is_not_believed(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    a_desk(settings).open(opened())
    (body,) = (settings.trail / "body" / "000.p").iterdir()
    data = body.read_bytes()
    assert b"A letter came." in data
    body.write_bytes(data.replace(b"A letter came.", b"A letter went."))

    with pytest.raises(BrokenTrail):
        the_book(settings)


def test_an_event_that_cannot_be_understood_is_no_silence(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    with Governor(settings=settings) as governor:
        governor.trail.append(
            record.fresh(
                Kind.INCIDENT,
                {"what": "lifted"},
                clock=lambda: 1_795_420_000_000_000_000,
                randomness=lambda count: b"x" * count,
            )
        )
    told: list[tuple[int, int]] = []

    with pytest.raises(Malformed, match="trail verify"):
        book.read(TrailReader(settings.trail), lambda *each: told.append(each))
    assert told
