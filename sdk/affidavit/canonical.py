"""One value, one byte string: canonical JSON, digests and salted commitments.

Knows the JSON subset that records use (ASCII keys, strings, integers within ±2^53,
booleans, null, arrays, objects): there orjson with sorted keys is byte-identical to
RFC 8785, and a test holds it against an independent implementation. Knows nothing of
records, of files, or of where keys are kept.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import orjson

from affidavit.errors import Malformed

Json: TypeAlias = bool | int | str | Sequence["Json"] | Mapping[str, "Json"] | None
"""A value whose canonical form is defined here. Fractions travel as strings."""

DIGEST_BYTES = 32
_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_BLOCK_BYTES = 64
_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def dumps(value: Json) -> bytes:
    """The canonical bytes of `value` (RFC 8785 on this module's subset).

    Raises `Malformed` for what has no canonical form here: a lone surrogate, an integer
    beyond ±(2^53 - 1), a key that is not a string. A `float` is no `Json`, and only the
    type checker keeps it out: this is on the hot path. `loads` refuses one.
    """
    try:
        return orjson.dumps(value, option=_CANONICAL)
    except TypeError as error:
        raise Malformed(f"no canonical form: {error}") from error


def loads(data: bytes) -> Json:
    """Read canonical bytes; raise `Malformed` unless `dumps` would print exactly
    them.
    """
    value = parse(data)
    if dumps(value) != data or _has_fraction(value):
        raise Malformed("JSON is not in canonical form (RFC 8785, no fractions)")
    return value


def _has_fraction(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_has_fraction, value.values()))
    if isinstance(value, list):
        return any(map(_has_fraction, value))
    return isinstance(value, float)


def parse(data: bytes | str) -> Json:
    """Read any JSON text; raise `Malformed` when it is none."""
    try:
        value: Json = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise Malformed(f"not JSON: {error}") from error
    return value


def sha256(data: bytes) -> bytes:
    """SHA-256 of `data`, 32 bytes."""
    return hashlib.sha256(data).digest()


def mac(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 of `message` under `key`, 32 bytes (RFC 2104 §2).

    `key` has at most 64 bytes: ours have 32. Spelled out, because between two calls of
    an API `hmac.digest` takes 13 µs, most of them to fetch OpenSSL's HMAC, and these
    two digests take 3 µs: SHA-256 is in the processor's cache already.
    """
    block = key.ljust(_BLOCK_BYTES, b"\0")
    inner = hashlib.sha256(block.translate(_INNER) + message).digest()
    return hashlib.sha256(block.translate(_OUTER) + inner).digest()


def mac_states(key: bytes) -> "tuple[hashlib._Hash, hashlib._Hash]":
    """The two digests of `mac` before any message: for copies that go on from there.

    The inner takes the message, then the outer the inner's digest.
    """
    block = key.ljust(_BLOCK_BYTES, b"\0")
    return (
        hashlib.sha256(block.translate(_INNER)),
        hashlib.sha256(block.translate(_OUTER)),
    )


class Derivation:
    """`derive` from one secret, for whoever derives a key for each call: half of its
    work is done once.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, secret: bytes) -> None:
        self._inner, self._outer = mac_states(secret)

    def key(self, info: bytes) -> bytes:
        """What `derive` gives for `info`."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(info + b"\x01")
        outer.update(inner.digest())
        return outer.digest()


def derive(secret: bytes, info: bytes) -> bytes:
    """A 32-byte key from a uniform 32-byte secret: one block of HKDF-Expand (RFC 5869
    §2.3).

    The extract step is left out as §3.3 allows: `secret` is already a uniform key.
    """
    return mac(secret, info + b"\x01")


def text(data: bytes) -> str:
    """Bytes as they stand in records: base64url without padding (RFC 4648 §5)."""
    encoded = binascii.b2a_base64(data, newline=False)
    return encoded.translate(_URL_SAFE, b"=").decode("ascii")


def untext(value: str, *, size: int | None = None) -> bytes:
    """Read what `text` prints; raise `Malformed` for any other spelling or size."""
    try:
        data = base64.urlsafe_b64decode(value + "=" * (-len(value) % 4))
    except (ValueError, binascii.Error) as error:
        raise Malformed(f"not base64url: {value!r}") from error
    if text(data) != value or (size is not None and len(data) != size):
        raise Malformed(f"not base64url of {size} bytes in canonical form: {value!r}")
    return data
