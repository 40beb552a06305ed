"""What `affidavit doctor` says of anchors: who holds what, how old, what went wrong.

Reads the settings and the file `status`; asks nobody.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from affidavit.anchors.plan import Plan
from affidavit.canonical import Json
from affidavit.cli import machine
from affidavit.cli.health import PROBLEM, WARNING, Examination, Trouble
from affidavit.cli.wording import age, count
from affidavit.errors import AffidavitError
from affidavit.trail.anchors import AnchorStore, Standing
from affidavit.trail.reader import TrailReader
from affidavit.wiring.settings import Settings

MISSED = 3
"""Intervals after which records that nobody anchored are pointed out."""


def anchors(settings: Settings, now: datetime) -> Examination:
    """Every anchor of the settings: what it covers, since when, its last error."""
    plan = settings.anchors
    if plan is None or not plan.names:
        return Examination(facts={"anchors": [], "every_seconds": None})
    try:
        standings = AnchorStore.of(settings.trail).standings()
        size = TrailReader(settings.trail).head().size
    except AffidavitError as error:
        trouble = _trouble(WARNING, f"how the anchors fare cannot be read: {error}")
        return Examination(facts=_facts(plan, {}, 0, now), troubles=(trouble,))
    troubles = [
        each
        for name in plan.names
        for each in _judged(name, standings.get(name, Standing()), plan, size, now)
    ]
    facts = _facts(plan, standings, size, now)
    return Examination(facts=facts, troubles=tuple(troubles))


def _trouble(weight: int, message: str, remedy: str | None = None) -> Trouble:
    return Trouble(area="anchors", message=message, remedy=remedy, weight=weight)


def _judged(
    name: str, standing: Standing, plan: Plan, size: int, now: datetime
) -> Iterable[Trouble]:
    if standing.contradicted:
        yield _trouble(
            PROBLEM,
            f"{name} has seen another history: {standing.error}",
            "Run `affidavit trail verify`, and keep everything as it is.",
        )
        return
    covered = 0 if standing.done is None else standing.done.size
    behind = _age(standing, now)
    late = timedelta(seconds=MISSED * plan.every_seconds)
    if covered < size and (behind is None or behind > late):
        since = "never anchored" if behind is None else f"anchored {age(behind)} ago"
        error = "" if standing.error is None else f": {standing.error}"
        yield _trouble(
            WARNING,
            f"{name} {since}, {count(size - covered, 'record')} behind{error}",
            "Run `affidavit trail anchor` to see why.",
        )


def _age(standing: Standing, now: datetime) -> timedelta | None:
    if standing.done is None:
        return None
    return now - datetime.fromtimestamp(standing.done.at / 1000, UTC)


def _facts(
    plan: Plan, standings: Mapping[str, Standing], size: int, now: datetime
) -> dict[str, Json]:
    return {
        "anchors": [
            _fact(name, standings.get(name, Standing()), size, now)
            for name in plan.names
        ],
        "every_seconds": plan.every_seconds,
        "quorum": plan.wanted,
    }


def _fact(name: str, standing: Standing, size: int, now: datetime) -> Json:
    since = _age(standing, now)
    return {
        "age_seconds": None if since is None else max(0, int(since.total_seconds())),
        "behind": size - (standing.done.size if standing.done else 0),
        "contradicted": standing.contradicted,
        "error": None if standing.error is None else machine.text(standing.error),
        "failures": standing.failures,
        "name": machine.text(name),
        "size": None if standing.done is None else standing.done.size,
    }


def told(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The facts as lines."""
    if not facts["anchors"]:
        yield "none", "a rewrite by the key holder would not show (docs/anchors.md)"
    for each in facts["anchors"]:
        if each["size"] is None:
            state = "never anchored"
        else:
            since = age(timedelta(seconds=each["age_seconds"]))
            state = f"{count(each['size'], 'record')}, {since} ago"
            if each["behind"]:
                state += f", {count(each['behind'], 'record')} behind"
        if each["error"] is not None:
            state += f"; last try failed: {each['error']}"
        yield each["name"], state
