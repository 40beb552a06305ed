"""Statements about built trails."""

from datetime import timedelta
from typing import Any

from affidavit import canonical, dsse
from affidavit.attest.predicate import PAYLOAD_TYPE
from affidavit.attest.statement import build_statement
from affidavit.attest.tally import Period
from affidavit.dsse import Envelope
from affidavit.keys import Signer
from affidavit.trail.identity import Identity, Secrets
from affidavit.trail.reader import TrailReader
from support.trails import START, Builder

MONTH = Period.of(START - timedelta(days=1), START + timedelta(days=1))
LATER = START + timedelta(days=2)
Content = Any


def identity_of(trail: Builder) -> Identity:
    return Identity(trail.signer, Secrets(trail.origin, trail.secret))


def attested(trail: Builder, period: Period = MONTH) -> Envelope:
    return build_statement(
        TrailReader(trail.path), identity_of(trail), period, now=LATER
    )


def content(envelope: Envelope) -> Content:
    return canonical.parse(envelope.payload)


def predicate(envelope: Envelope) -> Content:
    return content(envelope)["predicate"]


def resigned(statement: Content, signer: Signer) -> bytes:
    """Another content under the same key: what its holder could hand out."""
    return dsse.sign(PAYLOAD_TYPE, canonical.dumps(statement), [signer]).encode()
