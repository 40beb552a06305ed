"""What the records of one trail say together."""

from collections.abc import Sequence

import pytest

from affidavit.errors import Malformed
from affidavit.incident.model import (
    Clarified,
    Closed,
    Event,
    Incident,
    Lifted,
    Says,
    Suspended,
    fold,
)
from support.incidents import PURPOSE, USER, opened

AT = "2026-11-23T08:00:00.000Z"


def folded(*events: Event) -> Sequence[Incident]:
    """The incidents of these events; record `n` has the id `r<n>`."""
    records = [
        (f"r{number}", AT, number, event.body()) for number, event in enumerate(events)
    ]
    return list(fold(records).values())


def test_what_is_suspended_and_lifted_adds_up() -> None:
    (incident,) = folded(
        opened(),
        Suspended(incident="r0", targets=(USER,), reason="more"),
        Lifted(incident="r0", targets=(PURPOSE,), reason="less"),
    )

    assert incident.suspended == (USER,)
    assert incident.ever_suspended == (PURPOSE, USER)
    assert incident.notice.entity == "user-17"
    assert incident.is_open


def test_a_closed_incident_still_suspends() -> None:
    (incident,) = folded(opened(), Closed(incident="r0", reason="settled"))

    assert not incident.is_open
    assert incident.closed is not None
    assert incident.closed.id == "r1"
    assert incident.suspended == (PURPOSE,)


def test_answers_stand_with_their_questions() -> None:
    def said(says: Says, to: str | None = None) -> Clarified:
        return Clarified(incident="r0", says=says, text="x", to=to)

    (incident,) = folded(
        opened(),
        said(Says.QUESTION),
        said(Says.QUESTION),
        said(Says.STATEMENT),
        said(Says.ANSWER, "r2"),
    )

    assert [
        (question.id, [each.id for each in answers])
        for question, answers in incident.questions
    ] == [("r1", []), ("r2", ["r4"])]


def test_an_event_may_stand_before_its_opening() -> None:
    # Two writers' records come into the tree in either order.
    (incident,) = folded(
        Suspended(incident="r1", targets=(USER,), reason="more"), opened()
    )

    assert incident.suspended == (PURPOSE, USER)


def test_an_event_of_an_incident_that_nobody_opened_is_refused() -> None:
    with pytest.raises(Malformed, match="no record opened"):
        folded(opened(), Closed(incident="r9", reason="x"))


def test_holds_are_passed_over() -> None:
    assert fold([("r0", AT, 0, {"what": "hold", "reason": "Dispute 7"})]) == {}
