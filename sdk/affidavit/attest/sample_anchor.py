"""What came after a tree head, so that nobody could know the draw when it was signed.

Knows cosignatures and time stamps as a sample names them, and how they are held against
the verifier's own pins. What is hashed is what a third party's key made, and no byte
around it that could be varied freely.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from affidavit import canonical
from affidavit.attest.told import Told
from affidavit.canonical import Json
from affidavit.errors import Invalid, Malformed, SignatureInvalid, ToolUnavailable
from affidavit.tlog.note import NoteSignature, parse_note
from affidavit.tlog.witness import WitnessKey, split_cosignature
from affidavit.trail.anchors import MAX_EVIDENCE_BYTES, KeptHead
from affidavit.verify.anchors import Pins
from affidavit.verify.stamps import signature_of, verify_stamp

_SIGNATURE_BYTES = 64
_ID_BYTES = 4


class Standing(Enum):
    """What an anchor is worth to a verifier."""

    HELD = "held"
    """A witness or authority whom the verifier pinned made it."""
    UNPINNED = "not pinned"
    """Nobody pinned made it: the signer may have."""
    NONE = "none"
    """There is none: the draw follows from what was signed alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigned:
    """A witness's cosignature on the statement's own checkpoint."""

    witness: str
    key_id: bytes
    time: int
    signature: bytes

    def as_json(self) -> dict[str, Json]:
        """How it is printed."""
        return {
            "kind": "cosignature",
            "witness": self.witness,
            "id": self.key_id.hex(),
            "time": self.time,
            "signature": canonical.text(self.signature),
        }

    @property
    def named(self) -> str:
        """For people."""
        return f"the cosignature of {self.witness}"

    def standing(self, told: Told, pins: Pins, _signature: bytes) -> Standing:
        """Held when a pinned witness made it; `SignatureInvalid` when it does not
        hold.
        """
        for pin in pins.witnesses:
            if (pin.name, pin.key_id) == (self.witness, self.key_id):
                text = parse_note(told.checkpoint).text
                pin.verify(self._line.signature, text.encode())
                return Standing.HELD
        return Standing.UNPINNED

    @property
    def _line(self) -> NoteSignature:
        stamp = self.time.to_bytes(8, "big")
        return NoteSignature(self.witness, self.key_id, stamp + self.signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamped:
    """A time stamp over the statement's checkpoint, or over its first signature."""

    over: str
    response: bytes
    """TimeStampResp (RFC 3161 §2.4.2), DER."""

    @property
    def signature(self) -> bytes:
        """What the authority's key made; `Malformed` when there is none."""
        return signature_of(self.response)

    def as_json(self) -> dict[str, Json]:
        """How it is printed."""
        return {
            "kind": "timestamp",
            "over": self.over,
            "response": base64.b64encode(self.response).decode(),
            "signature": canonical.text(self.signature),
        }

    @property
    def named(self) -> str:
        """For people."""
        return f"a time stamp over the {self.over}"

    def standing(self, told: Told, pins: Pins, signature: bytes) -> Standing:
        """Held when it is under a pinned authority; `SignatureInvalid` when pinned ones
        are there and it is under none.
        """
        if not pins.authorities:
            return Standing.UNPINNED
        data = told.checkpoint if self.over == "checkpoint" else signature
        failures = []
        for pin in pins.authorities:
            try:
                verify_stamp(self.response, data, pin)
            except ToolUnavailable:
                return Standing.UNPINNED
            except Invalid as error:
                failures.append(str(error))
            else:
                return Standing.HELD
        raise SignatureInvalid("; ".join(failures))


Anchor = Cosigned | Stamped


def parse(value: Json) -> Anchor | None:
    """Read what `as_json` gives, or null; else `Malformed`."""
    found: Anchor
    match value:
        case None:
            return None
        case {
            "kind": "cosignature",
            "witness": str(witness),
            "id": str(key_id),
            "time": int(time),
            "signature": str(signature),
        } if len(key_id) == 2 * _ID_BYTES and 0 <= time < 1 << 63:
            found = Cosigned(
                witness=witness,
                key_id=_unhex(key_id),
                time=time,
                signature=canonical.untext(signature, size=_SIGNATURE_BYTES),
            )
        case {
            "kind": "timestamp",
            "over": "checkpoint" | "signature" as over,
            "response": str(response),
        }:
            found = Stamped(over=over, response=_unbase64(response))
        case _:
            raise Malformed(f"not what came after a tree head: {value!r:.200}")
    if found.as_json() != value:
        raise Malformed("what came after the tree head is printed in another form")
    return found


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise Malformed(f"not a key's id in hex: {text!r}") from error


def _unbase64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("a time stamp that is not base64") from error


def standing(
    anchor: Anchor | None, told: Told, pins: Pins | None, signature: bytes
) -> Standing:
    """What the anchor is worth under the verifier's pins; `signature` is the
    envelope's first. `SignatureInvalid` when a pin speaks of it and it does not hold.
    """
    if anchor is None:
        return Standing.NONE
    if pins is None:
        return Standing.UNPINNED
    return anchor.standing(told, pins, signature)


def pick(
    evidence: Iterable[KeptHead],
    stamps: Sequence[bytes],
    note: bytes,
    witnesses: Sequence[WitnessKey],
) -> Anchor | None:
    """The anchor for a sample under the checkpoint `note`: its earliest cosignature of
    one of the witnesses, else a time stamp over it, else the first of `stamps`.
    """
    kept = list(evidence)
    cosigned = [each for head in kept for each in _cosigned(head, note, witnesses)]
    if cosigned:
        return min(cosigned, key=lambda it: (it.time, it.witness))
    over = [
        (response, "checkpoint")
        for head in kept
        if head.checkpoint == note
        for _, response in head.stamps
    ]
    for response, what in (*over, *((each, "signature") for each in stamps)):
        try:
            signature_of(response)
        except Malformed:
            continue
        if len(response) <= MAX_EVIDENCE_BYTES:
            return Stamped(over=what, response=response)
    return None


def _cosigned(
    head: KeptHead, note: bytes, witnesses: Sequence[WitnessKey]
) -> Iterator[Cosigned]:
    """Cosignatures of this very checkpoint that hold."""
    if head.cosigned is None:
        return
    known: Mapping[tuple[str, bytes], WitnessKey] = {
        (each.name, each.key_id): each for each in witnesses
    }
    try:
        found, own = parse_note(head.cosigned), parse_note(note)
    except Invalid:
        return
    if found.text != own.text:
        return
    for line in found.signatures:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        try:
            key.verify(line.signature, own.text.encode())
            time, raw = split_cosignature(line.signature)
        except Invalid:
            continue
        yield Cosigned(witness=line.name, key_id=line.key_id, time=time, signature=raw)
