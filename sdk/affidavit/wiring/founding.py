"""Founding: the policy, key, secret and trail that a first run needs.

Knows which files there are and the order in which they are made, so that a crash leaves
either nothing that counts as a trail, or a whole one. Never touches what is there.
"""

import re
import secrets
import time
from dataclasses import dataclass
from pathlib import Path

from affidavit import durable
from affidavit.errors import KeyUnusable
from affidavit.keys import SEED_BYTES, Ed25519Signer
from affidavit.policy.loader import locate_packs
from affidavit.trail.founding import create_trail
from affidavit.trail.identity import (
    SECRET_BYTES,
    Identity,
    Secrets,
    checked_origin,
    secret_path,
    write_secrets,
)
from affidavit.trail.record import Clock, Randomness
from affidavit.wiring.governor import TOOL, load_identity
from affidavit.wiring.settings import Settings

POLICY_FILE = "policy.yaml"
_STARTER = "starter.yaml"
_ENFORCE, _OBSERVE = "\nmode: enforce", "\nmode: observe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """What `found` made and what it found and left alone."""

    made: tuple[Path, ...]
    kept: tuple[Path, ...]
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
    clock: Clock = time.time_ns,
    randomness: Randomness = secrets.token_bytes,
) -> Founded:
    """Make what is missing of policy, key, secret and trail; keep what is there.

    Raises `TrailUnavailable` when a file cannot be made, `KeyUnusable` when a trail is
    there and its key or secret is not: a new key cannot continue an old trail.
    """
    origin = checked_origin(origin or default_origin(directory, randomness))
    made: list[Path] = []
    kept: list[Path] = []
    _note(_policy(settings.policy, observe=observe), made, kept)
    secret = secret_path(settings.trail)
    _refuse_half(settings, secret)
    if settings.trail.exists():
        kept += [settings.key, secret, settings.trail]
        return Founded(
            made=tuple(made), kept=tuple(kept), identity=load_identity(settings)
        )
    _private_directory(settings.trail.parent)
    _note(_key(settings.key, randomness), made, kept)
    _note(_secret(secret, origin, randomness), made, kept)
    identity = load_identity(settings)
    create_trail(
        settings.trail, identity, tool=TOOL, clock=clock, randomness=randomness
    )
    return Founded(made=(*made, settings.trail), kept=tuple(kept), identity=identity)


def _note(step: tuple[Path, bool], made: list[Path], kept: list[Path]) -> None:
    path, fresh = step
    (made if fresh else kept).append(path)


def _refuse_half(settings: Settings, secret: Path) -> None:
    if not settings.trail.exists():
        return
    for path in (settings.key, secret):
        if not path.exists():
            raise KeyUnusable(
                f"{settings.trail}: this trail exists and {path} does not. Restore it "
                "from a backup, or move the trail away to begin a new one."
            )


def _policy(target: Path, *, observe: bool) -> tuple[Path, bool]:
    """Write the starter policy unless the target, file or folder, holds a policy."""
    path = target if target.suffix in (".yaml", ".yml") else target / POLICY_FILE
    if path.exists() or (target.is_dir() and any(target.glob("*.y*ml"))):
        return (path if path.exists() else target), False
    text = (locate_packs() / _STARTER).read_text("utf-8")
    if observe:
        text = text.replace(_ENFORCE, _OBSERVE, 1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        durable.create(path, text.encode("utf-8"), mode=0o644)
    except OSError as error:
        raise durable.unavailable(path, error) from error
    return path, True


def _private_directory(path: Path) -> None:
    """A folder for keys and trail that only its owner enters and git ignores."""
    try:
        if path.is_dir():
            return
        path.mkdir(parents=True, mode=0o700)
        durable.create(path / ".gitignore", b"# Keys and trail: never commit.\n*\n")
    except OSError as error:
        raise durable.unavailable(path, error) from error


def _key(path: Path, randomness: Randomness) -> tuple[Path, bool]:
    if path.exists():
        return path, False
    signer = Ed25519Signer.from_seed(randomness(SEED_BYTES))
    durable.create(path, signer.pem())
    return path, True


def _secret(path: Path, origin: str, randomness: Randomness) -> tuple[Path, bool]:
    if path.exists():
        return path, False
    write_secrets(path, Secrets(origin, randomness(SECRET_BYTES)))
    return path, True
