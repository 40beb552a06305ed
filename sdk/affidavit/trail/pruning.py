"""One pruning of a trail that is open for writing, from the first look to the last
bundle.

Knows the order: end what was interrupted, plan, record, seal, remove. Nothing leaves
the disk before a signed checkpoint covers the record that says so.
"""

import os
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from affidavit.errors import TrailUnavailable
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail import record as records
from affidavit.trail.identity import Identity
from affidavit.trail.keep import Keep
from affidavit.trail.prune import Plan, Pruner, Removed, alone
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Clock, Kind, Labels, Randomness, Record
from affidavit.trail.storage import Storage
from affidavit.trail.survey import Breathe, Survey, survey


class Open(Protocol):
    """What pruning needs of a trail that this process writes."""

    path: Path
    identity: Identity

    def append(self, record: Record) -> None:
        """Return when the record is durable."""

    def seal(self) -> Checkpoint | None:
        """Take every durable record into the tree; None if the lock was not had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruned:
    """What a pruning did."""

    plan: Plan
    finished: Removed
    """Of earlier records whose bodies an interrupted run had left."""
    removed: Removed


def pruner(path: Path, identity: Identity, breathe: Breathe) -> Pruner:
    """Plans and removes in the trail at `path`, which must be this identity's."""
    labels = Labels(identity.secrets.label)
    return Pruner(Storage(path, identity), labels, breathe=breathe)


def prune(
    trail: Open,
    keep: Keep,
    *,
    now: datetime,
    reason: str,
    tool: str,
    lock_seconds: float = 0.0,
    clock: Clock = time.time_ns,
    randomness: Randomness = os.urandom,
    breathe: Breathe = lambda: None,
) -> Pruned | None:
    """Prune what is older than `keep` at `now`; None while another process prunes.

    Raises `BrokenTrail` where the trail does not hold, and `TrailUnavailable` or
    `TrailMismatch`. Whatever is recorded by then and still there, the next run removes.
    """
    with alone(trail.path, seconds=lock_seconds) as had:
        if not had:
            return None
        _seal(trail)
        work = pruner(trail.path, trail.identity, breathe)
        found = work.survey()
        finished = work.carry_out(found)
        plan = work.plan(found, keep, now, reason)
        for each in plan.records:
            body = each.body(tool)
            trail.append(
                records.fresh(Kind.PRUNING, body, clock=clock, randomness=randomness)
            )
        if not plan.records:
            nothing = Removed(count=0, size=0, held=0)
            return Pruned(plan=plan, finished=finished, removed=nothing)
        # A crash before this line leaves a record that is sealed by the next process,
        # and carried out by the next run.
        _seal(trail)
        later = _recorded(trail, found, plan)
        return Pruned(plan=plan, finished=finished, removed=work.carry_out(later))


def _seal(trail: Open) -> None:
    if trail.seal() is None:
        raise TrailUnavailable(
            f"{trail.path / 'lock'}: held by another process for too long: records "
            "could not be sealed, and nothing further was pruned. Try again."
        )


def _recorded(trail: Open, found: Survey, plan: Plan) -> Survey:
    """The claims that are sealed now and were not, under the holds that were found."""
    later = survey(TrailReader(trail.path), start=found.size)
    if len(later.claims) < len(plan.records):
        raise TrailUnavailable(
            f"{trail.path}: the pruning is recorded and not sealed: nothing was "
            "removed. Run this again."
        )
    return Survey(size=later.size, claims=later.claims, holds=found.holds)
