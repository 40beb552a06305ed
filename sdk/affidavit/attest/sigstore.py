"""The statement's envelope in a Sigstore bundle, v0.3, with a public-key hint.

Knows the bundle's JSON (sigstore/protobuf-specs, `sigstore_bundle.proto`). For whoever
verifies with tools for that format and a key that they hold: there is no certificate
and no log entry in it, and the hint selects a key, it does not bring one. A time stamp
(RFC 3161) covers the bytes of the signature, as that format demands.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import Malformed

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
FILE_NAME = "statement.sigstore.json"


def bundle(envelope: Envelope, stamps: Sequence[bytes] = ()) -> bytes:
    """The bundle as a file; `stamps` are whole answers of authorities (DER).

    With the envelope's first signature alone: the format allows no second one.
    """
    envelope = replace(envelope, signatures=envelope.signatures[:1])
    material: dict[str, Json] = {
        "publicKey": {"hint": envelope.signatures[0].key_id},
        "tlogEntries": [],
    }
    if stamps:
        material["timestampVerificationData"] = {
            "rfc3161Timestamps": [
                {"signedTimestamp": base64.b64encode(each).decode("ascii")}
                for each in stamps
            ]
        }
    return canonical.dumps(
        {
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": material,
            "dsseEnvelope": envelope.as_json(),
        }
    )


def opened(data: bytes) -> tuple[bytes, tuple[bytes, ...]]:
    """The envelope's file in a bundle, and the answers of authorities beside it.

    `Malformed` when it is none that `bundle` makes. Nothing is verified.
    """
    match canonical.loads(data):
        case {
            "mediaType": str(kind),
            "verificationMaterial": dict(material),
            "dsseEnvelope": dict(envelope),
        } if kind == MEDIA_TYPE:
            stamps = _stamps(material.get("timestampVerificationData", {}))
            return canonical.dumps(envelope), tuple(stamps)
        case _:
            raise Malformed(f"not a Sigstore bundle of {MEDIA_TYPE}")


def is_bundle(data: bytes) -> bool:
    """Whether a file begins as bundles of ours do."""
    return data.startswith(b'{"dsseEnvelope":')


def _stamps(told: Json) -> Iterator[bytes]:
    listed = told.get("rfc3161Timestamps", []) if isinstance(told, Mapping) else None
    for each in listed if isinstance(listed, list) else ():
        match each:
            case {"signedTimestamp": str(text)}:
                try:
                    yield base64.b64decode(text, validate=True)
                except ValueError as error:
                    raise Malformed("a time stamp that is not base64") from error
            case _:
                raise Malformed("not a time stamp of a Sigstore bundle")
