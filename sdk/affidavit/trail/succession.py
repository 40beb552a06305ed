"""Which key signs the next checkpoint, and what a process does that has another.

Knows the state's word on it, and the one moment in which the state is ahead of the
checkpoint: after the `key` record is durable, before the new key's first checkpoint.
Whoever has the new key finishes then; whoever has the old one signs nothing more.
"""

from affidavit.errors import AffidavitError, Invalid, SignatureInvalid, TrailMismatch
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint
from affidavit.tlog.note import parse_note
from affidavit.tlog.tiles import (
    TILE_WIDTH,
    Read,
    read_bodies,
    read_entries,
    tile_at,
)
from affidavit.trail.identity import Identity
from affidavit.trail.keyrecord import VerifiedKeyRecord, verify_key_record
from affidavit.trail.record import SALT_BYTES, Kind, decode
from affidavit.trail.state import State


def signs(state: State, identity: Identity) -> bool:
    """Whether `identity` has the keys that sign the state's tree."""
    first = state.key is None or state.key == str(identity.verifier)
    second = state.second is None or state.second == str(identity.ml_dsa)
    return first and second


def superseded(state: State, identity: Identity) -> TrailMismatch:
    """What a process is told whose keys no longer sign."""
    if state.key is not None and state.key != str(identity.verifier):
        return TrailMismatch(
            f"{identity.origin}: its key was rotated to {state.key[:200]}, and this "
            f"process has {identity.verifier}, which signs nothing more. Records are "
            "safe, and sealed by whoever has the new key. Point AFFIDAVIT_KEY at the "
            "new key and restart; `affidavit trail key list` shows the rotation."
        )
    short = (state.second or "")[: len(identity.origin) + 9]
    return TrailMismatch(
        f"{identity.origin}: its checkpoints are signed by an ML-DSA-44 key too "
        f"({short}), which is not at hand. Put its file back beside the signing key "
        "(key.mldsa.pem), or revoke it with `affidavit trail key revoke`."
    )


def taken_over(read: Read, data: bytes, identity: Identity) -> Checkpoint | None:
    """The head in `data`, if it is the one that `identity`'s key takes over upon.

    None unless the record behind it in the tree names this key as the next, upon
    exactly that head: then this key has itself signed that statement, and the key
    before it the head. A tree that somebody else put there has neither.
    """
    try:
        head = Checkpoint.parse(parse_note(data).text)
        state = State.parse(read("state"))
        if state.key != str(identity.verifier) or state.size <= head.size:
            return None
        said = key_record(read, head.size, state.size).statement
        if (said.key, said.root) != (identity.verifier, head.root):
            return None
        return open_checkpoint(data, said.by)
    except (Invalid, OSError):
        return None


def key_record(read: Read, index: int, size: int) -> VerifiedKeyRecord:
    """The `key` record at `index` of a tree of `size`; `Invalid` when there is none."""
    number, place = divmod(index, TILE_WIDTH)
    entries = read_entries(read, tile_at("entries", number, size))
    bodies = read_bodies(read, tile_at("body", number, size))
    entry, salted = decode(entries[place]), bodies[place]
    if entry.kind is not Kind.KEY or salted is None:
        raise SignatureInvalid(f"record {index} is no key record")
    return verify_key_record(salted[SALT_BYTES:], index=index, at=entry.at)


def renewed(identity: Identity) -> Identity | None:
    """The identity with the keys as they are now; None where nothing is new."""
    if identity.renewed is None:
        return None
    try:
        fresh = identity.renewed()
    except AffidavitError:
        return None  # what the trail says of the key that is here, matters more
    same = (fresh.verifier, fresh.ml_dsa) == (identity.verifier, identity.ml_dsa)
    return None if same or fresh.origin != identity.origin else fresh
