"""Founding: the policy, key, secret and trail that a first run needs.

Knows which files there are and the order in which they are made, so that a crash leaves
either nothing that counts as a trail, or a whole one. Never touches what is there.
"""

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from affidavit import durable
from affidavit.errors import (
    Invalid,
    KeyUnusable,
    PolicyNotFound,
    TrailNotFound,
    TrailUnavailable,
)
from affidavit.keys import SEED_BYTES, Ed25519Signer
from affidavit.keys.passphrase import Passphrase
from affidavit.keys.uri import KeyPlace, KeyUri, open_place
from affidavit.policy.loader import load, locate_packs
from affidavit.trail.founding import create_trail
from affidavit.trail.identity import (
    SECRET_BYTES,
    Identity,
    Secrets,
    checked_origin,
    load_secrets,
    secret_path,
    write_secrets,
)
from affidavit.trail.record import Clock, Randomness
from affidavit.trail.storage import Storage
from affidavit.wiring.governor import TOOL
from affidavit.wiring.keyring import load_identity
from affidavit.wiring.putting import shown
from affidavit.wiring.settings import Settings

POLICY_FILE = "policy.yaml"
_STARTER = "starter.yaml"
_MODELINE = "# yaml-language-server:"
_IGNORE = ".gitignore"
_ENFORCE, _OBSERVE = "\nmode: enforce", "\nmode: observe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """What `found` made and what it found and left alone."""

    made: tuple[KeyPlace, ...]
    kept: tuple[KeyPlace, ...]
    identity: Identity


def default_origin(directory: Path, randomness: Randomness) -> str:
    """An origin for the trail of a project folder: its name and 8 random hex digits."""
    slug = re.sub(r"[^a-z0-9]+", "-", directory.name.lower()).strip("-") or "trail"
    return checked_origin(f"affidavit.local/{slug[:60]}-{randomness(4).hex()}")


def found(
    settings: Settings,
    *,
    directory: Path,
    observe: bool = False,
    origin: str | None = None,
    passphrase: Passphrase | None = None,
    protect: bytes | None = None,
    clock: Clock = time.time_ns,
    randomness: Randomness = os.urandom,
) -> Founded:
    """Make what is missing of policy, key, secret and trail; keep what is there.

    `protect` is the passphrase of a key that is made, `passphrase` opens one that is
    there. A key that is no file is never made, only used.

    Whatever is there is looked at before anything is written, and nothing is when a
    part of it cannot be used: `PolicyInvalid`, `PolicyNotFound`, `KeyUnusable` (also
    when a trail is there and its key or secret is not: a new key cannot continue an old
    trail), `TrailNotFound`, `TrailMismatch` or `TrailUnavailable`, the last also when a
    file cannot be made.
    """
    origin = checked_origin(origin or default_origin(directory, randomness))
    _refuse_unusable(settings, passphrase)
    made: list[KeyPlace] = []
    kept: list[KeyPlace] = []
    _note(_policy(settings.policy, observe=observe), made, kept)
    secret = secret_path(settings.trail)
    if settings.trail.exists():
        durable.settle(settings.trail)
        kept += [settings.key_place, secret, settings.trail]
        return Founded(
            made=tuple(made),
            kept=tuple(kept),
            identity=load_identity(settings, passphrase),
        )
    _private_directory(settings.trail.parent)
    _note(_key(settings.key_place, protect, randomness), made, kept)
    _note(_secret(secret, origin, randomness), made, kept)
    known = passphrase if protect is None else _just_set(protect)
    identity = load_identity(settings, known)
    create_trail(
        settings.trail, identity, tool=TOOL, clock=clock, randomness=randomness
    )
    return Founded(made=(*made, settings.trail), kept=tuple(kept), identity=identity)


def _just_set(protect: bytes) -> Passphrase:
    return lambda _: protect


def _note(
    step: tuple[KeyPlace, bool], made: list[KeyPlace], kept: list[KeyPlace]
) -> None:
    path, fresh = step
    (made if fresh else kept).append(path)


def _refuse_unusable(settings: Settings, passphrase: Passphrase | None) -> None:
    """Raise for whatever is there and cannot be used, before anything is written."""
    try:
        load(shown(settings.policy))
    except PolicyNotFound:
        if _holds_something(settings.policy):
            raise
    secret = secret_path(settings.trail)
    if _is_there(settings.key_place):
        open_place(settings.key_place, passphrase)
    if secret.exists():
        load_secrets(secret)
    if settings.trail.exists():
        _refuse_unusable_trail(settings, secret, passphrase)


def _is_there(place: KeyPlace) -> bool:
    """Keys that are no files are made by whoever keeps them, so they must be there."""
    return isinstance(place, KeyUri) or place.exists()


def _refuse_unusable_trail(
    settings: Settings, secret: Path, passphrase: Passphrase | None
) -> None:
    for path in (settings.key_place, secret):
        if not _is_there(path):
            raise KeyUnusable(
                f"{settings.trail}: is there and {path} is not. Restore it from a "
                "backup, or move the trail away to begin a new one."
            )
    try:
        Storage(settings.trail, load_identity(settings, passphrase)).checkpoint()
    except TrailNotFound as error:
        raise TrailNotFound(
            f"{settings.trail}: is there and holds no checkpoint, so it is no trail. "
            "Restore it from a backup, or move it away to begin a new one."
        ) from error
    except Invalid as error:
        raise TrailUnavailable(
            f"{error} Restore it from a backup, or move it away to begin a new one."
        ) from error


def _holds_something(policy: Path) -> bool:
    """Whether founding would keep what is there, although it is no policy."""
    return policy.is_file() or (policy.is_dir() and any(policy.glob("*.y*ml")))


def _policy(target: Path, *, observe: bool) -> tuple[Path, bool]:
    """Write the starter policy unless the target, file or folder, holds a policy."""
    path = target if target.suffix in (".yaml", ".yml") else target / POLICY_FILE
    if path.exists():
        durable.finish(path)
        return path, False
    if _holds_something(target):
        return target, False
    text = (locate_packs() / _STARTER).read_text("utf-8")
    if text.startswith(_MODELINE):  # it names a file of the repository
        text = text.partition("\n")[2]
    if observe:
        text = text.replace(_ENFORCE, _OBSERVE, 1)
    try:
        durable.make_directory(path.parent, mode=0o777)
        durable.create(path, text.encode("utf-8"), mode=0o644)
    except OSError as error:
        raise durable.unavailable(path, error) from error
    return path, True


def _private_directory(path: Path) -> None:
    """A folder for keys and trail that only its owner enters and git ignores.

    It is built beside its place and renamed into it: a crash leaves no folder that git
    does not ignore, only a `.new` one that the next attempt goes on with.
    """
    if path.is_dir():
        durable.settle(path)
        return
    staged = path.with_name(path.name + ".new")
    with durable.named(path):
        if path.exists():
            path.mkdir()  # a file is in the way: say so, and leave nothing
        durable.make_directory(staged)
        if {each.name for each in staged.iterdir()} - {_IGNORE, _IGNORE + ".new"}:
            raise TrailUnavailable(
                f"{staged}: is in the way, the folder for keys and trail is built "
                "there. Move it away."
            )
        durable.replace(staged / _IGNORE, b"# Keys and trail: never commit.\n*\n")
        os.rename(staged, path)
        durable.sync_directory(path.parent)


def _key(
    place: KeyPlace, protect: bytes | None, randomness: Randomness
) -> tuple[KeyPlace, bool]:
    if isinstance(place, KeyUri):
        return place, False
    if place.exists():
        durable.finish(place)
        return place, False
    signer = Ed25519Signer.from_seed(randomness(SEED_BYTES))
    durable.create(place, signer.pem(protect, randomness=randomness))
    return place, True


def _secret(path: Path, origin: str, randomness: Randomness) -> tuple[Path, bool]:
    if path.exists():
        durable.finish(path)
        return path, False
    write_secrets(path, Secrets(origin, randomness(SECRET_BYTES)))
    return path, True
