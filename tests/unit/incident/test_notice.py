"""A provider's documents, read: what they name, and what that suspends."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed
from affidavit.incident import notice
from affidavit.incident.model import Aspect, Channel, Form, Notice, NoticeKind, Target
from affidavit.incident.notice import Received
from affidavit.trail.notices import MAX_DOCUMENT_BYTES
from support.incidents import a_case, a_notice, an_alert, an_event

AT = "2026-11-23T07:46:40.000Z"


def read(data: bytes) -> Received:
    return notice.read(data, Channel.FILE)


def test_a_case_names_whom_it_is_about() -> None:
    received = read(a_case())

    assert received.document.form is Form.CASE
    assert received.document.text == a_case().decode()
    assert received.names is None
    assert received.notice == Notice(
        kind=NoticeKind.WARNING,
        reference="case_1",
        at=AT,
        entity="user-17",
        reason="Requests about restricted substances.",
    )


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({"type": "deactivation"}, NoticeKind.DEACTIVATION),
        ({"type": "something new"}, NoticeKind.OTHER),
        (None, NoticeKind.OTHER),
    ],
)
def test_a_notice_of_a_new_type_is_a_notice(told: Any, kind: NoticeKind) -> None:
    assert read(a_case(notice=told)).notice.kind is kind


def test_an_alert_names_a_request() -> None:
    found = read(an_alert(detailed_explanation="Why.")).notice

    assert found.kind is NoticeKind.ALERT
    assert (found.requests, found.responses) == (("req_1",), ("resp_1",))
    assert (found.paused, found.reason, found.explanation) == (True, None, "Why.")
    assert found.category == "other"
    assert notice.targets(found) == ()


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("safety.warning_issued", Form.CASE),
        ("safety.deactivation_issued", Form.CASE),
        ("safety.alert.created", Form.ALERT),
        ("safety.org_alert.created", Form.ALERT),
    ],
)
def test_an_event_only_names_its_document(kind: str, names: Form) -> None:
    received = read(an_event(kind, id="x_1"))

    assert received.names == (names, "x_1")
    assert received.notice.at == AT
    assert notice.targets(received.notice) == ()


def test_a_block_says_itself_whom_it_is_about() -> None:
    # openai 2 has no type for the newest events, and 3.54 does not unwrap this one.
    data = {"safety_identifier": "user-17", "safety_category": "bio", "model": None}
    received = read(an_event(notice.BLOCKED, **data, request_id="req_9"))

    assert received.names is None
    assert received.notice == Notice(
        kind=NoticeKind.BLOCKED,
        at=AT,
        entity="user-17",
        category="bio",
        requests=("req_9",),
    )


def test_an_identity_is_suspended_in_both_fields_that_may_have_named_it() -> None:
    assert notice.targets(a_notice()) == (
        Target(aspect=Aspect.SAFETY, value="user-17"),
        Target(aspect=Aspect.SUBJECT, value="user-17"),
    )


def test_event_and_document_are_joined() -> None:
    event = read(an_event("safety.deactivation_issued", id="case_1"))
    case = read(a_case(notice={"type": "something new"}))
    found = notice.joined(event, case)

    assert found.kind is NoticeKind.DEACTIVATION
    assert found.entity == "user-17"
    assert found.reference == "case_1"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"object":"response"}',
        a_case(id=None),
        a_case(created_at="today"),
        a_case(created_at=-1),
        a_case(created_at=True)[:-1],
        a_case(entity_identifier=7),
        a_case(entity_identifier="x" * 257),
        an_event("batch.completed"),
        an_event(notice.BLOCKED, id="x"),
        an_event(id=7),
        json.dumps({"type": notice.BLOCKED, "data": []}).encode(),
        a_case(reason="x" * MAX_DOCUMENT_BYTES),
        b'{"object":"safety.case","id":"\xff"}',
    ],
)
def test_what_is_no_notice_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        read(data)


def test_the_type_of_any_event_can_be_told() -> None:
    assert notice.event_type(an_event("batch.completed")) == "batch.completed"
    assert notice.event_type(a_case()) is None
    assert notice.event_type(b"?") is None


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_do_harm(data: bytes) -> None:
    with suppress(Malformed):
        read(data)


def test_a_notice_is_told_in_one_line() -> None:
    assert notice.summary(read(a_case()).notice) == (
        "warning case_1: about user-17: Requests about restricted substances."
    )
    assert notice.summary(Notice(kind=NoticeKind.OTHER)) == "other"
