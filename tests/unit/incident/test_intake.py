"""From what came in to an incident that can be opened."""

import pytest

from affidavit.errors import Incomplete, Malformed
from affidavit.incident import intake, notice
from affidavit.incident.model import Channel, Delivery, Form, Target
from affidavit.incident.notice import Received
from affidavit.trail.notices import NoticeKind
from support.incidents import EVERYTHING, USER, a_case, a_notice, an_alert, an_event

HEADERS = {
    "webhook-id": "wh_1",
    "webhook-timestamp": "1795420000",
    "webhook-signature": "v1,eA==",
}


def event(kind: str = notice.WARNING) -> Received:
    return notice.read(an_event(kind), Channel.FILE)


def test_the_document_that_an_event_names_is_fetched() -> None:
    asked: list[tuple[Form, str]] = []

    def fetch(form: Form, identifier: str) -> bytes:
        asked.append((form, identifier))
        return a_case()

    taken = intake.taken(event(), fetch)

    assert asked == [(Form.CASE, "case_1")]
    assert taken.notice.entity == "user-17"
    assert [each.channel for each in taken.documents] == [Channel.FILE, Channel.FETCHED]
    assert taken.unfetched is None
    assert USER in taken.opened().suspends


@pytest.mark.parametrize("answer", [a_case(id="case_2"), an_alert(id="case_1"), b"{}"])
def test_another_document_than_was_asked_for_is_not_believed(answer: bytes) -> None:
    taken = intake.taken(event(), lambda *_: answer)

    assert taken.unfetched is not None
    assert taken.notice.entity is None
    assert taken.notice.reference == "case_1"
    assert len(taken.documents) == 1


def test_what_cannot_be_fetched_is_an_incident_all_the_same() -> None:
    def fetch(form: Form, identifier: str) -> bytes:
        raise Incomplete(f"{form.value} {identifier}: no network")

    assert "no network" in (intake.taken(event(), fetch).unfetched or "")
    assert "not fetched" in (intake.taken(event()).unfetched or "")


def test_a_case_needs_no_fetching() -> None:
    taken = intake.taken(notice.read(a_case(), Channel.FILE))

    assert taken.unfetched is None
    assert taken.opened().reason.startswith("warning case_1")
    opened = taken.opened(reason="Ours.", more=(EVERYTHING, USER))
    assert opened.reason == "Ours."
    assert [str(each) for each in opened.suspends] == [
        "safety identifier user-17",
        "end user user-17",
        "every call",
    ]
    assert isinstance(opened.suspends[0], Target)


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook-id": ""},
        {"webhook-signature": " "},
        {"webhook-id": "é"},
        {"webhook-id": "x" * 1025},
        {"webhook-timestamp": "now"},
        {"webhook-timestamp": "-1"},
        {"webhook-timestamp": "9" * 12},
    ],
)
def test_a_delivery_has_its_three_headers(changes: dict[str, str]) -> None:
    assert intake.delivery(HEADERS).id == "wh_1"

    with pytest.raises(Malformed, match="webhook-"):
        intake.delivery({**HEADERS, **changes})


def test_each_try_of_a_delivery_opens_the_same_incident() -> None:
    def delivery(**changes: str) -> Delivery:
        said = {"id": "wh_1", "timestamp": "1795420000", "signature": "v1,eA=="}
        return Delivery(**{**said, **changes})

    told = a_notice(at="2026-11-23T07:46:40.000Z")
    first = intake.identifier(delivery(), told)

    assert first == intake.identifier(delivery(timestamp="1795420060"), told)
    assert first != intake.identifier(delivery(id="wh_2"), told)
    assert intake.identifier(delivery(), a_notice()).startswith("00000000")


def test_calls_are_looked_for_from_two_days_before() -> None:
    at = "2026-11-23T07:46:40.000Z"

    assert intake.since(a_notice(at=at)) == "2026-11-21T07:46:40.000Z"
    assert intake.since(a_notice(at=at, start="2026-11-03T00:00:00.000Z")) == (
        "2026-11-01T00:00:00.000Z"
    )
    assert intake.since(a_notice(kind=NoticeKind.OTHER)) is None
