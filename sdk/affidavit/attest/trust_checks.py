"""What a trust file demands of a statement beyond keys and anchors.

Pure but for reading a trail's tiles. A demand that is contradicted is a problem, one
that cannot be seen to is lacking.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from affidavit.attest.recount import StatementReport, problem
from affidavit.canonical import Json
from affidavit.errors import BrokenTrail, Invalid
from affidavit.tlog.checkpoint import open_checkpoint
from affidavit.tlog.merkle import verify_consistency
from affidavit.trail import proofs
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import parse_moment
from affidavit.verify.age import UNASKED

if TYPE_CHECKING:  # pydantic is for those who have such a file
    from affidavit.attest.trust_file import Trust

_PRESENT = (
    "The greatest age was held against the end of the statement's period: that the "
    "trail goes on from there to the present was not checked."
)


def answered(
    report: StatementReport,
    trust: "Trust",
    *,
    now: datetime,
    kept: bytes | None,
    trail: TrailReader | None,
) -> tuple[StatementReport, list[str]]:
    """The report with what the trust file demands besides, and sentences on what held.

    `kept` is the checkpoint that the file names; `trail` holds the statement's tree.
    """
    problems = [*_figures(report, trust), *_parties(report, trust)]
    checked, lacking = _age(report, trust, now)
    lacking += _party(report, trust)
    if kept is not None:
        try:
            said = _extends(report, trust, kept, trail)
        except Invalid as error:
            problems.append(f"the checkpoint that you kept: {error}")
        else:
            (checked if said is None else lacking).append(
                said or "the trail only grew since the checkpoint that you kept"
            )
    more = replace(
        report if trust.max_age is None else _aged(report),
        problems=(*report.problems, *map(problem, problems)),
        lacking=(*report.lacking, *lacking),
    )
    return more, checked


def _figures(report: StatementReport, trust: "Trust") -> Iterator[str]:
    wanted = trust.content
    if wanted.minimum_size is not None and report.head.size < wanted.minimum_size:
        yield (
            f"the statement is of {report.head.size} records, and you know that there "
            f"are {wanted.minimum_size} at least: the end was cut off"
        )
    if wanted.policies is None:
        return
    named = report.predicate["policies"]
    for each in named if isinstance(named, list) else ():
        match each:
            case {"digest": {"sha256": str(digest)}} if digest not in wanted.policies:
                yield f"the policy {digest} was in force, which you do not accept"
            case _:
                pass


def _age(
    report: StatementReport, trust: "Trust", now: datetime
) -> tuple[list[str], list[str]]:
    """What was demanded of its age and holds, and what does not."""
    most, span = trust.max_age, trust.content.max_age
    if most is None:
        return [], []
    if now - parse_moment(report.period.end) <= most:
        return [f"its period ended no longer than {span} ago"], []
    lacking = (
        f"a statement of a period that ended no longer than {span} ago: this one's "
        f"ended at {report.period.end}. Ask for a newer one"
    )
    return [], [lacking]


def _aged(report: StatementReport) -> StatementReport:
    """The report where an age was demanded: nothing in it says that none was."""
    trail = report.trail
    if trail is not None:
        trail = replace(trail, unchecked=_of_period(trail.unchecked))
    return replace(report, unchecked=_of_period(report.unchecked), trail=trail)


def _of_period(unchecked: Iterable[str]) -> tuple[str, ...]:
    return tuple(_PRESENT if each == UNASKED else each for each in unchecked)


def _named(report: StatementReport) -> set[Json] | None:
    match report.predicate.get("contract"):
        case {"terms": {"parties": list(parties)}}:
            return {it.get("name") for it in parties if isinstance(it, Mapping)}
        case _:
            return None


def _parties(report: StatementReport, trust: "Trust") -> Iterator[str]:
    named = _named(report)
    for each in trust.content.parties or ():
        if named is not None and each not in named:
            yield f"{each!r} is no party of the contract that the statement is about"


def _party(report: StatementReport, trust: "Trust") -> Iterator[str]:
    if trust.content.parties is not None and _named(report) is None:
        yield (
            "a contract with the parties that you expect: the statement is about none"
        )


def _extends(
    report: StatementReport, trust: "Trust", kept: bytes, trail: TrailReader | None
) -> str | None:
    """None when the statement's tree begins with the one that was kept, else what is
    missing to tell; `BrokenTrail` when it does not.
    """
    old, new = open_checkpoint(kept, trust.keys), report.head
    if old.size > new.size:
        raise BrokenTrail(
            f"it is of {old.size} records, and the statement of {new.size}: the end "
            "was cut off, or the statement is older"
        )
    if old.size == new.size:
        verify_consistency(old.size, old.root, new.size, new.root, ())
        return None
    if trail is None:
        return (
            f"nothing shows that the statement's tree of {new.size} records begins "
            f"with the {old.size} that you kept a checkpoint of: no entries were given"
        )
    hashes = proofs.consistency(trail, old.size, new.size).hashes
    verify_consistency(old.size, old.root, new.size, new.root, hashes)
    return None
