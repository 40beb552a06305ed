"""Changing the keys of a trail: a `key` record, and the checkpoint that the new key
signs over it.

Knows the steps on the trail's side, and what a crash between them leaves:

    nothing yet               the trail goes on with the old key
    record and state durable  the state names the new key: the old one signs nothing
                              more, and whoever has the new one signs the next
                              checkpoint (`succession`)
    checkpoint by the new key done

The record goes straight into the tree, under the trail's lock, because its statement
names the tree that it is made upon. Where the keys' files lie is `wiring`'s.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from affidavit import canonical
from affidavit.durable import ProcessLock, named
from affidavit.errors import SettingsInvalid, TrailUnavailable
from affidavit.keys import Signer
from affidavit.keys.mldsa import MlDsaSigner
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.mldsa import MlDsaKey
from affidavit.tlog.note import VerifierKey
from affidavit.trail import record as records
from affidavit.trail.identity import Identity
from affidavit.trail.keyrecord import Action, KeyStatement, checked_reason
from affidavit.trail.record import SALT_BYTES, Clock, Kind, Randomness
from affidavit.trail.state import State
from affidavit.trail.storage import Leaf, Storage

LOCK_SECONDS = 30.0
_Sign = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """A change of keys that is durable and published."""

    head: Checkpoint
    index: int | None
    """The `key` record's; None where an earlier attempt had come that far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    action: Action
    key: VerifierKey | MlDsaKey
    prove: _Sign | None
    """The key's own signature, where it takes something over."""
    reason: str = ""


class KeyChange:
    """Changes the keys of the trail that `storage` holds.

    Methods raise what `Storage.state` raises, `SettingsInvalid` for a change that
    cannot be made of this trail, and `TrailUnavailable` when another process holds the
    lock too long; nothing was changed then.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        tool: str,
        clock: Clock,
        randomness: Randomness,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        self._storage = storage
        self._tool, self._clock, self._randomness = tool, clock, randomness
        self._lock = ProcessLock(storage.path / "lock")
        self._lock_seconds = lock_seconds

    def rotate(self, new: Signer) -> Changed:
        """Hand over to `new`, which signs from here on.

        Where an interrupted rotation has done so already, what is left is done.
        """
        key = VerifierKey(self._storage.identity.origin, new.verifier)
        change = _Change(action=Action.ROTATE, key=key, prove=new.sign)
        with self._held():
            state = State.parse(self._storage.read("state"))
            if state.key == str(key):
                return Changed(head=self._finished(new), index=None)
            return self._change(change, lambda now: replace(now, signer=new))

    def add(self, second: MlDsaSigner) -> Changed:
        """Let an ML-DSA-44 key sign every checkpoint too, from here on."""
        key = MlDsaKey(self._storage.identity.origin, second.verifier)
        change = _Change(action=Action.ADD, key=key, prove=second.sign)
        with self._held():
            return self._change(change, lambda now: replace(now, second=second))

    def revoke(self, key: VerifierKey | MlDsaKey, reason: str) -> Changed:
        """Say that `key`, which is not the one in force, is not to be believed."""
        change = _Change(
            action=Action.REVOKE, key=key, prove=None, reason=checked_reason(reason)
        )
        with self._held():
            return self._change(
                change,
                lambda now: replace(now, second=None) if now.ml_dsa == key else now,
            )

    @contextmanager
    def _held(self) -> Iterator[None]:
        path = self._storage.path
        with named(path), self._lock.held(seconds=self._lock_seconds) as had:
            if not had:
                raise TrailUnavailable(
                    f"{self._storage.path}: another process has held the lock for "
                    f"{self._lock_seconds:.0f} s. Nothing was changed; try again."
                )
            yield

    def _finished(self, new: Signer) -> Checkpoint:
        """The new key's checkpoint over its record, signed now if it was not."""
        after = replace(self._storage.identity, signer=new, renewed=None)
        following = Storage(self._storage.path, after, clock=self._clock)
        head, state = following.checkpoint(), following.state()
        return following.publish(state) if state.size > head.size else head

    def _change(
        self, change: _Change, following: Callable[[Identity], Identity]
    ) -> Changed:
        storage = self._storage
        head, state = storage.checkpoint(), storage.state()
        if state.size > head.size:
            head = storage.publish(state)
        before = storage.identity
        _refuse(change, before, state)
        # The new key signs its own record first: one that does not sign, such as a
        # token's without a PIN, is never named as the next.
        leaf = self._leaf(change, head)
        after = replace(following(before), renewed=None)
        grown = storage.extend(_naming(state, after), [leaf], state.wals)
        # A crash here leaves the state ahead: whoever has the new key goes on.
        own = Storage(storage.path, after, clock=self._clock)
        published = own.publish(grown)
        own.forget_partials(head.size, published.size)
        return Changed(head=published, index=head.size)

    def _leaf(self, change: _Change, head: Checkpoint) -> Leaf:
        empty = records.fresh(
            Kind.KEY, {}, clock=self._clock, randomness=self._randomness
        )
        identity = self._storage.identity
        statement = KeyStatement(
            action=change.action,
            origin=head.origin,
            by=identity.verifier,
            key=change.key,
            at=empty.at,
            size=head.size,
            root=head.root,
            reason=change.reason,
        )
        message = statement.message
        proof = None if change.prove is None else change.prove(message)
        body = statement.body(identity.signer.sign(message), proof)
        body["tool"] = self._tool
        record = empty._replace(body=canonical.dumps(body))
        salt = self._randomness(SALT_BYTES)
        # A writer of its own, as the genesis has: its one record is in no WAL.
        writer = records.new_writer(self._randomness)
        entry = records.encode(record, writer=writer, seq=0, salt=salt)
        return Leaf(entry, salt + record.body)


def _naming(state: State, after: Identity) -> State:
    """The state that names the keys of `after`."""
    second = None if after.ml_dsa is None else str(after.ml_dsa)
    keeps = state.second is not None or after.second is not None
    return replace(state, key=str(after.verifier), second=second if keeps else None)


def _refuse(change: _Change, before: Identity, state: State) -> None:
    """Return when the change can be made of this state, else `SettingsInvalid`."""
    action, key = change.action, change.key
    if action is Action.ADD and state.second is not None:
        raise SettingsInvalid(
            f"{before.origin} has an ML-DSA-44 key already. To replace it, revoke it "
            "first: `affidavit trail key revoke`."
        )
    if action is Action.ROTATE and key == before.verifier:
        raise SettingsInvalid(f"{key} is the key in force already. Name another.")
    if action is Action.REVOKE and key == before.verifier:
        raise SettingsInvalid(
            f"{key} is the key in force, and cannot disown itself. Rotate first "
            "(`affidavit trail key rotate`), then revoke it."
        )
