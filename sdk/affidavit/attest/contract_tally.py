"""Counting what a contract's checks ask for and no other section of a statement has.

Pure. Knows records as they pass by, once. Decisions are told apart by labels and the
openings that a statement discloses, for whoever attests and for whoever checks alike;
what only bodies tell is counted from bodies, and says how many were missing.
"""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import NamedTuple, TypeAlias

from affidavit import canonical
from affidavit.attest.contract_model import ActivityCheck, ContractFile, RefusalsCheck
from affidavit.attest.predicate import number, openings_of
from affidavit.attest.tally import ATTESTED, Period, Values
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.policy.globs import Globs
from affidavit.trail.record import SALT_BYTES, Opening, stamp

FIELDS = (*ATTESTED, "project")
LEFT = ("permit", "observed")
STOPPED = ("refuse", "review")
Body: TypeAlias = Mapping[str, Json]
Seen: TypeAlias = Callable[[Body], bool]
Row: TypeAlias = tuple[Values, str]
"""Purpose, model, endpoint and project; and the effect."""


class Question(NamedTuple):
    """What a check wants to know of bodies, and of which decisions."""

    clause: str
    check: int
    effects: Sequence[str]
    seen: Seen


class Scope:
    """Which calls a contract is about."""

    def __init__(self, content: ContractFile) -> None:
        scope, out = content.scope, content.exclusions
        self._in = (
            _globs(scope.purposes if scope else None),
            _globs(scope.models if scope else None),
        )
        self._out = (
            Globs(out.purposes) if out and out.purposes else None,
            Globs(out.models) if out and out.models else None,
        )
        self._projects = set(scope.projects or ()) if scope else set()
        self._others = set(out.projects or ()) if out else set()

    @property
    def projects(self) -> list[str]:
        """Every project that it names: all that need be told apart."""
        return sorted(self._projects | self._others)

    def holds(self, values: Values) -> bool:
        """Whether calls of these four values are in scope."""
        purpose, model, _, project = values
        told = ((purpose, self._in[0]), (model, self._in[1]))
        if not all(wanted.match(value) for value, wanted in told):
            return False
        if self._projects and project not in self._projects:
            return False
        left_out = zip((purpose, model), self._out, strict=True)
        if any(each is not None and each.match(value) for value, each in left_out):
            return False
        return project not in self._others


def _globs(patterns: tuple[str, ...] | None) -> Globs:
    return Globs(patterns or ("*",))


class ContractTally:
    """What the records show of a contract's checks. `figures` comes last."""

    def __init__(self, content: ContractFile, period: Period) -> None:
        self._period = period
        self.scope = Scope(content)
        self._questions = list(questions(content))
        asked = {check.name for each in content.clauses for check in each.checks}
        self._asked = asked
        self._borne: Counter[Row] = Counter()
        self._spoken: list[Counter[Values]] = [Counter() for _ in self._questions]
        self._unread: list[Counter[Values]] = [Counter() for _ in self._questions]
        self._times = array("q") if "longest_gap" in asked else None
        self._pruned: str | None = None
        self._incidents: dict[str, str] = {}
        self._closed: dict[str, str] = {}

    def visit(self, _index: int, entry: bytes, salted: bytes | None) -> None:
        """Take one sealed record that was found whole, in its order."""
        value = canonical.parse(entry)
        if not isinstance(value, Mapping):
            return
        at, kind = str(value["at"]), value["kind"]
        if at in self._period:
            if self._times is not None:
                self._times.append(_milliseconds(at))
            if kind == "decision":
                self._decision(value, salted)
        if kind == "pruning" and "retention" in self._asked:
            self._pruning(_body(salted))
        elif kind == "incident" and "no_open_incident" in self._asked:
            self._incident(str(value["id"]), at, _body(salted))

    def _decision(self, value: Mapping[str, Json], salted: bytes | None) -> None:
        labels, effect = value.get("labels"), str(value.get("effect"))
        named = labels if isinstance(labels, Mapping) else {}
        borne = tuple(_text(named.get(field)) for field in FIELDS)
        self._borne[borne, effect] += 1
        body, parsed = None, False
        for place, each in enumerate(self._questions):
            if effect not in each.effects:
                continue
            if not parsed:
                body, parsed = _body(salted), True
            if body is not None and each.seen(body):
                self._spoken[place][borne] += 1
            elif body is None or body.get("truncated") is True:
                self._unread[place][borne] += 1

    def _pruning(self, body: Body | None) -> None:
        before = None if body is None or "what" in body else body.get("before")
        if isinstance(before, str):
            self._pruned = max(self._pruned or "", before)

    def _incident(self, name: str, at: str, body: Body | None) -> None:
        match body:
            case {"what": "opened"}:
                self._incidents[name] = at
            case {"what": "closed", "incident": str(which)}:
                self._closed.setdefault(which, at)
            case _:
                pass

    def figures(
        self, attested: Iterable[Opening], projects: Sequence[Opening]
    ) -> dict[str, Json]:
        """The section `figures` but for what no record tells.

        `attested` opens purposes, models and endpoints, `projects` the contract's.
        """
        openings = {it.label: it for it in (*attested, *projects)}
        made: dict[str, Json] = {
            "rows": rows_of(self._in_scope(self._borne, openings)),
            "openings": openings_of(projects),
        }
        if self._times is not None:
            made["longestGap"] = self._gap()
        if self._questions:
            made["spoken"] = [
                {
                    "clause": each.clause,
                    "check": each.check,
                    "decisions": number(self._sum(self._spoken[place], openings)),
                    "unread": number(self._sum(self._unread[place], openings)),
                }
                for place, each in enumerate(self._questions)
            ]
        if "retention" in self._asked:
            made["pruned"] = {"before": self._pruned}
        if "no_open_incident" in self._asked:
            made["incidents"] = self._incident_counts()
        return made

    def _in_scope(
        self, borne: Counter[Row], openings: Mapping[str, Opening]
    ) -> Counter[Row]:
        rows: Counter[Row] = Counter()
        for (labels, effect), count in borne.items():
            values = opened(labels, openings)
            if values is not None and self.scope.holds(values):
                rows[values, effect] += count
        return rows

    def _sum(self, borne: Counter[Values], openings: Mapping[str, Opening]) -> int:
        """Those in scope; one that cannot be told apart may be."""
        total = 0
        for labels, count in borne.items():
            values = opened(labels, openings)
            total += count if values is None or self.scope.holds(values) else 0
        return total

    def _gap(self) -> Json:
        ends = (_milliseconds(self._period.start), _milliseconds(self._period.end))
        times = sorted((*ends, *(self._times or ())))
        pairs = pairwise(times)
        start, end = max(pairs, key=lambda pair: pair[1] - pair[0])
        return {
            "seconds": (end - start) // 1000,
            "from": stamp(start),
            "to": stamp(end),
        }

    def _incident_counts(self) -> dict[str, Json]:
        end = self._period.end
        opened_by = {it for it, at in self._incidents.items() if at < end}
        closed_by = {it for it, at in self._closed.items() if at < end}
        return {
            "open": len(opened_by - closed_by),
            "opened": sum(at in self._period for at in self._incidents.values()),
            "closed": sum(at in self._period for at in self._closed.values()),
        }


def questions(content: ContractFile) -> Iterator[Question]:
    """What the checks ask of bodies, in order."""
    for clause in content.clauses:
        for place, check in enumerate(clause.checks):
            if check.no_activity is not None:
                seen = _bears(check.no_activity)
                yield Question(clause.id, place, LEFT, seen)
            elif check.refusals is not None:
                seen = _stopped_by(check.refusals)
                yield Question(clause.id, place, STOPPED, seen)


def _bears(check: ActivityCheck) -> Seen:
    wanted, least = Globs(check.activities), Decimal(check.score)

    def seen(body: Body) -> bool:
        return any(
            wanted.match(_text(each.get("activity"))) and _score(each) >= least
            for each in _objects(body.get("findings"))
        )

    return seen


def _stopped_by(check: RefusalsCheck) -> Seen:
    wanted = Globs(check.rules)

    def seen(body: Body) -> bool:
        reasons = _objects(body.get("reasons"))
        return any(wanted.match(_text(each.get("rule"))) for each in reasons)

    return seen


def _score(finding: Mapping[str, Json]) -> Decimal:
    """A score that cannot be read counts as the highest: it may be."""
    try:
        return Decimal(str(finding.get("score")))
    except InvalidOperation:
        return Decimal(1)


def _objects(value: Json) -> Iterator[Mapping[str, Json]]:
    for each in value if isinstance(value, list) else ():
        if isinstance(each, Mapping):
            yield each


def opened(labels: Values, openings: Mapping[str, Opening]) -> Values | None:
    """What four labels stand for; None when one of the first three is not opened. A
    project that nothing opens is none that the contract names.
    """
    values: list[str | None] = []
    for field, label in zip(FIELDS, labels, strict=True):
        found = None if label is None else openings.get(label)
        fits = found is not None and found.field == field
        if label is not None and not fits and field != "project":
            return None
        values.append(found.value if found is not None and fits else None)
    return tuple(values)


def rows_of(rows: Counter[Row]) -> list[Json]:
    """Rows in the order of `use.rows`: by their fields, none first."""
    ordered = sorted(rows.items(), key=_order)
    return [
        {
            **dict(zip(FIELDS, values, strict=True)),
            "effect": effect,
            "decisions": number(count),
        }
        for (values, effect), count in ordered
        if count
    ]


def _order(item: tuple[Row, int]) -> list[tuple[bool, str]]:
    (values, effect), _ = item
    return [(it is not None, it or "") for it in (*values, effect)]


def _body(salted: bytes | None) -> Body | None:
    try:
        value = canonical.parse(salted[SALT_BYTES:]) if salted else None
    except Malformed:
        return None
    return value if isinstance(value, Mapping) else None


def _milliseconds(at: str) -> int:
    whole = int(datetime.fromisoformat(at[:19] + "+00:00").timestamp())
    return whole * 1000 + int(at[20:23])


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
