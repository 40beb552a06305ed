"""COSE_Sign1 as receipts need it: the envelope, its headers, what is signed (RFC 9052).

Knows the header parameters of RFC 9942 §2 and deterministic CBOR, through `cbor2`
(extra `receipts`). Knows nothing of trees: what a proof proves is `receipt`'s. Reads
exactly what it prints; another party's receipt is another party's tool's to read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from affidavit.errors import Malformed, SignatureInvalid, ToolUnavailable
from affidavit.keys import SIGNATURE_BYTES, Signer
from affidavit.tlog.logkeys import Pinned
from affidavit.tlog.note import VerifierKey

TAG = 18
"""COSE_Sign1 (RFC 9052 §2); RFC 9942 §4.3 demands it of a receipt."""
MAX_RECEIPT_BYTES = 8 << 10
"""63 hashes, an origin and a subject are less than half of it."""
FIRST_BYTES = b"\xd2\x84"
"""How tag 18 over an array of four begins."""
_ALG, _KID, _CLAIMS, _VDS, _VDP = 1, 4, 15, 395, 396
_ISSUER, _SUBJECT = 1, 2
_EDDSA = -8
"""RFC 9864 prefers -19 (Ed25519); verifiers in the field know -8 only, and with an
Ed25519 key both mean the same."""
_RFC9162_SHA256 = 1
_MAX_TEXT = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Headers:
    """Who says what of what; all of it is signed."""

    issuer: str
    """CWT claim `iss` (RFC 9597): the log's origin, which is its key's name."""
    subject: str | None
    """CWT claim `sub`: which record it is about, where it is about one."""
    key_id: bytes
    """SHA-256 of the key's SubjectPublicKeyInfo, 32 bytes."""

    def __post_init__(self) -> None:
        texts = [self.issuer, *([self.subject] if self.subject is not None else [])]
        if any(not 0 < len(text) <= _MAX_TEXT for text in texts):
            raise Malformed(f"issuer and subject have 1 to {_MAX_TEXT} characters")
        if len(self.key_id) != 32:
            raise Malformed("a receipt's key id is a SHA-256")

    def encode(self) -> bytes:
        """The protected header: what is signed besides the payload."""
        claims = {_ISSUER: self.issuer}
        if self.subject is not None:
            claims[_SUBJECT] = self.subject
        return dumps(
            {_ALG: _EDDSA, _KID: self.key_id, _CLAIMS: claims, _VDS: _RFC9162_SHA256}
        )

    @classmethod
    def parse(cls, data: bytes) -> "Headers":
        """Read a protected header; `Malformed` unless `encode` prints it."""
        try:
            fields = loads(data)
            claims = fields[_CLAIMS]
            issuer, subject = claims[_ISSUER], claims.get(_SUBJECT)
            key_id = fields[_KID]
        except (AttributeError, IndexError, KeyError, TypeError) as error:
            raise Malformed("a receipt's protected header lacks fields") from error
        _must_be(issuer, str)
        _must_be(key_id, bytes)
        if subject is not None:
            _must_be(subject, str)
        parsed = cls(issuer=issuer, subject=subject, key_id=key_id)
        if parsed.encode() != data:
            raise Malformed(
                "a receipt's protected header is not of algorithm EdDSA over an "
                "RFC 9162 SHA-256 tree in deterministic CBOR"
            )
        return parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign1:
    """A signed proof; nothing of it is checked."""

    headers: Headers
    proof_type: int
    """-1 inclusion, -2 consistency (RFC 9942 §5)."""
    proof: bytes
    """The proof's own CBOR."""
    payload: bytes | None
    """The root, or None where the proof yields it."""
    signature: bytes

    def __post_init__(self) -> None:
        if len(self.signature) != SIGNATURE_BYTES:
            raise Malformed(f"an Ed25519 signature has {SIGNATURE_BYTES} bytes")

    def encode(self) -> bytes:
        """The tagged COSE_Sign1."""
        from cbor2 import CBORTag

        unprotected = {_VDP: {self.proof_type: [self.proof]}}
        protected = self.headers.encode()
        parts = [protected, unprotected, self.payload, self.signature]
        return dumps(CBORTag(TAG, parts))

    @classmethod
    def parse(cls, data: bytes) -> "Sign1":
        """Read a receipt; `Malformed` unless `encode` would print exactly it."""
        if len(data) > MAX_RECEIPT_BYTES:
            raise Malformed(f"a receipt of {len(data)} bytes: none is so long")
        try:
            protected, unprotected, payload, signature = loads(data).value
            ((proof_type, (proof,)),) = unprotected[_VDP].items()
        except (
            AttributeError,
            IndexError,
            KeyError,
            TypeError,
            ValueError,
        ) as error:
            raise Malformed(
                "not a receipt: no tagged COSE_Sign1 with one proof (RFC 9942)"
            ) from error
        _must_be(proof_type, int)
        for each in (protected, proof, signature):
            _must_be(each, bytes)
        if payload is not None:
            _must_be(payload, bytes)
        parsed = cls(
            headers=Headers.parse(protected),
            proof_type=proof_type,
            proof=proof,
            payload=payload,
            signature=signature,
        )
        if parsed.encode() != data:
            raise Malformed("a receipt in no canonical form, or with further headers")
        return parsed


def headers_for(key: VerifierKey, subject: str | None) -> Headers:
    """The headers of what the log of `key` signs."""
    key_id = bytes.fromhex(key.verifier.key_id)
    return Headers(issuer=key.name, subject=subject, key_id=key_id)


def sign(headers: Headers, payload: bytes, signer: Signer) -> bytes:
    """The signature over headers and payload, attached or not."""
    return signer.sign(_signed(headers, payload))


def verify(sign1: Sign1, payload: bytes, key: Pinned) -> None:
    """Return when the log of `key` signed `payload`; else `SignatureInvalid`."""
    headers = sign1.headers
    if headers.issuer != key.name:
        raise SignatureInvalid(
            f"the receipt is of {headers.issuer!r}, the trusted key is of "
            f"{key.name!r}: a log signs for its own origin only"
        )
    trusted = {each.key_id: each for each in key.verifiers}
    if (verifier := trusted.get(headers.key_id.hex())) is None:
        raise SignatureInvalid(
            f"the receipt names key {headers.key_id.hex()[:16]}…, trusted is "
            + ", ".join(f"{each[:16]}…" for each in trusted)
        )
    verifier.verify(sign1.signature, _signed(headers, payload))


def _signed(headers: Headers, payload: bytes) -> bytes:
    """Sig_structure (RFC 9052 §4.4), without external data."""
    return dumps(["Signature1", headers.encode(), b"", payload])


def dumps(value: object) -> bytes:
    """Deterministic CBOR (RFC 8949 §4.2.1); `ToolUnavailable` without the extra."""
    return _cbor2().dumps(value, canonical=True)  # type: ignore[no-any-return]  # Any


def loads(data: bytes) -> Any:
    """One CBOR value; `Malformed` when `data` is none. Not checked for its form."""
    cbor2 = _cbor2()
    try:
        return cbor2.loads(data)
    except (cbor2.CBORDecodeError, ValueError, TypeError, OverflowError) as error:
        raise Malformed(f"not CBOR: {error!s:.120}") from error


def _cbor2() -> Any:
    try:
        import cbor2
    except ImportError as error:
        raise ToolUnavailable(
            "Receipts need the extra `receipts`: pip install 'affidavit[receipts]'."
        ) from error
    return cbor2


def _must_be(value: object, kind: type) -> None:
    # `bool` is an `int`, and no field is one.
    if type(value) is not kind or isinstance(value, Mapping):
        raise Malformed(f"a receipt's field is {type(value).__name__}: {value!r:.80}")
