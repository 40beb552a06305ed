"""COSE_Sign1 in the one form that receipts have here."""

import sys
from dataclasses import replace

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.errors import Malformed, SignatureInvalid, ToolUnavailable
from affidavit.tlog import cose
from affidavit.tlog.cose import Headers, Sign1
from affidavit.tlog.note import VerifierKey
from support import vectors

LOG = vectors.key("log")
KEY = VerifierKey.parse(LOG.vkey)
HEADERS = cose.headers_for(KEY, "urn:test")
ROOT = bytes(range(32))


def a_sign1() -> Sign1:
    return Sign1(
        headers=HEADERS,
        proof_type=-1,
        proof=b"\x83\x01\x02\x80",
        payload=None,
        signature=cose.sign(HEADERS, ROOT, LOG.signer),
    )


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=512)


@given(
    issuer=texts, subject=st.none() | texts, key_id=st.binary(min_size=32, max_size=32)
)
def test_headers_are_read_as_they_were_printed(
    issuer: str, subject: str | None, key_id: bytes
) -> None:
    headers = Headers(issuer=issuer, subject=subject, key_id=key_id)
    assert Headers.parse(headers.encode()) == headers


def test_an_envelope_is_read_as_it_was_printed() -> None:
    made = a_sign1()
    data = made.encode()
    assert data.startswith(cose.FIRST_BYTES)
    assert Sign1.parse(data) == made
    cose.verify(made, ROOT, KEY)


def test_what_is_signed_is_the_sig_structure_of_rfc_9052() -> None:
    message = b"\x84\x6aSignature1" + cbor2.dumps(HEADERS.encode()) + b"\x40\x58\x20"
    KEY.verifier.verify(a_sign1().signature, message + ROOT)


def test_another_payload_or_header_is_not_signed() -> None:
    made = a_sign1()
    with pytest.raises(SignatureInvalid):
        cose.verify(made, ROOT[::-1], KEY)
    with pytest.raises(SignatureInvalid):
        cose.verify(
            replace(made, headers=replace(HEADERS, subject="urn:else")), ROOT, KEY
        )


FIELDS = {1: -8, 4: HEADERS.key_id, 15: {1: LOG.name}, 395: 1}


@pytest.mark.parametrize(
    "header",
    [
        FIELDS | {1: -7},
        FIELDS | {395: 2},
        FIELDS | {2: [395]},
        FIELDS | {4: "text"},
        FIELDS | {4: b"short"},
        FIELDS | {15: {1: 5}},
        FIELDS | {15: {1: LOG.name, 2: 7}},
        FIELDS | {15: {1: ""}},
        FIELDS | {15: {1: LOG.name, 6: 1}},
        {1: -8},
        [1, 2],
        7,
    ],
)
def test_any_other_header_is_refused(header: object) -> None:
    with pytest.raises(Malformed):
        Headers.parse(cbor2.dumps(header, canonical=True))


def test_headers_in_another_order_are_refused() -> None:
    turned = cbor2.dumps(dict(reversed(FIELDS.items())))
    with pytest.raises(Malformed, match="deterministic"):
        Headers.parse(turned)


def parts(**changed: object) -> list[object]:
    made = a_sign1()
    values: dict[str, object] = {
        "protected": made.headers.encode(),
        "unprotected": {396: {-1: [made.proof]}},
        "payload": None,
        "signature": made.signature,
    }
    return list((values | changed).values())


@pytest.mark.parametrize(
    "value",
    [
        cbor2.CBORTag(17, parts()),
        cbor2.CBORTag(18, parts()[:3]),
        cbor2.CBORTag(18, parts(unprotected={396: {-1: [b"a", b"b"]}})),
        cbor2.CBORTag(18, parts(unprotected={396: {-1: [b"a"]}, 1: 1})),
        cbor2.CBORTag(18, parts(unprotected={396: {-1: ["a"]}})),
        cbor2.CBORTag(18, parts(unprotected={396: {"a": [b"a"]}})),
        cbor2.CBORTag(18, parts(unprotected={})),
        cbor2.CBORTag(18, parts(payload="text")),
        cbor2.CBORTag(18, parts(signature=b"short")),
        cbor2.CBORTag(18, parts(protected=b"")),
        cbor2.CBORTag(18, parts(protected="text")),
        parts(),
    ],
)
def test_any_other_envelope_is_refused(value: object) -> None:
    with pytest.raises(Malformed):
        Sign1.parse(cbor2.dumps(value))


@pytest.mark.parametrize(
    "data",
    [b"", b"\xd2", b"\x81" * 5000, b"\xd2" * 5000, bytes(cose.MAX_RECEIPT_BYTES + 1)],
)
def test_what_is_no_cbor_or_too_much_is_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        Sign1.parse(data)


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "cbor2", None)
    with pytest.raises(ToolUnavailable, match=r"affidavit\[receipts\]"):
        cose.loads(b"\x00")
