"""Private keys as PKCS#8 PEM (RFC 5958), plain or under a passphrase.

Knows one way to encrypt: PBES2 (RFC 8018) with scrypt (RFC 7914) and AES-256-CBC, which
`openssl` reads too. Reads whatever PKCS#8 PEM `cryptography` reads. Opens no file and
asks for no passphrase.

`cryptography` itself would write PBKDF2 with 2,048 rounds: a graphics card tries
millions of passphrases a second against that. Hence our own 40 lines of DER.
"""

from base64 import encodebytes
from collections.abc import Callable

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from affidavit.errors import KeyUnusable

ENCRYPTED = b"-----BEGIN ENCRYPTED PRIVATE KEY-----"
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 14, 8, 5
"""16 MiB five times over: the strongest of the equivalent settings that OWASP names
which stays below the 32 MiB that `openssl` allows a key file to ask for."""
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")
_SALT_BYTES = _IV_BYTES = 16
_KEY_BYTES = 32
_INTEGER, _OCTETS, _SEQUENCE = 0x02, 0x04, 0x30


def is_encrypted(pem: bytes) -> bool:
    """Whether reading it takes a passphrase."""
    return ENCRYPTED in pem


def encrypt(der: bytes, passphrase: bytes, randomness: Callable[[int], bytes]) -> bytes:
    """The PrivateKeyInfo `der` as ENCRYPTED PRIVATE KEY in PEM."""
    if not passphrase:
        raise KeyUnusable("an empty passphrase protects nothing: give another")
    salt, iv = randomness(_SALT_BYTES), randomness(_IV_BYTES)
    derive = Scrypt(salt=salt, length=_KEY_BYTES, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)
    padder = padding.PKCS7(AES256.block_size).padder()
    padded = padder.update(der) + padder.finalize()
    cipher = Cipher(AES256(derive.derive(passphrase)), CBC(iv)).encryptor()
    sealed = cipher.update(padded) + cipher.finalize()
    costs = (_integer(each) for each in (SCRYPT_N, SCRYPT_R, SCRYPT_P, _KEY_BYTES))
    kdf = _sequence(_SCRYPT, _sequence(_der(_OCTETS, salt), *costs))
    scheme = _sequence(_AES_256_CBC, _der(_OCTETS, iv))
    algorithm = _sequence(_PBES2, _sequence(kdf, scheme))
    whole = _sequence(algorithm, _der(_OCTETS, sealed))
    return (
        ENCRYPTED
        + b"\n"
        + b"\n".join(_lines(encodebytes(whole).replace(b"\n", b"")))
        + b"\n-----END ENCRYPTED PRIVATE KEY-----\n"
    )


def decrypt(pem: bytes, passphrase: bytes | None, where: str) -> PrivateKeyTypes:
    """The key in `pem`; `KeyUnusable` tells what is wrong with the file `where`."""
    encrypted = is_encrypted(pem)
    try:
        return load_pem_private_key(pem, passphrase if encrypted else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if encrypted:
            raise KeyUnusable(
                f"{where}: the passphrase does not open it, or it is damaged. Give "
                "the right one in AFFIDAVIT_KEY_PASSPHRASE or in a file named by "
                "AFFIDAVIT_KEY_PASSPHRASE_FILE, or restore the key from a backup."
            ) from error
        raise KeyUnusable(
            f"{where}: not a PKCS#8 PEM private key ({error}). "
            "Restore it from a backup: a new key cannot continue an old trail, unless "
            "the old one names it (`affidavit trail key rotate`)."
        ) from error


def _lines(text: bytes) -> list[bytes]:
    return [text[start : start + 64] for start in range(0, len(text), 64)]


def _sequence(*parts: bytes) -> bytes:
    return _der(_SEQUENCE, b"".join(parts))


def _integer(value: int) -> bytes:
    return _der(_INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def _der(tag: int, content: bytes) -> bytes:
    """Tag, length, value (X.690 §8.1.3)."""
    length = len(content)
    if length < 0x80:
        return bytes([tag, length]) + content
    size = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + content
