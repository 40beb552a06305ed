"""A trail that can be written to, made as `affidavit init` makes it."""

import secrets
import time
from collections.abc import Callable
from pathlib import Path

from affidavit.keys import Ed25519Signer
from affidavit.trail import record as records
from affidavit.trail.founding import create_trail
from affidavit.trail.identity import Identity, Secrets
from affidavit.trail.record import Kind, Record
from affidavit.trail.segment import Elapsed
from affidavit.trail.trail import Trail

ORIGIN = "affidavit.local/tests"
POLICY = "ab" * 32


def an_identity(origin: str = ORIGIN, seed: bytes = b"k" * 32) -> Identity:
    """A signing key and secrets, the same at every call."""
    return Identity(Ed25519Signer.from_seed(seed), Secrets(origin, b"s" * 32))


def a_directory(
    parent: Path,
    identity: Identity | None = None,
    clock: Callable[[], int] = time.time_ns,
) -> Path:
    """A founded trail directory: one record, its genesis, at the clock's time."""
    parent.mkdir(exist_ok=True)
    path = parent / "trail"
    create_trail(
        path,
        identity or an_identity(),
        tool="tests/1",
        clock=clock,
        randomness=secrets.token_bytes,
    )
    return path


def a_record(
    kind: Kind = Kind.DECISION, size: int = 20, effect: str | None = None
) -> Record:
    """A record of now; `size` characters of padding in its body."""
    if kind is Kind.DECISION and effect is None:
        effect = "permit"
    made = records.fresh(
        kind,
        {"padding": "x" * size},
        clock=time.time_ns,
        randomness=secrets.token_bytes,
        policy=POLICY if kind in (Kind.DECISION, Kind.POLICY) else None,
    )
    return Record(
        kind=made.kind,
        id=made.id,
        at=made.at,
        body=made.body,
        effect=effect,
        policy=made.policy,
    )


def a_policy_record() -> Record:
    """What stands first in each writer's chain."""
    return a_record(Kind.POLICY)


def a_trail(
    path: Path,
    identity: Identity | None = None,
    *,
    checkpoint_seconds: float = 3600,
    on_network: bool = False,
    elapsed: Elapsed = time.monotonic,
) -> Trail:
    """The trail at `path`, opened for writing; integrates only when told or closed."""
    return Trail(
        path,
        identity or an_identity(),
        first_record=a_policy_record,
        checkpoint_seconds=checkpoint_seconds,
        on_network=on_network,
        elapsed=elapsed,
    )
