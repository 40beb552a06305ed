"""Ed25519 (RFC 8032): what signs, what verifies, and a key held in memory.

Knows no file and no token: those are `files` and `token`.
"""

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from affidavit.errors import KeyUnusable, SignatureInvalid
from affidavit.keys.pkcs8 import encrypt

SEED_BYTES = 32
PUBLIC_BYTES = 32
SIGNATURE_BYTES = 64


class Signer(Protocol):
    """What the trail and its statements need of a key."""

    @property
    def verifier(self) -> "Verifier":
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """A signature over exactly `message`."""


@dataclass(frozen=True, slots=True)
class Verifier:
    """An Ed25519 public key, 32 bytes."""

    public: bytes

    def __post_init__(self) -> None:
        if len(self.public) != PUBLIC_BYTES:
            raise KeyUnusable(
                f"an Ed25519 public key has {PUBLIC_BYTES} bytes, "
                f"got {len(self.public)}"
            )

    @property
    def spki(self) -> bytes:
        """SubjectPublicKeyInfo in DER (RFC 8410 §4)."""
        key = Ed25519PublicKey.from_public_bytes(self.public)
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    @property
    def pem(self) -> str:
        """SubjectPublicKeyInfo in PEM, as `openssl` reads it."""
        key = Ed25519PublicKey.from_public_bytes(self.public)
        encoded = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        return encoded.decode("ascii")

    @property
    def key_id(self) -> str:
        """SHA-256 of the DER SubjectPublicKeyInfo, lower-case hex."""
        return hashlib.sha256(self.spki).hexdigest()

    def verify(self, signature: bytes, message: bytes) -> None:
        """Return when `signature` is this key's over `message`; else
        `SignatureInvalid`.
        """
        key = Ed25519PublicKey.from_public_bytes(self.public)
        try:
            key.verify(signature, message)
        except InvalidSignature as error:
            raise SignatureInvalid(
                f"the signature is not one by key {self.key_id[:16]}… over this message"
            ) from error


class Ed25519Signer:
    """A private key held in memory."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        public = private.public_key()
        self._verifier = Verifier(
            public.public_bytes(Encoding.Raw, PublicFormat.Raw),
        )

    @classmethod
    def from_seed(cls, seed: bytes) -> "Ed25519Signer":
        """The key of a 32-byte seed; the caller supplies the randomness."""
        if len(seed) != SEED_BYTES:
            raise KeyUnusable(f"a seed has {SEED_BYTES} bytes, got {len(seed)}")
        return cls(Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return self._verifier

    def sign(self, message: bytes) -> bytes:
        """64 bytes over exactly `message` (RFC 8032 §5.1.6)."""
        return self._private.sign(message)

    def pem(
        self,
        passphrase: bytes | None = None,
        *,
        randomness: Callable[[int], bytes] = os.urandom,
    ) -> bytes:
        """The private key as PKCS#8 PEM, encrypted when there is a passphrase."""
        if passphrase is None:
            return self._private.private_bytes(
                Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
            )
        der = self._private.private_bytes(
            Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
        )
        return encrypt(der, passphrase, randomness)
