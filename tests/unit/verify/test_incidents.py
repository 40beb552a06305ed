"""Incident records, held against each other."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from affidavit.incident.model import Clarified, Closed, Lifted, Says, Suspended
from affidavit.trail.holds import Scope, hold_body
from affidavit.trail.reader import TrailReader
from affidavit.verify import TrailReport, Verdict, verify_trail
from affidavit.verify.incidents import MAX_NOTES
from affidavit.verify.report import Fault
from support.incidents import PURPOSE, USER, opened
from support.trails import Builder, Made

NOW = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    builder = Builder(tmp_path)
    builder.genesis()
    return builder


def add(trail: Builder, body: Any) -> Made:
    return trail.add("incident", body)


def verified(trail: Builder) -> TrailReport:
    trail.write()
    return verify_trail(TrailReader(trail.path), key=trail.key, now=NOW)


def wrong(trail: Builder) -> list[str]:
    """What is wrong, of records of incidents only."""
    report = verified(trail)
    assert {each.fault for each in report.problems} <= {Fault.INCIDENT}
    assert (report.verdict is Verdict.INVALID) is bool(report.problems)
    return [each.message for each in report.problems]


def test_a_whole_incident_holds(trail: Builder) -> None:
    hold = add(trail, hold_body(Scope(), "Incident"))
    incident = add(trail, opened(holds=(hold.id,)).body()).id
    question = add(
        trail, Clarified(incident=incident, says=Says.QUESTION, text="?").body()
    )
    for event in (
        Clarified(incident=incident, says=Says.ANSWER, text="!", to=question.id),
        Suspended(incident=incident, targets=(USER,), reason="more"),
        Lifted(incident=incident, targets=(USER, PURPOSE), reason="cleared"),
        Closed(incident=incident, reason="settled"),
    ):
        add(trail, event.body())

    assert wrong(trail) == []


def test_the_order_in_the_tree_is_no_evidence(trail: Builder) -> None:
    # Two processes recorded at once: their records come in either order.
    later = add(trail, opened(suspends=()).body())
    trail.records.remove(later)
    lifted = Lifted(incident=later.id, targets=(USER,), reason="cleared")
    trail.records.append(later)
    add(trail, lifted.body())
    add(trail, Suspended(incident=later.id, targets=(USER,), reason="x").body())

    assert wrong(trail) == []


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (Closed(incident="i9", reason="x"), "about the incident i9"),
        (
            Clarified(incident="i9", says=Says.STATEMENT, text="x"),
            "which no record opened",
        ),
    ],
)
def test_an_event_of_an_unknown_incident_is_a_problem(
    trail: Builder, event: Closed | Clarified, message: str
) -> None:
    add(trail, event.body())

    (problem,) = wrong(trail)
    assert message in problem


def test_events_that_do_not_fit_their_incident_are_problems(trail: Builder) -> None:
    incident = add(trail, opened().body()).id
    for event in (
        Lifted(incident=incident, targets=(USER,), reason="never suspended"),
        Clarified(incident=incident, says=Says.ANSWER, text="!", to=incident),
        Closed(incident=incident, reason="settled"),
        Closed(incident=incident, reason="again"),
    ):
        add(trail, event.body())

    assert [each.split(":")[0].split(",")[0] for each in wrong(trail)] == [
        "lifts what its incident never suspended",
        f"answers {incident}",
        "closes an incident that is closed already",
    ]


@pytest.mark.parametrize(
    "body", [{"what": "opened"}, {"what": "lifted", "incident": "i"}, []]
)
def test_an_event_that_cannot_be_read_is_a_problem(trail: Builder, body: Any) -> None:
    add(trail, body)

    assert len(wrong(trail)) == 1


def test_the_problem_names_its_record(trail: Builder) -> None:
    made = add(trail, {"what": "closed", "incident": "i9", "reason": "x"})
    (problem,) = verified(trail).problems

    assert (problem.index, problem.id, problem.kind) == (1, made.id, "incident")


def test_what_a_later_version_records_is_noted(trail: Builder) -> None:
    for _ in range(MAX_NOTES + 1):
        add(trail, {"what": "appealed"})
    report = verified(trail)

    assert report.verdict is Verdict.VALID
    notes = [each for each in report.notes if "'appealed'" in each]
    assert len(notes) == MAX_NOTES


def test_without_bodies_nothing_is_said(trail: Builder) -> None:
    add(trail, {"what": "closed", "incident": "i9", "reason": "x"})
    trail.write()
    report = verify_trail(TrailReader(trail.path), key=trail.key, now=NOW, bodies=False)

    assert report.problems == ()


def test_a_pending_event_is_judged_too(trail: Builder) -> None:
    add(trail, {"what": "appealed"})
    add(trail, {"what": "closed", "incident": "i9", "reason": "x"})
    trail.write(sealed=1)
    report = verify_trail(
        TrailReader(trail.path), key=trail.key, now=NOW, wal_key=trail.wal_key
    )

    assert [each.fault for each in report.problems] == [Fault.INCIDENT]
    assert any("a pending record" in each for each in report.notes)
