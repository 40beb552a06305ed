"""The bundle has the same signature over the same bytes, and brings no key."""

import base64
import json
from pathlib import Path

from affidavit.attest.sigstore import MEDIA_TYPE, bundle
from affidavit.dsse import Envelope, verify
from support.statements import attested
from support.trails import a_trail


def test_the_envelope_in_the_bundle_is_the_statements_own(tmp_path: Path) -> None:
    trail = a_trail(tmp_path, calls=2)
    trail.write()
    envelope = attested(trail)
    told = json.loads(bundle(envelope))
    assert told["mediaType"] == MEDIA_TYPE
    within = Envelope.from_json(told["dsseEnvelope"])
    assert verify(within, [trail.key.verifier]).payload == envelope.payload
    hint = told["verificationMaterial"]["publicKey"]["hint"]
    assert hint == trail.key.verifier.key_id
    assert "timestampVerificationData" not in told["verificationMaterial"]


def test_time_stamps_go_in_as_they_came(tmp_path: Path) -> None:
    trail = a_trail(tmp_path, calls=2)
    trail.write()
    told = json.loads(bundle(attested(trail), [b"a token"]))
    (one,) = told["verificationMaterial"]["timestampVerificationData"][
        "rfc3161Timestamps"
    ]
    assert base64.b64decode(one["signedTimestamp"]) == b"a token"
