"""What drawn records say against a statement, and what they bound.

Pure. A contradiction makes the statement invalid; a violation is what the records
themselves call one, and is counted. Sources: docs/formats/statement.md, Sample.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from affidavit.attest.agreement import rows_in
from affidavit.attest.sample_draw import Span, drawn
from affidavit.attest.sample_shown import One, Shown, counts
from affidavit.attest.tally import ATTESTED, Values
from affidavit.attest.told import Told
from affidavit.canonical import Json
from affidavit.errors import BrokenTrail, Invalid
from affidavit.trail.record import Entry, Opening

MISS = 0.01
"""How often, at most, so few violations are found where the rate is the bound."""
VIOLATION = "observed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found in drawn records. Only `look` makes one."""

    drawn: int
    """Records."""
    decisions: int
    """Of the period, among them."""
    violations: tuple[int, ...]
    """Indices of calls that left and that the policy would have stopped."""
    bodies: int
    """Decisions whose body was shown and agrees."""
    all: bool
    """Whether every record of the range was drawn: then nothing is left to bound."""
    problems: tuple[str, ...]

    @property
    def bound(self) -> str:
        """The rate of violations in percent that is exceeded with 1 % doubt at most."""
        return percent(rate_bound(self.decisions, len(self.violations)))


def look(shown: Shown, told: Told, span: Span, seed: bytes) -> Looked:
    """Hold proved records against the statement: that they are those that were drawn,
    and what each of them says.

    `BrokenTrail` or `Malformed` when they are others than those, or not in the tree.
    """
    shown.verify(told.head)
    ones = {each.index: each for each in shown.records}
    entries = {index: each.entry for index, each in ones.items()}

    def sought(index: int) -> bool:
        if index not in entries:
            raise BrokenTrail(f"record {index} was drawn and is not shown", index=index)
        return counts(entries[index], told.period)

    chosen = drawn(seed, span, sought)
    edges = span.edges(told.head.size)
    surplus = sorted(ones.keys() - {*chosen, *edges})
    if surplus:
        raise BrokenTrail(
            f"record {surplus[0]} is shown and was not drawn", index=surplus[0]
        )
    problems = list(_at_edges(edges, entries, told))
    found = [each for each in chosen if counts(entries[each], told.period)]
    statement = _Said.of(told)
    bodies = 0
    for index in found:
        problems += statement.contradicted(ones[index], entries[index])
        bodies += ones[index].salted is not None
    return Looked(
        drawn=len(chosen),
        decisions=len(found),
        violations=tuple(
            sorted(each for each in found if entries[each].effect == VIOLATION)
        ),
        bodies=bodies,
        all=len(chosen) == span.end - span.first,
        problems=tuple(problems),
    )


def _at_edges(
    edges: Sequence[int], entries: Mapping[int, Entry], told: Told
) -> Iterator[str]:
    for index in edges:
        if index not in entries:
            raise BrokenTrail(
                f"record {index}, beside those that are drawn from, is not shown",
                index=index,
            )
        if entries[index].at in told.period:
            yield (
                f"record {index} is of the period, and the statement says that none "
                "is there"
            )


@dataclass(frozen=True, slots=True)
class _Said:
    """A statement's figures, as a single decision meets them."""

    openings: Mapping[str, Opening]
    rows: frozenset[tuple[Values, str]]
    unopened: bool
    policies: frozenset[str]
    days: frozenset[tuple[str, str]] | None

    @classmethod
    def of(cls, told: Told) -> "_Said":
        use = told.section("use")
        days = told.predicate.get("days")
        return cls(
            openings={each.label: each for each in told.openings},
            rows=frozenset(rows_in(use)),
            unopened=bool(use.get("unopened")),
            policies=frozenset(_digests(told.predicate["policies"])),
            days=None if days is None else frozenset(_days(days)),
        )

    def contradicted(self, one: One, entry: Entry) -> Iterator[str]:
        """What a decision of the period says that the statement denies."""
        where, effect = f"record {one.index}", entry.effect or ""
        if entry.policy not in self.policies:
            yield f"{where} was decided under a policy that the statement does not name"
        if self.days is not None and (entry.at[:10], effect) not in self.days:
            yield f"{where}: the statement has no {effect} decision of {entry.at[:10]}"
        values = tuple(self._value(entry, field) for field in ATTESTED)
        if None not in values:
            row = tuple(each[0] for each in values if each is not None)
            if (row, effect) not in self.rows:
                yield f"{where}: the statement has no row for such a call"
        elif not self.unopened:
            yield f"{where} bears a label that no opening of the statement opens"
        yield from self._embodied(one, values)

    def _value(self, entry: Entry, field: str) -> tuple[str | None] | None:
        """What the label of a field stands for; None when nothing opens it."""
        label = entry.labels.get(field)
        if label is None:
            return (None,)
        opening = self.openings.get(label)
        return (opening.value,) if opening and opening.field == field else None

    def _embodied(
        self, one: One, values: Sequence[tuple[str | None] | None]
    ) -> Iterator[str]:
        try:
            body = one.body()
        except Invalid as error:
            yield str(error)
            return
        if body is None:
            return
        for field, value in zip(ATTESTED, values, strict=True):
            if value is not None and body.get(field) != value[0]:
                yield (
                    f"record {one.index}: its body tells another {field} than its "
                    "label stands for"
                )


def _digests(policies: Json) -> Iterator[str]:
    for each in policies if isinstance(policies, list) else ():
        match each:
            case {"digest": {"sha256": str(digest)}}:
                yield digest
            case _:
                pass


def _days(days: Json) -> Iterator[tuple[str, str]]:
    for each in days if isinstance(days, list) else ():
        match each:
            case {"day": str(day), "effect": str(effect)}:
                yield day, effect
            case _:
                pass


def rate_bound(looked: int, violations: int, miss: float = MISS) -> float:
    """The upper bound of Clopper and Pearson, one-sided: the rate at which as few
    violations among so many are found with probability `miss`.

    By the binomial distribution. Drawing without replacement is hypergeometric, of
    which the bound is never larger, and takes a population that nobody has recounted.
    """
    if violations >= looked:
        return 1.0
    low, high = violations / looked, 1.0
    for _ in range(100):
        middle = (low + high) / 2
        if _at_most(looked, violations, middle) > miss:
            low = middle
        else:
            high = middle
    return high


def _at_most(looked: int, violations: int, rate: float) -> float:
    """P(X <= violations) of X binomial."""
    if rate in {0.0, 1.0}:
        return 1.0 - rate
    yes, no = math.log(rate), math.log1p(-rate)
    return math.fsum(
        math.exp(_log_choose(looked, each) + each * yes + (looked - each) * no)
        for each in range(violations + 1)
    )


def _log_choose(of: int, some: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(some + 1) - math.lgamma(of - some + 1)


def percent(rate: float) -> str:
    """A rate in percent, rounded up to hundredths."""
    hundredths = math.ceil(rate * 10_000 - 1e-9)
    return f"{hundredths // 100}.{hundredths % 100:02d}"
