"""Trails of long ago, written by the real writer under a clock that is given."""

import os
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.durable import Durability
from affidavit.trail import record as records
from affidavit.trail.keep import Keep
from affidavit.trail.pruning import Pruned, prune
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind, Labels, Record
from affidavit.trail.trail import Trail
from affidavit.verify import TrailReport, verify_trail
from support import live
from support.live import POLICY, an_identity

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LONG_AGO = datetime(2025, 3, 1, 9, tzinfo=UTC)
YEAR = Keep.parse("1year")


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, at: datetime = LONG_AGO) -> None:
        self.at = at

    def __call__(self) -> int:
        return int(self.at.timestamp() * 1e9)


def a_directory(parent: Path) -> Path:
    """A trail directory that was founded long ago, whenever the tests run."""
    return live.a_directory(parent, clock=Clock())


@contextmanager
def a_trail(path: Path, clock: Clock) -> Iterator[Trail]:
    """The trail at `path` open for writing, every record at the clock's time."""

    def policy() -> Record:
        return made(clock, Kind.POLICY, {"name": "house", "mode": "enforce"})

    with closing(
        Trail(
            path,
            an_identity(),
            first_record=policy,
            clock=clock,
            checkpoint_seconds=3600,
            durability=Durability.PROCESS,  # these are not about power losses
        )
    ) as trail:
        yield trail


def made(
    clock: Clock,
    kind: Kind,
    body: dict[str, Json],
    *,
    effect: str | None = None,
    identifier: str | None = None,
    labels: dict[str, str] | None = None,
) -> Record:
    """A record of the clock's time."""
    policy = POLICY if kind in (Kind.DECISION, Kind.POLICY) else None
    fresh = records.fresh(kind, body, clock=clock, randomness=os.urandom, policy=policy)
    return Record(
        kind=kind,
        id=identifier or fresh.id,
        at=fresh.at,
        body=fresh.body,
        effect=effect,
        policy=policy,
        labels=labels or {},
    )


def decision(
    clock: Clock, purpose: str = "support.reply", effect: str = "permit"
) -> Record:
    """A decision about a call of `purpose`, with half a KiB of body."""
    label = Labels(an_identity().secrets.label).of("purpose", purpose)
    body: dict[str, Json] = {"purpose": purpose, "padding": "x" * 500}
    return made(clock, Kind.DECISION, body, effect=effect, labels={"purpose": label})


def outcome(clock: Clock, of: Record, effect: str = "complete") -> Record:
    """The outcome of a decision."""
    body: dict[str, Json] = {"padding": "y" * 200}
    return made(clock, Kind.OUTCOME, body, effect=effect, identifier=of.id)


def calls(
    trail: Trail, clock: Clock, count: int, purpose: str = "support.reply"
) -> None:
    """`count` calls, each with its outcome."""
    for _ in range(count):
        made_ = decision(clock, purpose)
        trail.append(made_, owes_outcome=True)
        trail.note(outcome(clock, made_))


def an_old_trail(path: Path, count: int = 300, young: int = 5) -> None:
    """`count` calls of long ago, then `young` ones of now."""
    clock = Clock()
    with a_trail(path, clock) as trail:
        calls(trail, clock, count)
    clock.at = NOW - timedelta(days=1)
    with a_trail(path, clock) as trail:
        calls(trail, clock, young)


def pruned(path: Path, keep: Keep = YEAR, now: datetime = NOW) -> Pruned:
    """Prune the trail at `path` at `now`."""
    with a_trail(path, Clock(now)) as trail:
        done = prune(
            trail, keep, now=now, reason="retention", tool="tests/1", clock=Clock(now)
        )
    assert done is not None
    return done


def verified(path: Path, now: datetime = NOW) -> TrailReport:
    """The trail, verified whole."""
    identity = an_identity()
    return verify_trail(
        TrailReader(path),
        key=identity.verifier,
        now=now,
        wal_key=identity.secrets.wal,
    )


def bodies(path: Path) -> list[bytes | None]:
    """salt ‖ body of every sealed record."""
    return [salted for _, salted in TrailReader(path).bodies()]


def kinds(path: Path) -> list[str]:
    """The kind of every sealed record."""
    entries = (canonical.parse(entry) for _, entry in TrailReader(path).entries())
    return [str(each["kind"]) for each in entries if isinstance(each, dict)]


def gone(path: Path) -> list[int]:
    """Indices of the sealed records without a body."""
    return [index for index, salted in enumerate(bodies(path)) if salted is None]


def indices(path: Path, wanted: Sequence[str]) -> list[int]:
    """Indices of the sealed records of these kinds."""
    return [index for index, kind in enumerate(kinds(path)) if kind in wanted]


def encoded(salted: Sequence[bytes | None]) -> bytes:
    """A body bundle, from docs/formats/trail.md."""
    return b"".join(
        len(each or b"").to_bytes(4, "big") + (each or b"") for each in salted
    )
