"""A statement as somebody handed it over, as far as its shape is right.

Knows the envelope, the statement and which sections there are. Whether figures agree is
`recount`'s.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from affidavit import canonical, dsse
from affidavit.attest.agreement import Section
from affidavit.attest.predicate import (
    PAYLOAD_TYPE,
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    Claim,
)
from affidavit.attest.tally import ATTESTED, Period
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import Malformed, SettingsInvalid
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint
from affidavit.tlog.logkeys import Pinned
from affidavit.trail.record import Opening

_SECTIONS = {
    "period",
    "origin",
    "keys",
    "tree",
    "records",
    "use",
    "policies",
    "integrity",
    "openings",
    "verdict",
    "exceptions",
    "doesNotProve",
}
_LATER = {
    "anchors",
    "contract",
    "coverage",
    "days",
    "keyHistory",
    "policyFiles",
    "sample",
    "since",
}
"""Sections that not every statement has: of later releases, or of what was asked."""
_NONCE_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A statement's content, as far as its shape is right."""

    head: Checkpoint
    checkpoint: bytes
    period: Period
    openings: tuple[Opening, ...]
    claim: Claim
    predicate: Section
    digest: str
    """SHA-256 of the payload, hex: what other documents name the statement by."""

    def section(self, name: str) -> Section:
        """A section that is an object, else `Malformed`."""
        value = self.predicate[name]
        if not isinstance(value, Mapping):
            raise Malformed(f"the statement's {name} is not an object")
        return value


def opened(data: bytes, key: Pinned) -> Told:
    """The statement in an envelope's file, signed by the pinned `key`.

    `SignatureInvalid` when that key did not sign it or the tree head within;
    `Malformed` when it is no statement of this type.
    """
    envelope = Envelope.parse(data)
    signed = dsse.verify(envelope, key.verifiers)
    if signed.payload_type != PAYLOAD_TYPE:
        raise Malformed(f"the envelope holds {signed.payload_type}, no statement")
    match canonical.loads(signed.payload):
        case {
            "_type": str(kind),
            "predicateType": str(about),
            "subject": list(subject),
            "predicate": dict(content),
            **rest,
        } if not rest and (kind, about) == (STATEMENT_TYPE, PREDICATE_TYPE):
            return _told(subject, content, signed.payload, key)
        case _:
            raise Malformed(f"not an in-toto Statement v1 with {PREDICATE_TYPE}")


def _told(subject: Json, content: Section, payload: bytes, key: Pinned) -> Told:
    if content.keys() - _LATER != _SECTIONS:
        odd = (content.keys() - _LATER) ^ _SECTIONS
        raise Malformed(f"the predicate has too much or too little: {sorted(odd)}")
    match content["period"], content["tree"], content["openings"], content["verdict"]:
        case (
            {"from": str(start), "to": str(end)},
            {"checkpoint": str(note)},
            list(openings),
            str(claim),
        ):
            head = open_checkpoint(note.encode(), key)
        case _:
            raise Malformed("the predicate's period, tree, openings or verdict is none")
    expected: Json = [{"name": head.origin, "digest": {"sha256": head.root.hex()}}]
    if subject != expected or content["origin"] != head.origin:
        raise Malformed("the statement's subject is not the tree head it carries")
    return Told(
        head=head,
        checkpoint=note.encode(),
        period=_period(start, end),
        openings=tuple(map(_opening, openings)),
        claim=_claim(claim),
        predicate=content,
        digest=sha256(payload).hexdigest(),
    )


def _period(start: str, end: str) -> Period:
    try:
        return Period(start, end)
    except SettingsInvalid as error:
        raise Malformed(str(error)) from error


def _claim(text: str) -> Claim:
    try:
        return Claim(text)
    except ValueError as error:
        raise Malformed(f"no verdict is called {text!r:.80}") from error


def _opening(value: Json) -> Opening:
    match value:
        case {"field": str(field), "value": str(text), "nonce": str(nonce), **rest} if (
            not rest and field in ATTESTED
        ):
            return Opening(field, text, canonical.untext(nonce, size=_NONCE_BYTES))
        case _:
            raise Malformed(f"not the opening of a label: {value!r:.200}")
