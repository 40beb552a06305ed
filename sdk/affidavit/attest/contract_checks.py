"""What each check of a contract says of a period: met, not met, or cannot be told.

Pure: the contract's terms and a statement's own figures in, results with their evidence
out; whoever verifies a statement runs the same functions over the same figures. The set
of checks is closed (docs/formats/statement.md).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any, TypeAlias

from affidavit import dsse
from affidavit.attest.contract_model import (
    ActivityCheck,
    AnchoredCheck,
    CallsCheck,
    Check,
    Clause,
    ConcludedCheck,
    ContractFile,
    CoverageCheck,
    GapCheck,
    Nothing,
    RefusalsCheck,
    RetentionCheck,
    SignedCheck,
    Use,
    seconds_in,
)
from affidavit.attest.contract_tally import LEFT
from affidavit.attest.predicate import number
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import Invalid, Malformed
from affidavit.policy.globs import Globs
from affidavit.policy.signature import PAYLOAD_TYPE as POLICY_TYPE
from affidavit.policy.signature import Signed
from affidavit.tlog.note import VerifierKey
from affidavit.trail.keep import Keep, Unit
from affidavit.trail.record import parse_moment

Section: TypeAlias = Mapping[str, Any]


class Result(Enum):
    """What became of a check, a clause or a contract."""

    MET = "met"
    NOT_MET = "not met"
    UNKNOWN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of one check, and the figures that say so."""

    result: Result
    evidence: Mapping[str, Json]


class Figures:
    """A statement's figures, as checks read them. `Malformed` where one is none."""

    def __init__(self, predicate: Section, figures: Section) -> None:
        self.predicate = predicate
        self.figures = figures

    @property
    def unopened(self) -> int:
        """Decisions that no purpose or model is known of."""
        return count(self.predicate["use"]["unopened"])

    def let_through(self) -> Iterator[tuple[Section, int]]:
        """Rows in scope of calls that left, and how many they are."""
        for row in self.figures["rows"]:
            if row["effect"] in LEFT:
                yield row, count(row["decisions"])

    def spoken(self, clause: str, check: int) -> tuple[int, int]:
        """What bodies told a check, and how many were missing."""
        for each in self.figures.get("spoken", ()):
            if (each["clause"], each["check"]) == (clause, check):
                return count(each["decisions"]), count(each["unread"])
        raise Malformed(f"clause {clause}: nothing was counted for its check {check}")


def count(value: object) -> int:
    """A figure as a number, `Malformed` for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        return int(value[:40])
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise Malformed(f"not a count: {value!r:.80}")


def judged(
    content: ContractFile, predicate: Section, figures: Section
) -> tuple[list[Json], Result]:
    """The section's `clauses`, and the result of the whole.

    Raises `Malformed` when a figure that a check needs is missing or none.
    """
    seen = Figures(predicate, figures)
    clauses: list[Json] = []
    results: list[Result] = []
    try:
        for clause in content.clauses:
            told, result = _clause(clause, seen)
            clauses.append(told)
            results.append(result)
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"the contract's figures lack something: {error}") from error
    return clauses, together(results)


def together(results: Sequence[Result]) -> Result:
    """The worst of several: not met, then cannot tell."""
    for each in (Result.NOT_MET, Result.UNKNOWN):
        if each in results:
            return each
    return Result.MET


def _clause(clause: Clause, seen: Figures) -> tuple[Json, Result]:
    answers = [
        answer(check, seen, clause.id, place)
        for place, check in enumerate(clause.checks)
    ]
    result = together([each.result for each in answers])
    checks: list[Json] = [
        {
            "check": check.name,
            "result": told.result.value,
            "evidence": dict(told.evidence),
        }
        for check, told in zip(clause.checks, answers, strict=True)
    ]
    return {"id": clause.id, "result": result.value, "checks": checks}, result


def answer(check: Check, seen: Figures, clause: str, place: int) -> Answer:
    """What the figures say to one check."""
    parameters = getattr(check, check.name)
    match parameters:
        case Use() | Nothing() | CallsCheck():
            found = _PLAIN[check.name](parameters, seen)
        case ActivityCheck():
            found = _activity(*seen.spoken(clause, place))
        case RefusalsCheck():
            found = _refusals(parameters, *seen.spoken(clause, place))
        case _:
            found = _PLAIN[check.name](parameters, seen)
    if found.result is Result.MET and not _speaks(seen.predicate):
        return Answer(Result.UNKNOWN, found.evidence)
    return found


def _speaks(predicate: Section) -> bool:
    """Whether a trail's silence says anything: one that does not hold, or that began
    after the period, can prove a breach and never that there was none.
    """
    integrity = predicate["integrity"]
    began = integrity["trailBegan"]
    begun = began is not None and began < predicate["period"]["to"]
    return begun and not integrity["problems"]


def _told(evidence: Mapping[str, Json], *, met: bool, known: bool = True) -> Answer:
    """Met or not; what is not known to be whole is never met."""
    result = Result.MET if known else Result.UNKNOWN
    return Answer(result if met else Result.NOT_MET, evidence)


def _of_calls(name: str, amount: int, most: int, seen: Figures) -> Answer:
    """At most so many: decisions that cannot be told apart could be more."""
    return _told({name: number(amount)}, met=amount <= most, known=not seen.unopened)


def _no_observed(_check: Nothing, seen: Figures) -> Answer:
    rows = seen.let_through()
    amount = sum(many for row, many in rows if row["effect"] == "observed")
    return _of_calls("observed", amount, 0, seen)


def _no_use(check: Use, seen: Figures) -> Answer:
    fits = _fitting(check)
    amount = sum(many for row, many in seen.let_through() if fits(row))
    return _of_calls("letThrough", amount, 0, seen)


def _only_use(check: Use, seen: Figures) -> Answer:
    fits = _fitting(check)
    amount = sum(many for row, many in seen.let_through() if not fits(row))
    return _of_calls("outside", amount, 0, seen)


def _fitting(check: Use) -> Callable[[Section], bool]:
    wanted = [
        (field, Globs(patterns))
        for field, patterns in (
            ("purpose", check.purposes),
            ("model", check.models),
            ("endpoint", check.endpoints),
        )
        if patterns
    ]
    return lambda row: all(globs.match(row[field]) for field, globs in wanted)


def _declared(_check: Nothing, seen: Figures) -> Answer:
    rows = seen.let_through()
    amount = sum(many for row, many in rows if row["purpose"] is None)
    return _of_calls("undeclared", amount, 0, seen)


def _calls(check: CallsCheck, seen: Figures) -> Answer:
    amount = sum(many for _, many in seen.let_through())
    return _of_calls("letThrough", amount, check.at_most, seen)


def _activity(decisions: int, unread: int) -> Answer:
    evidence = {"letThrough": number(decisions), "unread": number(unread)}
    return _told(evidence, met=not decisions, known=not unread)


def _refusals(check: RefusalsCheck, decisions: int, unread: int) -> Answer:
    evidence = {"refused": number(decisions), "unread": number(unread)}
    most, least = check.at_most, check.at_least or 0
    if most is not None and decisions > most:
        return Answer(Result.NOT_MET, evidence)
    if decisions < least:
        could = decisions + unread >= least
        return Answer(Result.UNKNOWN if could else Result.NOT_MET, evidence)
    return _told(evidence, met=True, known=most is None or decisions + unread <= most)


def _enforced(_check: Nothing, seen: Figures) -> Answer:
    modes = [(it["digest"]["sha256"], it["mode"]) for it in seen.predicate["policies"]]
    observing: list[Json] = [it for it, mode in modes if mode not in ("enforce", None)]
    unknown: list[Json] = [digest for digest, mode in modes if mode is None]
    evidence: dict[str, Json] = {"observing": observing, "unknown": unknown}
    return _told(evidence, met=not observing, known=not unknown)


def _whole_period(_check: Nothing, seen: Figures) -> Answer:
    began = seen.predicate["integrity"]["trailBegan"]
    evidence: dict[str, Json] = {"trailBegan": began}
    if began is None:
        return Answer(Result.UNKNOWN, evidence)
    return _told(evidence, met=began <= seen.predicate["period"]["from"])


def _recorded(_check: Nothing, seen: Figures) -> Answer:
    integrity = seen.predicate["integrity"]
    evidence: dict[str, Json] = {
        "problems": len(integrity["problems"]),
        "decisionsWithoutBody": integrity["decisionsWithoutBody"],
        "unopened": seen.predicate["use"]["unopened"],
        "pending": integrity["pending"],
    }
    return _told(evidence, met=not any(map(count, evidence.values())))


def _concluded(check: ConcludedCheck, seen: Figures) -> Answer:
    unknown = seen.predicate["integrity"]["unknownOutcomes"]
    met = count(unknown) <= check.unknown_at_most
    return _told({"unknownOutcomes": unknown}, met=met)


def _longest_gap(check: GapCheck, seen: Figures) -> Answer:
    gap = seen.figures["longestGap"]
    met = count(gap["seconds"]) <= seconds_in(check.at_most)
    return _told(dict(gap), met=met)


def _anchored(check: AnchoredCheck, seen: Figures) -> Answer:
    anchors = seen.predicate["anchors"]
    since = anchors["secondsSince"]
    holding = sum(each["size"] is not None for each in anchors["witnesses"])
    met = (
        since is not None
        and count(since) <= seconds_in(check.within)
        and holding >= check.witnesses
    )
    return _told({"witnesses": holding, "secondsSince": since}, met=met)


def _policies_signed(check: SignedCheck, seen: Figures) -> Answer:
    envelopes = {it["digest"]: it["envelope"] for it in seen.figures["signatures"]}
    digests = [it["digest"]["sha256"] for it in seen.predicate["policies"]]
    unsigned: list[Json] = [
        digest
        for digest in digests
        if not _is_signed(digest, envelopes.get(digest), check)
    ]
    return _told({"unsigned": unsigned}, met=not unsigned)


def _is_signed(digest: str, envelope: Json, check: SignedCheck) -> bool:
    keys = [VerifierKey.parse(each).verifier for each in check.keys]
    try:
        signed = dsse.verify(Envelope.from_json(envelope), keys, check.threshold)
        said = Signed.parse(signed.payload)
    except Invalid:
        return False
    return (
        signed.payload_type == POLICY_TYPE
        and said.digest.removeprefix("sha256:") == digest
    )


def _retention(check: RetentionCheck, seen: Figures) -> Answer:
    before = seen.figures["pruned"]["before"]
    evidence: dict[str, Json] = {"prunedBefore": before}
    if before is None:
        return _told(evidence, met=True)
    end = parse_moment(seen.predicate["period"]["to"])
    kept_from = Keep(check.months, Unit.MONTH).before(end)
    return _told(evidence, met=parse_moment(before) <= kept_from)


def _coverage(check: CoverageCheck, seen: Figures) -> Answer:
    section = seen.predicate.get("coverage")
    if section is None:
        return Answer(Result.UNKNOWN, {})
    requests, missing = section["requests"], count(section["missingDays"])
    covered, billed = count(requests["covered"]), count(requests["billed"])
    evidence = {
        "covered": number(covered),
        "billed": number(billed),
        "missingDays": number(missing),
    }
    met = Decimal(covered) * 100 >= Decimal(billed) * Decimal(check.at_least)
    # A bill of days that are not over may still grow.
    whole = not missing and not section["provisional"]
    return _told(evidence, met=met, known=whole)


def _no_open_incident(_check: Nothing, seen: Figures) -> Answer:
    still = seen.figures["incidents"]["open"]
    return _told({"open": still}, met=not count(still))


_PLAIN: Mapping[str, Callable[[Any, Figures], Answer]] = {
    "no_observed": _no_observed,
    "no_use": _no_use,
    "only_use": _only_use,
    "declared": _declared,
    "calls": _calls,
    "enforced": _enforced,
    "whole_period": _whole_period,
    "recorded": _recorded,
    "concluded": _concluded,
    "longest_gap": _longest_gap,
    "anchored": _anchored,
    "policies_signed": _policies_signed,
    "retention": _retention,
    "coverage": _coverage,
    "no_open_incident": _no_open_incident,
}
