"""Time stamps of a real authority hold; altered ones do not."""

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.errors import KeyUnusable, Malformed, SignatureInvalid, ToolUnavailable
from affidavit.verify import stamps
from affidavit.verify.stamps import (
    Authorities,
    Stamp,
    ask,
    in_der_order,
    signature_of,
    verify_stamp,
)
from support.anchors import Authority, an_authority

DATA = b"a checkpoint\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return an_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def pins(authority: Authority) -> Authorities:
    return Authorities.parse(authority.ca.read_bytes(), "ca.pem")


@pytest.fixture(scope="module")
def token(authority: Authority) -> bytes:
    return authority.reply(ask(DATA).body)


def test_a_token_says_when_the_data_existed_and_who_says_so(
    token: bytes, pins: Authorities
) -> None:
    stamp = verify_stamp(token, DATA, pins)

    assert isinstance(stamp, Stamp)
    assert stamp.authority == "CN=Authority"
    assert stamp.serial >= 1
    assert abs(stamp.time - datetime.now(UTC)) < timedelta(minutes=5)


def test_other_data_is_refused(token: bytes, pins: Authorities) -> None:
    with pytest.raises(SignatureInvalid, match=r"ca\.pem"):
        verify_stamp(token, DATA + b"x", pins)


def test_the_answer_to_another_question_is_refused(
    token: bytes, pins: Authorities
) -> None:
    with pytest.raises(SignatureInvalid, match="Nonce"):
        verify_stamp(token, DATA, pins, nonce=ask(DATA).nonce)


def test_another_root_is_refused(
    token: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = an_authority(tmp_path_factory.mktemp("other"))
    pins = Authorities.parse(other.ca.read_bytes(), "other.pem")

    with pytest.raises(SignatureInvalid):
        verify_stamp(token, DATA, pins)


def test_a_certificate_for_another_purpose_is_refused(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Such an authority cannot be had of openssl: its certificate is exchanged."""
    good = an_authority(tmp_path_factory.mktemp("good"))
    token = good.reply(ask(DATA).body)
    server = an_authority(tmp_path_factory.mktemp("web"), purpose="critical,serverAuth")
    pins = Authorities.parse(server.ca.read_bytes() + good.ca.read_bytes(), "both")

    assert verify_stamp(token, DATA, pins).authority == "CN=Authority"
    (server.folder / "ca.pem").write_bytes(good.ca.read_bytes())
    with pytest.raises(Exception, match="non-zero exit status"):
        server.reply(ask(DATA).body)


def test_a_refusal_of_the_authority_is_no_stamp(
    authority: Authority, pins: Authorities
) -> None:
    refused = authority.reply(b"no query at all")

    with pytest.raises((Malformed, SignatureInvalid)):
        verify_stamp(refused, DATA, pins)


@pytest.mark.parametrize("name", ["signer first", "signer last"])
def test_certificates_may_stand_in_any_order(
    token: bytes, pins: Authorities, name: str
) -> None:
    """RFC 5652 leaves their order open, and nothing signs it."""
    ordered = in_der_order(token)

    assert len(ordered) == len(token)
    assert in_der_order(ordered) == ordered
    either = ordered if name == "signer last" else token
    assert verify_stamp(either, DATA, pins).serial >= 1


@settings(max_examples=40)
@given(st.data())
def test_no_change_of_a_token_changes_what_it_says(
    token: bytes, pins: Authorities, data: st.DataObject
) -> None:
    """Bytes that nobody signs may differ, such as a second certificate's."""
    before = verify_stamp(token, DATA, pins)
    at = data.draw(st.integers(0, len(token) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = bytearray(token)
    changed[at] ^= flip
    try:
        after = verify_stamp(bytes(changed), DATA, pins)
    except (Malformed, SignatureInvalid):
        return
    assert after == before


@pytest.mark.parametrize("what", ["genTime", "imprint", "signature"])
def test_what_was_signed_cannot_be_changed(
    token: bytes, pins: Authorities, what: str
) -> None:
    stamp = verify_stamp(token, DATA, pins)
    from hashlib import sha256

    places = {
        "genTime": token.index(stamp.time.strftime("%Y%m%d%H%M%SZ").encode()) + 3,
        "imprint": token.index(sha256(DATA).digest()) + 5,
        "signature": len(token) - 4,
    }
    changed = bytearray(token)
    changed[places[what]] ^= 1

    with pytest.raises((Malformed, SignatureInvalid)):
        verify_stamp(bytes(changed), DATA, pins)


@given(st.binary(max_size=200))
def test_garbage_is_malformed_and_put_in_no_order(
    pins: Authorities, data: bytes
) -> None:
    assert in_der_order(data) == data
    with pytest.raises(Malformed):
        verify_stamp(data, DATA, pins)


@given(st.data())
def test_putting_in_order_never_changes_a_length(
    token: bytes, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(token) - 1))
    cut = token[:at] + data.draw(st.binary(max_size=3)) + token[at + 1 :]

    assert len(in_der_order(cut)) == len(cut)


def test_certificates_that_are_none_are_unusable(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("nothing")

    with pytest.raises(KeyUnusable, match="no certificates"):
        Authorities.load(tmp_path / "ca.pem")
    with pytest.raises(KeyUnusable, match="cannot be read"):
        Authorities.load(tmp_path / "missing.pem")


def test_without_its_package_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert stamps.available()
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)

    with pytest.raises(ToolUnavailable, match="extra `tsa`"):
        ask(DATA)


def test_certificates_are_described_by_what_they_are(pins: Authorities) -> None:
    described = pins.described.split("; ")

    assert len(described) == len(pins.certificates)
    assert all(" sha256:" in each for each in described)
    assert pins.name not in pins.described


def test_the_signatures_octets_are_those_that_the_certificate_verifies(
    token: bytes, authority: Authority
) -> None:
    octets = signature_of(token)
    assert token.count(octets) == 1
    assert signature_of(in_der_order(token)) == octets
    another = authority.reply(ask(DATA).body)
    assert signature_of(another) != octets


@given(st.binary(max_size=200))
def test_garbage_has_no_signature(data: bytes) -> None:
    with pytest.raises(Malformed):
        signature_of(data)
