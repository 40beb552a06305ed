"""Checking a statement: who signed it, whether it agrees with itself, and a recount.

Knows statements as others hand them over; trusts nothing in them. With the trail at
hand every figure is counted again from entries and openings, never from bodies.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from affidavit import dsse
from affidavit.attest import anchored, inventory, predicate
from affidavit.attest.agreement import (
    Section,
    differences,
    of_days,
    rows_in,
    unbalanced,
)
from affidavit.attest.coverage import NAME as COVERAGE
from affidavit.attest.coverage_told import Recount as BillRecount
from affidavit.attest.coverage_told import Told as Covered
from affidavit.attest.predicate import Claim
from affidavit.attest.sample_draw import Span
from affidavit.attest.since import named
from affidavit.attest.tally import ATTESTED, LabelTally, Period
from affidavit.attest.told import Told, opened
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.logkeys import Pinned
from affidavit.trail.anchors import KeptHead
from affidavit.trail.reader import TrailReader
from affidavit.verify import Fault, Problem, TrailReport, Verdict, verify_trail
from affidavit.verify.anchors import Pins
from affidavit.verify.bundles import Visit
from affidavit.verify.keys import disowned

if TYPE_CHECKING:  # pydantic is for statements that have a contract
    from affidavit.attest.contract_section import Told as Promised
    from affidavit.attest.contract_tally import ContractTally
    from affidavit.attest.sample_checks import Looked


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReport:
    """Evidence about a statement. Only `verify_statement` makes one."""

    head: Checkpoint
    """The tree head that the statement is about; the pinned key signed it."""
    period: Period
    claim: Claim
    """What the statement says of the period; not what this verification says of it."""
    predicate: Section
    problems: tuple[Problem, ...]
    unchecked: tuple[str, ...]
    trail: TrailReport | None
    """The verification of the trail that the figures were recounted from."""
    told: Told
    lacking: tuple[str, ...] = ()
    """What the verifier demanded and is not there."""
    looked: "Looked | None" = None
    """What drawn records said, where some were shown."""

    @property
    def verdict(self) -> Verdict:
        """INVALID with any problem; INCOMPLETE when the trail at hand is, or something
        that was demanded is missing.
        """
        if self.problems:
            return Verdict.INVALID
        if self.lacking:
            return Verdict.INCOMPLETE
        return self.trail.verdict if self.trail is not None else Verdict.VALID

    @property
    def exit_code(self) -> int:
        """0 valid, 1 invalid, 2 not enough to decide."""
        return self.verdict.exit_code


_AS_TOLD = (
    (
        "What was so on the day of signing is as its signer told: how many decisions "
        "lacked a body, how many records were pending, the problems then, and the list "
        "of keys."
    ),
)
_OF_BODIES = (
    "Names and modes of policies are as its signer told: they stand in bodies.",
    "Whether its key was revoked later was not checked: these entries end before.",
)


def verify_statement(
    data: bytes,
    *,
    key: Pinned,
    now: datetime,
    trail: TrailReader | None = None,
    pins: Pins | None = None,
    evidence: Iterable[KeptHead] = (),
    bodies: bool = True,
) -> StatementReport:
    """Check a statement under the pinned `key`; with `trail`, recount every figure.

    With `bodies=False` the trail at hand is entries and tree only: they are enough to
    recount all figures; names and modes of policies stay as told. `pins` and `evidence`
    are the verifier's own, for the trail.

    Raises `SignatureInvalid` when the key did not sign it or the tree head within, and
    `Malformed` when it is no statement of this type: nothing in such a file is worth
    reporting. All else is in the report. With a trail, raises as `verify_trail` does.
    """
    told = opened(data, key)
    problems = [problem(text) for text in _contradictions(told)]
    report = None
    if trail is None:
        unchecked: tuple[str, ...] = (
            "Figures were not recounted: no trail was given.",
            "Whether the trail goes on from this tree head was not checked.",
            "What it says of anchors was not held against cosignatures or time stamps.",
            "Whether its key was revoked later was not checked: the trail tells that.",
        )
    else:
        tally = LabelTally(told.period, told.openings)
        contract = _contract(told)
        promised = None if contract is None else contract.tally(told.period)
        covered = coverage_of(told)
        billed = None if covered is None else covered.tally(told.openings)
        report = verify_trail(
            trail,
            key=key,
            now=now,
            older=told.checkpoint,
            pins=pins,
            evidence=evidence,
            bodies=bodies,
            visit=_up_to(told.head.size, tally, promised, billed),
        )
        found = _against(report, told, tally)
        problems += found
        if contract is not None and promised is not None and not report.problems:
            differs = contract.recounted(promised, told.openings, bodies=bodies)
            problems += map(problem, differs)
        if covered is not None and billed is not None and not report.problems:
            problems += map(problem, covered.recounted(billed, bodies=bodies))
        fault = disowned(report.keys, _signers(data, key), told.head.size)
        problems += [] if fault is None else [problem(fault)]
        unchecked = (*report.unchecked, *_AS_TOLD, *(() if bodies else _OF_BODIES))
        if contract is not None and not bodies:
            unchecked += contract.unheard
    return StatementReport(
        head=told.head,
        period=told.period,
        claim=told.claim,
        predicate=told.predicate,
        problems=tuple(problems),
        unchecked=unchecked,
        trail=report,
        told=told,
    )


def _signers(data: bytes, key: Pinned) -> Sequence[str]:
    return dsse.verify(Envelope.parse(data), key.verifiers).key_ids


def _contradictions(told: Told) -> Iterator[str]:
    """What does not follow from the statement's own figures."""
    use, records = told.section("use"), told.section("records")
    integrity = told.section("integrity")
    rows = rows_in(use)
    sums: dict[str, Json] = {
        "rows": predicate.rows_of(rows),
        "byPurpose": predicate.totals_of(rows, "purpose"),
        "byModel": predicate.totals_of(rows, "model"),
    }
    yield from differences(sums, {name: use.get(name) for name in sums}, "use")
    yield from unbalanced(use, records, integrity, rows)
    disclosed = {(each.field, each.value) for each in told.openings}
    values = [dict(zip(ATTESTED, row, strict=True)) for row, _ in rows]
    used = {(name, it) for row in values for name, it in row.items() if it is not None}
    if disclosed != used or len(disclosed) != len(told.openings):
        yield "openings: they are not exactly those of the values in use.rows"
    tree = predicate.tree_of(told.head, told.checkpoint)
    yield from differences(tree, told.section("tree"), "tree")
    yield from _of_later_sections(told, use)
    contract = _contract(told)
    if contract is not None:
        yield from contract.contradictions(told.predicate, told.period)
    promised = None if contract is None else contract.section
    covered = coverage_of(told)
    if covered is not None:
        yield from covered.contradictions(told.period)
    section = None if covered is None else covered.section
    try:
        judged = predicate.judge(told.period, use, integrity, promised, section)
    except KeyError as error:
        raise Malformed(f"the statement has no figure {error}") from error
    claimed = {name: told.predicate[name] for name in judged}
    yield from differences(judged, claimed, "")


def _of_later_sections(told: Told, use: Section) -> Iterator[str]:
    """The same of sections that not every statement has."""
    if "anchors" in told.predicate:
        section = told.section("anchors")
        yield from anchored.contradictions(section, size=told.head.size)
    if "days" in told.predicate:
        yield from of_days(told.predicate["days"], use)
    yield from inventory.contradictions(told.predicate)
    if "sample" in told.predicate:
        Span.parse(told.predicate["sample"], told.head.size)
    since = named(told.predicate)
    if since is not None and since.size > told.head.size:
        yield "since: of a larger tree than the statement's own"


def _contract(told: Told) -> "Promised | None":
    if told.predicate.get("contract") is None:
        return None
    from affidavit.attest import contract_section

    return contract_section.Told.parse(told.predicate["contract"])


def coverage_of(told: Told) -> Covered | None:
    """The section `coverage`, where there is one."""
    value = told.predicate.get(COVERAGE)
    return None if value is None else Covered.parse(value)


def _up_to(
    size: int,
    tally: LabelTally,
    promised: "ContractTally | None" = None,
    billed: BillRecount | None = None,
) -> Visit:
    more = [each.visit for each in (promised, billed) if each is not None]

    def visit(index: int, entry: bytes, salted: bytes | None) -> None:
        if index < size:
            tally.visit(index, entry, salted)
            for each in more:
                each(index, entry, salted)

    return visit


def _against(report: TrailReport, told: Told, tally: LabelTally) -> list[Problem]:
    """Hold the statement against the trail, verified as one that goes on from it."""
    tally.close()
    problems = list(report.problems)
    if report.size >= told.head.size:
        problems += [problem(text) for text in _recounted(told, tally)]
        size = told.head.size
        files = inventory.recounted(told.predicate, tally, report.keys, size)
        problems += map(problem, files)
    return problems


def _recounted(told: Told, tally: LabelTally) -> Iterator[str]:
    counted: dict[str, Json] = {
        "records": predicate.records_of(tally),
        "use": predicate.use_of(tally, tally.rows(), tally.unopened),
        "policies": _policies(tally, told.predicate["policies"]),
    }
    if "days" in told.predicate:
        counted["days"] = predicate.days_of(tally.days)
    yield from differences(counted, told.predicate, "")
    integrity = told.section("integrity")
    seen: dict[str, Json] = {
        "trailBegan": tally.began,
        "recoveries": predicate.number(tally.recoveries),
        "clockAnomalies": predicate.number(tally.clock_anomalies),
        "unknownOutcomes": predicate.number(tally.endings["unknown"]),
    }
    yield from differences(seen, integrity, "integrity")
    if "sample" in told.predicate:
        whence: dict[str, Json] = {
            "first": predicate.number(tally.first),
            "end": predicate.number(tally.end),
        }
        yield from differences(whence, told.section("sample"), "sample")
    if "anchors" in told.predicate:
        newest: dict[str, Json] = {"newestRecord": tally.newest}
        yield from differences(newest, told.section("anchors"), "anchors")


def _policies(tally: LabelTally, said: Json) -> Json:
    """Policies as counted; a name that no body at hand tells stays as it was said."""
    counted = predicate.policies_of(tally)
    for ours, theirs in zip(
        counted, said if isinstance(said, list) else (), strict=False
    ):
        if ours["name"] is None and isinstance(theirs, Mapping):
            ours |= {name: theirs.get(name) for name in ("name", "mode")}
    return counted


def problem(message: str) -> Problem:
    """Something about a statement that does not hold."""
    return Problem(fault=Fault.STATEMENT, message=message)
