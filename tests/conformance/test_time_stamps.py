"""`openssl ts` accepts the tokens that we keep, and rejects their tampered twins."""

import subprocess
from pathlib import Path

import pytest

from affidavit.anchors.plan import Plan, StampAnchor
from affidavit.anchors.rounds import Rounds
from affidavit.errors import SignatureInvalid
from affidavit.trail.anchors import STAMP
from affidavit.verify.stamps import Authorities, verify_stamp
from support.anchors import Authority, an_authority
from support.trails import a_trail


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def kept(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a head that the authority has stamped."""
    trail = a_trail(tmp_path_factory.mktemp("stamped") / "trail")
    trail.write()
    with authority.serving() as server:
        anchor = StampAnchor(url=server.url, ca=authority.ca)
        done = Rounds(trail.path, Plan(stamps=(anchor,))).run()
    assert done is not None
    assert done.standings[anchor.name].error is None
    (folder,) = (trail.path / "anchors").glob("*/*-*")
    return folder


def judged(ca: Path, data: Path, token: Path) -> str:
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-CAfile", ca, "-data", data, "-in", token],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip() if done.returncode == 0 else "refused"


def test_openssl_accepts_what_was_kept(authority: Authority, kept: Path) -> None:
    (token,) = kept.glob("*" + STAMP)

    assert judged(authority.ca, kept / "checkpoint", token) == "Verification: OK"


@pytest.mark.parametrize("what", ["data", "token", "root"])
def test_openssl_and_we_reject_the_tampered_twin(
    authority: Authority, kept: Path, tmp_path: Path, what: str
) -> None:
    (name,) = kept.glob("*" + STAMP)
    data, token, ca = (
        (kept / "checkpoint").read_bytes(),
        name.read_bytes(),
        authority.ca,
    )
    match what:
        case "data":
            data += b"x"
        case "token":
            token = token[:-4] + bytes([token[-4] ^ 1]) + token[-3:]
        case _:
            ca = an_authority(tmp_path / "other").ca
    (tmp_path / "data").write_bytes(data)
    (tmp_path / "token").write_bytes(token)

    assert judged(ca, tmp_path / "data", tmp_path / "token") == "refused"
    with pytest.raises(SignatureInvalid):
        verify_stamp(token, data, Authorities.parse(ca.read_bytes(), "ca"))
