"""What `affidavit doctor` says of second opinions: who is asked, and what came of it.

Reads the settings and the trail's last `DAYS`; asks nobody.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.cli import machine
from affidavit.cli.health import WARNING, Examination, Trouble
from affidavit.cli.wording import count
from affidavit.errors import AffidavitError
from affidavit.tlog.tiles import TILE_WIDTH, tile_at
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import SALT_BYTES, moment_of, stamp
from affidavit.trail.survey import rare
from affidavit.wiring.opinion_plan import OpinionPlan
from affidavit.wiring.opinions import WHAT
from affidavit.wiring.settings import Settings

DAYS = 30
HIGH = "0.800"
"""A score from which on calls are pointed out; scores print alike long."""
NAMED = 3
_MARK = b'"kind":"addendum"'


def opinions(settings: Settings, now: datetime) -> Examination:
    """Whom the settings name, and the answers and gaps of the last days."""
    plan = settings.second_opinion
    if plan is None:
        return Examination(facts={"model": None})
    facts: dict[str, Json] = _plan(plan)
    since = stamp(int((now - timedelta(days=DAYS)).timestamp() * 1000)).encode()
    try:
        told = list(_recorded(TrailReader(settings.trail), since))
    except AffidavitError as error:
        trouble = _trouble(f"second opinions cannot be read: {error}", None)
        return Examination(facts=facts, troubles=(trouble,))
    problems = Counter(str(each["problem"]) for each in told if "problem" in each)
    high = [str(each["call"]) for each in told if _score(each) >= HIGH]
    facts |= {
        "answered": sum("finding" in each for each in told),
        "dropped": sum(_number(each.get("dropped")) for each in told),
        "high": len(high),
        "problems": dict(sorted(problems.items())),
    }
    return Examination(facts=facts, troubles=tuple(_judged(facts, high)))


def _plan(plan: OpinionPlan) -> dict[str, Json]:
    return {
        "budget": plan.budget,
        "endpoint": plan.endpoint.value,
        "model": machine.text(plan.model),
        "purpose": machine.text(plan.purpose),
        "rate": f"{plan.rate:g}",
        "url": None if plan.url is None else machine.text(plan.url),
    }


def _recorded(reader: TrailReader, since: bytes) -> Iterator[Mapping[str, Json]]:
    """The bodies of sealed second opinions that are not pruned, in order."""
    size = reader.head().size
    for number in range(-(-size // TILE_WIDTH)):
        places = [
            index - number * TILE_WIDTH
            for index, entry in rare(reader, number, size, (_MARK,))
            if _MARK in entry and moment_of(entry) >= since
        ]
        if not places:
            continue
        width = tile_at("body", number, size).width
        bodies = reader.body_bundle(number, width)
        for place in places:
            salted = bodies[place]
            said = canonical.parse(salted[SALT_BYTES:]) if salted else None
            if isinstance(said, Mapping) and said.get("what") == WHAT:
                yield said


def _score(told: Mapping[str, Json]) -> str:
    finding = told.get("finding")
    return str(finding.get("score")) if isinstance(finding, Mapping) else ""


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _judged(facts: Mapping[str, Any], high: list[str]) -> Iterable[Trouble]:
    unanswered = sum(facts["problems"].values())
    if unanswered and not facts["answered"]:
        kinds = ", ".join(facts["problems"])
        yield _trouble(
            f"none of {count(unanswered, 'question')} to {facts['model']} brought a "
            f"second opinion ({kinds})",
            f"Check that the policy has the purpose {facts['purpose']}, and lets it "
            "use this model and endpoint.",
        )
    if high:
        named = ", ".join(high[-NAMED:])
        yield _trouble(
            f"{facts['model']} takes {count(len(high), 'call')} of the last {DAYS} "
            f"days for the making of training data: {named}",
            "Look at these calls: `affidavit trail show --kind addendum`. It is an "
            "opinion and no finding of a policy.",
        )


def _trouble(message: str, remedy: str | None) -> Trouble:
    return Trouble(
        area="second_opinion", message=message, remedy=remedy, weight=WARNING
    )


def told(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The part's lines."""
    if facts["model"] is None:
        yield "model", "none is asked"
        return
    yield "model", f"{facts['model']} at {facts['url'] or 'the client’s own address'}"
    yield "asked", f"about {float(facts['rate']):.2%} of calls, by {facts['endpoint']}"
    if "answered" in facts:
        yield (
            f"last {DAYS} days",
            (
                f"{facts['answered']} answers, {facts['high']} of them high, "
                f"{sum(facts['problems'].values())} without answer, "
                f"{count(facts['dropped'], 'call')} dropped"
            ),
        )
