"""A trail to attack, what others keep of it, and how each of them verifies it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from affidavit.keys import Ed25519Signer
from affidavit.tlog.logkeys import Pinned
from affidavit.trail.anchors import AnchorStore, KeptHead
from affidavit.trail.reader import TrailReader
from affidavit.verify import TrailReport, verify_trail
from affidavit.verify.anchors import Pins
from support import trails
from support.attacks.ground import Ground, Kept
from support.attacks.terms import Held
from support.attacks.watch import WITNESS, Watch


@dataclass(frozen=True)
class Subject:
    """A trail to attack, and what its owner has. The trail itself is never changed."""

    path: Path
    key: Pinned
    watch: Watch
    signer: Ed25519Signer | None = None
    secret: bytes | None = None
    retired: Ed25519Signer | None = None
    """The key before the present one; both are pinned then."""

    def ground(self, path: Path) -> Ground:
        return Ground(
            path,
            signer=self.signer,
            secret=self.secret,
            retired=self.retired,
            watch=self.watch,
        )

    @property
    def wal_key(self) -> bytes:
        """Opens the MACs of unsealed records."""
        return self.ground(self.path).wal_key

    @cached_property
    def before(self) -> "Before":
        """What others keep of the trail as it is."""
        own = self.ground(self.path)
        note = own.checkpoint
        half = own.size // 2
        handed = [
            index + 1
            for index, each in enumerate(own.records)
            if b'"kind":"key"' in each.entry
        ]
        earlier = None
        if half and self.signer is not None:
            leaves = [trails.leaf(each.entry) for each in own.records[:half]]
            earlier = own.note(half, trails.root(leaves))
        return Before(
            records=own.records,
            newest=max(map(at_of, own.records)),
            checkpoint=note,
            earlier=earlier,
            seen=self.watch.seen(note),
            bound=max(handed, default=0),
            pruned=pruned_in(own.records),
        )

    def holds(self, held: Held) -> bool:
        """Whether a verifier of this trail can have that."""
        match held:
            case Held.SECRET:
                return self.secret is not None
            case Held.EARLIER:
                return self.before.earlier is not None
            case Held.STAMP:
                return bool(self.before.seen.stamps)
            case _:
                return True


@dataclass(frozen=True, slots=True)
class Before:
    """A trail before it was attacked."""

    records: list[Kept]
    newest: datetime
    checkpoint: bytes
    earlier: bytes | None
    seen: KeptHead
    bound: int
    """The records up to the last that hands a key over: under the key before it too."""
    pruned: bool
    """Whether bodies are gone."""


def verified(subject: Subject, path: Path, held: Held) -> TrailReport:
    """The report for a verifier who holds `held`."""
    return verify_trail(
        TrailReader(path),
        key=subject.key,
        now=subject.before.newest,
        **GIVEN[held](subject, path),
    )


def _earlier(subject: Subject, _: Path) -> dict[str, Any]:
    return {"older": subject.before.earlier}


def _witnessed(subject: Subject, _: Path) -> dict[str, Any]:
    kept = replace(subject.before.seen, checkpoint=None, stamps=())
    return {"pins": Pins(witnesses=(WITNESS.key,)), "evidence": [kept]}


def _stamped(subject: Subject, _: Path) -> dict[str, Any]:
    kept = replace(subject.before.seen, cosigned=None)
    pins = Pins(authorities=subject.watch.authorities)
    return {"pins": pins, "evidence": [kept]}


def _pinned(subject: Subject, path: Path) -> dict[str, Any]:
    found = list(AnchorStore.of(path).heads())
    return {"pins": subject.watch.pins, "evidence": found}


GIVEN: Mapping[Held, Callable[[Subject, Path], dict[str, Any]]] = {
    Held.KEY: lambda *_: {},
    Held.SECRET: lambda subject, _: {"wal_key": subject.wal_key},
    Held.OLDER: lambda subject, _: {"older": subject.before.checkpoint},
    Held.EARLIER: _earlier,
    Held.WITNESS: _witnessed,
    Held.STAMP: _stamped,
    Held.SIZE: lambda subject, _: {"min_size": len(subject.before.records)},
    Held.AGE: lambda *_: {"max_age": timedelta(0)},
    Held.PINS: _pinned,
}
"""What `verify_trail` is given by a verifier who holds that."""


def at_of(record: Kept) -> datetime:
    """When a record says that it was made."""
    at = str(record.fields["at"])
    return datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def pruned_in(records: Sequence[Kept]) -> bool:
    """Whether bodies are gone."""
    return any(each.salted is None for each in records)
