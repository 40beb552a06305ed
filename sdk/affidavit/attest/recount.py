"""Checking a statement: who signed it, whether it agrees with itself, and a recount.

Knows statements as others hand them over; trusts nothing in them. With the trail at
hand every figure is counted again from entries and openings, never from bodies.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from affidavit import canonical, dsse
from affidavit.attest import anchored, predicate
from affidavit.attest.agreement import (
    Section,
    differences,
    of_days,
    rows_in,
    unbalanced,
)
from affidavit.attest.predicate import (
    PAYLOAD_TYPE,
    PREDICATE_TYPE,
    STATEMENT_TYPE,
    Claim,
)
from affidavit.attest.tally import ATTESTED, LabelTally, Period
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import Malformed, SettingsInvalid
from affidavit.tlog.checkpoint import Checkpoint, open_checkpoint
from affidavit.tlog.logkeys import Pinned
from affidavit.trail.anchors import KeptHead
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Opening
from affidavit.verify import Fault, Problem, TrailReport, Verdict, verify_trail
from affidavit.verify.anchors import Pins
from affidavit.verify.bundles import Visit
from affidavit.verify.keys import disowned

_SECTIONS = {
    "period",
    "origin",
    "keys",
    "tree",
    "records",
    "use",
    "policies",
    "integrity",
    "openings",
    "verdict",
    "exceptions",
    "doesNotProve",
}
_LATER = {"anchors", "days"}
"""Sections that statements of earlier releases have not."""
_NONCE_BYTES = 16


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

    @property
    def verdict(self) -> Verdict:
        """INVALID with any problem; INCOMPLETE when the trail at hand is."""
        if self.problems:
            return Verdict.INVALID
        return self.trail.verdict if self.trail is not None else Verdict.VALID

    @property
    def exit_code(self) -> int:
        """0 valid, 1 invalid, 2 not enough to decide."""
        return self.verdict.exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A statement's content, as far as its shape is right."""

    head: Checkpoint
    checkpoint: bytes
    period: Period
    openings: tuple[Opening, ...]
    claim: Claim
    predicate: Section

    def section(self, name: str) -> Section:
        value = self.predicate[name]
        if not isinstance(value, Mapping):
            raise Malformed(f"the statement's {name} is not an object")
        return value


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
    told = _opened(data, key)
    problems = [_problem(text) for text in _contradictions(told)]
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
        report = verify_trail(
            trail,
            key=key,
            now=now,
            older=told.checkpoint,
            pins=pins,
            evidence=evidence,
            bodies=bodies,
            visit=_up_to(told.head.size, tally),
        )
        found = _against(report, told, tally)
        problems += found
        fault = disowned(report.keys, _signers(data, key), told.head.size)
        problems += [] if fault is None else [_problem(fault)]
        unchecked = report.unchecked
    return StatementReport(
        head=told.head,
        period=told.period,
        claim=told.claim,
        predicate=told.predicate,
        problems=tuple(problems),
        unchecked=unchecked,
        trail=report,
    )


def _signers(data: bytes, key: Pinned) -> Sequence[str]:
    return dsse.verify(Envelope.parse(data), key.verifiers).key_ids


def _opened(data: bytes, key: Pinned) -> _Told:
    envelope = Envelope.parse(data)
    signed = dsse.verify(envelope, key.verifiers)
    if signed.payload_type != PAYLOAD_TYPE:
        raise Malformed(f"the envelope holds {signed.payload_type}, no statement")
    match canonical.loads(signed.payload):
        case {
            "_type": str(kind),
            "predicateType": str(about),
            "subject": list(subject),
            "predicate": dict(content),
            **rest,
        } if not rest and (kind, about) == (STATEMENT_TYPE, PREDICATE_TYPE):
            return _told(subject, content, key)
        case _:
            raise Malformed(f"not an in-toto Statement v1 with {PREDICATE_TYPE}")


def _told(subject: Json, content: Section, key: Pinned) -> _Told:
    if content.keys() - _LATER != _SECTIONS:
        odd = (content.keys() - _LATER) ^ _SECTIONS
        raise Malformed(f"the predicate has too much or too little: {sorted(odd)}")
    match content["period"], content["tree"], content["openings"], content["verdict"]:
        case (
            {"from": str(start), "to": str(end)},
            {"checkpoint": str(note)},
            list(openings),
            str(claim),
        ):
            head = open_checkpoint(note.encode(), key)
        case _:
            raise Malformed("the predicate's period, tree, openings or verdict is none")
    expected: Json = [{"name": head.origin, "digest": {"sha256": head.root.hex()}}]
    if subject != expected or content["origin"] != head.origin:
        raise Malformed("the statement's subject is not the tree head it carries")
    return _Told(
        head=head,
        checkpoint=note.encode(),
        period=_period(start, end),
        openings=tuple(map(_opening, openings)),
        claim=_claim(claim),
        predicate=content,
    )


def _period(start: str, end: str) -> Period:
    try:
        return Period(start, end)
    except SettingsInvalid as error:
        raise Malformed(str(error)) from error


def _claim(text: str) -> Claim:
    try:
        return Claim(text)
    except ValueError as error:
        raise Malformed(f"no verdict is called {text!r:.80}") from error


def _opening(value: Json) -> Opening:
    match value:
        case {"field": str(field), "value": str(text), "nonce": str(nonce), **rest} if (
            not rest and field in ATTESTED
        ):
            return Opening(field, text, canonical.untext(nonce, size=_NONCE_BYTES))
        case _:
            raise Malformed(f"not the opening of a label: {value!r:.200}")


def _contradictions(told: _Told) -> Iterator[str]:
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
    opened = {(each.field, each.value) for each in told.openings}
    values = [dict(zip(ATTESTED, row, strict=True)) for row, _ in rows]
    used = {(name, it) for row in values for name, it in row.items() if it is not None}
    if opened != used or len(opened) != len(told.openings):
        yield "openings: they are not exactly those of the values in use.rows"
    tree = predicate.tree_of(told.head, told.checkpoint)
    yield from differences(tree, told.section("tree"), "tree")
    if "anchors" in told.predicate:
        section = told.section("anchors")
        yield from anchored.contradictions(section, size=told.head.size)
    if "days" in told.predicate:
        yield from of_days(told.predicate["days"], use)
    try:
        judged = predicate.judge(told.period, use, integrity)
    except KeyError as error:
        raise Malformed(f"the statement has no figure {error}") from error
    claimed = {name: told.predicate[name] for name in judged}
    yield from differences(judged, claimed, "")


def _up_to(size: int, tally: LabelTally) -> Visit:
    def visit(index: int, entry: bytes, salted: bytes | None) -> None:
        if index < size:
            tally.visit(index, entry, salted)

    return visit


def _against(report: TrailReport, told: _Told, tally: LabelTally) -> list[Problem]:
    """Hold the statement against the trail, verified as one that goes on from it."""
    tally.close()
    problems = list(report.problems)
    if report.size >= told.head.size:
        problems += [_problem(text) for text in _recounted(told, tally)]
    return problems


def _recounted(told: _Told, tally: LabelTally) -> Iterator[str]:
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


def _problem(message: str) -> Problem:
    return Problem(fault=Fault.STATEMENT, message=message)
