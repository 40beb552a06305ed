"""Signed envelopes: DSSE v1, so that any DSSE library can check what we sign.

Knows the pre-authentication encoding, the JSON envelope and thresholds. Knows nothing
of what a payload says. A key is never taken from an envelope: `keyid` only selects
among the keys that the caller trusts, and it is SHA-256 of the SubjectPublicKeyInfo in
hex.

Standard base64 and a `keyid` everywhere, because verifiers in the field insist on both
although the specification allows more.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed, SignatureInvalid
from affidavit.keys import Signer, Verifier

MAX_ENVELOPE_BYTES = 64 << 20
MAX_SIGNATURES = 100
MAX_TYPE_CHARS = 256
MAX_KEYID_CHARS = 256


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes that are signed: type and payload with their lengths (DSSE v1, PAE).

    `Malformed` when the type holds a lone surrogate.
    """
    try:
        kind = payload_type.encode()
    except UnicodeEncodeError as error:
        raise Malformed(f"not a payload type: {payload_type!r:.200}") from error
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature, unverified; `key_id` is what it claims."""

    key_id: str
    signature: bytes

    def __post_init__(self) -> None:
        if not 0 < len(self.key_id) <= MAX_KEYID_CHARS or not self.signature:
            raise Malformed("an envelope's signature needs a keyid and a sig")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload, its type and its signatures, none of them checked."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    def __post_init__(self) -> None:
        if not 0 < len(self.payload_type) <= MAX_TYPE_CHARS:
            raise Malformed(f"a payload type has 1 to {MAX_TYPE_CHARS} characters")
        if not 1 <= len(self.signatures) <= MAX_SIGNATURES:
            raise Malformed(f"an envelope has 1 to {MAX_SIGNATURES} signatures")
        if len({item.key_id for item in self.signatures}) != len(self.signatures):
            raise Malformed("an envelope is signed twice under one keyid")

    def as_json(self) -> dict[str, Json]:
        """The envelope as the JSON object that other formats embed."""
        return {
            "payload": _encode(self.payload),
            "payloadType": self.payload_type,
            "signatures": [
                {"keyid": item.key_id, "sig": _encode(item.signature)}
                for item in self.signatures
            ],
        }

    def encode(self) -> bytes:
        """The envelope as a file: canonical JSON (RFC 8785), no newline."""
        data = canonical.dumps(self.as_json())
        if len(data) > MAX_ENVELOPE_BYTES:
            raise Malformed(f"an envelope of {len(data)} bytes exceeds the limit")
        return data

    @classmethod
    def parse(cls, data: bytes) -> "Envelope":
        """Read an envelope; `Malformed` unless `encode` would print exactly it.

        Another tool's spacing or member order is refused: pass its parsed JSON to
        `from_json`, and what is signed stays the same.
        """
        if len(data) > MAX_ENVELOPE_BYTES:
            raise Malformed(
                f"an envelope of {len(data)} bytes exceeds {MAX_ENVELOPE_BYTES}"
            )
        return cls.from_json(canonical.loads(data))

    @classmethod
    def from_json(cls, value: Json) -> "Envelope":
        """Read an envelope that is embedded in other JSON; strict as to its members."""
        match value:
            case {
                "payload": str(payload),
                "payloadType": str(kind),
                "signatures": list(signatures),
                **rest,
            } if not rest:
                if len(signatures) > MAX_SIGNATURES:
                    raise Malformed(
                        f"an envelope has at most {MAX_SIGNATURES} signatures"
                    )
                return cls(kind, _decode(payload), tuple(map(_signature, signatures)))
            case _:
                raise Malformed(
                    "not an envelope: it has payload, payloadType and signatures"
                )


def sign(payload_type: str, payload: bytes, signers: Sequence[Signer]) -> Envelope:
    """Sign `payload` with each signer."""
    message = pae(payload_type, payload)
    return Envelope(
        payload_type,
        payload,
        tuple(Signature(key.verifier.key_id, key.sign(message)) for key in signers),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedEnvelope:
    """Evidence: the trusted keys `key_ids` signed this. Only `verify` makes one."""

    payload_type: str
    payload: bytes
    key_ids: tuple[str, ...]
    """In the envelope's order; each a trusted key's, each once."""


def verify(
    envelope: Envelope, verifiers: Iterable[Verifier], threshold: int = 1
) -> VerifiedEnvelope:
    """Check that at least `threshold` distinct trusted keys signed the envelope.

    A signature that names a trusted key and fails does not count and does not spoil the
    others (DSSE v1, multi-signature verification). `SignatureInvalid` says who signed,
    who is trusted and which signatures failed. The caller still has to look at
    `payload_type` before it reads `payload`.
    """
    trusted = {verifier.key_id: verifier for verifier in verifiers}
    if threshold < 1 or threshold > len(trusted):
        raise SignatureInvalid(
            f"{threshold} signatures of {len(trusted)} trusted keys: a threshold lies "
            "between 1 and the number of distinct trusted keys"
        )
    message = pae(envelope.payload_type, envelope.payload)
    claimed = [item for item in envelope.signatures if item.key_id in trusted]
    good = tuple(
        item.key_id for item in claimed if _holds(trusted[item.key_id], item, message)
    )
    if len(good) < threshold:
        raise SignatureInvalid(_shortfall(envelope, trusted, good, threshold))
    return VerifiedEnvelope(
        payload_type=envelope.payload_type, payload=envelope.payload, key_ids=good
    )


def _holds(verifier: Verifier, signature: Signature, message: bytes) -> bool:
    try:
        verifier.verify(signature.signature, message)
    except SignatureInvalid:
        return False
    return True


def _shortfall(
    envelope: Envelope,
    trusted: Mapping[str, Verifier],
    good: Sequence[str],
    threshold: int,
) -> str:
    keys = [item.key_id for item in envelope.signatures]
    failed = [key for key in keys if key in trusted and key not in good]
    unknown = [key for key in keys if key not in trusted]
    return (
        f"{len(good)} of {threshold} required signatures hold on this "
        f"{envelope.payload_type} envelope; failing: {_short(failed)}; "
        f"by keys that are not trusted: {_short(unknown)}; trusted: {_short(trusted)}"
    )


def _short(key_ids: Iterable[str]) -> str:
    return ", ".join(f"{key_id[:16]}…" for key_id in key_ids) or "none"


def _signature(value: Json) -> Signature:
    match value:
        case {"keyid": str(key_id), "sig": str(signature), **rest} if not rest:
            return Signature(key_id, _decode(signature))
        case _:
            raise Malformed(
                "an envelope's signature has a keyid and a sig, nothing else"
            )


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as error:
        raise Malformed(f"not standard base64: {text!r:.80}") from error
    if _encode(data) != text:
        raise Malformed(f"base64 in no canonical form: {text!r:.80}")
    return data
