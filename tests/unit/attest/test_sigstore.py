"""The bundle has the same signature over the same bytes, and brings no key."""

import base64
import json
from pathlib import Path

import pytest

from affidavit.attest import officers
from affidavit.attest.sigstore import MEDIA_TYPE, bundle, is_bundle, opened
from affidavit.dsse import Envelope, verify
from affidavit.errors import Malformed
from affidavit.keys import Ed25519Signer
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


def test_officers_signatures_stay_out_as_the_format_demands(tmp_path: Path) -> None:
    trail = a_trail(tmp_path, calls=1)
    trail.write()
    envelope = attested(trail)
    signed = officers.add(envelope, Ed25519Signer.from_seed(b"o" * 32))
    assert bundle(signed) == bundle(envelope)


def test_a_bundle_gives_back_what_went_in(tmp_path: Path) -> None:
    trail = a_trail(tmp_path, calls=1)
    trail.write()
    envelope = attested(trail)
    for stamps in ((), (b"one", b"two")):
        data = bundle(envelope, stamps)
        assert is_bundle(data)
        assert opened(data) == (envelope.encode(), stamps)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"v0.3", b"v0.1"),
        (b'"b25l"', b'"?"'),
        (b'{"signedTimestamp":"b25l"}', b"1"),
        (b'"mediaType"', b'"media"'),
    ],
)
def test_another_bundle_is_refused(old: bytes, new: bytes, tmp_path: Path) -> None:
    trail = a_trail(tmp_path, calls=1)
    trail.write()
    data = bundle(attested(trail), [b"one"])
    assert old in data
    with pytest.raises(Malformed):
        opened(data.replace(old, new))
