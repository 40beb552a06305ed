"""Signers and verifiers, and the files that hold them.

Knows Ed25519 (RFC 8032) and PKCS#8 PEM files with mode 0600. Nothing else here touches
a private key: callers see `Signer` and `Verifier`, which a KMS or a test double also
fits.
"""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from affidavit.errors import KeyUnusable, SignatureInvalid

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

    def pem(self) -> bytes:
        """The private key as unencrypted PKCS#8 PEM."""
        return self._private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )


def load_signer(path: Path) -> Ed25519Signer:
    """Read a PKCS#8 PEM file; `KeyUnusable` says what is wrong with it.

    A file that group or others may read is refused: whoever can read it can rewrite the
    trail's history.
    """
    try:
        data = private_bytes(path)
        key = load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyUnusable(
            f"{path}: not an unencrypted PKCS#8 PEM private key ({error}). "
            "Restore it from a backup: a new key cannot continue an old trail."
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{path}: holds a {type(key).__name__}, not an Ed25519 key.")
    return Ed25519Signer(key)


def private_bytes(path: Path) -> bytes:
    """The content of a secret file that only its owner may read, else `KeyUnusable`."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise KeyUnusable(
                    f"{path}: mode {mode:04o} lets others read it. "
                    f"Run `chmod 600 {path}`, and replace it if others may have."
                )
            return file.read(1 << 16)
    except OSError as error:
        raise KeyUnusable(
            f"{path}: cannot be read ({error.strerror}). Run `affidavit init` to make "
            "a key and a trail, or set AFFIDAVIT_KEY."
        ) from error
