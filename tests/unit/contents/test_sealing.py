"""A content opens under its own key, in its own place, whole: or not at all."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.contents import sealing
from affidavit.errors import Malformed

KEY, NONCE = bytes(range(32)), bytes(12)


@given(data=st.binary(max_size=4000), bound=st.binary(max_size=40))
def test_what_was_sealed_is_what_is_unsealed(data: bytes, bound: bytes) -> None:
    sealed = sealing.seal(KEY, NONCE, data, bound=bound)
    assert sealing.unseal(KEY, sealed, bound=bound) == data


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_changed_bit_anywhere_is_noticed(at: int, bit: int) -> None:
    sealed = bytearray(sealing.seal(KEY, NONCE, b"words " * 9, bound=b"here"))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(Malformed, match="does not open"):
        sealing.unseal(KEY, bytes(sealed), bound=b"here")


def test_a_content_that_was_moved_to_another_record_does_not_open() -> None:
    sealed = sealing.seal(KEY, NONCE, b"words", bound=b"here")
    with pytest.raises(Malformed):
        sealing.unseal(KEY, sealed, bound=b"there")


@pytest.mark.parametrize("sealed", [b"", b"short", bytes(12), bytes(27)])
def test_what_is_too_short_is_refused(sealed: bytes) -> None:
    with pytest.raises(Malformed):
        sealing.unseal(KEY, sealed, bound=b"")


def test_what_inflates_without_end_is_cut_off_and_refused() -> None:
    bomb = sealing.seal(KEY, NONCE, bytes(sealing.LARGEST + 1), bound=b"")
    with pytest.raises(Malformed, match="does not end"):
        sealing.unseal(KEY, bomb, bound=b"")


def test_a_sealed_text_that_is_no_deflate_stream_is_refused() -> None:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    sealed = NONCE + AESGCM(KEY).encrypt(NONCE, b"plain", b"")
    with pytest.raises(Malformed, match="does not inflate"):
        sealing.unseal(KEY, sealed, bound=b"")


def test_a_wrapped_key_opens_under_the_store_s_key_only() -> None:
    key, other = os.urandom(32), os.urandom(32)
    wrapped = sealing.wrap(KEY, NONCE, key, bound=b"id")
    assert sealing.unwrap(KEY, wrapped, bound=b"id") == key
    with pytest.raises(Malformed):
        sealing.unwrap(other, wrapped, bound=b"id")
