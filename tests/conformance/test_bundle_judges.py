"""@sigstore/verify, OpenSSL and securesystemslib take our bundle, and no twin of it."""

import base64
import json
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from securesystemslib.dsse import Envelope as TheirEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import (  # type: ignore[attr-defined]  # no __all__ there
    SSlibKey,
)

from affidavit.attest import sigstore
from affidavit.dsse import pae
from affidavit.keys import Ed25519Signer
from support.anchors import Authority, an_authority
from support.sigstore_judge import Judgement, asked
from support.statements import attested
from support.trails import Builder, a_trail

_SPKI = bytes.fromhex("302a300506032b6570032100")


@dataclass(frozen=True, slots=True)
class Bundled:
    """A bundle as JSON, the authority that stamped it, and where to put files."""

    folder: Path
    trail: Builder
    authority: Authority
    told: dict[str, Any]
    signature: bytes
    chain: Path
    spki: Path
    token: Path

    def judged(self, told: Any, *, key_id: str | None = None) -> Judgement:
        bundle = self.folder / "bundle.json"
        bundle.write_text(json.dumps(told))
        known = key_id or self.trail.signer.verifier.key_id
        return asked(bundle, known, self.spki, self.chain)


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Bundled:
    folder = tmp_path_factory.mktemp("bundle")
    trail = a_trail(folder / "trail", calls=3)
    trail.write()
    envelope = attested(trail)
    signature = envelope.signatures[0].signature
    authority = an_authority(folder / "authority")
    (folder / "signature").write_bytes(signature)
    command = "openssl ts -query -data signature -sha256 -cert"
    asking = subprocess.run(
        shlex.split(command), cwd=folder, capture_output=True, check=True
    ).stdout
    token, chain, spki = (folder / it for it in ("token", "chain.pem", "spki.der"))
    token.write_bytes(authority.reply(asking))
    certificates = [(authority.folder / it).read_text() for it in ("tsa.pem", "ca.pem")]
    chain.write_text("".join(certificates))
    spki.write_bytes(_SPKI + trail.signer.verifier.public)
    told = json.loads(sigstore.bundle(envelope, [token.read_bytes()]))
    return Bundled(folder, trail, authority, told, signature, chain, spki, token)


Change = Callable[[Any, Bundled], object]


def _flip(text: str) -> str:
    data = bytearray(base64.b64decode(text))
    data[len(data) // 2] ^= 1
    return base64.b64encode(data).decode()


def _payload(told: Any, _: Bundled) -> None:
    told["dsseEnvelope"]["payload"] = _flip(told["dsseEnvelope"]["payload"])


def _signature(told: Any, _: Bundled) -> None:
    one = told["dsseEnvelope"]["signatures"][0]
    one["sig"] = _flip(one["sig"])


def _kind(told: Any, _: Bundled) -> None:
    told["dsseEnvelope"]["payloadType"] = "application/json"


def _hint(told: Any, _: Bundled) -> None:
    told["verificationMaterial"]["publicKey"]["hint"] = "0" * 64


def _no_stamp(told: Any, _: Bundled) -> None:
    told["verificationMaterial"].pop("timestampVerificationData")


def _stamp(told: Any, _: Bundled) -> None:
    stamps = told["verificationMaterial"]["timestampVerificationData"]
    one = stamps["rfc3161Timestamps"][0]
    data = bytearray(base64.b64decode(one["signedTimestamp"]))
    data[-4] ^= 1
    one["signedTimestamp"] = base64.b64encode(data).decode()


def _signed_by_another(told: Any, bundled: Bundled) -> None:
    inner = told["dsseEnvelope"]
    payload = base64.b64decode(inner["payload"])
    message = pae(inner["payloadType"], payload)
    made = Ed25519Signer.from_seed(b"x" * 32).sign(message)
    inner["signatures"][0]["sig"] = base64.b64encode(made).decode()


def test_sigstore_accepts_the_true_one(bundled: Bundled) -> None:
    assert bundled.judged(bundled.told).accepted


@pytest.mark.parametrize(
    "change",
    [_payload, _signature, _kind, _hint, _no_stamp, _stamp, _signed_by_another],
)
def test_sigstore_refuses_each_twin(bundled: Bundled, change: Change) -> None:
    told = json.loads(json.dumps(bundled.told))
    change(told, bundled)
    assert told != bundled.told
    assert bundled.judged(told).said.startswith("refused: ")


def test_sigstore_refuses_it_under_another_authority(
    bundled: Bundled, tmp_path: Path
) -> None:
    other = an_authority(tmp_path / "other")
    names = ("tsa.pem", "ca.pem")
    chain = tmp_path / "chain.pem"
    chain.write_text("".join((other.folder / it).read_text() for it in names))
    bundle = tmp_path / "bundle.json"
    bundle.write_text(json.dumps(bundled.told))
    key_id = bundled.trail.signer.verifier.key_id
    assert not asked(bundle, key_id, bundled.spki, chain).accepted


def run(line: str, folder: Path) -> int:
    return subprocess.run(
        shlex.split(line), cwd=folder, capture_output=True, check=False
    ).returncode


def test_openssl_accepts_signature_and_stamp_and_no_twin(bundled: Bundled) -> None:
    folder, inner = bundled.folder, bundled.told["dsseEnvelope"]
    payload = base64.b64decode(inner["payload"])
    message = pae(inner["payloadType"], payload)
    (folder / "pae").write_bytes(message)
    (folder / "twin").write_bytes(message[:-1] + b" ")
    (folder / "bent").write_bytes(bundled.signature[:-1] + b"\0")
    key = "-pubin -inkey spki.der -keyform DER -rawin"
    verify = f"openssl pkeyutl -verify {key} -sigfile signature -in"
    assert run(f"{verify} pae", folder) == 0
    assert run(f"{verify} twin", folder) != 0
    stamped = f"openssl ts -verify -CAfile {bundled.authority.ca} -in token -data"
    assert run(f"{stamped} signature", folder) == 0
    assert run(f"{stamped} bent", folder) != 0


def test_securesystemslib_accepts_its_envelope_and_no_twin(bundled: Bundled) -> None:
    verifier = bundled.trail.signer.verifier
    known = {"public": verifier.public.hex()}
    key = SSlibKey(verifier.key_id, "ed25519", "ed25519", known)
    inner = json.loads(json.dumps(bundled.told["dsseEnvelope"]))
    TheirEnvelope.from_dict(json.loads(json.dumps(inner))).verify([key], 1)
    inner["payload"] = _flip(inner["payload"])
    with pytest.raises(VerificationError):
        TheirEnvelope.from_dict(inner).verify([key], 1)
