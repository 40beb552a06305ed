"""A policy's bytes are in the folder as what their digests say, or are missing."""

import os
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from affidavit import dsse
from affidavit.attest import policies
from affidavit.attest.packaging import Package
from affidavit.attest.policies import Found
from affidavit.errors import BrokenTrail
from affidavit.keys import Ed25519Signer
from affidavit.policy.signature import PAYLOAD_TYPE, Signed

DATA = b"kind: Policy\n"
DIGEST = sha256(DATA).hexdigest()
POLICY = "ab" * 32
SIGNER = Ed25519Signer.from_seed(b"l" * 32)


def told(*digests: str) -> dict[str, Any]:
    files = [{"path": f"p{at}.yaml", "sha256": it} for at, it in enumerate(digests)]
    named = {"sha256": POLICY}
    return {
        "policies": [{"digest": named}],
        "policyFiles": [{"digest": named, "files": files}],
    }


def signed(digest: str) -> dsse.Envelope:
    said = Signed(name="p", digest=f"sha256:{digest}", files={}, expires=None)
    return dsse.sign(PAYLOAD_TYPE, said.encode(), [SIGNER])


def test_bytes_are_written_only_under_their_own_digest(tmp_path: Path) -> None:
    found = Found(files={DIGEST: DATA, "cd" * 32: b"something else"})
    policies.write(Package(tmp_path), told(DIGEST, "cd" * 32), found)
    assert [it.name for it in (tmp_path / "policies").iterdir()] == [f"{DIGEST}.yaml"]
    assert policies.missing(tmp_path, told(DIGEST, "cd" * 32)) == ["p1.yaml"]


def test_signatures_of_other_policies_stay_out(tmp_path: Path) -> None:
    odd = dsse.sign("text/plain", b"{}", [SIGNER])
    found = Found(envelopes=(signed(POLICY), signed("cd" * 32), odd))
    policies.write(Package(tmp_path), told(), found)
    (only,) = (tmp_path / "policies").iterdir()
    assert only.name == f"{POLICY}.dsse.json"
    assert only.read_bytes() == signed(POLICY).encode()


def test_other_bytes_in_its_place_are_found(tmp_path: Path) -> None:
    policies.write(Package(tmp_path), told(DIGEST), Found(files={DIGEST: DATA}))
    (tmp_path / policies.place(DIGEST)).write_bytes(b"kind: Other\n")
    with pytest.raises(BrokenTrail, match="not the bytes"):
        policies.missing(tmp_path, told(DIGEST))


def test_a_pipe_in_its_place_is_not_waited_on(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    os.mkfifo(tmp_path / policies.place(DIGEST))
    assert policies.missing(tmp_path, told(DIGEST)) == ["p0.yaml"]
