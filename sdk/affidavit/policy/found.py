"""What detectors may say of a call, as axes: one for each kind and sort of activity.

Knows which kinds and activities two policies could tell apart, and how the engine makes
a purpose's mismatch of them (`engine.NO_ACTIVITY`, `engine.ORDINARY`). Finds nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from affidavit.calls import Finding
from affidavit.findings import Activity, Kind
from affidavit.policy import ranges
from affidavit.policy.arrangement import kinds
from affidavit.policy.domain import FINDING, Domain, Values
from affidavit.policy.engine import NO_ACTIVITY, ORDINARY
from affidavit.policy.globs import Globs
from affidavit.policy.in_force import Purpose

DETECTOR = "example"


class Found(NamedTuple):
    """An axis of findings: one kind, doing things of one sort."""

    kind: str
    activity: str

    @property
    def axis(self) -> str:
        """Its name."""
        return f"{FINDING}{self.kind}/{self.activity}"


def findings(
    space: Domain, purposes: Iterable[Purpose | None]
) -> dict[Found, tuple[int | None, ...]]:
    """Axes of findings under a purpose, each with scores in thousandths; None is none.

    Only what the policies look at: kinds by their thresholds, activities by the
    patterns of rules and of the purpose's own list.
    """
    lists = [p.activities for p in purposes if p is not None and p.activities]
    lists += [Globs((pattern,)) for pattern in _patterns(space)]
    prefix = len(FINDING)
    looked = {name[prefix:] for name in space.seen if name.startswith(FINDING)}
    if lists:  # what a finding of any other kind does counts too
        looked |= set(_standing_for_others(looked))
    mismatch = space.seen.get(f"{FINDING}{Kind.PURPOSE_MISMATCH.value}", ())
    found: dict[Found, tuple[int | None, ...]] = {}
    for kind in sorted(looked):
        thresholds = {*space.seen.get(f"{FINDING}{kind}", ())}
        thresholds |= set(mismatch) if kind not in NO_ACTIVITY else set()
        for activity in _activities(kind, lists):
            found[Found(kind, activity)] = (
                None,
                *ranges.scores(t for t in thresholds if isinstance(t, int | float)),
            )
    return found


def _standing_for_others(looked: Iterable[str]) -> Iterator[str]:
    """A kind that no threshold looks at, of each sort that the engine tells apart."""
    left = [kind.value for kind in Kind if kind.value not in set(looked)]
    for sort in (NO_ACTIVITY, (ORDINARY,)):
        yield from [kind for kind in left if kind in sort][:1]
    yield from [k for k in left if k not in (*NO_ACTIVITY, ORDINARY)][:1]


def _activities(kind: str, lists: Sequence[Globs]) -> Iterable[str]:
    """One of each sort: those that the same lists hold."""
    names: Iterable[str] = [activity.value for activity in Activity]
    if kind != Kind.DATASET_GENERATION.value:  # whose detector reports no others
        patterns = sorted({pattern for globs in lists for pattern in globs.patterns})
        names = kinds(patterns, prefer=names)
    sorts: dict[tuple[bool, ...], str] = {}
    for name in names:
        sorts.setdefault(tuple(globs.match(name) for globs in lists), name)
    return sorts.values()


def _patterns(space: Domain) -> list[str]:
    return sorted(p for p in space.seen.get("activity", ()) if isinstance(p, str))


def findings_of(values: Values, axes: Iterable[Found]) -> tuple[Finding, ...]:
    """The findings that these values describe."""
    return tuple(
        Finding(
            kind=each.kind,
            score=values[each.axis] / ranges.SCORES,
            activity=each.activity,
            rules=(),
            detector=DETECTOR,
        )
        for each in axes
        if values.get(each.axis) is not None
    )
