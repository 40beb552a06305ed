"""Which calls a suspension stops, and the file that says what is suspended."""

import pytest

from affidavit.calls import Known, Reference, Work
from affidavit.errors import Malformed
from affidavit.incident.model import Aspect, Incident, Recorded, Target
from affidavit.incident.suspended import (
    Stops,
    Suspended,
    Suspension,
    of_incident,
    stays_open,
)
from support.incidents import EVERYTHING, PURPOSE, USER, a_notice, opened
from support.project import a_call

ORIGIN = "acme.example/trail"
AT = "2026-11-23T08:00:00.000Z"


def suspension(target: Target = PURPOSE, **changes: str) -> Suspension:
    said = {"incident": "i1", "at": AT, "reason": "A letter came.", **changes}
    return Suspension(target=target, **said)


def stops(*targets: Target) -> Stops:
    return Stops.of(Suspended.of(ORIGIN, map(suspension, targets)))


def target(aspect: Aspect, value: str) -> Target:
    return Target(aspect=aspect, value=value)


@pytest.mark.parametrize(
    ("suspended", "changes"),
    [
        (PURPOSE, {}),
        (EVERYTHING, {"purpose": None}),
        (USER, {"safety_id": "user-17"}),
        (target(Aspect.SUBJECT, "u"), {"subject": "u"}),
        (target(Aspect.MODEL, "gpt-5"), {"model": "gpt-5"}),
        (target(Aspect.PROJECT, "proj_1"), {"project": "proj_1"}),
    ],
)
def test_a_call_that_is_suspended_is_stopped(
    suspended: Target, changes: dict[str, object]
) -> None:
    (reason,) = stops(suspended).reasons(a_call(**changes))

    assert reason.rule == "incident:i1"
    assert "A letter came." in reason.message
    assert AT in reason.message
    assert reason.remedy is not None
    assert "affidavit incident lift i1" in reason.remedy


def test_any_other_call_is_not() -> None:
    found = stops(USER, target(Aspect.PURPOSE, "support"))

    assert found.reasons(a_call(safety_id="user-1", subject="user-17")) == ()
    assert Stops().reasons(a_call()) == ()


@pytest.mark.parametrize("endpoint", ["batches.cancel", "safety.cases.retrieve"])
def test_what_stops_work_and_tells_of_notices_is_let_through(endpoint: str) -> None:
    assert stops(EVERYTHING).reasons(a_call(endpoint=endpoint)) == ()
    assert not stays_open("files.delete"), "what is evidence is not taken away"
    assert not stays_open("other:POST /cancel")


def test_work_on_a_file_that_a_suspended_caller_uploaded_is_stopped() -> None:
    work = (Work(endpoint="responses", model="gpt-5", subject="user-17"),)
    known = Known(decision="d", effect="permit", purpose="support.reply", work=work)
    refers = (Reference(id="file-2"), Reference(id="file-1", known=known))
    call = a_call(endpoint="batches.create", purpose="other", refers=refers)

    for each in (PURPOSE, target(Aspect.SUBJECT, "user-17")):
        assert len(stops(each).reasons(call)) == 1
    assert stops(target(Aspect.SUBJECT, "user-1")).reasons(call) == ()


def test_all_incidents_that_suspend_a_call_are_named_oldest_first() -> None:
    found = Suspended.of(
        ORIGIN,
        [
            suspension(incident="i2", at="2026-11-24T08:00:00.000Z"),
            suspension(),
            suspension(at="2026-11-25T08:00:00.000Z"),
        ],
    )
    reasons = Stops.of(found).reasons(a_call())

    assert [each.rule for each in reasons] == ["incident:i1", "incident:i2"]


def test_a_long_reason_is_cut_in_the_refusal() -> None:
    found = Suspended.of(ORIGIN, [suspension(reason="x" * 8000)])
    (reason,) = Stops.of(found).reasons(a_call())

    assert len(reason.message) < 500


def test_the_file_is_read_as_it_was_printed() -> None:
    found = Suspended.of(ORIGIN, map(suspension, (PURPOSE, USER, EVERYTHING)))

    assert Suspended.parse(found.print()) == found
    assert Suspended.parse(Suspended(ORIGIN).print()) == Suspended(ORIGIN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"v":1', b'"v":2'),
        (b'"origin":"', b'"extra":1,"origin":"'),
        (b'"reason":"A letter came."', b'"reason":""'),
        (AT.encode(), b"2026"),
        (b'"aspect":"everything"', b'"aspect":"nothing"'),
        (b'"suspended":[', b'"suspended":[1,'),
        (b'"suspended":[', b'"suspended":[{},'),
        (b"}]", b"}] "),
    ],
)
def test_any_other_bytes_are_refused(old: bytes, new: bytes) -> None:
    printed = Suspended.of(ORIGIN, [suspension(EVERYTHING)]).print()
    assert old in printed

    with pytest.raises(Malformed):
        Suspended.parse(printed.replace(old, new))


def test_a_file_out_of_order_is_refused() -> None:
    one, other = suspension(PURPOSE), suspension(EVERYTHING)
    printed = Suspended(ORIGIN, (one, other)).print()

    with pytest.raises(Malformed, match="order"):
        Suspended.parse(printed)


def test_an_incident_suspends_for_the_providers_reason() -> None:
    event = opened(notice=a_notice(reason="Theirs."))
    incident = Incident(
        id="i1",
        at=AT,
        opened=event,
        events=(Recorded(id="i1", at=AT, index=0, event=event),),
        suspended=(PURPOSE,),
    )

    assert of_incident(incident) == (suspension(reason="Theirs."),)
