"""The sealed part of a trail: tiles, bundles, state and checkpoint on disk.

Knows the order in which they become durable, and what a crash between two of them
leaves:

    tiles, entries, bodies    a crash here leaves files that no state speaks of; they
                              are overwritten when the records are taken in again
    state                     a crash here leaves a tree larger than the checkpoint; the
                              next integration signs it
    checkpoint                shown to anyone only now, and only ever larger

Whoever calls `extend` or `publish` holds the trail's lock. Knows nothing of WALs.
"""

import dataclasses
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from affidavit.durable import Staging, named, replace, sync_directory, unavailable
from affidavit.errors import (
    BrokenTrail,
    Malformed,
    SignatureInvalid,
    TrailMismatch,
    TrailNotFound,
    TrailUnavailable,
)
from affidavit.tlog import checkpoint as heads
from affidavit.tlog import merkle
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.growth import Edge
from affidavit.tlog.mldsa import sign_head
from affidavit.tlog.note import parse_note
from affidavit.tlog.tiles import (
    TILE_WIDTH,
    Read,
    Tile,
    encode_bodies,
    encode_entries,
    subtree_reader,
)
from affidavit.trail import succession
from affidavit.trail.identity import Identity
from affidavit.trail.record import Clock
from affidavit.trail.state import State, Taken

_MEND = (
    "Without it nothing that is recorded is sealed. Restore the trail from its newest "
    "backup."
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One record as the tree takes it in."""

    entry: bytes
    salted: bytes
    """salt || body"""


class Storage:
    """Tiles, state and checkpoint under one directory."""

    def __init__(
        self, path: Path, identity: Identity, *, clock: Clock = time.time_ns
    ) -> None:
        self.path = path
        self._identity = identity
        self._clock = clock
        self._sealed = 0
        self._settled = {path}
        """Directories whose names this process knows to be durable."""

    @property
    def identity(self) -> Identity:
        """Whose keys sign: those given, or those taken up since."""
        return self._identity

    def read(self, name: str) -> bytes:
        """A file under the trail; FileNotFoundError when absent."""
        return (self.path / name).read_bytes()

    def checkpoint(self) -> Checkpoint:
        """The published tree head. `TrailMismatch` when it is not this identity's."""
        try:
            data = self.read("checkpoint")
        except FileNotFoundError as error:
            raise TrailNotFound(
                f"{self.path}: no trail there (no checkpoint). "
                "Run `affidavit init`, or set AFFIDAVIT_TRAIL."
            ) from error
        except OSError as error:
            raise unavailable(self.path / "checkpoint", error) from error
        try:
            head = self._owned(data)
        except TrailMismatch:
            if not self._renew():
                raise
            head = self._owned(data)
        self._sealed = max(self._sealed, head.size)
        return head

    def sealed_size(self) -> int:
        """A size that the published tree has at least.

        The newest that is known, where another key signs by now: who only records
        needs no more, and goes on.
        """
        try:
            return self.checkpoint().size
        except TrailMismatch:
            if not self._sealed:
                raise
            return self._sealed

    def _owned(self, data: bytes) -> Checkpoint:
        return owned(data, self._identity, self.path)

    def _renew(self) -> bool:
        """Take up the keys as they are on the disk by now; whether they are others."""
        fresh = succession.renewed(self._identity)
        if fresh is None:
            return False
        self._identity = fresh
        return True

    def state(self) -> State:
        """The durable state, held against the checkpoint before anyone builds on it.

        Raises `BrokenTrail` when tiles, state and checkpoint do not belong together: a
        checkpoint signed on top of them could contradict one that is out already.
        """
        head = self.checkpoint()
        state = saved_state(self.path)
        self._check(state, head)
        self._check_keys(state)
        return state

    def _check_keys(self, state: State) -> None:
        """Return when ours sign this state; a crash may have left it ahead of them."""
        if not succession.signs(state, self._identity):
            self._renew()
        if not succession.signs(state, self._identity):
            raise succession.superseded(state, self._identity)

    def _check(self, state: State, head: Checkpoint) -> None:
        if state.origin != self._identity.origin:
            raise TrailMismatch(
                f"{self.path}: the state is of {state.origin}, not "
                f"{self._identity.origin}. Restore the trail from a backup."
            )
        if (state.size, state.root) == (head.size, head.root):
            return
        if state.size <= head.size:
            raise BrokenTrail(
                f"{self.path}: the state has {state.size} records and the checkpoint "
                f"{head.size}: one of them was put back. Restore both from a backup."
            )
        # A crash after the state and before its checkpoint, or before the state's name
        # was synced: that first, or a power loss might keep the checkpoint and not the
        # state. And prove that one extends the other before a second signature is made.
        with named(self.path):
            sync_directory(self.path)
        subtrees = subtree_reader(self.read, state.size)
        proof = merkle.consistency_proof(head.size, state.size, subtrees)
        merkle.verify_consistency(head.size, head.root, state.size, state.root, proof)

    def edge(self, state: State) -> Edge:
        """The tree's right edge, from tiles that hash to the state's root."""
        edge = Edge.load(self.read, state.size)
        if edge.root() != state.root:
            raise BrokenTrail(
                f"{self.path}: the tiles do not hash to the root of the state. Run "
                "`affidavit trail verify` to see which record was changed."
            )
        return edge

    def extend(
        self, state: State, leaves: Sequence[Leaf], wals: Mapping[str, Taken]
    ) -> State:
        """Take `leaves` into the tree; durable, not yet published, when this
        returns.
        """
        staging = Staging(self._settled)
        edge = self.edge(state)
        self._write_bundles(staging, state.size, leaves)
        hashes = merkle.leaf_hashes(leaf.entry for leaf in leaves)
        for tile, data in [*edge.extend(hashes), *edge.partials()]:
            staging.write(self.path / tile.path, data)
        staging.seal()
        new = dataclasses.replace(
            state, size=edge.size, root=edge.root(), wals=dict(wals)
        )
        replace(self.path / "state", new.print())
        return new

    def _write_bundles(
        self, staging: Staging, size: int, leaves: Sequence[Leaf]
    ) -> None:
        start = 0
        while start < len(leaves):
            index, width = divmod(size + start, TILE_WIDTH)
            some = leaves[start : start + TILE_WIDTH - width]
            entries = encode_entries([leaf.entry for leaf in some])
            bodies = encode_bodies([leaf.salted for leaf in some])
            if width:
                entries = _partial(self.read, Tile("entries", index, width)) + entries
                bodies = _partial(self.read, Tile("body", index, width)) + bodies
            whole = width + len(some)
            staging.write(self.path / Tile("entries", index, whole).path, entries)
            staging.write(self.path / Tile("body", index, whole).path, bodies)
            start += len(some)

    def publish(self, state: State) -> Checkpoint:
        """Sign and show the state's tree head; it is durable before anyone sees it."""
        self._check_keys(state)
        head = Checkpoint(state.origin, state.size, state.root)
        data = heads.sign(head, self._identity.signer)
        if state.second is not None and self._identity.second is not None:
            seconds = self._clock() // 1_000_000_000
            line = sign_head(head, self._identity.second, time=seconds)
            data = parse_note(data).with_signatures(line).encode()
        replace(self.path / "checkpoint", data, mode=0o644)
        return head

    def replace_bodies(
        self, staging: Staging, tile: Tile, bodies: Sequence[bytes | None]
    ) -> None:
        """Stage `bodies` in the place of a body bundle, and leave no other copy of it.

        `tile` is the one that the state refers to. What an interrupted step left beside
        it goes first: once the bundle is replaced, nobody would look for copies.
        """
        try:
            for path in self._copies(tile):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise unavailable(self.path / tile.path, error) from error
        staging.write(self.path / tile.path, encode_bodies(bodies))

    def _copies(self, tile: Tile) -> list[Path]:
        kept, full = self.path / tile.path, self.path / tile.full.path
        partials = full.with_name(full.name + ".p")
        beside = [full, full.with_name(full.name + ".new")]
        found = [*beside, *(partials.iterdir() if partials.is_dir() else ())]
        return [path for path in found if path != kept]

    def forget_partials(self, old: int, new: int) -> None:
        """Remove what a larger tree makes superfluous; a crash leaves some of it.

        Hash tiles and entry bundles of a partial width stay until the full one exists
        (c2sp.org/tlog-tiles): a reader with an older checkpoint asks for them. Bodies
        are ours: only the widest is kept.
        """
        first, last = old // TILE_WIDTH, new // TILE_WIDTH
        for index in range(first, last):
            self._clear(Tile("entries", index), keep=None)
            self._clear(Tile("body", index), keep=None)
        if new % TILE_WIDTH:
            self._clear(Tile("body", last), keep=str(new % TILE_WIDTH))
        level = 0
        while new >> 8 * (level + 1):
            for index in range(old >> 8 * (level + 1), new >> 8 * (level + 1)):
                self._clear(Tile(level, index), keep=None)
            level += 1

    def _clear(self, full: Tile, *, keep: str | None) -> None:
        directory = self.path / (full.path + ".p")
        if not directory.is_dir():
            return
        for path in directory.iterdir():
            if path.name != keep:
                path.unlink(missing_ok=True)
        if keep is None:
            directory.rmdir()


def saved_state(trail: Path) -> State:
    """The state as it lies in a trail's folder, held against nothing.

    Raises `TrailUnavailable` where it is missing or damaged: without it nothing that is
    recorded would ever be sealed.
    """
    path = trail / "state"
    try:
        return State.parse(path.read_bytes())
    except FileNotFoundError as error:
        raise TrailUnavailable(f"{path} is missing. {_MEND}") from error
    except OSError as error:
        raise unavailable(path, error) from error
    except Malformed as error:
        raise TrailUnavailable(f"{path}: it is damaged: {error}. {_MEND}") from error


def owned(data: bytes, identity: Identity, path: Path) -> Checkpoint:
    """The checkpoint in `data`, if this identity signed it; else `TrailMismatch`."""
    try:
        return heads.open_checkpoint(data, identity.verifier)
    except SignatureInvalid as error:
        files = Storage(path, identity)
        if (head := succession.taken_over(files.read, data, identity)) is not None:
            return head
        _tell_if_rotated(path, identity)
        raise TrailMismatch(
            f"{path}: belongs to another key or origin than {identity.origin} "
            f"({error}). Point AFFIDAVIT_TRAIL and AFFIDAVIT_KEY at a pair that was "
            "made together, or restore the key from a backup."
        ) from error
    except Malformed as error:
        raise BrokenTrail(
            f"{path / 'checkpoint'}: the checkpoint is damaged: {error}. Restore it "
            "from a backup."
        ) from error


def _tell_if_rotated(path: Path, identity: Identity) -> None:
    """Raise the more telling error where the state names another key."""
    try:
        state = State.parse((path / "state").read_bytes())
    except (OSError, Malformed):
        return
    if state.key is not None and not succession.signs(state, identity):
        raise succession.superseded(state, identity)


def _partial(read: Read, tile: Tile) -> bytes:
    try:
        return read(tile.path)
    except FileNotFoundError as error:
        raise BrokenTrail(
            f"{tile.path} is missing, and the state says that it exists. "
            "Restore it from a backup.",
            index=tile.index * TILE_WIDTH,
        ) from error
