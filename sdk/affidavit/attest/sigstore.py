"""The statement's envelope in a Sigstore bundle, v0.3, with a public-key hint.

Knows the bundle's JSON (sigstore/protobuf-specs, `sigstore_bundle.proto`). For whoever
verifies with tools for that format and a key that they hold: there is no certificate
and no log entry in it, and the hint selects a key, it does not bring one. A time stamp
(RFC 3161) covers the bytes of the signature, as that format demands.
"""

import base64
from collections.abc import Sequence

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.dsse import Envelope

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
FILE_NAME = "statement.sigstore.json"


def bundle(envelope: Envelope, stamps: Sequence[bytes] = ()) -> bytes:
    """The bundle as a file; `stamps` are whole answers of authorities (DER)."""
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
