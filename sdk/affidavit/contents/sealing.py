"""One content under its record's own key, and that key under the store's.

Pure: randomness comes in. AES-256-GCM (NIST SP 800-38D) twice, with what a thing is
bound in as associated data: a sealed content or a key that was moved to another record,
part or trail does not open.
"""

import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from affidavit.errors import Malformed

KEY_BYTES = 32
NONCE_BYTES = 12
LARGEST = 64 << 20
"""Bytes of one content; more is not kept, and not inflated either."""


def seal(key: bytes, nonce: bytes, data: bytes, *, bound: bytes) -> bytes:
    """Nonce ‖ ciphertext ‖ tag of `data`, compressed (RFC 1950).

    `key` and `nonce` are fresh random bytes; `bound` says whose content it is.
    """
    return nonce + AESGCM(key).encrypt(nonce, zlib.compress(data, 6), bound)


def unseal(key: bytes, sealed: bytes, *, bound: bytes) -> bytes:
    """What `seal` was given; `Malformed` when it is not what was sealed there."""
    inflate = zlib.decompressobj()
    try:
        data = inflate.decompress(_open(key, sealed, bound), LARGEST)
    except zlib.error as error:
        raise Malformed(f"a sealed content that does not inflate: {error}") from error
    if inflate.unconsumed_tail or not inflate.eof:
        raise Malformed("a sealed content that does not end where it should")
    return data


def wrap(store_key: bytes, nonce: bytes, key: bytes, *, bound: bytes) -> bytes:
    """A record's key as it is kept: nonce ‖ ciphertext ‖ tag."""
    return nonce + AESGCM(store_key).encrypt(nonce, key, bound)


def unwrap(store_key: bytes, wrapped: bytes, *, bound: bytes) -> bytes:
    """What `wrap` was given; `Malformed` under another store's key."""
    return _open(store_key, wrapped, bound)


def _open(key: bytes, sealed: bytes, bound: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound)
    except (InvalidTag, ValueError) as error:
        raise Malformed(
            "does not open: it was changed, moved, or sealed under another secret"
        ) from error
