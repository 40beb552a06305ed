"""Holds a trail that went through something against what was said meanwhile.

Recovers as the next process would: opens, records, seals, closes. Everything that was
acknowledged must be there once, nothing that was never begun, every checkpoint that was
seen must be a prefix, and verification with the pinned key must find nothing.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from affidavit.tlog.merkle import leaf_hashes, root_of
from affidavit.trail.identity import Identity
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind
from affidavit.verify import TrailReport, verify_trail
from affidavit.verify.report import Verdict
from affidavit.wiring.keyring import next_path
from support import live
from support.crashing.scenarios import changing, identity_of, installation, opened, told

MOST_HEADS = 100
"""Each is computed from the leaves anew."""


def verified(directory: Path, pinned: Identity | None = None) -> TrailReport:
    """The verdict with a pinned key, on everything that is on disk."""
    identity = pinned or identity_of(directory)
    return verify_trail(
        TrailReader(directory / "trail"),
        key=identity.verifier,
        now=datetime.now(UTC),
        wal_key=identity.secrets.wal,
    )


def recorded(directory: Path) -> list[StoredRecord]:
    """What is on disk, in the tree or not yet."""
    reader = TrailReader(directory / "trail")
    return [*reader.records(), *reader.pending()]


def recover(directory: Path) -> None:
    """What the next process on this trail does."""
    if next_path(installation(directory)).exists():
        changing(directory).rotate()  # what a rotation that was cut short left
    trail = opened(directory)
    trail.append(live.a_record(Kind.HEARTBEAT))
    trail.close()


def problems(
    directory: Path, lines: Sequence[str], before: Sequence[StoredRecord]
) -> Iterator[str]:
    """What is wrong with the trail after `lines` were said; nothing, one hopes.

    `before` stood there when it began.
    """
    crashed = verified(directory)
    if crashed.verdict is Verdict.INVALID:
        # In the midst of a rotation the old key's checkpoint may still be the last.
        crashed = verified(directory, live.an_identity())
    if crashed.verdict is Verdict.INVALID:
        yield f"before recovery: {crashed.problems}"
    recover(directory)
    report = verified(directory)
    if report.verdict is not Verdict.VALID:
        yield f"after recovery {report.verdict}: {report.problems}"
    if report.pending:
        yield f"{report.pending} records are still pending"
    if left := [each.name for each in (directory / "trail/wal").glob("*.wal")]:
        yield f"WALs were left: {left}"
    yield from differences(recorded(directory), lines, before)
    yield from contradictions(directory, lines)


def differences(
    after: Sequence[StoredRecord], lines: Sequence[str], before: Sequence[StoredRecord]
) -> Iterator[str]:
    """Where what is recorded is not what was said."""
    begun, acknowledged = set(told(lines, "begin")), set(told(lines, "ack"))
    there = Counter((each.entry.id, each.entry.kind) for each in after)
    decided = {name for name, kind in there if kind is Kind.DECISION}
    known = {each.entry.id for each in before}
    if twice := [key for key, count in there.items() if count > 1]:
        yield f"recorded twice: {twice}"
    if lost := acknowledged - decided:
        yield f"acknowledged and lost: {sorted(lost)}"
    if gone := known - {name for name, _ in there}:
        yield f"{len(gone)} records that stood there before are lost"
    if invented := decided - begun - known:
        yield f"recorded and never begun: {sorted(invented)}"


def contradictions(directory: Path, lines: Sequence[str]) -> Iterator[str]:
    """Checkpoints that were there to be seen, and are no prefix of the tree now."""
    reader = TrailReader(directory / "trail")
    leaves = leaf_hashes(entry for _, entry in reader.entries())
    heads = sorted(set(told(lines, "head")), key=lambda head: int(head.split(" ")[0]))
    for head in heads[:: len(heads) // MOST_HEADS + 1] + heads[-1:]:
        size, seen = head.split(" ")
        if int(size) > len(leaves) or root_of(leaves[: int(size)]).hex() != seen:
            yield f"a checkpoint of {size} records was seen, and is contradicted"
