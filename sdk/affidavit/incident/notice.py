"""A provider's safety documents, read: cases, alerts and webhook events.

Pure. Knows OpenAI's shapes as openai 3.54 types them, and reads the raw JSON, so that
fields and event types which an installed SDK lacks are no obstacle. Fields that it does
not know are kept in the document and say nothing here. What to suspend follows from
what a notice names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.incident.model import (
    Aspect,
    Channel,
    Delivery,
    Document,
    Form,
    Notice,
    NoticeKind,
    Target,
)
from affidavit.trail.notices import (
    MAX_DOCUMENT_BYTES,
    MAX_NAME,
    MAX_TEXT,
    optional,
    text_of,
)
from affidavit.trail.record import stamp

_Object = Mapping[str, Json]
_T = TypeVar("_T")
_MAX_SECONDS = 253_402_300_799
"""The last second of the year 9999."""

WARNING = "safety.warning_issued"
DEACTIVATION = "safety.deactivation_issued"
ALERT = "safety.alert.created"
ORG_ALERT = "safety.org_alert.created"
BLOCKED = "safety_identifier.blocked"
EVENTS: Mapping[str, tuple[NoticeKind, Form | None]] = {
    WARNING: (NoticeKind.WARNING, Form.CASE),
    DEACTIVATION: (NoticeKind.DEACTIVATION, Form.CASE),
    ALERT: (NoticeKind.ALERT, Form.ALERT),
    ORG_ALERT: (NoticeKind.ALERT, Form.ALERT),
    BLOCKED: (NoticeKind.BLOCKED, None),
}
"""Event types that open an incident: what they tell of, and the document that they only
name; None where the event tells all itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A document and what it says."""

    document: Document
    notice: Notice

    @property
    def names(self) -> tuple[Form, str] | None:
        """The document that it only names, for whoever can fetch it: form and id."""
        if self.document.form is not Form.EVENT or self.notice.reference is None:
            return None
        form = Form.ALERT if self.notice.kind is NoticeKind.ALERT else Form.CASE
        return form, self.notice.reference


def read(data: bytes, channel: Channel, delivery: Delivery | None = None) -> Received:
    """A case, an alert or an event, told apart by what it says it is.

    `Malformed` for anything else, and for what is larger than any notice.
    """
    form, notice = _told(_object(data))
    document = Document(
        form=form, channel=channel, text=data.decode("utf-8"), delivery=delivery
    )
    return Received(document=document, notice=notice)


def _told(said: _Object) -> tuple[Form, Notice]:
    what, event = said.get("object"), said.get("type")
    if what == "safety.case":
        return Form.CASE, _case(said)
    if what == "safety.alert":
        return Form.ALERT, _alert(said)
    if what in ("event", None) and isinstance(event, str) and event in EVENTS:
        return Form.EVENT, _event(event, said)
    told = event if isinstance(event, str) else what
    raise Malformed(
        f"not a safety case, a safety alert or a safety event, but {told!r:.80}"
    )


def event_type(data: bytes) -> str | None:
    """What a webhook's payload says that it is, if it is an event at all."""
    try:
        kind = _object(data).get("type")
    except Malformed:
        return None
    return kind if isinstance(kind, str) else None


def _object(data: bytes) -> _Object:
    if len(data) > MAX_DOCUMENT_BYTES:
        raise Malformed(
            f"{len(data)} bytes; no safety notice has more than {MAX_DOCUMENT_BYTES}"
        )
    said = canonical.parse(data)
    if not isinstance(said, dict):
        raise Malformed("a safety notice is a JSON object")
    return said


def _case(said: _Object) -> Notice:
    told = said.get("notice")
    kind = told.get("type") if isinstance(told, dict) else None
    kinds = {"warning": NoticeKind.WARNING, "deactivation": NoticeKind.DEACTIVATION}
    return Notice(
        # A kind that this version does not know is a notice all the same.
        kind=kinds.get(kind, NoticeKind.OTHER)
        if isinstance(kind, str)
        else NoticeKind.OTHER,
        reference=text_of(said.get("id"), MAX_NAME),
        at=_time(said.get("created_at")),
        entity=optional(said.get("entity_identifier") or None),
        reason=optional(said.get("reason") or None, MAX_TEXT),
    )


def _alert(said: _Object) -> Notice:
    paused = said.get("request_paused")
    return Notice(
        kind=NoticeKind.ALERT,
        reference=text_of(said.get("id"), MAX_NAME),
        at=_time(said.get("created_at")),
        reason=optional(said.get("reason") or None, MAX_TEXT),
        category=optional(said.get("error_type") or None),
        explanation=optional(said.get("detailed_explanation") or None, MAX_TEXT),
        model=optional(said.get("model") or None),
        paused=paused if isinstance(paused, bool) else None,
        requests=_one(said.get("request_id")),
        responses=_one(said.get("response_id")),
    )


def _event(kind: str, said: _Object) -> Notice:
    data = said.get("data")
    if not isinstance(data, dict):
        raise Malformed(f"an event {kind} without data")
    what, form = EVENTS[kind]
    at = _time(said.get("created_at"))
    if form is not None:
        return Notice(kind=what, reference=text_of(data.get("id"), MAX_NAME), at=at)
    return Notice(
        kind=what,
        at=at,
        entity=text_of(data.get("safety_identifier"), MAX_NAME),
        category=optional(data.get("safety_category") or None),
        model=optional(data.get("model") or None),
        project=optional(data.get("project_id") or None),
        requests=_one(data.get("request_id")),
    )


def _one(value: Json) -> tuple[str, ...]:
    name = optional(value or None)
    return () if name is None else (name,)


def _time(value: Json) -> str | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 0 <= value <= _MAX_SECONDS:
        raise Malformed(f"not a Unix time: {value!r:.80}")
    return stamp(value * 1000)


def joined(first: Received, fetched: Received) -> Notice:
    """What an event and the document that it names say together.

    Of the document where both speak, but for what happened: that the event knows.
    """
    one, other = first.notice, fetched.notice
    kind = one.kind if other.kind is NoticeKind.OTHER else other.kind
    return Notice(
        kind=kind,
        reference=other.reference or one.reference,
        at=_first(other.at, one.at),
        entity=_first(other.entity, one.entity),
        reason=_first(other.reason, one.reason),
        category=_first(other.category, one.category),
        explanation=other.explanation,
        model=_first(other.model, one.model),
        project=_first(other.project, one.project),
        paused=other.paused,
        requests=other.requests or one.requests,
        responses=other.responses,
    )


def _first(one: _T | None, other: _T | None) -> _T | None:
    return other if one is None else one


def targets(notice: Notice) -> tuple[Target, ...]:
    """What a notice's own words suspend: whom it is about.

    As both of the request's fields that may have named them: its `safety_identifier`,
    and the `user` that came before that.
    """
    if notice.entity is None:
        return ()
    return tuple(
        Target(aspect=aspect, value=notice.entity)
        for aspect in (Aspect.SAFETY, Aspect.SUBJECT)
    )


def summary(notice: Notice) -> str:
    """A notice in one line."""
    said: Sequence[str | None] = (
        f"{notice.kind.value} {notice.reference}"
        if notice.reference
        else notice.kind.value,
        notice.entity and f"about {notice.entity}",
        notice.category,
        notice.reason,
    )
    return ": ".join(each for each in said if each)
