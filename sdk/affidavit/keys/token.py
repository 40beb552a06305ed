"""Ed25519 keys in PKCS#11 tokens (RFC 7512 URIs, PKCS#11 v3.0 CKM_EDDSA).

Knows URIs, sessions and what becomes of them when a process forks or a token goes away
and comes back. The private key never leaves the token. Needs the extra `kms`.

    pkcs11:token=trail;object=k1?module-path=/usr/lib/softhsm/libsofthsm2.so

The PIN comes from `pin-source` (a file of mode 0600) or where passphrases come from;
`pin-value` is refused, because settings are shown.
"""

import contextlib
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, unquote_to_bytes

from affidavit.errors import KeyUnusable, ToolUnavailable
from affidavit.keys.ed25519 import PUBLIC_BYTES, Verifier
from affidavit.keys.passphrase import Passphrase, first_line, needed

if TYPE_CHECKING:
    import pkcs11

_TOKEN = {
    "token": "label",
    "serial": "serial",
    "manufacturer": "manufacturer_id",
    "model": "model",
}
"""Attributes of the URI that name a token, and what the library calls them."""
_KEY = ("object", "id", "type")
_QUERY = ("module-path", "pin-source")
_POINT = bytes([0x04, PUBLIC_BYTES])
"""A DER OCTET STRING before the 32 bytes: what CKA_EC_POINT holds (v3.0 §2.3.5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUri:
    """A PKCS#11 URI that names one key; made by `parse`."""

    text: str
    module: str
    token: Mapping[str, str]
    label: str | None
    id: bytes | None
    pin_source: str | None

    @classmethod
    def parse(cls, text: str) -> "TokenUri":
        """Read an RFC 7512 URI; `KeyUnusable` for one that does not name a key."""
        path, _, query = text.removeprefix("pkcs11:").partition("?")
        named = _attributes(path, ";", (*_TOKEN, *_KEY), text)
        asked = _attributes(query, "&", _QUERY, text)
        if named.get("type", "private") != "private":
            raise KeyUnusable(f"{text}: names no private key")
        if not {"object", "id"} & named.keys() or "module-path" not in asked:
            raise KeyUnusable(
                f"{text}: must name a key (object=… or id=…) and the token's library "
                "(?module-path=…), as in pkcs11:token=trail;object=k1?module-path="
                "/usr/lib/softhsm/libsofthsm2.so"
            )
        return cls(
            text=text,
            module=unquote(asked["module-path"]),
            token={name: unquote(named[name]) for name in _TOKEN if name in named},
            label=unquote(named["object"]) if "object" in named else None,
            id=unquote_to_bytes(named["id"]) if "id" in named else None,
            pin_source=asked.get("pin-source"),
        )

    def pin(self, passphrase: Passphrase | None) -> str:
        """What opens the token; `KeyUnusable` when nobody gives it."""
        if self.pin_source is None:
            return needed(passphrase, self.text).decode("utf-8", "surrogateescape")
        source = unquote(self.pin_source).removeprefix("file:")
        return first_line(Path(source)).decode("utf-8", "surrogateescape")


def _attributes(
    text: str, separator: str, known: tuple[str, ...], uri: str
) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in filter(None, text.split(separator)):
        name, equals, value = each.partition("=")
        if name not in known or not equals or name in found:
            advice = " Name a file instead: pin-source=…" if name == "pin-value" else ""
            raise KeyUnusable(
                f"{uri}: {name!r} is unknown or given twice. Known: "
                f"{', '.join(known)}.{advice}"
            )
        found[name] = value
    return found


def open_token(text: str, passphrase: Passphrase | None) -> "TokenSigner":
    """The key that a URI names; `KeyUnusable` or `ToolUnavailable`."""
    uri = TokenUri.parse(text)
    return TokenSigner(uri, lambda: uri.pin(passphrase))


class TokenSigner:
    """A key in a token. Thread-safe, and opened again in a forked child.

    A token that is gone makes `sign` fail with `KeyUnusable`; once it is back, the next
    `sign` opens it again.
    """

    def __init__(self, uri: TokenUri, pin: Callable[[], str]) -> None:
        self._uri, self._pin, self._owner = uri, pin, os.getpid()
        self._key: Any
        with _one_at_a_time:
            self._key, self._verifier = _opened(uri, pin)

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return self._verifier

    def sign(self, message: bytes) -> bytes:
        """64 bytes over exactly `message`; `KeyUnusable` while the token is away."""
        with _one_at_a_time:
            # After a fork the sessions are not the child's.
            if self._key is not None and self._owner == os.getpid():
                with contextlib.suppress(KeyUnusable):
                    return _signed(self._uri, self._key, message)
            self._key, self._owner = None, os.getpid()
            key, verifier = _opened(self._uri, self._pin)
            if verifier != self._verifier:
                raise KeyUnusable(
                    f"{self._uri.text}: the token holds another key than before. "
                    "Rotate to it (`affidavit trail key rotate --new`), or restore it."
                )
            self._key = key
            return _signed(self._uri, key, message)


def _signed(uri: TokenUri, key: Any, message: bytes) -> bytes:
    library = _library()
    try:
        signature: bytes = key.sign(message, mechanism=library.Mechanism.EDDSA)
    except library.PKCS11Error as error:
        raise _failed(uri, error) from error
    return signature


def _opened(uri: TokenUri, pin: Callable[[], str]) -> tuple[Any, Verifier]:
    library = _library()
    try:
        module = library.lib(uri.module)
        if _initialised.setdefault(uri.module, os.getpid()) != os.getpid():
            module.reinitialize()
            _initialised[uri.module] = os.getpid()
    except library.PKCS11Error as error:
        raise _failed(uri, error) from error
    try:
        return _found(uri, pin, module)
    except KeyUnusable:
        # A token that was away leaves some libraries in a state that nothing but a new
        # beginning mends. Other keys' sessions end with it, and are opened again.
        with contextlib.suppress(library.PKCS11Error):
            module.reinitialize()
    return _found(uri, pin, module)


def _found(uri: TokenUri, pin: Callable[[], str], module: Any) -> tuple[Any, Verifier]:
    library = _library()
    wanted: dict[str, Any] = {"key_type": library.KeyType.EC_EDWARDS}
    if uri.label is not None:
        wanted["label"] = uri.label
    if uri.id is not None:
        wanted["id"] = uri.id
    kinds = library.ObjectClass
    try:
        session = _session(uri, pin, module)
        public = session.get_key(object_class=kinds.PUBLIC_KEY, **wanted)
        private = session.get_key(object_class=kinds.PRIVATE_KEY, **wanted)
        point = public[library.Attribute.EC_POINT]
    except (library.PKCS11Error, RuntimeError) as error:
        raise _failed(uri, error) from error
    return private, Verifier(point.removeprefix(_POINT))


_initialised: dict[str, int] = {}
"""Library → the process that initialised it: a forked child must do so itself."""
_one_at_a_time = threading.Lock()
"""Libraries may be begun anew while it is held, which ends every session."""


def _renew_lock() -> None:
    global _one_at_a_time  # noqa: PLW0603 - a thread that held it is not in the child
    _one_at_a_time = threading.Lock()


os.register_at_fork(after_in_child=_renew_lock)


def _session(uri: TokenUri, pin: Callable[[], str], module: Any) -> Any:
    """A session in which the user is logged in."""
    library = _library()
    tokens = [
        each
        for each in module.get_tokens()
        if all(_said(each, name) == value for name, value in uri.token.items())
    ]
    if len(tokens) != 1:
        raise RuntimeError(f"{len(tokens)} tokens are the one that it names")
    try:
        return tokens[0].open(user_pin=pin())
    except library.UserAlreadyLoggedIn:
        # One login counts for all sessions of a process (v3.0 §5.6.8).
        return tokens[0].open()


def _said(token: "pkcs11.Token", name: str) -> str:
    """What a token says of itself, padding cut off."""
    value = getattr(token, _TOKEN[name])
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    return text.rstrip(" \0")


def _library() -> Any:
    try:
        import pkcs11
    except ImportError as error:
        raise ToolUnavailable(
            "Keys in PKCS#11 tokens need the extra `kms`: pip install 'affidavit[kms]'."
        ) from error
    return pkcs11


def _failed(uri: TokenUri, error: Exception) -> KeyUnusable:
    said = f"{type(error).__name__} {error}".strip()
    return KeyUnusable(
        f"{uri.text}: the token does not give or use the key ({said}). Check that it "
        "is there, its PIN, and the key's label; records wait meanwhile."
    )
