"""From files and trails to a report: the whole scan.

Knows the order: trails are verified while their fingerprints are gathered, then the
files are looked at. Clocks come in.
"""

import resource
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from affidavit.fingerprint import Key
from affidavit.scan.data import recall
from affidavit.scan.data.files import Source, sources
from affidavit.scan.data.index import Index
from affidavit.scan.data.recorded import Recorded
from affidavit.scan.data.result import FilePart, HitPart, Report, TrailPart
from affidavit.scan.data.seek import Trail
from affidavit.scan.data.work import Scanned, Tell, scan
from affidavit.tlog.logkeys import Pinned
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import stamp
from affidavit.verify import TrailReport, verify_trail
from affidavit.verify.bundles import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One trail to look for outputs of."""

    reader: TrailReader
    keys: Pinned
    """Whose signatures count."""
    fingerprint: Key
    wal_key: bytes | None = None
    since: str = ""
    """First moment of outcomes, as records print it; empty for the beginning."""
    until: str = ""
    """First moment after; empty for the end."""


def gather(
    asked: Asked, now: datetime, progress: Progress | None = None
) -> tuple[Recorded, TrailReport]:
    """Verify one trail and take its fingerprints; raises as `verify_trail`."""
    recorded = Recorded(
        asked.fingerprint,
        since=asked.since.encode(),
        until=asked.until.encode() or b"~",
    )
    report = verify_trail(
        asked.reader,
        key=asked.keys,
        now=now,
        wal_key=asked.wal_key,
        progress=progress,
        visit=recorded.visit,
    )
    return recorded, report


def scanned(
    paths: Sequence[Path],
    trails: Sequence[Asked],
    *,
    now: datetime,
    jobs: int,
    accepted: Sequence[str] = (),
    gathering: Progress | None = None,
    tell: Tell | None = None,
) -> Report:
    """Look for the outputs of all `trails` in all files at or below `paths`."""
    begun = time.perf_counter()
    gathered = [gather(each, now, gathering) for each in trails]
    found = [each for path in paths for each in sources(path)]
    ready = [Trail(it.key, Index.of(it)) for it, _ in gathered]
    results = scan(found, ready, jobs=jobs, tell=tell)
    lengths: Counter[int] = Counter()
    for recorded, _ in gathered:
        lengths.update(recorded.lengths())
    return Report(
        trails=[
            _trail(asked, recorded, report)
            for asked, (recorded, report) in zip(trails, gathered, strict=True)
        ],
        files=[_file(each) for each in results],
        hits=list(_hits(results, [recorded for recorded, _ in gathered])),
        recall_exact=recall.recall(0, lengths),
        recall_light=recall.recall(recall.LIGHT, lengths),
        accepted=accepted,
        at=stamp(int(now.timestamp() * 1000)),
        seconds=time.perf_counter() - begun,
        memory=_memory(),
    )


def _trail(asked: Asked, recorded: Recorded, report: TrailReport) -> TrailPart:
    return TrailPart(
        origin=report.origin,
        size=report.size,
        root=report.root.hex(),
        checkpoint=report.checkpoint.decode("utf-8", "replace"),
        verdict=report.verdict.value,
        since=asked.since or None,
        until=asked.until or None,
        counts=asdict(recorded.counts),
        lengths=recorded.lengths(),
    )


def _file(scanned: Scanned) -> FilePart:
    source: Source = scanned.source
    problems = [
        text if number is None else f"row {number}: {text}"
        for number, text in scanned.problems
    ]
    if scanned.more_problems:
        problems.append(f"and {scanned.more_problems} more")
    return FilePart(
        name=source.name,
        format=source.portions[0].format.value if source.portions else None,
        size=source.size,
        sha256=scanned.sha256,
        rows=scanned.rows,
        kinds=scanned.kinds,
        problems=problems,
        left_out=source.left_out,
    )


def _hits(
    results: Iterable[Scanned], recorded: Sequence[Recorded]
) -> Iterable[HitPart]:
    for file, result in enumerate(results):
        for hit in result.hits:
            known = recorded[hit.trail]
            yield HitPart(
                file=file,
                row=hit.row,
                name=hit.name,
                place=hit.place,
                kind=hit.kind.value,
                share=hit.share,
                trail=hit.trail,
                record=known.records[hit.output],
                call=known.names[hit.output],
            )


def _memory() -> int:
    """Bytes that this process took at most: it made what all of them look up in."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
