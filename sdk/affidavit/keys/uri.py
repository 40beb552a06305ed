"""Where a key lives, as one text: a path, or the URI of a key that is no file.

Knows `file:`, `pkcs11:` (RFC 7512) and the entry-point group `affidavit.signers`, whose
entries are named after the scheme that they serve. Every signature of a key that is not
a file's is verified before anybody sees it: a token or a service that signs wrongly
must not spoil a trail.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from affidavit.errors import AffidavitError, KeyUnusable, SignatureInvalid
from affidavit.keys.ed25519 import Signer, Verifier
from affidavit.keys.files import load_signer
from affidavit.keys.passphrase import Passphrase

GROUP = "affidavit.signers"
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]+):", re.ASCII)
MAX_URI_CHARS = 2048

Opener: TypeAlias = Callable[[str, Passphrase | None], Signer]
"""What an entry point is: a key's URI, where its PIN comes from → the key."""


@dataclass(frozen=True, slots=True)
class KeyUri:
    """The URI of a key that is no file."""

    text: str

    @classmethod
    def parse(cls, text: str) -> "KeyUri":
        """`text` if it has a scheme and no space, else `KeyUnusable`."""
        if (
            _SCHEME.match(text) is None
            or len(text) > MAX_URI_CHARS
            or not all("!" <= char <= "~" for char in text)
        ):
            raise KeyUnusable(f"not the URI of a key: {text!r:.200}")
        return cls(text)

    @property
    def scheme(self) -> str:
        """What stands before the colon."""
        return self.text.partition(":")[0]

    def __str__(self) -> str:
        return self.text


KeyPlace: TypeAlias = Path | KeyUri


def place_of(value: str | Path, base: Path) -> KeyPlace:
    """A setting's value as a place; relative paths are below `base`.

    What begins with letters and a colon is a URI: write `./odd:name` for such a path.
    """
    text = str(value)
    if isinstance(value, Path) or _SCHEME.match(text) is None:
        return base / Path(value).expanduser()
    uri = KeyUri.parse(text)
    if uri.scheme != "file":
        return uri
    parts = urlsplit(text)
    if parts.netloc not in ("", "localhost") or parts.query or parts.fragment:
        raise KeyUnusable(f"{text}: a file on this machine is written file:/path")
    return base / unquote(parts.path)


def open_place(place: KeyPlace, passphrase: Passphrase | None = None) -> Signer:
    """The key that lives there; `KeyUnusable` or `ToolUnavailable` when it cannot be
    had.
    """
    if isinstance(place, KeyUri):
        return open_uri(place, passphrase)
    return load_signer(place, passphrase)


def open_uri(
    uri: KeyUri,
    passphrase: Passphrase | None = None,
    *,
    found: EntryPoints | None = None,
) -> Signer:
    """As `open_place`; `found` are the entry points, those installed if None."""
    if uri.scheme == "pkcs11":
        from affidavit.keys.token import open_token

        return Checked(open_token(uri.text, passphrase), uri.text)
    try:
        installed = entry_points(group=GROUP) if found is None else found
        signer = _opener(uri, installed)(uri.text, passphrase)
        _ = signer.verifier.key_id  # a plugin that gives no key fails here and now
    except AffidavitError:
        raise
    except Exception as error:
        # Somebody else's code: whatever it raises, the key cannot be had.
        raise KeyUnusable(f"{uri}: the key cannot be had ({error!r})") from error
    return Checked(signer, uri.text)


def _opener(uri: KeyUri, found: EntryPoints) -> Opener:
    for each in found:
        if each.name == uri.scheme:
            opener: Opener = each.load()
            return opener
    known = ", ".join(sorted({"file", "pkcs11", *found.names}))
    raise KeyUnusable(
        f"{uri}: nothing installed opens {uri.scheme}: keys. Known: {known}. Install "
        f"the package that does, or write ./{uri} if a path is meant."
    )


class Checked:
    """A signer whose every signature is verified before it is given out."""

    def __init__(self, signer: Signer, name: str) -> None:
        self._signer, self._name = signer, name
        self._verifier = signer.verifier

    @property
    def verifier(self) -> Verifier:
        """The public half, as it was when the key was opened."""
        return self._verifier

    def sign(self, message: bytes) -> bytes:
        """A signature that holds, else `KeyUnusable`."""
        try:
            signature = self._signer.sign(message)
            self._verifier.verify(signature, message)
        except SignatureInvalid as error:
            raise KeyUnusable(
                f"{self._name}: gave a signature that does not hold under its own "
                "public key. Is it Ed25519, over the message itself (not a digest)?"
            ) from error
        except AffidavitError:
            raise
        except Exception as error:
            raise KeyUnusable(f"{self._name}: did not sign ({error!r})") from error
        return signature
