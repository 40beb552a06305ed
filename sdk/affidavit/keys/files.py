"""Key files: PKCS#8 PEM of mode 0600, with or without a passphrase.

A key file may also hold one line, the URI of a key that lives elsewhere: settings then
stay as they are when a file's key hands over to a token's.
"""

import re
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from affidavit.errors import KeyUnusable
from affidavit.keys.ed25519 import Ed25519Signer, Signer
from affidavit.keys.passphrase import Passphrase, needed
from affidavit.keys.pkcs8 import decrypt, is_encrypted
from affidavit.keys.secret_files import private_bytes

_URI = re.compile(rb"[a-z][a-z0-9+.-]+:[!-~]+\n?")

__all__ = ["load_signer", "private_bytes", "signer_of"]


def load_signer(path: Path, passphrase: Passphrase | None = None) -> Signer:
    """The key that a file holds or names; `KeyUnusable` says what is wrong with it.

    A file that group or others may read is refused: whoever can read it can rewrite the
    trail's history. `passphrase` is asked only when the file needs one.
    """
    return signer_of(private_bytes(path), str(path), passphrase)


def signer_of(data: bytes, where: str, passphrase: Passphrase | None = None) -> Signer:
    """The key that `data`, the content of the file `where`, holds or names."""
    if _URI.fullmatch(data):
        from affidavit.keys.uri import KeyUri, open_uri

        return open_uri(KeyUri.parse(data.decode("ascii").strip()), passphrase)
    given = needed(passphrase, where) if is_encrypted(data) else None
    key = decrypt(data, given, where)
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyUnusable(f"{where}: holds a {type(key).__name__}, not an Ed25519 key.")
    return Ed25519Signer(key)
