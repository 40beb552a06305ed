"""Bodies leave the disk: planned, recorded, and only then removed.

Knows the order, and what a crash between two steps leaves:

    nothing recorded          as if it had not begun
    record durable, sealed    bodies still there that a signed record says are pruned;
                              the next run removes them before it plans anything
    bundle by bundle          each is the old one or the new one, never half

What may go is decided in `retention`. Nothing is removed of a place where entries,
tiles and bodies do not agree: that is evidence. One process prunes at a time
(`retention/lock`); the trail's own lock is held for a few bundles at once, and no
caller's record ever waits for it.
"""

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from affidavit import canonical
from affidavit.durable import ProcessLock, Staging, make_directory, named
from affidavit.errors import BrokenTrail, TrailUnavailable
from affidavit.tlog.merkle import leaf_hashes
from affidavit.tlog.tiles import TILE_WIDTH, Tile, read_bodies, tile_at
from affidavit.trail import attested
from affidavit.trail.holds import Hold
from affidavit.trail.keep import Keep
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, Labels
from affidavit.trail.retention import (
    PRUNABLE,
    Draft,
    Pruning,
    Rules,
    Selector,
    Why,
    seen,
)
from affidavit.trail.storage import Storage
from affidavit.trail.survey import Breathe, Claim, Survey, survey

PORTION_BUNDLES = 16
"""Rewritten under one hold of the trail's lock: some 50 ms, for which sealing waits."""
LOCK_SECONDS = 10.0
_PRUNABLE = {kind.value for kind in PRUNABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What would be pruned."""

    before: str
    records: tuple[Pruning, ...]
    count: int
    size: int
    """Bytes of salts and bodies."""
    kept: Mapping[Why, int]
    """Calls that are old enough and stay."""
    missing: int
    """Bodies that are old enough and not there, which no record explains."""
    holds: tuple[Hold, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Removed:
    """What was removed from the disk."""

    count: int
    size: int
    held: int
    """Bodies that a record says are pruned, and that a later hold keeps here."""


class Pruner:
    """Plans and carries out pruning of the trail that `storage` holds."""

    def __init__(
        self,
        storage: Storage,
        labels: Labels,
        *,
        breathe: Breathe = lambda: None,
        lock_seconds: float = LOCK_SECONDS,
    ) -> None:
        self._storage = storage
        self._labels = labels
        self._breathe = breathe
        self._lock_seconds = lock_seconds
        self._reader = TrailReader(storage.path)
        self._lock = ProcessLock(storage.path / "lock")

    def survey(self) -> Survey:
        """As the function, of a trail that is this identity's, else `TrailMismatch`."""
        self._storage.checkpoint()
        return survey(self._reader, self._breathe)

    def plan(self, found: Survey, keep: Keep, now: datetime, reason: str) -> Plan:
        """What may go at `now`. Changes nothing.

        `BrokenTrail` where entries, tiles and bodies of what may go do not agree.
        """
        rules = Rules.of(
            keep,
            now,
            attested=attested.read(self._storage.path),
            holds=found.holds,
            labels=self._labels,
        )
        selector = Selector(rules, found.size, found.gone)
        for number in range(-(-found.size // TILE_WIDTH)):
            self._breathe()
            for index, entry in self._entries(number, found.size):
                selector.take(index, entry)
        selector.close()
        draft = Draft(rules.before, str(keep), reason)
        sums = Counter[str]()
        for number in range(-(-found.size // TILE_WIDTH)):
            self._draft(draft, selector, number, found.size, sums)
        return Plan(
            before=rules.before,
            records=tuple(draft.records()),
            count=sums["count"],
            size=sums["size"],
            kept=selector.kept,
            missing=sums["missing"],
            holds=found.holds,
        )

    def _draft(
        self,
        draft: Draft,
        selector: Selector,
        number: int,
        size: int,
        sums: Counter[str],
    ) -> None:
        tile = tile_at("body", number, size)
        marked = selector.marked(number * TILE_WIDTH, tile.width)
        if not marked:
            return
        self._breathe()
        entries = dict(self._proved(number, size))
        bodies = self._reader.body_bundle(number, tile.width)
        for index in marked:
            salted, digest = (
                bodies[index % TILE_WIDTH],
                seen(index, entries[index]).body,
            )
            if salted is None:
                sums["missing"] += 1
                continue
            _must_be(index, salted, digest)
            draft.add(index, digest)
            sums["count"] += 1
            sums["size"] += len(salted)

    def _entries(self, number: int, size: int) -> Iterator[tuple[int, bytes]]:
        width = tile_at("entries", number, size).width
        entries = self._reader.entry_bundle(number, width)
        return zip(itertools.count(number * TILE_WIDTH), entries, strict=False)

    def _proved(self, number: int, size: int) -> list[tuple[int, bytes]]:
        """The entries of a bundle, which are those that the tile's hashes are of."""
        entries = list(self._entries(number, size))
        hashes = self._reader.hashes(0, number, len(entries))
        if leaf_hashes(entry for _, entry in entries) != hashes:
            raise BrokenTrail(
                f"records {entries[0][0]} to {entries[-1][0]}: entries and tile do not "
                "agree, and nothing is pruned of a trail that does not hold. Run "
                "`affidavit trail verify`.",
                index=entries[0][0],
            )
        return entries

    def carry_out(self, found: Survey) -> Removed:
        """Remove every body that a sealed record says is pruned, but for held ones.

        Ends what an interrupted run began. `BrokenTrail` when a record does not say
        what the entries say; `TrailUnavailable` when the trail stays locked.
        """
        left = [(claim, self._left(claim, found.size)) for claim in found.claims]
        held = self._held(left, found)
        sums = Counter[str]()
        for claim, numbers in left:
            if numbers:
                self._check(claim, found.size)
            for start in range(0, len(numbers), PORTION_BUNDLES):
                self._breathe()
                some = numbers[start : start + PORTION_BUNDLES]
                self._remove(claim, some, held, sums)
        return Removed(count=sums["count"], size=sums["size"], held=sums["held"])

    def _left(self, claim: Claim, size: int) -> list[int]:
        """Numbers of the bundles in which the claim is still to be carried out."""
        if claim.says.ranges.end > claim.index:
            raise _contradicted(claim, "it names records that come after it")
        left: list[int] = []
        for number in claim.says.ranges.bundles(TILE_WIDTH):
            self._breathe()
            width = tile_at("body", number, size).width
            bodies = self._reader.body_bundle(number, width)
            if any(bodies[index % TILE_WIDTH] for index in _of(claim, number)):
                left.append(number)
        return left

    def _held(
        self, left: Sequence[tuple[Claim, Sequence[int]]], found: Survey
    ) -> frozenset[str]:
        """Ids of the calls among those left that a hold covers by now."""
        if not found.holds:
            return frozenset()
        rules = Rules(before="", open_before="", holds=found.holds, labels=self._labels)
        held: set[str] = set()
        for claim, numbers in left:
            for number in numbers:
                self._breathe()
                entries = dict(self._entries(number, found.size))
                for index in _of(claim, number):
                    each = seen(index, entries[index])
                    why = rules.kept_for(each.at, each.id, entries[index])
                    if each.kind == Kind.DECISION.value and why is Why.HELD:
                        held.add(each.id)
        return frozenset(held)

    def _check(self, claim: Claim, size: int) -> None:
        """Return when the record says what the entries say, else `BrokenTrail`."""
        says, digest = claim.says, hashlib.sha256()
        for number in says.ranges.bundles(TILE_WIDTH):
            self._breathe()
            entries = dict(self._proved(number, size))
            for index in _of(claim, number):
                found = seen(index, entries[index])
                if found.kind not in _PRUNABLE:
                    raise _contradicted(claim, f"record {index} is a {found.kind}")
                digest.update(found.body)
        if digest.digest() != says.digest:
            raise _contradicted(claim, "its digest is of other records")

    def _remove(
        self,
        claim: Claim,
        numbers: Sequence[int],
        held: frozenset[str],
        sums: Counter[str],
    ) -> None:
        # Whatever fails in reading fails as every disk's failure does, by name.
        with (
            named(self._storage.path),
            self._lock.held(seconds=self._lock_seconds) as had,
        ):
            if not had:
                raise TrailUnavailable(
                    f"{self._storage.path / 'lock'}: held by another process for "
                    f"{self._lock_seconds:.0f} s. What is still to be removed is "
                    "recorded: run this again."
                )
            size = self._storage.state().size
            staging = Staging()
            for number in numbers:
                self._empty(staging, claim, tile_at("body", number, size), held, sums)
            staging.seal()

    def _empty(
        self,
        staging: Staging,
        claim: Claim,
        tile: Tile,
        held: frozenset[str],
        sums: Counter[str],
    ) -> None:
        bodies = read_bodies(self._storage.read, tile)
        entries = self._reader.entry_bundle(tile.index, tile.width) if held else []
        going = 0
        for index in _of(claim, tile.index):
            place = index % TILE_WIDTH
            salted = bodies[place]
            if salted is None:
                continue
            if held and seen(index, entries[place]).id in held:
                sums["held"] += 1
                continue
            bodies[place] = None
            going += 1
            sums["size"] += len(salted)
        if going:
            sums["count"] += going
            self._storage.replace_bodies(staging, tile, bodies)


def _of(claim: Claim, number: int) -> Iterator[int]:
    """The indices of a bundle that the claim names."""
    first = number * TILE_WIDTH
    for start, count in claim.says.ranges.within(first, first + TILE_WIDTH):
        yield from range(start, start + count)


def _must_be(index: int, salted: bytes, digest: bytes) -> None:
    if canonical.sha256(salted) != digest:
        raise BrokenTrail(
            f"record {index}: its body is not the one that its entry commits to. It is "
            "evidence of a change, and is not pruned. Run `affidavit trail verify`.",
            index=index,
        )


def _contradicted(claim: Claim, why: str) -> BrokenTrail:
    return BrokenTrail(
        f"the pruning record {claim.index} cannot be carried out: {why}. Run "
        "`affidavit trail verify`.",
        index=claim.index,
    )


@contextmanager
def alone(trail: Path, *, seconds: float) -> Iterator[bool]:
    """Prune, hold and mark by nobody else; the value says whether that was had."""
    folder = trail / attested.DIRECTORY
    make_directory(folder)
    with ProcessLock(folder / attested.LOCK).held(seconds=seconds) as had:
        yield had
