"""Which keys decide when something is verified, and where they came from.

Only two answers: the key that the user gives, or the one of the user's own settings.
Never one that stands in or beside what is being verified, so a trail that is named by
its path is held against the settings' key, not against a key file in its folder.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from affidavit.cli import passphrases
from affidavit.errors import AffidavitError, Incomplete, KeyUnusable
from affidavit.tlog.logkeys import LogKeys
from affidavit.tlog.note import VerifierKey
from affidavit.trail.identity import Identity
from affidavit.wiring.keyring import load_identity, own_keys
from affidavit.wiring.settings import Settings

_MAX_KEY_FILE_BYTES = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Trusted:
    """Keys that the user trusts."""

    keys: LogKeys
    source: str
    """Where they came from, in words."""
    wal_key: bytes | None = None
    """Opens the MACs of records that are not sealed yet; the owner alone has it."""

    @property
    def key(self) -> VerifierKey:
        """The first of them: the one in force, where they are the user's own."""
        return self.keys.keys[0]


def trusted(given: Sequence[str], settings: Callable[[], Settings]) -> Trusted:
    """The keys that decide: `given` (vkeys or files with one), else the settings'.

    `settings` are read only without a given key: an auditor needs none. `KeyUnusable`
    for a given key that is none; `Incomplete` when there is no key at all.
    """
    if given:
        keys = LogKeys.parse(given_key(each) for each in given)
        return Trusted(keys=keys, source="given with --key")
    try:
        own = settings()
        identity = own_identity(own)
    except AffidavitError as error:
        raise Incomplete(
            "No key to verify with. Give the writer's verifier key with --key, as "
            "`affidavit trail key` prints it; ask for it by another way than the one "
            f"that this came by. Your own cannot be had: {error}"
        ) from error
    return Trusted(
        keys=own_keys(own, identity),
        source=f"your own, {own.key_place}",
        wal_key=identity.secrets.wal,
    )


def own_identity(settings: Settings) -> Identity:
    """Signing key and secrets of the settings' trail; else `KeyUnusable`.

    A passphrase comes from the environment, or is asked for on a terminal.
    """
    return load_identity(settings, passphrases.given)


def given_key(text: str) -> str:
    """A verifier key as text: the argument itself, or the only line of that file."""
    # Not `Path.exists`, which fails for a text that no path can be.
    if "+" in text and not os.path.exists(text):
        return text.strip()
    return first_line(Path(text))


def first_line(path: Path) -> str:
    """The only line of a key file, else `KeyUnusable`."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_KEY_FILE_BYTES)
    except OSError as error:
        raise KeyUnusable(
            f"{path}: neither a verifier key nor a file that can be read "
            f"({error.strerror}). A verifier key looks like NAME+ID+BASE64; "
            "`affidavit trail key` prints it."
        ) from error
    try:
        lines = data.decode("ascii").strip().splitlines()
    except UnicodeDecodeError:
        lines = []
    if len(lines) != 1:
        raise KeyUnusable(
            f"{path}: must hold one line, a verifier key NAME+ID+BASE64 as "
            "`affidavit trail key` prints it. A PEM file does not say whose key it is."
        )
    return lines[0]
