"""A statement as answers to controls, for whoever fills in a buyer's questionnaire.

Pure. Knows which controls a period's figures say something about, in our own words,
and how an answer follows from figures: never from an opinion. A control is `confirmed`
where its text was read by this project; the others are told as unconfirmed, to be
checked by whoever hands the table on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any, NamedTuple, TypeAlias

from affidavit.attest.tables import table
from affidavit.trail.keep import Keep, Unit
from affidavit.trail.record import parse_moment

FILE_NAME = "controls.csv"
COLUMNS = (
    "framework",
    "control",
    "question",
    "answer",
    "because",
    "evidence",
    "mapping",
)
SIX_MONTHS = 6
Predicate: TypeAlias = Mapping[str, Any]


class Answer(Enum):
    """What the figures answer."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"
    NOT_SHOWN = "not shown"


class Said(NamedTuple):
    """An answer, and the figures that it follows from."""

    answer: Answer
    because: str
    evidence: str
    """Paths in the statement's predicate."""


Rule: TypeAlias = Callable[[Predicate], Said]


class Control(NamedTuple):
    """A control, what it asks in our words, and what answers it."""

    framework: str
    id: str
    question: str
    rule: Rule


def _recorded(told: Predicate) -> Said:
    integrity, use = told["integrity"], told["use"]
    lost = int(integrity["decisionsWithoutBody"]) + int(use["unopened"])
    evidence = "records.byKind, integrity"
    if integrity["problems"]:
        return Said(Answer.NO, "the trail did not verify", evidence)
    if lost or int(integrity["unknownOutcomes"]) or int(integrity["recoveries"]):
        because = (
            f"{lost} decisions cannot be told apart, {integrity['unknownOutcomes']} "
            f"outcomes are unknown, {integrity['recoveries']} torn ends were cut"
        )
        return Said(Answer.PARTLY, because, evidence)
    total = told["records"]["total"]
    return Said(
        Answer.YES, f"{total} records of the period, all of them whole", evidence
    )


def _protected(told: Predicate) -> Said:
    evidence = "tree, integrity.problems, anchors"
    if told["integrity"]["problems"]:
        return Said(Answer.NO, "the trail did not verify", evidence)
    anchors = told.get("anchors") or {}
    if anchors.get("secondsSince") is None:
        because = (
            "signed and append-only; nobody else had seen it, by its writer's word"
        )
        return Said(Answer.PARTLY, because, evidence)
    because = (
        f"signed and append-only; others had seen {anchors['covered']} of "
        f"{told['tree']['size']} records"
    )
    return Said(Answer.YES, because, evidence)


def _kept(told: Predicate) -> Said:
    """Six months or more: only a contract's check says what was removed."""
    contract = told.get("contract") or {}
    terms = contract.get("terms", {}).get("clauses", ())
    for clause, result in zip(terms, contract.get("clauses", ()), strict=False):
        for check, done in zip(clause["checks"], result["checks"], strict=True):
            months = check.get("retention", {}).get("months", 0)
            if months >= SIX_MONTHS:
                because = f"kept for {months} months: {done['result']}"
                evidence = f"contract, clause {clause['id']}"
                return Said(_kept_as(done["result"], told), because, evidence)
    began = told["integrity"]["trailBegan"]
    because = f"the trail began at {began}; what was removed since is not told here"
    return Said(Answer.NOT_SHOWN, because, "integrity.trailBegan")


def _kept_as(result: str, told: Predicate) -> Answer:
    """Nothing was removed too early; of a young trail that says little yet."""
    end = parse_moment(told["period"]["to"])
    began = parse_moment(told["integrity"]["trailBegan"])
    if result != "met":
        return Answer.NO if result == "not met" else Answer.NOT_SHOWN
    old = began <= Keep(SIX_MONTHS, Unit.MONTH).before(end)
    return Answer.YES if old else Answer.PARTLY


def _policy(told: Predicate) -> Said:
    policies, evidence = told["policies"], "policies, policyFiles"
    if not policies:
        return Said(Answer.NO, "no policy was in force in the period", evidence)
    observing = sum(each["mode"] != "enforce" for each in policies)
    if observing:
        because = f"{observing} of {len(policies)} policies were not enforced"
        return Said(Answer.PARTLY, because, evidence)
    return Said(Answer.YES, f"{len(policies)} policies, enforced", evidence)


def _monitored(told: Predicate) -> Said:
    effects = told["use"]["byEffect"]
    decisions = sum(int(each) for each in effects.values())
    evidence = "use, days"
    if told["integrity"]["problems"] or not decisions:
        because = "no decisions of the period can be counted"
        return Said(Answer.NOT_SHOWN, because, evidence)
    because = (
        f"{decisions} calls, each decided before it left: "
        f"{effects['refuse']} refused, {effects['review']} held for review"
    )
    return Said(Answer.YES, because, evidence)


def _incidents(told: Predicate) -> Said:
    figures = (told.get("contract") or {}).get("figures", {})
    if "incidents" not in figures:
        because = "incidents are counted where a contract asks for them"
        return Said(Answer.NOT_SHOWN, because, "contract.figures.incidents")
    found = figures["incidents"]
    because = (
        f"{found['opened']} opened, {found['closed']} closed, {found['open']} open"
    )
    answer = Answer.PARTLY if found["open"] else Answer.YES
    return Said(answer, because, "contract.figures.incidents")


_AI_ACT = "Regulation (EU) 2024/1689 (AI Act)"
_42001 = "ISO/IEC 42001:2023"
_RMF = "NIST AI RMF 1.0"
_AICM = "CSA AICM"
CONTROLS: Sequence[Control] = (
    Control(_AI_ACT, "Art. 12", "Are events recorded automatically?", _recorded),
    Control(_AI_ACT, "Art. 19", "Are such logs kept, six months at least?", _kept),
    Control(
        _AI_ACT,
        "Art. 26(6)",
        "Does the deployer keep the logs under its control, six months at least?",
        _kept,
    ),
    Control(_42001, "A.2.2", "Is there a policy for the use of AI?", _policy),
    Control(
        _42001,
        "A.4.2",
        "Is it documented which AI resources are used, and for what?",
        _monitored,
    ),
    Control(_42001, "A.6.2.8", "Are event logs kept while it is in use?", _recorded),
    Control(
        _RMF,
        "GOVERN 1.4",
        "Is risk managed by transparent policies and procedures?",
        _policy,
    ),
    Control(_RMF, "MEASURE 2.4", "Is its behaviour monitored in use?", _monitored),
    Control(
        "NIST AI 600-1",
        "GV-1.4-002",
        "Is there a policy of acceptable use of generative AI?",
        _policy,
    ),
    Control(_AICM, "LOG-02", "Are audit logs secured and retained?", _protected),
    Control(_AICM, "LOG-07", "Is it settled what is logged?", _recorded),
    Control(_AICM, "LOG-08", "Do audit records hold what is needed?", _recorded),
    Control(_AICM, "LOG-09", "Are audit records safe from alteration?", _protected),
    Control(_AICM, "LOG-11", "Is activity logged?", _monitored),
    Control("AIUC-1", "E010", "Is there a policy of acceptable use?", _policy),
    Control("AIUC-1", "E015", "Is the activity of models logged?", _recorded),
)
UNCONFIRMED: Sequence[Control] = (
    Control("ISO/IEC 27001:2022", "A.8.15", "Are logs kept and protected?", _protected),
    Control("SOC 2", "CC7.2", "Are systems monitored for anomalies?", _monitored),
    Control(_42001, "A.9.4", "Is AI used as it is intended to be?", _policy),
    Control(_RMF, "MANAGE 4.1", "Are incidents responded to and recorded?", _incidents),
)
"""Controls whose text this project has not read."""


def controls(predicate: Predicate) -> bytes:
    """The table as CSV: one control a row."""
    return table(COLUMNS, list(_rows(predicate)))


def _rows(predicate: Predicate) -> Iterator[Sequence[object]]:
    for mapping, listed in (("confirmed", CONTROLS), ("unconfirmed", UNCONFIRMED)):
        for control in listed:
            said = control.rule(predicate)
            yield (
                control.framework,
                control.id,
                control.question,
                said.answer.value,
                said.because,
                f"statement.dsse.json: {said.evidence}",
                mapping,
            )
