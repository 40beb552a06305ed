"""A counterparty's own draw: what is asked, and what is answered.

Knows `challenge.json` and `response.json` (docs/challenge.md). The one who asks brings
the randomness, after the statement was signed: nobody could prepare for it. Pure but
for taking records from a trail.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Self

from affidavit import canonical, dsse
from affidavit.attest.predicate import number
from affidavit.attest.sample import span_of
from affidavit.attest.sample_checks import Looked, look
from affidavit.attest.sample_draw import For, Span, seed_of
from affidavit.attest.sample_shown import Shown, take
from affidavit.attest.tally import Period
from affidavit.attest.told import Told
from affidavit.dsse import Envelope
from affidavit.errors import (
    BrokenTrail,
    Incomplete,
    Invalid,
    Malformed,
    SettingsInvalid,
    TrailMismatch,
)
from affidavit.keys import Signer
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.logkeys import Pinned
from affidavit.trail import proofs
from affidavit.trail.reader import TrailReader

VERSION = 1
NONCE_BYTES = 32
MAX_BYTES = 64 << 10
MAX_REASON = 1_000
PAYLOAD_TYPE = "application/vnd.affidavit.response+json"
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What is asked of whom."""

    statement: str
    """SHA-256 of the statement's payload, hex."""
    head: Checkpoint
    period: Period
    span: Span
    nonce: bytes
    """32 bytes of the asker's own randomness."""
    bodies: bool
    """Whether bodies are asked for."""

    @classmethod
    def of(cls, told: Told, *, wanted: int, nonce: bytes, bodies: bool) -> Self:
        """A challenge to whoever signed the statement."""
        span = span_of(told)
        first, end = (0, told.head.size) if span is None else (span.first, span.end)
        return cls(
            statement=told.digest,
            head=told.head,
            period=told.period,
            span=Span(wanted=wanted, first=first, end=end),
            nonce=nonce,
            bodies=bodies,
        )

    @property
    def seed(self) -> bytes:
        """What decides the draw."""
        return seed_of(For.CHALLENGE, self.head.root, self.statement, self.nonce)

    @property
    def digest(self) -> str:
        """SHA-256 of the file, hex: what a response names it by."""
        return sha256(self.encode()).hexdigest()

    def encode(self) -> bytes:
        """The file."""
        return canonical.dumps(
            {
                "v": VERSION,
                "kind": "challenge",
                "statement": {"sha256": self.statement},
                "origin": self.head.origin,
                "tree": {"size": number(self.head.size), "root": self.head.root.hex()},
                "period": {"from": self.period.start, "to": self.period.end},
                "sample": self.span.as_json(),
                "nonce": canonical.text(self.nonce),
                "bodies": self.bodies,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read exactly what `encode` prints, else `Malformed`."""
        if len(data) > MAX_BYTES:
            raise Malformed("a challenge is a small file, this one is not")
        match canonical.loads(data):
            case {
                "statement": {"sha256": str(statement)},
                "origin": str(origin),
                "tree": {"size": int() | str() as size, "root": str(root)},
                "period": {"from": str(start), "to": str(end)},
                "sample": span,
                "nonce": str(nonce),
                "bodies": bool(bodies),
            } if _HEX.fullmatch(statement) and _HEX.fullmatch(root):
                count = (
                    int(size) if str(size).isdecimal() and len(str(size)) < 20 else 0
                )
                found = cls(
                    statement=statement,
                    head=Checkpoint(origin, count, bytes.fromhex(root)),
                    period=_period(start, end),
                    span=Span.parse(span, count),
                    nonce=canonical.untext(nonce, size=NONCE_BYTES),
                    bodies=bodies,
                )
            case _:
                raise Malformed(f"not a challenge of version {VERSION}")
        if found.encode() != data:
            raise Malformed("the challenge is not in canonical form")
        return found


def _period(start: str, end: str) -> Period:
    try:
        return Period(start, end)
    except SettingsInvalid as error:
        raise Malformed(str(error)) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What is answered."""

    challenge: str
    """SHA-256 of the challenge's file, hex."""
    statement: str
    withheld: str | None
    """Why bodies are not shown; None where they are, or were not asked for."""
    shown: Shown

    def payload(self) -> bytes:
        """What is signed."""
        return canonical.dumps(
            {
                "v": VERSION,
                "kind": "response",
                "challenge": {"sha256": self.challenge},
                "statement": {"sha256": self.statement},
                "withheld": self.withheld,
                **self.shown.as_json(),
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> "Response":
        """Read exactly what `payload` gives, else `Malformed`."""
        match canonical.loads(data):
            case {
                "challenge": {"sha256": str(challenge)},
                "statement": {"sha256": str(statement)},
                "withheld": None | str() as withheld,
                "records": list(records),
                "proof": str(proof),
            }:
                found = cls(
                    challenge=challenge,
                    statement=statement,
                    withheld=withheld,
                    shown=Shown.parse(records, proof),
                )
            case _:
                raise Malformed(f"not a response of version {VERSION}")
        if found.payload() != data:
            raise Malformed("the response is not in canonical form")
        return found


def respond(
    reader: TrailReader,
    challenge: Challenge,
    signer: Signer,
    *,
    withheld: str | None = None,
) -> Envelope:
    """Draw what the challenge asks for from a trail, prove it, and sign the answer.

    `TrailMismatch` when the trail is not the one that is asked about, `Incomplete` when
    it is shorter; raises as reading the trail does.
    """
    head = challenge.head
    own = reader.head()
    if own.origin != head.origin:
        raise TrailMismatch(
            f"the challenge is to {head.origin}, this trail is {own.origin}: answer it "
            "where that trail is kept."
        )
    if proofs.consistency(reader, head.size, own.size).old_root != head.root:
        raise TrailMismatch(
            f"the challenge is about {head.size} records with root {head.root.hex()}, "
            "and this trail's have another: either is the challenge not about a "
            "statement of yours, or the trail was changed since. `affidavit trail "
            "verify` tells."
        )
    bodies = challenge.bodies and withheld is None
    shown = take(
        reader,
        head,
        challenge.period,
        challenge.seed,
        challenge.span,
        bodies=bodies,
    )
    made = Response(
        challenge=challenge.digest,
        statement=challenge.statement,
        withheld=withheld if challenge.bodies else None,
        shown=shown,
    )
    return dsse.sign(PAYLOAD_TYPE, made.payload(), [signer])


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """Evidence about a response. Only `verify_response` makes one."""

    challenge: Challenge
    looked: Looked
    withheld: str | None
    pruned: int
    """Drawn decisions whose body is no longer there."""


def verify_response(
    data: bytes, *, challenge: Challenge, told: Told, key: Pinned
) -> Answered:
    """Check a response's file against challenge and statement, under the pinned `key`.

    `SignatureInvalid` when that key did not sign it; `Malformed` or `BrokenTrail` when
    it does not answer this challenge about this statement with the records that follow
    from it.
    """
    if challenge != Challenge.of(
        told,
        wanted=challenge.span.wanted,
        nonce=challenge.nonce,
        bodies=challenge.bodies,
    ):
        raise BrokenTrail("the challenge is about another statement than this one")
    envelope = Envelope.parse(data)
    signed = dsse.verify(envelope, key.verifiers)
    if signed.payload_type != PAYLOAD_TYPE:
        raise Malformed(f"the envelope holds {signed.payload_type}, no response")
    response = Response.parse(signed.payload)
    if response.challenge != challenge.digest or response.statement != told.digest:
        raise BrokenTrail("the response answers another challenge than this one")
    _fitting(response, challenge)
    looked = look(response.shown, told, challenge.span, challenge.seed)
    gone = sum(each.embodied and each.salted is None for each in response.shown.records)
    return Answered(
        challenge=challenge, looked=looked, withheld=response.withheld, pruned=gone
    )


def _fitting(response: Response, challenge: Challenge) -> None:
    """Bodies are there, or a reason why not, exactly where they were asked for."""
    due = challenge.bodies and response.withheld is None
    if response.shown.records and response.shown.embodied is not due:
        raise BrokenTrail(
            "the challenge asks for bodies, and the response neither shows them nor "
            "says why not"
            if due
            else "the response shows bodies that it says are withheld, or that nobody "
            "asked for"
        )
    if response.withheld is not None and not challenge.bodies:
        raise BrokenTrail("the response withholds what nobody asked for")


def is_response(data: bytes) -> bool:
    """Whether a file claims to be a response; nothing is verified."""
    try:
        return Envelope.parse(data).payload_type == PAYLOAD_TYPE
    except Invalid:
        return False


def is_challenge(data: bytes) -> bool:
    """Whether a file claims to be a challenge; nothing is verified."""
    try:
        value = canonical.loads(data[: MAX_BYTES + 1])
    except Invalid:
        return False
    return isinstance(value, Mapping) and value.get("kind") == "challenge"


def checked_reason(text: str) -> str:
    """A reason for withholding, as it is signed; `Incomplete` for none."""
    reason = text.strip()
    if not reason or len(reason) > MAX_REASON:
        raise Incomplete(
            f"Say in 1 to {MAX_REASON} characters why bodies are withheld: it is "
            "signed, and shown to whoever asked."
        )
    return reason
