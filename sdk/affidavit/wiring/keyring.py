"""The keys of the settings' trail: where their files lie, and which of them signs.

    key.pem                    the key in force, or the URI of one that is no file
    key.pem.next               there while a rotation is under way or was cut short
    key.pem.<key ID>.retired   what was in force before; its public half in `.vkey`
    key.mldsa.pem              an ML-DSA-44 key that signs beside it, if there is one

Knows what a rotation cut short leaves. Changes nothing: that is `key_changes`'s.
"""

import glob
import os
from pathlib import Path

from affidavit.durable import is_there
from affidavit.errors import KeyUnusable, Malformed
from affidavit.keys import Signer, load_signer
from affidavit.keys.mldsa import load_ml_dsa
from affidavit.keys.passphrase import Passphrase, from_environment
from affidavit.keys.uri import open_place
from affidavit.tlog.logkeys import LogKeys
from affidavit.tlog.note import VerifierKey
from affidavit.trail.identity import Identity, load_secrets, secret_path
from affidavit.trail.state import State
from affidavit.wiring.settings import Settings

NEXT, RETIRED, PUBLIC = ".next", ".retired", ".vkey"
ML_DSA = ".mldsa.pem"
_MAX_VKEY_BYTES = 4096


def load_identity(settings: Settings, passphrase: Passphrase | None = None) -> Identity:
    """The keys that sign the settings' trail now, and its secrets; else `KeyUnusable`.

    Without `passphrase`, the environment gives it. The identity can be renewed: a
    process that lives on through a rotation takes up the next key.
    """
    passphrase = passphrase or from_environment(os.environ)
    secrets = load_secrets(secret_path(settings.trail))
    signer = _in_force(settings, secrets.origin, passphrase)
    path = ml_dsa_path(settings)
    return Identity(
        signer,
        secrets,
        second=load_ml_dsa(path, passphrase) if is_there(path) else None,
        renewed=lambda: load_identity(settings, passphrase),
    )


def _in_force(settings: Settings, origin: str, passphrase: Passphrase) -> Signer:
    """The key at its place, or the one that is to replace it, whichever the trail's
    state says signs: between its record and its file's new name both are there.
    """
    signer = open_place(settings.key_place, passphrase)
    following = next_path(settings)
    if settings.key_uri is not None or not is_there(following):
        return signer
    named = _named(settings.trail)
    if named is None or named == str(VerifierKey(origin, signer.verifier)):
        return signer
    candidate = load_signer(following, passphrase)
    taken_over = named == str(VerifierKey(origin, candidate.verifier))
    return candidate if taken_over else signer


def _named(trail: Path) -> str | None:
    try:
        return State.parse((trail / "state").read_bytes()).key
    except (OSError, Malformed):
        return None


def next_path(settings: Settings) -> Path:
    """Where the next key waits while a rotation is under way."""
    return settings.key.with_name(settings.key.name + NEXT)


def ml_dsa_path(settings: Settings) -> Path:
    """Where the second key lies."""
    return settings.key.with_name(settings.key.stem + ML_DSA)


def retired_path(settings: Settings, key: VerifierKey) -> Path:
    """Where a key's file goes when another has taken over."""
    return settings.key.with_name(f"{settings.key.name}.{key.key_id.hex()}{RETIRED}")


def public_path(settings: Settings, key: VerifierKey) -> Path:
    """Where a retired key's public half lies, for verifying with one's own keys."""
    return settings.key.with_name(f"{settings.key.name}.{key.key_id.hex()}{PUBLIC}")


def own_keys(settings: Settings, identity: Identity) -> LogKeys:
    """What the owner pins: the keys in force, and those that were retired here."""
    retired: list[VerifierKey] = []
    pattern = f"{glob.escape(settings.key.name)}.*{PUBLIC}"
    for path in sorted(settings.key.parent.glob(pattern)):
        try:
            key = VerifierKey.parse(path.read_text("ascii")[:_MAX_VKEY_BYTES].strip())
        except (OSError, ValueError, KeyUnusable):
            continue  # not one that a rotation wrote
        if key.name == identity.origin and key != identity.verifier:
            retired.append(key)
    second = () if identity.ml_dsa is None else (identity.ml_dsa,)
    return LogKeys((identity.verifier, *retired), second)
