"""The section `coverage`: how much of what the provider billed is in the trail.

Knows the section's shape (docs/formats/statement.md) and how it is made. How bill and
trail are held against each other is `reconcile`'s; how somebody else's section is
checked, `coverage_told`'s.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from affidavit import canonical
from affidavit.attest.predicate import number
from affidavit.attest.tally import Period
from affidavit.canonical import Json
from affidavit.errors import Incomplete
from affidavit.reconcile import report
from affidavit.reconcile.kept import Kept
from affidavit.reconcile.reconciliation import (
    Asked,
    Seen,
    hold,
    midnight,
    must_cover,
    provisional,
    seen_by,
    sources,
)
from affidavit.reconcile.recorded import Harvest
from affidavit.reconcile.report import Source
from affidavit.trail.record import Labels, Opening, parse_moment

NAME = "coverage"
DIRECTORY = "usage"
"""Where the provider's responses lie, in the folder of an attestation."""
FIGURES = (
    "share",
    "requests",
    "inputTokens",
    "outputTokens",
    "days",
    "gaps",
    "causes",
    "otherwiseCounted",
    "costs",
)
FIELDS = {
    "period",
    "missingDays",
    "provisional",
    "fetched",
    "terms",
    "sources",
    "recorded",
    "batchLines",
    "withoutBody",
    "openings",
    *FIGURES,
}
PLACE = ("day", "family", "project", "asked", "model")
COUNTS = {
    "calls": "calls",
    "answered": "answered",
    "tries": "tries",
    "inputTokens": "input_tokens",
    "outputTokens": "output_tokens",
    "estimated": "estimated",
    "abandoned": "abandoned",
    "unknown": "unknown",
    "turns": "turns",
    "handshakes": "handshakes",
    "batched": "batched",
}


def days_of(period: Period, start: str, end: str) -> tuple[str, str]:
    """Whole UTC days of `period` from `start` up to `end`; `Incomplete` for none."""
    first, last = whole_days(period)
    begin, stop = max(first, start), min(last, end)
    if begin >= stop:
        raise Incomplete(
            f"the reconciliation is of {start} to {end}, and no whole day of it lies "
            f"in the period from {period.start} to {period.end}."
        )
    return begin, stop


def whole_days(period: Period) -> tuple[str, str]:
    """The first whole UTC day of a period, and the day after the last."""
    first = period.start[:10]
    if midnight(first) != period.start:
        first = (date.fromisoformat(first) + timedelta(days=1)).isoformat()
    return first, period.end[:10]


def missing_days(period: Period, start: str, end: str) -> int:
    """Days of the period, cut ones included, that are not in `[start, end)`."""
    last = parse_moment(period.end) - timedelta(milliseconds=1)
    whole = last.date() - date.fromisoformat(period.start[:10])
    covered = date.fromisoformat(end) - date.fromisoformat(start)
    return whole.days + 1 - covered.days


class Coverage:
    """The section under way: takes a trail's records, then says what it found."""

    def __init__(self, bill: Kept, period: Period) -> None:
        """Raises `Incomplete` when the responses leave days out, or cannot be read."""
        self._bill, self._period = bill, period
        start, end = days_of(period, bill.asked.start, bill.asked.end)
        self._asked = replace(bill.asked, start=start, end=end)
        self._sources = sources(bill.documents)
        must_cover(self._sources, self._asked, bill.fetched[:10])
        self._harvest = Harvest(midnight(start), midnight(end))
        self.visit: Callable[[int, bytes, bytes | None], None] = self._harvest.visit

    def section(self, labels: Labels) -> dict[str, Json]:
        """The section; `labels` opens those of projects."""
        harvest, asked = self._harvest, self._asked
        harvest.close()
        projects = {place.project for place in harvest.rows if place.project}
        openings = [labels.opening("project", each) for each in sorted(projects)]
        days = asked.start, asked.end
        return {
            "period": {"from": asked.start, "to": asked.end},
            "missingDays": missing_days(self._period, *days),
            "provisional": list(provisional(*days, self._bill.fetched)),
            "fetched": self._bill.fetched,
            "terms": asked.terms,
            "sources": [source_as_json(each) for each in self._sources],
            **recorded_as_json(seen_by(harvest)),
            "withoutBody": number(harvest.without_body),
            "openings": [opening_as_json(each) for each in openings],
            **figures_of(self._sources, seen_by(harvest), asked, self._bill.fetched),
        }


def source_as_json(each: Source) -> Json:
    """One of the field `sources`."""
    digest: Json = {"sha256": each.usage.digest}
    return {"name": each.name, "digest": digest, "bytes": each.bytes}


def recorded_as_json(seen: Seen) -> dict[str, Json]:
    """The fields `recorded` and `batchLines`."""
    return {
        "recorded": [
            {
                **{name: getattr(place, name) for name in PLACE},
                **{
                    name: number(getattr(seen.rows[place], field))
                    for name, field in COUNTS.items()
                },
            }
            for place in sorted(seen.rows, key=lambda each: each.order)
        ],
        "batchLines": [
            {"day": day, "lines": number(seen.batch_lines[day])}
            for day in sorted(seen.batch_lines)
            if seen.batch_lines[day]
        ],
    }


def figures_of(
    told: Sequence[Source], seen: Seen, asked: Asked, fetched: str
) -> dict[str, Json]:
    """Everything that follows from responses and rows."""
    held = hold(told, seen, asked, fetched=fetched)
    inside = [each.within(asked.start, asked.end) for each in told]
    return report.figures(held.comparison, held.likely, inside)


def opening_as_json(each: Opening) -> Json:
    """One of the field `openings`."""
    return {
        "field": each.field,
        "value": each.value,
        "nonce": canonical.text(each.nonce),
    }
