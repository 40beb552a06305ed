"""A period's bill against a period's trail, from documents and a verified trail.

Knows the order: verify the trail, gather what it recorded, compare, explain. Figures of
a trail that does not verify are none, and are not given.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from affidavit.canonical import Json
from affidavit.errors import Incomplete, Malformed
from affidavit.reconcile import causes, report
from affidavit.reconcile.causes import Circumstances, Likely
from affidavit.reconcile.compare import Comparison, compare
from affidavit.reconcile.recorded import Harvest
from affidavit.reconcile.report import Source
from affidavit.reconcile.usage import Billed, parse
from affidavit.tlog.logkeys import Pinned
from affidavit.trail.reader import TrailReader
from affidavit.verify import TrailReport, Verdict, verify_trail
from affidavit.verify.bundles import Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be reconciled."""

    start: str
    """First UTC day."""
    end: str
    """The day after the last."""
    keys: frozenset[str] | None = None
    """The API keys (the provider's ids) of governed programs, where they are known."""
    project: str | None = None
    """Whose the calls are that name no project."""
    aliases: Mapping[str, str] | None = None
    """Name of a model → the snapshot that it stood for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What was found."""

    asked: Asked
    comparison: Comparison
    likely: Mapping[int, Sequence[Likely]]
    sources: tuple[Source, ...]
    without_body: int
    trail: TrailReport

    @property
    def whole(self) -> bool:
        """Whether every billed request is covered."""
        return not self.comparison.uncovered

    def as_json(self) -> dict[str, Json]:
        """Everything, as a statement tells it."""
        told = report.as_json(
            self.comparison,
            self.likely,
            self.sources,
            without_body=self.without_body,
        )
        return {"from": self.asked.start, "to": self.asked.end, **told}


def sources(documents: Iterable[tuple[str, bytes]]) -> tuple[Source, ...]:
    """Read every document; `Incomplete` names the one that is not understood."""
    read: list[Source] = []
    for name, data in sorted(documents):
        try:
            read.append(Source(name=name, usage=parse(data)))
        except Malformed as error:
            raise Incomplete(f"{name}: {error}") from error
    names: dict[str, str] = {}
    for each in read:
        usage = each.usage
        if (usage.rows or usage.costs) and usage.digest in names:
            raise Incomplete(
                f"{each.name}: the same as {names[usage.digest]}, and would count "
                "twice. Give each document once."
            )
        names[usage.digest] = each.name
    return tuple(read)


def reconcile(
    trail: TrailReader,
    told: Sequence[Source],
    asked: Asked,
    *,
    key: Pinned,
    now: datetime,
    progress: Progress | None = None,
) -> Reconciliation:
    """Hold `told` against the trail; `now` is when the bill was fetched (UTC).

    Raises as `verify_trail` does, and `Incomplete` when the trail does not verify or
    the documents leave days of the period out.
    """
    today = now.astimezone(UTC).strftime("%Y-%m-%d")
    _must_cover(told, asked, today)
    harvest = Harvest(_stamp(asked.start), _stamp(asked.end), project=asked.project)
    verified = verify_trail(
        trail, key=key, now=now, visit=harvest.visit, progress=progress
    )
    if verified.verdict is Verdict.INVALID:
        raise Incomplete(
            f"{trail.path}: does not verify, so that nothing is to be counted in it. "
            "Run `affidavit trail verify`."
        )
    harvest.close()
    comparison = compare(
        _within(told, asked),
        harvest.cells,
        keys=asked.keys,
        aliases=asked.aliases,
    )
    circumstances = Circumstances(
        began=harvest.began,
        batch_lines=harvest.batch_lines,
        today=today,
        keys=asked.keys,
    )
    return Reconciliation(
        asked=asked,
        comparison=comparison,
        likely=causes.explain(comparison, circumstances),
        sources=tuple(told),
        without_body=harvest.without_body,
        trail=verified,
    )


def _must_cover(told: Sequence[Source], asked: Asked, today: str) -> None:
    """`Incomplete` where days of the period are in no document: they count as none."""
    have = {day for each in told for day in each.usage.days}
    missing = [day for day in _days(asked, today) if day not in have]
    if missing:
        raise Incomplete(
            f"the usage given has nothing on {len(missing)} days of the period, from "
            f"{missing[0]} on. Give every page, or name a shorter period."
        )


def _days(asked: Asked, today: str) -> Iterator[str]:
    """Every day of the period that has begun."""
    day = date.fromisoformat(asked.start)
    while day.isoformat() < asked.end and day.isoformat() <= today:
        yield day.isoformat()
        day += timedelta(days=1)


def _within(told: Sequence[Source], asked: Asked) -> Iterable[Billed]:
    for each in told:
        for row in each.usage.rows:
            if asked.start <= row.day < asked.end:
                yield row


def _stamp(day: str) -> str:
    return f"{day}T00:00:00.000Z"
