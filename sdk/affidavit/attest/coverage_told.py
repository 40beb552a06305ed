"""The section `coverage` of somebody's statement: read, held against itself, its
responses and the trail.

Knows what follows from what in it. With the provider's responses every figure is made
again from them and the section's rows; with entries the rows' calls are counted again,
with bodies the rows.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, cast

from affidavit import canonical
from affidavit.attest.agreement import Section, differences
from affidavit.attest.coverage import (
    COUNTS,
    DIRECTORY,
    FIELDS,
    NAME,
    PLACE,
    figures_of,
    missing_days,
    opening_as_json,
    recorded_as_json,
    source_as_json,
    whole_days,
)
from affidavit.attest.predicate import number
from affidavit.attest.tally import Period
from affidavit.canonical import Json
from affidavit.errors import Incomplete, Malformed
from affidavit.reconcile import kept, report
from affidavit.reconcile.reconciliation import (
    Asked,
    Seen,
    midnight,
    must_cover,
    provisional,
    seen_by,
    sources,
)
from affidavit.reconcile.recorded import FAMILIES, LEFT, Harvest, Place, Recorded
from affidavit.trail.record import Opening

_FIVE = {"billed", "recorded", "covered", "uncovered", "excess"}
_KINDS = {each.value for each in FAMILIES.values()}
_NONCE_BYTES = 16
_MAX_SHOWN = 20

Key = tuple[str, str, str | None, str | None]
"""Day, family, project and the model asked for: what labels tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The section of somebody's statement, as far as its shape is right."""

    asked: Asked
    fetched: str
    names: tuple[tuple[str, str], ...]
    """Each response: name, SHA-256 in hex."""
    rows: Mapping[Place, Recorded]
    batch_lines: Mapping[str, int]
    without_body: int
    openings: tuple[Opening, ...]
    section: Section

    @classmethod
    def parse(cls, value: Json) -> "Told":
        """Read a section; `Malformed` when it is none."""
        if not isinstance(value, Mapping) or value.keys() != FIELDS:
            raise Malformed("the statement's coverage is no such section")
        match value:
            case {
                "period": {"from": str(start), "to": str(end), **rest},
                "fetched": str(fetched),
                "terms": dict(terms),
                "sources": [*named],
                "recorded": [*rows],
                "batchLines": [*lines],
                "openings": [*openings],
            } if not rest:
                pass
            case _:
                raise Malformed("the statement's coverage lacks a part")
        return cls(
            asked=kept.asked_of(start, end, terms),
            fetched=kept.moment(fetched),
            names=tuple(map(_named, named)),
            rows=dict(map(_row, rows)),
            batch_lines=dict(map(_lines, lines)),
            without_body=_count(value["withoutBody"]),
            openings=tuple(map(_opening, openings)),
            section=cast("dict[str, Json]", value),
        )

    @property
    def seen(self) -> Seen:
        """What the statement says that the trail has; `began` is to be added."""
        return Seen(rows=self.rows, batch_lines=self.batch_lines, began=None)

    def contradictions(self, period: Period) -> Iterator[str]:
        """What does not follow from the section's own figures."""
        start, end = self.asked.start, self.asked.end
        first, last = whole_days(period)
        if start < first or end > last:
            yield "coverage.period: it is not within the statement's"
            return
        due: dict[str, Json] = {
            "missingDays": missing_days(period, start, end),
            "provisional": list(provisional(start, end, self.fetched)),
            **recorded_as_json(self.seen),
            "openings": [opening_as_json(each) for each in self.openings],
        }
        yield from differences(due, self.section, NAME)
        if any(not start <= place.day < end for place in self.rows):
            yield "coverage.recorded: a row is of no day of its period"
        if any(place.family not in _KINDS for place in self.rows):
            yield "coverage.recorded: a row is of no kind that is compared"
        projects = sorted({place.project for place in self.rows if place.project})
        if [each.value for each in self.openings] != projects:
            yield "coverage.openings: they are not those of the projects in its rows"
        yield from self._about_sums()

    def _about_sums(self) -> Iterator[str]:
        every = self.rows.values()
        recorded = {
            "requests": sum(row.calls + row.batched for row in every),
            "inputTokens": sum(row.input_tokens for row in every),
            "outputTokens": sum(row.output_tokens for row in every),
        }
        for name, count in recorded.items():
            five = _five(self.section[name])
            if not _balanced(five):
                yield f"coverage.{name}: its figures do not add up"
            if five["recorded"] != count:
                yield f"coverage.{name}.recorded: {five['recorded']}, rows: {count}"
        total = _five(self.section["requests"])
        for name in ("days", "gaps"):
            sums = _summed(self.section[name])
            wrong = [
                each
                for each in total
                if sums[each] != total[each]
                and (name == "days" or each in ("uncovered", "excess"))
            ]
            if wrong:
                yield f"coverage.{name}: {', '.join(wrong)} do not sum up to requests"
        if self.section["share"] != report.share(total["covered"], total["billed"]):
            yield "coverage.share: it is not that of requests"

    def recomputed(
        self, responses: Mapping[str, bytes], began: str | None
    ) -> Iterator[str]:
        """What the responses say otherwise; every one that is named must be there."""
        for name, digest in self.names:
            found = sha256(responses[name]).hexdigest()
            if found != digest:
                yield (
                    f"{DIRECTORY}/{name}: not the response that the statement names: "
                    f"its SHA-256 is {found}, not {digest}"
                )
                return
        documents = [(name, responses[name]) for name, _ in self.names]
        try:
            told = sources(documents)
            must_cover(told, self.asked, self.fetched[:10])
        except Incomplete as error:
            yield f"coverage: {error}"
            return
        due: dict[str, Json] = {"sources": [source_as_json(each) for each in told]}
        seen = Seen(rows=self.rows, batch_lines=self.batch_lines, began=began)
        due |= figures_of(told, seen, self.asked, self.fetched)
        yield from differences(due, self.section, NAME)

    def tally(self, attested: Sequence[Opening]) -> "Recount":
        """What counts the rows again; `attested` are the statement's own openings."""
        return Recount(self.asked, [*attested, *self.openings])

    def recounted(self, tally: "Recount", *, bodies: bool) -> Iterator[str]:
        """What the records say otherwise."""
        if bodies:
            yield from self._by_bodies(tally.harvest)
        told: Counter[Key] = Counter()
        for place, row in self.rows.items():
            key = (place.day, place.family, place.project, place.asked)
            told[key] += row.calls + row.handshakes
        lost = 0
        wrong = []
        for key in told.keys() | tally.decisions.keys():
            counted = tally.decisions[key]
            lost += counted - told[key]
            if counted < told[key] or (counted > told[key] and not self.without_body):
                wrong.append((key, told[key], counted))
        for key, said, counted in sorted(wrong, key=str)[:_MAX_SHOWN]:
            where = ", ".join(str(each or "-") for each in key)
            yield f"coverage.recorded: {where}: {said} calls, counted: {counted}"
        if not wrong and lost > self.without_body:
            yield f"coverage.recorded: {lost - self.without_body} calls are in no row"

    def _by_bodies(self, harvest: Harvest) -> Iterator[str]:
        harvest.close()
        if harvest.without_body > self.without_body:
            return  # bodies were pruned since: entries are what is left
        due = recorded_as_json(seen_by(harvest))
        due["withoutBody"] = number(harvest.without_body)
        yield from differences(due, self.section, NAME)


class Recount:
    """Counts again: by labels, and by bodies where they are at hand."""

    def __init__(self, asked: Asked, openings: Iterable[Opening]) -> None:
        self._start, self._end = midnight(asked.start), midnight(asked.end)
        self._values = {(each.field, each.label): each.value for each in openings}
        self.harvest = Harvest(self._start, self._end)
        self.decisions: Counter[Key] = Counter()
        """Calls that were let through, by what their labels open to."""

    def visit(self, index: int, entry: bytes, salted: bytes | None) -> None:
        """One record of the tree."""
        self.harvest.visit(index, entry, salted)
        value = canonical.parse(entry)
        if not isinstance(value, Mapping) or value.get("effect") not in LEFT:
            return
        at = str(value["at"])
        if value["kind"] != "decision" or not self._start <= at < self._end:
            return
        labels = value.get("labels")
        borne = labels if isinstance(labels, Mapping) else {}
        family = FAMILIES.get(self._opened(borne, "endpoint") or "")
        if family is not None:
            project, model = (self._opened(borne, it) for it in ("project", "model"))
            self.decisions[at[:10], family.value, project, model] += 1

    def _opened(self, labels: Mapping[str, Json], field: str) -> str | None:
        label = labels.get(field)
        if label is None:
            return None
        return self._values.get((field, str(label)), f"({label})")


def _balanced(five: Mapping[str, int]) -> bool:
    covered = five["covered"]
    billed, recorded = covered + five["uncovered"], covered + five["excess"]
    return billed == five["billed"] and recorded == five["recorded"]


def _five(value: Json) -> dict[str, int]:
    if not isinstance(value, Mapping) or value.keys() != _FIVE:
        raise Malformed(f"not the five figures of coverage: {value!r:.200}")
    return {name: _count(each) for name, each in value.items()}


def _summed(value: Json) -> Counter[str]:
    sums: Counter[str] = Counter()
    for each in value if isinstance(value, list) else (None,):
        if not isinstance(each, Mapping) or "requests" not in each:
            raise Malformed(f"not a day or cell of coverage: {each!r:.200}")
        sums.update(_five(each["requests"]))
    return sums


def _named(value: Json) -> tuple[str, str]:
    match value:
        case {"name": str(name), "digest": {"sha256": str(digest)}, **rest} if (
            rest.keys() == {"bytes"} and kept.NAME.fullmatch(name)
        ):
            return name, digest
        case _:
            raise Malformed(f"not a response of coverage: {value!r:.200}")


def _row(value: Json) -> tuple[Place, Recorded]:
    if not isinstance(value, Mapping) or value.keys() != {*PLACE, *COUNTS}:
        raise Malformed(f"not a row of coverage: {value!r:.200}")
    place: dict[str, Any] = {name: value[name] for name in PLACE}
    if not all(it is None or isinstance(it, str) for it in place.values()):
        raise Malformed(f"not a row of coverage: {value!r:.200}")
    if place["day"] is None or place["family"] is None:
        raise Malformed(f"a row of coverage without day or kind: {value!r:.200}")
    counts = {field: _count(value[name]) for name, field in COUNTS.items()}
    return Place(**place), Recorded(**counts)


def _lines(value: Json) -> tuple[str, int]:
    match value:
        case {"day": str(day), "lines": lines, **rest} if not rest:
            return day, _count(lines)
        case _:
            raise Malformed(f"not the batch lines of a day: {value!r:.200}")


def _opening(value: Json) -> Opening:
    match value:
        case {"field": "project", "value": str(text), "nonce": str(nonce), **rest} if (
            not rest
        ):
            return Opening("project", text, canonical.untext(nonce, size=_NONCE_BYTES))
        case _:
            raise Malformed(f"not the opening of a project: {value!r:.200}")


def _count(value: Json) -> int:
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        again = int(value[:40])
        if number(again) == value:
            return again
    elif type(value) is int and value >= 0:
        return value
    raise Malformed(f"not a count: {value!r:.80}")
