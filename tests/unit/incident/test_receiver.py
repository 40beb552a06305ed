"""What becomes of a delivery: verified first, recorded before it is answered."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from affidavit.clients.notices import Webhooks
from affidavit.errors import Incomplete, SettingsInvalid, TrailUnavailable
from affidavit.incident import notice
from affidavit.incident.desk import Writes
from affidavit.incident.intake import Fetch
from affidavit.incident.model import Channel, Form
from affidavit.incident.receiver import MAX_REMEMBERED, Receiver
from affidavit.testing import Sandbox
from affidavit.wiring import Settings
from support.incidents import SECRET, USER, a_case, a_desk, an_event, the_book
from support.project import a_project

Signed = Callable[..., Mapping[str, str]]
BLOCKED = an_event(notice.BLOCKED, safety_identifier="user-17", safety_category="bio")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return a_project(tmp_path)


@pytest.fixture(scope="module")
def webhooks() -> Webhooks:
    return Webhooks(SECRET)


def signed(payload: bytes, name: str = "wh_1") -> dict[str, str]:
    """Headers as the provider sends them now."""
    return Sandbox().safety.signed(payload, SECRET, webhook_id=name)


def receiver(
    settings: Settings, webhooks: Webhooks, fetch: Fetch | None = None
) -> Receiver:
    return Receiver(a_desk(settings), webhooks.verify, fetch)


def test_a_verified_notice_is_an_incident_before_it_is_answered(
    settings: Settings, webhooks: Webhooks
) -> None:
    answer = receiver(settings, webhooks).deliver(BLOCKED, signed(BLOCKED))

    assert answer.status == 200
    assert answer.opening is not None
    incident = the_book(settings).find(answer.opening.incident)
    assert USER in incident.suspended
    (document,) = incident.opened.documents
    assert document.channel is Channel.WEBHOOK
    assert document.text.encode() == BLOCKED
    assert document.delivery is not None
    assert document.delivery.id == "wh_1"


def test_a_case_that_is_only_named_is_fetched(
    settings: Settings, webhooks: Webhooks
) -> None:
    event = an_event(notice.WARNING)
    found = receiver(settings, webhooks, lambda *_: a_case())
    answer = found.deliver(event, signed(event))

    assert answer.opening is not None
    assert USER in answer.opening.opened.suspends
    assert answer.unfetched is None


def test_what_cannot_be_fetched_is_recorded_and_told(
    settings: Settings, webhooks: Webhooks
) -> None:
    def fetch(form: Form, identifier: str) -> bytes:
        raise Incomplete(f"{form.value} {identifier}: no network")

    event = an_event(notice.WARNING)
    answer = receiver(settings, webhooks, fetch).deliver(event, signed(event))

    assert answer.status == 200
    assert "no network" in (answer.unfetched or "")
    assert len(the_book(settings).incidents) == 1


def test_a_second_try_is_answered_and_opens_nothing(
    settings: Settings, webhooks: Webhooks
) -> None:
    found = receiver(settings, webhooks)
    statuses = [found.deliver(BLOCKED, signed(BLOCKED)).status for _ in range(2)]
    after_a_restart = receiver(settings, webhooks)
    after_a_restart.remember()
    told = after_a_restart.deliver(BLOCKED, signed(BLOCKED)).told
    forgetful = receiver(settings, webhooks).deliver(BLOCKED, signed(BLOCKED))

    assert statuses == [200, 200]
    assert told == "taken before"
    assert forgetful.opening is not None
    assert forgetful.opening.again
    assert len(the_book(settings).incidents) == 1


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"webhook-signature": "v1,AAAA"}, 401),
        ({"webhook-signature": "nonsense"}, 401),
        ({"webhook-id": "wh_2"}, 401),
        ({"webhook-timestamp": "1795420000"}, 401),
        ({"webhook-timestamp": "soon"}, 400),
        ({"webhook-id": ""}, 400),
    ],
)
def test_what_does_not_verify_is_not_even_read(
    settings: Settings, webhooks: Webhooks, changes: dict[str, str], status: int
) -> None:
    headers = {**signed(BLOCKED), **changes}

    assert receiver(settings, webhooks).deliver(BLOCKED, headers).status == status
    assert the_book(settings).incidents == {}


def test_a_changed_payload_does_not_verify(
    settings: Settings, webhooks: Webhooks
) -> None:
    other = BLOCKED.replace(b"user-17", b"user-18")

    assert receiver(settings, webhooks).deliver(other, signed(BLOCKED)).status == 401


def test_other_events_are_passed_over(settings: Settings, webhooks: Webhooks) -> None:
    event = an_event("batch.completed")
    answer = receiver(settings, webhooks).deliver(event, signed(event))

    assert (answer.status, answer.told) == (200, "passed over batch.completed")
    assert the_book(settings).incidents == {}


@pytest.mark.parametrize("payload", [b"[]", an_event(notice.BLOCKED, id="x")])
def test_a_verified_payload_that_is_no_notice_is_refused(
    settings: Settings, webhooks: Webhooks, payload: bytes
) -> None:
    answer = receiver(settings, webhooks).deliver(payload, signed(payload))

    assert answer.status == 400


def test_what_could_not_be_recorded_is_not_taken(
    settings: Settings, webhooks: Webhooks
) -> None:
    desk = a_desk(settings)

    def opens() -> Writes:
        raise TrailUnavailable("the disk is full.")

    broken = replace(desk, opens=opens)  # type: ignore[arg-type]  # it only fails
    answer = Receiver(broken, webhooks.verify, None).deliver(BLOCKED, signed(BLOCKED))
    again = receiver(settings, webhooks).deliver(BLOCKED, signed(BLOCKED))

    assert answer.status == 503
    assert again.opening is not None
    assert len(the_book(settings).incidents) == 1


def test_a_secret_that_is_none_takes_nothing(settings: Settings) -> None:
    def verify(payload: bytes, headers: Mapping[str, str]) -> None:
        raise SettingsInvalid("no secret")

    answer = Receiver(a_desk(settings), verify, None).deliver(BLOCKED, signed(BLOCKED))

    assert answer.status == 503


def test_what_is_remembered_is_bounded(settings: Settings) -> None:
    found = Receiver(a_desk(settings), lambda *_: None, None)
    event = json.dumps({"type": "batch.completed"}).encode()
    headers = signed(event)
    for number in range(MAX_REMEMBERED + 1):
        found.deliver(event, {**headers, "webhook-id": f"wh_{number}"})

    first = found.deliver(event, {**headers, "webhook-id": "wh_0"})
    assert first.told == "passed over batch.completed", "the oldest was forgotten"
