"""Notices, and a desk that opens incidents on a project's trail."""

import json
import os
import time
from collections.abc import Callable
from typing import Any

from affidavit.cli import appending
from affidavit.incident import book
from affidavit.incident.book import Book
from affidavit.incident.desk import Desk, OpenTrail
from affidavit.incident.model import (
    Aspect,
    Channel,
    Delivery,
    Document,
    Form,
    Notice,
    NoticeKind,
    Opened,
    Target,
)
from affidavit.trail.reader import TrailReader
from affidavit.wiring import Settings
from affidavit.wiring.governor import load_identity

SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
PURPOSE = Target(aspect=Aspect.PURPOSE, value="support.reply")
USER = Target(aspect=Aspect.SAFETY, value="user-17")
EVERYTHING = Target(aspect=Aspect.EVERYTHING)
POLICY = """\
apiVersion: affidavit/v1
kind: Policy
name: house
purposes:
  support.reply:
    owner: support@acme.example
    models: ["*"]
    endpoints: [chat.completions, responses, files.create, batches.*, realtime.*]
  notices.read:
    owner: compliance@acme.example
    models: ["*"]
    endpoints: ["safety.*"]
"""


def a_case(**changes: Any) -> bytes:
    """A safety case, as the provider's API gives it."""
    said = {
        "id": "case_1",
        "object": "safety.case",
        "created_at": 1_795_420_000,
        "entity_identifier": "user-17",
        "notice": {"type": "warning"},
        "reason": "Requests about restricted substances.",
    }
    return json.dumps(said | changes).encode()


def an_alert(**changes: Any) -> bytes:
    """A safety alert, as the provider's API gives it."""
    said = {
        "id": "alert_1",
        "object": "safety.alert",
        "created_at": 1_795_420_000,
        "error_type": "other",
        "model": "gpt-5",
        "reason": None,
        "request_id": "req_1",
        "request_paused": True,
        "response_id": "resp_1",
    }
    return json.dumps(said | changes).encode()


def an_event(kind: str = "safety.warning_issued", **data: Any) -> bytes:
    """A webhook's payload."""
    said = {
        "id": "evt_1",
        "object": "event",
        "created_at": 1_795_420_000,
        "type": kind,
        "data": data or {"id": "case_1"},
    }
    return json.dumps(said).encode()


def a_notice(**changes: Any) -> Notice:
    return Notice(**{"kind": NoticeKind.WARNING, "entity": "user-17", **changes})


def opened(**changes: Any) -> Opened:
    """What opens an incident that suspends one purpose."""
    said = {"notice": a_notice(), "reason": "A letter came.", "suspends": (PURPOSE,)}
    return Opened(**{**said, **changes})


def a_document(**changes: Any) -> Document:
    said = {
        "form": Form.EVENT,
        "channel": Channel.WEBHOOK,
        "text": an_event().decode(),
        "delivery": Delivery(id="wh_1", timestamp="1795420000", signature="v1,eA=="),
    }
    return Document(**{**said, **changes})


def a_desk(settings: Settings, opens: OpenTrail | None = None) -> Desk:
    """A desk on the settings' trail, with its real key."""
    identity = load_identity(settings)
    real: Callable[[], Any] = lambda: appending.opened(settings, identity, "incident")  # noqa: E731 - a test's shorthand
    return Desk(
        path=settings.trail,
        origin=identity.origin,
        opens=opens or real,
        clock=time.time_ns,
        randomness=os.urandom,
    )


def the_book(settings: Settings) -> Book:
    """All incidents of the settings' trail."""
    return book.read(TrailReader(settings.trail))
