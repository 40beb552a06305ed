"""What a provider's safety notice names, and the document that it was read from.

Pure. Knows how a notice stands in an `opened` record (docs/formats/incident.md), and
nothing of how a provider spells one: that is `incident.notice`'s.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.trail.record import parse_moment

MAX_TEXT = 8_000
"""Characters of one text: a reason, an answer."""
MAX_NAME = 256
MAX_NAMES = 100
"""Requests, responses, calls or targets of one record."""
MAX_DOCUMENT_BYTES = 24 << 10
"""A document is kept whole, in a body of at most 60 KiB."""

_E = TypeVar("_E", bound=Enum)


class NoticeKind(Enum):
    """What the provider did."""

    WARNING = "warning"
    DEACTIVATION = "deactivation"
    ALERT = "alert"
    """One request was found unsafe, and perhaps paused."""
    BLOCKED = "blocked"
    """A request of one safety identifier was blocked."""
    OTHER = "other"
    """Told by hand: a letter, a call, or our own finding."""


class Form(Enum):
    """Which document a notice was read from."""

    CASE = "case"
    """A safety case, as `GET /v1/safety/cases/{id}` gives it."""
    ALERT = "alert"
    """A safety alert, as `GET /v1/safety/alerts/{id}` gives it."""
    EVENT = "event"
    """A webhook's payload."""


class Channel(Enum):
    """How a document came here."""

    FILE = "file"
    """Somebody handed it in: nothing shows that the provider wrote it."""
    FETCHED = "fetched"
    """Asked of the provider's API, over TLS, with the customer's own key."""
    WEBHOOK = "webhook"
    """Sent to us, its signature verified with the webhook's secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The headers that a webhook's signature was verified with
    (standardwebhooks.com).
    """

    id: str
    """`webhook-id`: the same for each try of one delivery."""
    timestamp: str
    """`webhook-timestamp`: Unix time in seconds."""
    signature: str
    """`webhook-signature`, as it came."""

    def as_json(self) -> dict[str, Json]:
        """Its fields in a record."""
        return {
            "id": self.id,
            "signature": self.signature,
            "timestamp": self.timestamp,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document as it was received, whole."""

    form: Form
    channel: Channel
    text: str
    """Its bytes, which are UTF-8."""
    delivery: Delivery | None = None
    """For `Channel.WEBHOOK`, and only for it."""

    def __post_init__(self) -> None:
        if (self.delivery is None) is (self.channel is Channel.WEBHOOK):
            raise Malformed("a webhook's document has its headers, and no other has")
        if len(self.text.encode()) > MAX_DOCUMENT_BYTES:
            raise Malformed(f"a document of more than {MAX_DOCUMENT_BYTES} bytes")

    @property
    def sha256(self) -> str:
        """Of its bytes, 64 lower-case hex digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def as_json(self) -> dict[str, Json]:
        """Its fields in a record."""
        said: dict[str, Json] = {
            "channel": self.channel.value,
            "form": self.form.value,
            "sha256": self.sha256,
            "text": self.text,
        }
        if self.delivery is not None:
            said["delivery"] = self.delivery.as_json()
        return said

    @classmethod
    def parse(cls, value: Json) -> "Document":
        """Read what `as_json` gives, else `Malformed`."""
        match value:
            case {
                "channel": str(channel),
                "form": str(form),
                "sha256": str(digest),
                "text": str(text),
                **rest,
            }:
                delivery = rest.get("delivery")
                found = cls(
                    form=member(Form, form),
                    channel=member(Channel, channel),
                    text=text,
                    delivery=None if delivery is None else _delivery(delivery),
                )
            case _:
                raise Malformed(f"not a document: {value!r:.80}")
        if digest != found.sha256:
            raise Malformed("a document's digest is of other bytes")
        return found


def _delivery(value: object) -> Delivery:
    match value:
        case {"id": str(name), "timestamp": str(at), "signature": str(signature)}:
            return Delivery(id=name, timestamp=at, signature=signature)
        case _:
            raise Malformed(f"not a webhook's headers: {value!r:.80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a notice says and names. All but `kind` may be absent."""

    kind: NoticeKind
    reference: str | None = None
    """The provider's name of it: a case's or an alert's id."""
    at: str | None = None
    """When the provider made it, UTC, as records print time."""
    entity: str | None = None
    """Whom it is about: a case's `entity_identifier`, a block's `safety_identifier`."""
    reason: str | None = None
    """The provider's words."""
    category: str | None = None
    """`bio`, `cyber`, …; for an alert its `error_type`."""
    explanation: str | None = None
    """An alert's `detailed_explanation`."""
    model: str | None = None
    project: str | None = None
    paused: bool | None = None
    """For an alert: whether the provider registered a block for the request."""
    requests: tuple[str, ...] = ()
    """The provider's request ids (`x-request-id`)."""
    responses: tuple[str, ...] = ()
    """The provider's response ids."""
    start: str | None = None
    """The span that it is about, half-open, UTC; None for no bound."""
    end: str | None = None

    def as_json(self) -> dict[str, Json]:
        """Its fields in a record."""
        said: dict[str, Json] = {
            "at": self.at,
            "category": self.category,
            "entity": self.entity,
            "explanation": self.explanation,
            "from": self.start,
            "kind": self.kind.value,
            "model": self.model,
            "paused": self.paused,
            "project": self.project,
            "reason": self.reason,
            "reference": self.reference,
            "requests": list(self.requests) or None,
            "responses": list(self.responses) or None,
            "to": self.end,
        }
        return {name: value for name, value in said.items() if value is not None}

    @classmethod
    def parse(cls, value: Json) -> "Notice":
        """Read what `as_json` gives, else `Malformed`."""
        if not isinstance(value, Mapping):
            raise Malformed(f"not a notice: {value!r:.80}")
        paused = value.get("paused")
        if paused is not None and not isinstance(paused, bool):
            raise Malformed(f"neither true nor false: {paused!r:.80}")
        return cls(
            kind=member(NoticeKind, text_of(value.get("kind"), MAX_NAME)),
            reference=optional(value.get("reference")),
            at=moment(value.get("at")),
            entity=optional(value.get("entity")),
            reason=optional(value.get("reason"), MAX_TEXT),
            category=optional(value.get("category")),
            explanation=optional(value.get("explanation"), MAX_TEXT),
            model=optional(value.get("model")),
            project=optional(value.get("project")),
            paused=paused,
            requests=names(value.get("requests")),
            responses=names(value.get("responses")),
            start=moment(value.get("from")),
            end=moment(value.get("to")),
        )


def member(kind: type[_E], value: str) -> _E:
    """The member of that value, else `Malformed`."""
    try:
        return kind(value)
    except ValueError as error:
        raise Malformed(f"no {kind.__name__} is called {value!r:.80}") from error


def text_of(value: Json, limit: int = MAX_TEXT) -> str:
    """A text of 1 to `limit` characters that a record can hold, else `Malformed`."""
    if not isinstance(value, str) or not value.strip() or len(value) > limit:
        raise Malformed(f"not a text of 1 to {limit} characters: {value!r:.80}")
    canonical.dumps(value)  # a lone surrogate has no canonical form
    return value


def optional(value: Json, limit: int = MAX_NAME) -> str | None:
    """The same, or None."""
    return None if value is None else text_of(value, limit)


def moment(value: Json) -> str | None:
    """A time as records print it, or None; else `Malformed`."""
    if value is not None:
        parse_moment(text_of(value, MAX_NAME))
    return optional(value)


def listed(value: Json) -> Sequence[Json]:
    """A list of at most `MAX_NAMES`, empty for None; else `Malformed`."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_NAMES:
        raise Malformed(f"not a list of at most {MAX_NAMES}: {value!r:.80}")
    return value


def names(value: Json) -> tuple[str, ...]:
    """A list of names, perhaps none; else `Malformed`."""
    return tuple(text_of(each, MAX_NAME) for each in listed(value))
