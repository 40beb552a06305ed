"""Whose trail this is: origin, signing key, and the secret that the hidden parts need.

Knows the secret's file (docs/formats/trail.md) and the keys derived from it. Both files
stand beside the trail, never in it: a copy of the trail gives nothing away.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from affidavit import canonical, durable
from affidavit.errors import KeyUnusable, Malformed, SettingsInvalid
from affidavit.keys import Signer, private_bytes
from affidavit.keys.mldsa import MlDsaSigner
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.tlog.note import VerifierKey

SECRET_BYTES = 32
_MAGIC = "affidavit-trail-secret/1"
_ORIGIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~/-]{0,199}", re.ASCII)


def checked_origin(origin: str) -> str:
    """`origin` if it can name a trail (a schema-less URL), else `SettingsInvalid`."""
    if _ORIGIN.fullmatch(origin) is None:
        raise SettingsInvalid(
            f"{origin!r} cannot be a trail's origin. Use a URL without its scheme, "
            "such as 'acme.example/trails/support': letters, digits and ._~/-, at most "
            "200 of them."
        )
    return origin


@dataclass(frozen=True)
class Secrets:
    """What only the trail's owner holds: the origin it goes with, and derived keys."""

    origin: str
    secret: bytes

    @cached_property
    def wal(self) -> bytes:
        """Key of the WAL's MAC chains."""
        return canonical.derive(self.secret, b"affidavit/1 wal")

    @cached_property
    def label(self) -> bytes:
        """Key of the labels in entries."""
        return canonical.derive(self.secret, b"affidavit/1 label")

    @cached_property
    def content(self) -> bytes:
        """Key of the content commitments in bodies."""
        return canonical.derive(self.secret, b"affidavit/1 content")

    @cached_property
    def store(self) -> bytes:
        """Key of the keys under which contents are kept, where they are."""
        return canonical.derive(self.secret, b"affidavit/1 store")

    @cached_property
    def fingerprint(self) -> bytes:
        """Key of the fingerprints of outputs in bodies."""
        return canonical.derive(self.secret, b"affidavit/1 fingerprint")

    @cached_property
    def behaviour(self) -> bytes:
        """Key of what is remembered of a purpose's calls."""
        return canonical.derive(self.secret, b"affidavit/1 behaviour")

    def print(self) -> bytes:
        """The secret's file."""
        return f"{_MAGIC}\n{self.origin}\n{canonical.text(self.secret)}\n".encode()


def secret_path(trail: Path) -> Path:
    """Where a trail's secret stands."""
    return trail.with_name(trail.name + ".secret")


def load_secrets(path: Path) -> Secrets:
    """Read a secret's file; `KeyUnusable` when it is missing, open to others or
    damaged.
    """
    data = private_bytes(path)
    try:
        _, origin, encoded, _ = data.decode("ascii").split("\n")
        secret = canonical.untext(encoded, size=SECRET_BYTES)
        return _printing(data, Secrets(checked_origin(origin), secret))
    except (ValueError, Malformed, SettingsInvalid) as error:
        raise KeyUnusable(
            f"{path}: not a trail's secret ({error}). Restore it from a backup: "
            "without it nobody can continue this trail or open what it hides."
        ) from error


def _printing(data: bytes, secrets: Secrets) -> Secrets:
    if secrets.print() != data:
        raise Malformed("its first line or its end is not a secret's")
    return secrets


def write_secrets(path: Path, secrets: Secrets) -> None:
    """Make the secret's file, 0600, where nothing stands yet."""
    durable.create(path, secrets.print())


@dataclass(frozen=True)
class Identity:
    """Everything that continuing a trail takes."""

    signer: Signer
    secrets: Secrets
    second: MlDsaSigner | None = None
    """Signs checkpoints too, where the trail has such a key."""
    renewed: "Callable[[], Identity] | None" = field(
        default=None, compare=False, repr=False
    )
    """Reads the keys again: asked when the trail says that another one signs now."""

    @property
    def origin(self) -> str:
        """The trail's name, and its key's."""
        return self.secrets.origin

    @property
    def verifier(self) -> VerifierKey:
        """What an outsider pins."""
        return VerifierKey(self.origin, self.signer.verifier)

    @property
    def ml_dsa(self) -> MlDsaKey | None:
        """What an outsider pins beside it, if there is a second key."""
        if self.second is None:
            return None
        return MlDsaKey(self.origin, self.second.verifier)
