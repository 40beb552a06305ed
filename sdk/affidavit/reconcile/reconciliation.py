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
from affidavit.reconcile.documents import parse
from affidavit.reconcile.recorded import Harvest, Place, Recorded
from affidavit.reconcile.report import Source
from affidavit.reconcile.usage import Billed
from affidavit.tlog.logkeys import Pinned
from affidavit.trail.reader import TrailReader
from affidavit.verify import TrailReport, Verdict, verify_trail
from affidavit.verify.bundles import Progress

_SECONDS = "%Y-%m-%dT%H:%M:%SZ"
_SETTLED_DAYS = 3
"""From a day's begin to two whole days after its end."""


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

    @property
    def terms(self) -> dict[str, Json]:
        """How both sides are held against each other, as a statement says it."""
        return {
            "governedKeys": None if self.keys is None else sorted(self.keys),
            "project": self.project,
            "aliases": dict(sorted((self.aliases or {}).items())),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the trail has of the period."""

    rows: Mapping[Place, Recorded]
    batch_lines: Mapping[str, int]
    """Day → lines of batch files that left."""
    began: str | None
    """`at` of the trail's first record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Both sides, held against each other."""

    comparison: Comparison
    likely: Mapping[int, Sequence[Likely]]
    """Index of a cell that does not agree → why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """What was found."""

    asked: Asked
    comparison: Comparison
    likely: Mapping[int, Sequence[Likely]]
    sources: tuple[Source, ...]
    without_body: int
    fetched: str
    """When the bill was fetched: UTC, whole seconds."""
    trail: TrailReport

    @property
    def whole(self) -> bool:
        """Whether every billed request is covered."""
        return not self.comparison.uncovered

    def as_json(self) -> dict[str, Json]:
        """Everything, as programs read it; `affidavit attest` takes it too."""
        told = report.as_json(
            self.comparison,
            self.likely,
            [each.within(self.asked.start, self.asked.end) for each in self.sources],
            without_body=self.without_body,
        )
        asked = self.asked
        return {
            "from": asked.start,
            "to": asked.end,
            "fetched": self.fetched,
            "terms": asked.terms,
            "provisional": list(provisional(asked.start, asked.end, self.fetched)),
            **told,
        }


def provisional(start: str, end: str, fetched: str) -> Iterator[str]:
    """Days that were not over for two whole days when the bill was fetched."""
    day = date.fromisoformat(start)
    latest = date.fromisoformat(fetched[:10]) - timedelta(days=_SETTLED_DAYS)
    while day.isoformat() < end:
        if day >= latest:
            yield day.isoformat()
        day += timedelta(days=1)


def hold(told: Iterable[Source], seen: Seen, asked: Asked, *, fetched: str) -> Held:
    """Compare and explain; pure."""
    rows = _within(told, asked)
    comparison = compare(
        rows,
        seen.rows,
        keys=asked.keys,
        project=asked.project,
        aliases=asked.aliases,
    )
    known = Circumstances(
        began=seen.began,
        batch_lines=seen.batch_lines,
        today=fetched[:10],
        keys=asked.keys,
    )
    return Held(comparison=comparison, likely=causes.explain(comparison, known))


def sources(documents: Iterable[tuple[str, bytes]]) -> tuple[Source, ...]:
    """Read every document; `Incomplete` names the one that is not understood."""
    read: list[Source] = []
    for name, data in sorted(documents):
        try:
            read.append(Source(name=name, usage=parse(data), bytes=len(data)))
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
    fetched: datetime | None = None,
    progress: Progress | None = None,
) -> Reconciliation:
    """Hold `told` against the trail; `fetched` is when the bill was, by default `now`.

    Raises as `verify_trail` does, and `Incomplete` when the trail does not verify or
    the documents leave days of the period out.
    """
    moment = (fetched or now).astimezone(UTC).strftime(_SECONDS)
    must_cover(told, asked, moment[:10])
    harvest = Harvest(midnight(asked.start), midnight(asked.end))
    verified = verify_trail(
        trail, key=key, now=now, visit=harvest.visit, progress=progress
    )
    if verified.verdict is Verdict.INVALID:
        raise Incomplete(
            f"{trail.path}: does not verify, so that nothing is to be counted in it. "
            "Run `affidavit trail verify`."
        )
    harvest.close()
    held = hold(told, seen_by(harvest), asked, fetched=moment)
    return Reconciliation(
        asked=asked,
        comparison=held.comparison,
        likely=held.likely,
        sources=tuple(told),
        without_body=harvest.without_body,
        fetched=moment,
        trail=verified,
    )


def seen_by(harvest: Harvest) -> Seen:
    """What a harvest has, once it is closed."""
    return Seen(rows=harvest.rows, batch_lines=harvest.batch_lines, began=harvest.began)


def must_cover(told: Sequence[Source], asked: Asked, today: str) -> None:
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


def _within(told: Iterable[Source], asked: Asked) -> Iterable[Billed]:
    for each in told:
        for row in each.usage.rows:
            if asked.start <= row.day < asked.end:
                yield row


def midnight(day: str) -> str:
    """The first moment of a UTC day, as records spell it."""
    return f"{day}T00:00:00.000Z"
