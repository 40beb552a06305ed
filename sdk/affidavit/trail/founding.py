"""A new trail: one record, its genesis, under a first checkpoint.

Knows the steps and what a crash between them leaves. Keys and settings are `wiring`'s.
"""

import os
import shutil
from pathlib import Path

from affidavit import durable
from affidavit.tlog.merkle import EMPTY_ROOT
from affidavit.trail import record as records
from affidavit.trail.identity import Identity
from affidavit.trail.integrate import WAL_DIRECTORY
from affidavit.trail.record import SALT_BYTES, Clock, Kind, Randomness
from affidavit.trail.state import State
from affidavit.trail.storage import Leaf, Storage


def create_trail(
    path: Path,
    identity: Identity,
    *,
    tool: str,
    clock: Clock,
    randomness: Randomness,
) -> None:
    """Make a trail of one record, its genesis, where nothing stands.

    It is built beside its place and renamed into it: a crash leaves no half trail, only
    a `.new` folder that the next attempt replaces.
    """
    staged = path.with_name(path.name + ".new")
    shutil.rmtree(staged, ignore_errors=True)
    try:
        (staged / WAL_DIRECTORY).mkdir(parents=True, mode=0o700)
        staged.chmod(0o700)
        storage = Storage(staged, identity)
        empty = State(origin=identity.origin, size=0, root=EMPTY_ROOT)
        storage.publish(
            storage.extend(empty, [_genesis(identity, tool, clock, randomness)], {})
        )
        os.rename(staged, path)
        durable.sync_directory(path.parent)
    except OSError as error:
        raise durable.unavailable(path, error) from error


def _genesis(
    identity: Identity, tool: str, clock: Clock, randomness: Randomness
) -> Leaf:
    record = records.fresh(
        Kind.GENESIS,
        {
            "origin": identity.origin,
            "key": str(identity.verifier),
            "tool": tool,
        },
        clock=clock,
        randomness=randomness,
    )
    salt = randomness(SALT_BYTES)
    writer = records.new_writer(randomness)
    return Leaf(
        records.encode(record, writer=writer, seq=0, salt=salt), salt + record.body
    )
