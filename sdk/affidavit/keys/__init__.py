"""Signers and verifiers, the files and tokens that hold them, and their passphrases.

Knows Ed25519 (RFC 8032), ML-DSA-44 (FIPS 204), PKCS#8 files with mode 0600 and PKCS#11
tokens. Nothing else here touches a private key: callers see `Signer` and `Verifier`,
which a key service or a test double also fits.
"""

from affidavit.keys.ed25519 import (
    PUBLIC_BYTES,
    SEED_BYTES,
    SIGNATURE_BYTES,
    Ed25519Signer,
    Signer,
    Verifier,
)
from affidavit.keys.files import load_signer, private_bytes

__all__ = [
    "PUBLIC_BYTES",
    "SEED_BYTES",
    "SIGNATURE_BYTES",
    "Ed25519Signer",
    "Signer",
    "Verifier",
    "load_signer",
    "private_bytes",
]
