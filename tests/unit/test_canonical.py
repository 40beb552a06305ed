"""One value, one byte string; held against an independent RFC 8785 implementation."""

import hashlib
import hmac

import pytest
import rfc8785
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed
from support.mutations import damaged

LARGEST = (1 << 53) - 1
characters = st.characters(codec="utf-8")
keys = st.text(st.characters(max_codepoint=127))
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(-LARGEST, LARGEST), st.text(characters)
)
values: st.SearchStrategy[Json] = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(keys, inner)),
    max_leaves=12,
)


@given(value=values)
def test_the_canonical_form_is_that_of_rfc_8785(value: Json) -> None:
    assert canonical.dumps(value) == rfc8785.dumps(value)


@given(value=values)
def test_a_value_is_read_back(value: Json) -> None:
    assert canonical.loads(canonical.dumps(value)) == value


@given(value=values, data=st.data())
def test_damaged_bytes_are_refused_or_are_canonical_themselves(
    value: Json, data: st.DataObject
) -> None:
    bad = data.draw(damaged(canonical.dumps({"a": value, "b": [0, "c"]})))

    try:
        read = canonical.loads(bad)
    except Malformed:
        return
    assert canonical.dumps(read) == bad


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nonsense",
        b'{"a":1',
        b'{"a": 1}',
        b' {"a":1}',
        b'{"a":1}\n',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'"\\u0061"',
        b'"\\/"',
        b"01",
        b"-0",
        b"9007199254740992",
        b'"\xff"',
        b'"\\ud800"',
        b"NaN",
    ],
)
def test_other_spellings_are_refused(data: bytes) -> None:
    with pytest.raises(Malformed):
        canonical.loads(data)


@pytest.mark.parametrize(
    "value", ["\ud800", {"\ud800": 1}, LARGEST + 1, -LARGEST - 1, {1: 2}, {1, 2}, b"x"]
)
def test_what_has_no_canonical_form_is_refused(value: Json) -> None:
    with pytest.raises(Malformed):
        canonical.dumps(value)


@given(data=st.binary())
def test_bytes_as_text_are_read_back(data: bytes) -> None:
    text = canonical.text(data)

    assert canonical.untext(text) == canonical.untext(text, size=len(data)) == data
    with pytest.raises(Malformed):
        canonical.untext(text, size=len(data) + 1)


@pytest.mark.parametrize(
    "text", ["A", "AA==", "AB", "A A", "AA\n", "+/+/", "é", "AAAA="]
)
def test_other_spellings_of_bytes_are_refused(text: str) -> None:
    with pytest.raises(Malformed):
        canonical.untext(text)


@given(key=st.binary(max_size=64), message=st.binary())
def test_macs_are_the_standard_ones(key: bytes, message: bytes) -> None:
    expected = hmac.new(key, message, "sha256").digest()
    assert canonical.mac(key, message) == expected
    assert canonical.Derivation(key).key(message) == canonical.derive(key, message)
    inner, outer = canonical.mac_states(key)
    inner.update(message)
    outer.update(inner.digest())
    assert outer.digest() == expected


@given(key=st.binary(min_size=32, max_size=32), message=st.binary())
def test_derived_keys_and_digests_are_the_standard_ones(
    key: bytes, message: bytes
) -> None:
    expand = HKDFExpand(algorithm=SHA256(), length=32, info=message)

    assert canonical.derive(key, message) == expand.derive(key)
    assert canonical.sha256(message) == hashlib.sha256(message).digest()


@pytest.mark.parametrize("data", [b"1.0", b"[1.5]", b'{"a":{"b":[0.5]}}', b"1e300"])
def test_a_fraction_is_refused_wherever_it_stands(data: bytes) -> None:
    with pytest.raises(Malformed):
        canonical.loads(data)
