"""ML-DSA-44 (FIPS 204): a second key, against computers that break Ed25519.

Knows keys in files; signing is `cryptography`'s, which has ML-DSA from version 47 on
when its own OpenSSL does. Nothing here can stand in for an Ed25519 `Signer`.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from affidavit.errors import KeyUnusable, SignatureInvalid, ToolUnavailable
from affidavit.keys.passphrase import Passphrase, needed
from affidavit.keys.pkcs8 import decrypt, encrypt, is_encrypted
from affidavit.keys.secret_files import private_bytes

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PrivateKey

PUBLIC_BYTES = 1312
SIGNATURE_BYTES = 2420
SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class MlDsaVerifier:
    """An ML-DSA-44 public key, 1312 bytes."""

    public: bytes

    def __post_init__(self) -> None:
        if len(self.public) != PUBLIC_BYTES:
            raise KeyUnusable(
                f"an ML-DSA-44 public key has {PUBLIC_BYTES} bytes, "
                f"got {len(self.public)}"
            )

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return when `signature` is this key's over `message` (pure, no context);
        else `SignatureInvalid`.
        """
        library = _library()
        key = library.MLDSA44PublicKey.from_public_bytes(self.public)
        try:
            key.verify(signature, message)
        except InvalidSignature as error:
            raise SignatureInvalid(
                "the ML-DSA-44 signature is not one by this key over this message"
            ) from error


class MlDsaSigner:
    """A private key held in memory."""

    def __init__(self, private: "MLDSA44PrivateKey") -> None:
        self._private = private
        self._verifier = MlDsaVerifier(private.public_key().public_bytes_raw())

    @classmethod
    def from_seed(cls, seed: bytes) -> "MlDsaSigner":
        """The key of a 32-byte seed (FIPS 204 §5.1); the caller has the randomness."""
        if len(seed) != SEED_BYTES:
            raise KeyUnusable(f"a seed has {SEED_BYTES} bytes, got {len(seed)}")
        library = _library()
        return cls(library.MLDSA44PrivateKey.from_seed_bytes(seed))

    @property
    def verifier(self) -> MlDsaVerifier:
        """The public half."""
        return self._verifier

    def sign(self, message: bytes) -> bytes:
        """2420 bytes over exactly `message` (FIPS 204 §5.2, hedged, no context)."""
        return self._private.sign(message)

    def pem(
        self,
        passphrase: bytes | None = None,
        *,
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> bytes:
        """The seed as PKCS#8 PEM (RFC 9881 §6), encrypted when there is a
        passphrase.
        """
        plain = PrivateFormat.PKCS8, NoEncryption()
        if passphrase is None:
            return self._private.private_bytes(Encoding.PEM, *plain)
        der = self._private.private_bytes(Encoding.DER, *plain)
        return encrypt(der, passphrase, randomness)


def load_ml_dsa(path: Path, passphrase: Passphrase | None = None) -> MlDsaSigner:
    """Read a key file of mode 0600; `KeyUnusable` says what is wrong with it."""
    library, data = _library(), private_bytes(path)
    given = needed(passphrase, str(path)) if is_encrypted(data) else None
    key = decrypt(data, given, str(path))
    if not isinstance(key, library.MLDSA44PrivateKey):
        raise KeyUnusable(f"{path}: holds a {type(key).__name__}, not an ML-DSA-44 key")
    return MlDsaSigner(key)


def _library() -> Any:
    """The module of `cryptography`, else `ToolUnavailable`."""
    try:
        from cryptography.hazmat.primitives.asymmetric import mldsa

        mldsa.MLDSA44PrivateKey.from_seed_bytes(bytes(SEED_BYTES))
    except (ImportError, UnsupportedAlgorithm) as error:
        raise ToolUnavailable(
            "ML-DSA-44 needs `cryptography` 48 or newer, with an OpenSSL that has it: "
            "pip install -U cryptography."
        ) from error
    return mldsa
