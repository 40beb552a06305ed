"""Opening, clarifying, lifting, closing: in the order that fails towards suspended."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from affidavit.errors import Incomplete, TrailUnavailable
from affidavit.incident import board
from affidavit.incident.desk import Desk, Writes
from affidavit.incident.model import Aspect, Evidence, Says, Target
from affidavit.incident.search import Called
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail.notices import MAX_NAMES
from affidavit.trail.prune import alone
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Record
from affidavit.trail.survey import survey
from affidavit.wiring import Governor, Settings
from affidavit.wiring.suspending import recorded
from support.incidents import (
    EVERYTHING,
    PURPOSE,
    USER,
    a_desk,
    a_notice,
    opened,
    the_book,
)
from support.project import a_call, a_project


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_project(tmp_path)


def no_trail() -> AbstractContextManager[Writes]:
    raise TrailUnavailable("the disk is full.")


def suspended(settings: Settings) -> list[Target]:
    found = board.read(settings.trail, TrailReader(settings.trail).head().origin)
    return [] if found is None else [each.target for each in found.all]


def test_opening_suspends_records_and_holds(settings: Settings) -> None:
    opening = a_desk(settings).open(opened())

    assert opening.held
    assert suspended(settings) == [PURPOSE]
    assert the_book(settings).find(opening.incident).suspended == (PURPOSE,)
    (hold,) = survey(TrailReader(settings.trail)).holds
    assert opening.opened.holds == (hold.id,)
    assert hold.scope.values == {"purpose": "support.reply"}


def test_calls_are_suspended_before_anything_is_recorded(settings: Settings) -> None:
    seen: list[list[Target]] = []
    real = a_desk(settings)

    class Watching:
        def __init__(self, trail: Writes) -> None:
            self.trail = trail

        def append(self, record: Record) -> None:
            seen.append(suspended(settings))
            self.trail.append(record)

        def seal(self) -> Checkpoint | None:
            return self.trail.seal()

    @contextmanager
    def opens() -> Iterator[Watching]:
        with real.opens() as trail:
            yield Watching(trail)

    opening = replace(real, opens=opens).open(opened())
    real.lift(opening.incident, (), "cleared")
    lifting = replace(real, opens=opens)
    again = lifting.open(opened())
    seen.clear()
    lifting.lift(again.incident, (), "cleared")

    assert seen == [[PURPOSE]], "still suspended while its end is recorded"
    assert suspended(settings) == []


def test_what_could_not_be_recorded_stays_suspended(settings: Settings) -> None:
    with pytest.raises(TrailUnavailable, match=r"Suspended: purpose support\.reply"):
        a_desk(settings, no_trail).open(opened())

    assert suspended(settings) == [PURPOSE]
    assert the_book(settings).incidents == {}


def test_a_suspension_without_record_is_recorded_when_it_is_lifted(
    settings: Settings,
) -> None:
    with pytest.raises(TrailUnavailable):
        a_desk(settings, no_trail).open(opened())
    known = board.read(settings.trail, TrailReader(settings.trail).head().origin)
    assert known is not None
    incident = known.all[0].incident

    a_desk(settings).lift(incident, (), "It was a drill.")

    found = the_book(settings).find(incident)
    assert found.ever_suspended == (PURPOSE,)
    assert found.suspended == ()
    assert "before it could record" in found.opened.reason
    assert suspended(settings) == []


def test_a_lifting_that_was_cut_short_is_finished_by_another(
    settings: Settings,
) -> None:
    desk = a_desk(settings)
    opening = desk.open(opened())
    origin = desk.origin
    listed = board.read(settings.trail, origin)
    assert listed is not None
    desk.lift(opening.incident, (), "cleared")
    # As if it had been killed between the record and the list.
    board.add(settings.trail, origin, lambda: recorded(settings.trail), listed.all)

    desk.lift(opening.incident, (), "cleared, again")

    assert suspended(settings) == []
    lifted = [
        each
        for each in the_book(settings).find(opening.incident).events
        if type(each.event).__name__ == "Lifted"
    ]
    assert len(lifted) == 1


def test_the_same_delivery_opens_one_incident(settings: Settings) -> None:
    desk = a_desk(settings)
    identifier = "01a1e4b4-0000-7000-8000-000000000001"
    first = desk.open(opened(), identifier=identifier)
    desk.lift(identifier, (), "cleared")
    again = desk.open(opened(), identifier=identifier)

    assert first.incident == again.incident == identifier
    assert again.again
    assert len(the_book(settings).incidents) == 1
    assert suspended(settings) == [], "what was lifted since stays lifted"


def called(**changes: str | None) -> Called:
    said = {"purpose": "support.reply", "safety": None, "subject": None, **changes}
    return Called(id="d-1", at="2026-11-23T08:00:00.000Z", **said)


def test_whoever_made_the_named_call_is_suspended(settings: Settings) -> None:
    desk = a_desk(settings)
    opening = desk.open(
        opened(notice=a_notice(entity=None), suspends=()),
        search=lambda: [called(safety="user-17")],
    )

    assert suspended(settings) == [USER]
    assert opening.opened.calls == ("d-1",)
    assert the_book(settings).find(opening.incident).suspended == (USER,)


def test_however_many_made_the_named_calls_all_are_suspended(
    settings: Settings,
) -> None:
    desk = a_desk(settings)
    users = [f"user-{number}" for number in range(2 * MAX_NAMES + 1)]
    opening = desk.open(
        opened(notice=a_notice(entity=None), suspends=()),
        search=lambda: [called(safety=each) for each in users],
    )

    assert {each.value for each in suspended(settings)} == set(users)
    found = the_book(settings).find(opening.incident)
    assert {each.value for each in found.suspended} == set(users)

    _, lifted = desk.lift(opening.incident, (), "cleared")
    assert len(lifted) == len(users)
    assert the_book(settings).find(opening.incident).suspended == ()
    assert suspended(settings) == []


def test_a_named_call_suspends_nobody_else(settings: Settings) -> None:
    desk = a_desk(settings)
    desk.open(opened(suspends=(USER,)), search=lambda: [called()])
    desk.open(opened(suspends=()), search=lambda: [called()], finds_targets=False)

    assert suspended(settings) == [USER]


def test_more_is_suspended_and_one_of_it_lifted(settings: Settings) -> None:
    desk = a_desk(settings)
    incident = desk.open(opened()).incident
    assert desk.suspend(incident, (USER,), "theirs too").suspended == (PURPOSE, USER)

    after, lifted = desk.lift(incident, (PURPOSE,), "another team")

    assert (after.suspended, lifted) == ((USER,), (PURPOSE,))
    assert suspended(settings) == [USER]
    with pytest.raises(Incomplete, match="does not suspend"):
        desk.lift(incident, (PURPOSE,), "again")
    desk.lift(incident, (), "all")
    with pytest.raises(Incomplete, match="suspends nothing"):
        desk.lift(incident, (), "again")


def test_questions_are_answered_with_evidence(settings: Settings) -> None:
    desk = a_desk(settings)
    incident = desk.open(opened()).incident
    question = desk.clarify(incident, Says.QUESTION, "Whose is it?", by="OpenAI")
    evidence = Evidence(file="ticket.pdf", size=3, sha256="ab" * 32)
    answer = desk.clarify(
        incident, Says.ANSWER, "A tester's.", to=question.id, evidence=[evidence]
    )

    ((asked, answers),) = the_book(settings).find(incident).questions
    assert asked.id == question.id
    assert [each.id for each in answers] == [answer.id]
    with pytest.raises(Incomplete, match="no questions"):
        desk.clarify(incident, Says.ANSWER, "x", to="nothing")


def test_a_closed_incident_takes_nothing_but_its_liftings(settings: Settings) -> None:
    desk = a_desk(settings)
    incident = desk.open(opened()).incident
    assert not desk.close(incident, "withdrawn").is_open

    assert suspended(settings) == [PURPOSE]
    with pytest.raises(Incomplete, match="was closed"):
        desk.clarify(incident, Says.STATEMENT, "one more thing")
    with pytest.raises(Incomplete, match="was closed"):
        desk.suspend(incident, (USER,), "x")
    desk.lift(incident, (), "and over")
    assert suspended(settings) == []


@pytest.mark.parametrize(
    ("changes", "values"),
    [
        ({"suspends": (EVERYTHING,)}, [({}, None)]),
        ({"suspends": (), "notice": a_notice(entity=None)}, []),
        (
            {
                "suspends": (),
                "notice": a_notice(start="2026-11-01T00:00:00.000Z"),
            },
            [({}, "2026-11-01T00:00:00.000Z")],
        ),
        (
            {"suspends": (USER, Target(aspect=Aspect.MODEL, value="gpt-5"))},
            [({"safety": "user-17"}, None), ({"model": "gpt-5"}, None)],
        ),
    ],
)
def test_what_it_is_about_is_held(
    settings: Settings, changes: dict[str, object], values: list[object]
) -> None:
    a_desk(settings).open(opened(**changes))
    holds = survey(TrailReader(settings.trail)).holds

    assert [(dict(each.scope.values), each.scope.start) for each in holds] == values


def test_named_calls_are_held_by_their_ids(settings: Settings) -> None:
    a_desk(settings).open(opened(suspends=()), search=lambda: [called(purpose=None)])

    (hold,) = survey(TrailReader(settings.trail)).holds
    assert hold.scope.ids == ("d-1",)


def test_a_pruning_under_way_delays_no_suspension(settings: Settings) -> None:
    with alone(settings.trail, seconds=0):
        opening = replace(a_desk(settings), hold_seconds=0).open(opened())

    assert not opening.held
    assert opening.opened.holds == ()
    assert suspended(settings) == [PURPOSE]


def test_a_record_that_is_not_sealed_is_told_of(settings: Settings) -> None:
    class Unsealed:
        def append(self, record: Record) -> None: ...
        def seal(self) -> None: ...

    @contextmanager
    def opens() -> Iterator[Unsealed]:
        yield Unsealed()

    with pytest.raises(TrailUnavailable, match="not sealed yet"):
        a_desk(settings, opens).open(opened())


def test_an_incident_that_nobody_opened_is_not_known(settings: Settings) -> None:
    desk: Desk = a_desk(settings)

    with pytest.raises(Incomplete, match="no incident"):
        desk.close("01a1", "x")


def test_a_governor_refuses_what_the_desk_suspends(settings: Settings) -> None:
    with Governor(settings=settings) as governor:
        assert governor.consider(a_call()).effect == "permit"
        a_desk(settings).open(opened())
        assert governor.consider(a_call()).effect == "refuse"
