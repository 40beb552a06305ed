"""Incidents: what is recorded from a safety notice to the day that it is settled.

Pure. Five events, each the body of a record of kind `incident` (docs/formats/
incident.md): `opened`, `suspended`, `clarified`, `lifted`, `closed`. An incident's id
is that of its `opened` record. Knows how each event is printed and read; what they come
to together is `incident.model`'s, and whether they fit together is `verify`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.trail.notices import (
    MAX_NAME,
    Document,
    Notice,
    listed,
    member,
    names,
    optional,
    text_of,
)

MAX_DOCUMENTS = 2
"""A webhook's payload, and the case or alert that it names."""


class Aspect(Enum):
    """What of a call a suspension looks at: the names of label fields, and one more."""

    PURPOSE = "purpose"
    SAFETY = "safety"
    SUBJECT = "subject"
    MODEL = "model"
    PROJECT = "project"
    EVERYTHING = "everything"
    """Every call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Calls that are suspended: those whose `aspect` is exactly `value`."""

    aspect: Aspect
    value: str = ""
    """Empty for `EVERYTHING`, and only for it."""

    def __post_init__(self) -> None:
        if (self.aspect is Aspect.EVERYTHING) is bool(self.value):
            raise Malformed("a suspension names a value, but of everything")

    def __str__(self) -> str:
        if self.aspect is Aspect.EVERYTHING:
            return "every call"
        return f"{_WORDS[self.aspect]} {self.value}"

    def as_json(self) -> dict[str, Json]:
        """Its fields in a record."""
        value: dict[str, Json] = {"value": self.value} if self.value else {}
        return {"aspect": self.aspect.value, **value}

    @classmethod
    def parse(cls, value: Json) -> "Target":
        """Read what `as_json` gives, else `Malformed`."""
        if not isinstance(value, Mapping):
            raise Malformed(f"not what is suspended: {value!r:.80}")
        return cls(
            aspect=member(Aspect, text_of(value.get("aspect"), MAX_NAME)),
            value=optional(value.get("value")) or "",
        )


_WORDS: Mapping[Aspect, str] = {
    Aspect.PURPOSE: "purpose",
    Aspect.SAFETY: "safety identifier",
    Aspect.SUBJECT: "end user",
    Aspect.MODEL: "model",
    Aspect.PROJECT: "project",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An incident begins; its id is that of this event's record."""

    notice: Notice
    reason: str
    """Why it was opened, in the words of whoever did."""
    documents: tuple[Document, ...] = ()
    """As received; none where it was opened by hand."""
    calls: tuple[str, ...] = ()
    """Decisions of this trail whose request or response the notice names."""
    suspends: tuple[Target, ...] = ()
    holds: tuple[str, ...] = ()
    """The records of the holds that keep what it is about from being pruned."""

    def body(self) -> dict[str, Json]:
        """The record's body."""
        said: dict[str, Json] = {
            "what": "opened",
            "notice": self.notice.as_json(),
            "reason": text_of(self.reason),
            "documents": [each.as_json() for each in self.documents],
            "suspends": [each.as_json() for each in self.suspends],
        }
        if self.calls:
            said["calls"] = list(self.calls)
        if self.holds:
            said["holds"] = list(self.holds)
        return said

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> "Opened":
        """Read what `body` gives, else `Malformed`."""
        documents = listed(body.get("documents"))
        if len(documents) > MAX_DOCUMENTS:
            raise Malformed(f"more than {MAX_DOCUMENTS} documents of one notice")
        return cls(
            notice=Notice.parse(body.get("notice")),
            reason=text_of(body.get("reason")),
            documents=tuple(map(Document.parse, documents)),
            calls=names(body.get("calls")),
            suspends=_targets(body.get("suspends")),
            holds=names(body.get("holds")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspended:
    """More is suspended for an incident that is open."""

    incident: str
    targets: tuple[Target, ...]
    reason: str

    def body(self) -> dict[str, Json]:
        """The record's body."""
        return _changing("suspended", self.incident, self.targets, self.reason)

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> "Suspended":
        """Read what `body` gives, else `Malformed`."""
        return cls(
            incident=_incident(body),
            targets=_some(body.get("targets")),
            reason=text_of(body.get("reason")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """Suspensions of an incident end, for a reason."""

    incident: str
    targets: tuple[Target, ...]
    reason: str

    def body(self) -> dict[str, Json]:
        """The record's body."""
        return _changing("lifted", self.incident, self.targets, self.reason)

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> "Lifted":
        """Read what `body` gives, else `Malformed`."""
        return cls(
            incident=_incident(body),
            targets=_some(body.get("targets")),
            reason=text_of(body.get("reason")),
        )


def _changing(
    what: str, incident: str, targets: tuple[Target, ...], reason: str
) -> dict[str, Json]:
    if not targets:
        raise Malformed(f"nothing is {what}")
    return {
        "what": what,
        "incident": incident,
        "targets": [each.as_json() for each in targets],
        "reason": text_of(reason),
    }


class Says(Enum):
    """What a clarification is."""

    QUESTION = "question"
    """Put to us or by us."""
    ANSWER = "answer"
    """To a question that a record before it holds."""
    STATEMENT = "statement"
    """Neither: what was found, or done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a clarification rests on: a record of this trail, or a file elsewhere."""

    record: str | None = None
    """A record's id."""
    file: str | None = None
    """A file's name, without its folder."""
    size: int | None = None
    """Bytes."""
    sha256: str | None = None
    """64 lower-case hex digits."""

    def __post_init__(self) -> None:
        of_file = (self.file, self.size, self.sha256)
        whole = all(each is not None for each in of_file)
        if (self.record is None) is not whole or (self.record and any(of_file)):
            raise Malformed("evidence is a record's id, or a file's name, size, digest")

    def as_json(self) -> dict[str, Json]:
        """Its fields in a record."""
        if self.record is not None:
            return {"record": self.record}
        return {"file": self.file, "sha256": self.sha256, "size": self.size}

    @classmethod
    def parse(cls, value: Json) -> "Evidence":
        """Read what `as_json` gives, else `Malformed`."""
        match value:
            case {"record": str(record)}:
                return cls(record=record)
            case {"file": str(file), "sha256": str(digest), "size": int(size)}:
                if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
                    raise Malformed(f"not a SHA-256: {digest:.80}")
                return cls(file=file, size=size, sha256=digest)
            case _:
                raise Malformed(f"not evidence: {value!r:.80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Clarified:
    """A question, an answer or a statement about an incident."""

    incident: str
    says: Says
    text: str
    by: str | None = None
    """Who says so: `OpenAI Trust and Safety`, a name, an office."""
    to: str | None = None
    """For an answer: the record of its question."""
    evidence: tuple[Evidence, ...] = ()

    def __post_init__(self) -> None:
        if (self.says is Says.ANSWER) is (self.to is None):
            raise Malformed("an answer names its question, and nothing else does")

    def body(self) -> dict[str, Json]:
        """The record's body."""
        said: dict[str, Json] = {
            "what": "clarified",
            "incident": self.incident,
            "says": self.says.value,
            "text": text_of(self.text),
        }
        if self.by is not None:
            said["by"] = text_of(self.by, MAX_NAME)
        if self.to is not None:
            said["to"] = self.to
        if self.evidence:
            said["evidence"] = [each.as_json() for each in self.evidence]
        return said

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> "Clarified":
        """Read what `body` gives, else `Malformed`."""
        return cls(
            incident=_incident(body),
            says=member(Says, text_of(body.get("says"), MAX_NAME)),
            text=text_of(body.get("text")),
            by=optional(body.get("by")),
            to=optional(body.get("to")),
            evidence=tuple(map(Evidence.parse, listed(body.get("evidence")))),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """An incident is settled. Its suspensions stay until they are lifted."""

    incident: str
    reason: str
    """How it was settled."""

    def body(self) -> dict[str, Json]:
        """The record's body."""
        return {
            "what": "closed",
            "incident": self.incident,
            "reason": text_of(self.reason),
        }

    @classmethod
    def parse(cls, body: Mapping[str, Json]) -> "Closed":
        """Read what `body` gives, else `Malformed`."""
        return cls(incident=_incident(body), reason=text_of(body.get("reason")))


Later: TypeAlias = Suspended | Clarified | Lifted | Closed
"""An event of an incident that an earlier record opened."""
Event: TypeAlias = Opened | Later


def parse_event(body: Mapping[str, Json]) -> Event | None:
    """What the body of an `incident` record says; None where it is about a hold, or of
    a kind that this version does not know. `Malformed` where it cannot be read.
    """
    match body.get("what"):
        case "opened":
            return Opened.parse(body)
        case "suspended":
            return Suspended.parse(body)
        case "clarified":
            return Clarified.parse(body)
        case "lifted":
            return Lifted.parse(body)
        case "closed":
            return Closed.parse(body)
        case _:
            return None


def _incident(body: Mapping[str, Json]) -> str:
    return text_of(body.get("incident"), MAX_NAME)


def _targets(value: Json) -> tuple[Target, ...]:
    return tuple(map(Target.parse, listed(value)))


def _some(value: Json) -> tuple[Target, ...]:
    if not (found := _targets(value)):
        raise Malformed("no target")
    return found
