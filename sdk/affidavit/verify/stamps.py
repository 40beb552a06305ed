"""RFC 3161 time stamps: the question to an authority, and what its answer proves.

Knows tokens and certificates, through `rfc3161-client` (extra `tsa`). Knows no network
and takes no certificate on trust: the roots are the caller's. Chains are checked as of
the time in the token: a certificate that has expired since does not undo a stamp.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from affidavit.errors import (
    KeyUnusable,
    Malformed,
    SignatureInvalid,
    ToolUnavailable,
)

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

QUERY_TYPE = "application/timestamp-query"
REPLY_TYPE = "application/timestamp-reply"
_MAX_PEM_BYTES = 1 << 20
_OCTETS = 0x04
"""The tag of an OCTET STRING."""
_CERTIFICATES = 0xA0
"""Tag of SignedData's certificates (RFC 5652 §5.1)."""


@dataclass(frozen=True, slots=True)
class Authorities:
    """Certificates that the caller trusts to lead to a time-stamping authority."""

    name: str
    """Where they came from, for messages."""
    certificates: "tuple[Certificate, ...]"

    @property
    def described(self) -> str:
        """The certificates themselves: subject (RFC 4514) and SHA-256 of each."""
        from cryptography.hazmat.primitives.hashes import SHA256

        return "; ".join(
            f"{each.subject.rfc4514_string()} sha256:{each.fingerprint(SHA256()).hex()}"
            for each in self.certificates
        )

    @classmethod
    def parse(cls, pem: bytes, name: str) -> "Authorities":
        """Read one or more PEM certificates; else `KeyUnusable`."""
        # Only here: who verifies without time stamps need not wait for it.
        from cryptography import x509

        try:
            found = tuple(x509.load_pem_x509_certificates(pem))
        except ValueError as error:
            raise KeyUnusable(
                f"{name}: no certificates in PEM ({error}). Name the file of the "
                "authority's root certificate."
            ) from error
        return cls(name, found)

    @classmethod
    def load(cls, path: Path) -> "Authorities":
        """Those of a PEM file; else `KeyUnusable`."""
        try:
            with path.open("rb") as file:
                data = file.read(_MAX_PEM_BYTES)
        except OSError as error:
            raise KeyUnusable(
                f"{path}: the authority's certificates cannot be read "
                f"({error.strerror})."
            ) from error
        return cls.parse(data, str(path))


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A TimeStampReq over SHA-256, asking for the authority's certificate."""

    body: bytes
    nonce: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """Evidence: these bytes existed at `time`. Only `verify_stamp` makes one."""

    time: datetime
    """UTC, by the authority's clock (genTime)."""
    authority: str
    """Subject of the certificate that signed, as RFC 4514 prints it."""
    serial: int


def available() -> bool:
    """Whether tokens can be read here: the extra `tsa` is installed."""
    return find_spec("rfc3161_client") is not None


def ask(data: bytes) -> Query:
    """A question about `data`, under a nonce that was never used."""
    client = _client()
    builder = client.TimestampRequestBuilder(
        data=data, hash_algorithm=client.HashAlgorithm.SHA256
    )
    request = builder.build()
    return Query(body=request.as_bytes(), nonce=request.nonce)


def verify_stamp(
    response: bytes, data: bytes, authorities: Authorities, *, nonce: int | None = None
) -> Stamp:
    """Check a TimeStampResp over `data` (RFC 3161 §2.2).

    Status granted, the signature and its chain, the certificate's critical purpose
    timeStamping, SHA-256 or SHA-512 of `data` as message imprint, and the nonce when
    one is given. `Malformed` when it is no response, `SignatureInvalid` when something
    does not hold.
    """
    client = _client()
    try:
        found = client.decode_timestamp_response(in_der_order(response))
        verifier = client.VerifierBuilder(
            roots=list(authorities.certificates), nonce=nonce
        ).build()
    except Exception as error:
        raise Malformed(f"not a time-stamp response: {error}") from error
    try:
        verifier.verify_message(found, data)
        signer = _signer(found)
    except Exception as error:
        raise SignatureInvalid(
            f"the time stamp does not hold under {authorities.name}: {error}"
        ) from error
    info = found.tst_info
    return Stamp(
        time=info.gen_time.astimezone(UTC),
        authority=signer.subject.rfc4514_string(),
        serial=info.serial_number,
    )


def _client() -> ModuleType:
    try:
        import rfc3161_client
    except ImportError as error:
        raise ToolUnavailable(
            "Time stamps need the package rfc3161-client. Install affidavit with its "
            "extra `tsa`."
        ) from error
    return rfc3161_client


def _signer(response: Any) -> "Certificate":
    from cryptography import x509

    (signed_by,) = response.signed_data.signer_infos
    certificates = map(
        x509.load_der_x509_certificate, response.signed_data.certificates
    )
    return next(
        each
        for each in certificates
        if (each.issuer, each.serial_number)
        == (signed_by.issuer, signed_by.serial_number)
    )


def signature_of(response: bytes) -> bytes:
    """The octets of the signature in a TimeStampResp (SignerInfo, RFC 5652 §5.3);
    `Malformed` where there is not exactly one signer. Nothing is verified.
    """
    try:
        _, token = _inside(response, next(_items(response, 0, len(response))))
        _, content = _inside(response, token)
        (signed,) = _inside(response, content)
        (signer,) = _inside(response, _inside(response, signed)[-1])
        (octets,) = (
            each for each in _inside(response, signer) if response[each[0]] == _OCTETS
        )
    except (ValueError, IndexError, StopIteration) as error:
        raise Malformed("a time-stamp response without one signature") from error
    start, end = _contents(response, octets)
    return response[start:end]


def in_der_order(response: bytes) -> bytes:
    """`response` with the certificates of its token in DER's order.

    CMS lets them stand in any order (RFC 5652 §5.1 takes BER), and `openssl ts`, which
    many authorities run, writes signer first; the library reads DER only. They are not
    under the signature, and nothing changes its length. Anything else comes back as it
    was, for the library to refuse.
    """
    try:
        (whole,) = _items(response, 0, len(response))
        _, token = _inside(response, whole)
        _, content = _inside(response, token)
        (signed,) = _inside(response, content)
        certificates = next(
            each
            for each in _inside(response, signed)
            if response[each[0]] == _CERTIFICATES
        )
    except (ValueError, IndexError, StopIteration):
        return response
    start, end = _contents(response, certificates)
    try:
        ordered = sorted(response[a:b] for a, b in _items(response, start, end))
    except (ValueError, IndexError):
        return response
    return response[:start] + b"".join(ordered) + response[end:]


_Span = tuple[int, int]


def _inside(data: bytes, span: _Span) -> list[_Span]:
    return list(_items(data, *_contents(data, span)))


def _items(data: bytes, start: int, end: int) -> Iterator[_Span]:
    """The definite-length items between two places, each from tag to end."""
    while start < end:
        _, after = _header(data, start)
        if after > end:
            raise ValueError("an item that ends outside of what holds it")
        yield start, after
        start = after


def _contents(data: bytes, span: _Span) -> _Span:
    return _header(data, span[0])


def _header(data: bytes, start: int) -> _Span:
    """Where an item's content begins and ends (X.690 §8.1.3, low tags)."""
    first = data[start + 1]
    if first < 0x80:
        return start + 2, start + 2 + first
    count = first & 0x7F
    if not 1 <= count <= 4:
        raise ValueError("a length that no token of ours has")
    begin = start + 2 + count
    return begin, begin + int.from_bytes(data[start + 2 : begin])
