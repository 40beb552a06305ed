"""Window and calls of a dossier follow from the incident's records alone."""

from dataclasses import replace
from datetime import UTC, datetime

from affidavit.incident.dossier import scope
from affidavit.incident.model import Aspect, Incident, Lifted, Recorded, Target
from support.incidents import EVERYTHING, PURPOSE, a_notice, opened

AT = "2026-03-10T12:00:00.000Z"
SAFETY = Target(aspect=Aspect.SAFETY, value="user-17")
SUBJECT = Target(aspect=Aspect.SUBJECT, value="user-17")
LATER = Recorded(
    id="2",
    at="2026-03-11T12:00:00.500Z",
    index=2,
    event=Lifted(incident="1", targets=(PURPOSE,), reason="cleared"),
)


def an_incident(**changes: object) -> Incident:
    first = opened(**changes)
    recorded = Recorded(id="1", at=AT, index=1, event=first)
    return Incident(id="1", at=AT, opened=first, events=(recorded, LATER), suspended=())


def test_the_window_has_a_month_before_the_notice_and_every_event() -> None:
    told = scope.window(an_incident())

    assert (told.start, told.end) == (
        "2026-02-08T12:00:00.000Z",
        "2026-03-11T12:00:00.501Z",
    )


def test_what_the_notice_says_of_time_is_followed() -> None:
    notice = a_notice(start="2026-01-01T00:00:00.000Z", end="2026-02-01T00:00:00.000Z")
    told = scope.window(an_incident(notice=notice))
    later = replace(notice, end="2026-04-01T00:00:00.000Z")

    assert told.start == notice.start
    assert told.end == "2026-03-11T12:00:00.501Z"  # the events are in it all the same
    assert scope.window(an_incident(notice=later)).end == later.end
    early = a_notice(at="2026-03-01T00:00:00.000Z")
    assert scope.window(an_incident(notice=early)).start == "2026-01-30T00:00:00.000Z"


def test_somebody_may_say_another_window() -> None:
    start, end = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
    told = scope.window(an_incident(), start, end)

    assert (told.start[:10], told.end[:10]) == ("2026-03-01", "2026-03-02")


def test_identities_come_before_purposes() -> None:
    notice = a_notice(entity="user-17")
    model = Target(aspect=Aspect.MODEL, value="gpt-5")
    told = an_incident(notice=notice, suspends=(model, PURPOSE))

    assert scope.candidates(told) == (SAFETY, SUBJECT, PURPOSE, model)


def test_everything_is_nobodys_label() -> None:
    told = an_incident(notice=a_notice(entity=None), suspends=(EVERYTHING,))

    assert scope.candidates(told) == ()
