"""A period of a trail as an in-toto statement in a DSSE envelope.

Knows how a statement is made, signed and written. The same trail and period give the
same bytes: no time of signing, no random number. What figures mean is `predicate`'s.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from affidavit import canonical, dsse
from affidavit.attest import anchored, predicate
from affidavit.attest.predicate import PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE
from affidavit.attest.tally import BodyTally, Period, stamp
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import (
    Incomplete,
    SettingsInvalid,
    TrailMismatch,
    TrailUnavailable,
)
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail.anchors import KeptHead
from affidavit.trail.identity import Identity
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Labels
from affidavit.verify import Fault, TrailReport, verify_trail
from affidavit.verify.anchors import Pins
from affidavit.verify.bundles import Progress

FILE_NAME = "statement.dsse.json"


def build_statement(
    reader: TrailReader,
    identity: Identity,
    period: Period,
    *,
    now: datetime,
    pins: Pins | None = None,
    evidence: Iterable[KeptHead] = (),
    progress: Progress | None = None,
) -> Envelope:
    """Verify the trail, count the period, and sign what was found.

    `pins` are the anchors of the writer's own settings and `evidence` what they
    attested: the statement says how much of the trail they cover.

    A trail that does not hold gives a statement that says INCOMPLETE and why. Raises
    `Incomplete` when the period is not over at `now`, `TrailMismatch` when another
    key signed the trail, and what `verify_trail` raises.
    """
    if period.end > stamp(now):
        raise Incomplete(
            f"the period ends at {period.end}, and it is {stamp(now)}: what is still "
            "to be recorded cannot be counted. Attest a period that is over."
        )
    tally = BodyTally(period, Labels(identity.secrets.label))
    report = verify_trail(
        reader,
        key=identity.verifier,
        now=now,
        wal_key=identity.secrets.wal,
        pins=pins,
        evidence=evidence,
        progress=progress,
        visit=tally.visit,
    )
    if any(problem.fault is Fault.CHECKPOINT for problem in report.problems):
        raise TrailMismatch(
            f"{reader.path}: its tree head is not signed by {identity.verifier}: this "
            "key cannot attest it. Use the key that the trail was founded with."
        )
    tally.close()
    payload = canonical.dumps(_statement(identity, period, report, tally))
    return dsse.sign(PAYLOAD_TYPE, payload, [identity.signer])


def _statement(
    identity: Identity, period: Period, report: TrailReport, tally: BodyTally
) -> dict[str, Json]:
    head = Checkpoint(report.origin, report.size, report.root)
    return {
        "_type": STATEMENT_TYPE,
        "predicateType": PREDICATE_TYPE,
        "subject": [{"name": head.origin, "digest": {"sha256": head.root.hex()}}],
        "predicate": _predicate(identity, period, report, tally),
    }


def _predicate(
    identity: Identity, period: Period, report: TrailReport, tally: BodyTally
) -> dict[str, Json]:
    use = predicate.use_of(tally, tally.rows(), tally.unopened)
    problems = [str(problem) for problem in report.problems]
    if tally.mislabelled:
        problems.append(
            f"{tally.mislabelled} decisions bear labels of something else than their "
            "bodies say"
        )
    integrity = predicate.integrity_of(
        tally,
        without_body=tally.without_body,
        pending=report.pending,
        problems=problems,
        more_problems=report.more_problems,
    )
    head = Checkpoint(report.origin, report.size, report.root)
    return {
        "period": {"from": period.start, "to": period.end},
        "origin": identity.origin,
        "keys": predicate.keys_of(identity.verifier),
        "tree": predicate.tree_of(head, report.checkpoint),
        "records": predicate.records_of(tally),
        "use": use,
        "days": predicate.days_of(tally.days),
        "policies": predicate.policies_of(tally),
        "integrity": integrity,
        "anchors": anchored.section(
            report.anchors, size=report.size, newest=tally.newest
        ),
        "openings": predicate.openings_of(tally.openings),
        **predicate.judge(period, use, integrity),
    }


def write_statement(directory: Path, envelope: Envelope) -> Path:
    """Write the envelope as `statement.dsse.json`, whole or not at all.

    Nothing happens where the same bytes stand already; `SettingsInvalid` where another
    statement does, `TrailUnavailable` when the disk refuses.
    """
    path, data = directory / FILE_NAME, envelope.encode()
    staged = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if path.exists():
            _must_be(path, data)
            return path
        # A crash before the rename leaves the staged file, and no statement.
        staged.write_bytes(data)
        os.replace(staged, path)
    except OSError as error:
        raise TrailUnavailable(
            f"{path}: cannot be written (errno {error.errno}, {error.strerror}). "
            "Name another directory, or free the disk."
        ) from error
    return path


def _must_be(path: Path, data: bytes) -> None:
    if path.read_bytes() != data:
        raise SettingsInvalid(
            f"{path}: another statement stands there, and statements are not "
            "overwritten. Name another directory, or move that file away."
        )
