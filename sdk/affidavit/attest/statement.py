"""A period of a trail as an in-toto statement in a DSSE envelope.

Knows how a statement is made, signed and written. The same trail and period give the
same bytes: no time of signing, no random number. What figures mean is `predicate`'s.
"""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from affidavit import canonical, dsse
from affidavit.attest import anchored, inventory, predicate
from affidavit.attest import since as earlier
from affidavit.attest.coverage import NAME as COVERAGE
from affidavit.attest.coverage import Coverage
from affidavit.attest.predicate import PAYLOAD_TYPE, PREDICATE_TYPE, STATEMENT_TYPE
from affidavit.attest.sample_draw import Span
from affidavit.attest.since import Since
from affidavit.attest.tally import BodyTally, Period, stamp
from affidavit.canonical import Json
from affidavit.dsse import Envelope
from affidavit.errors import (
    Incomplete,
    Invalid,
    SettingsInvalid,
    TrailMismatch,
    TrailUnavailable,
)
from affidavit.reconcile.kept import Kept
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail.anchors import KeptHead
from affidavit.trail.identity import Identity
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Labels
from affidavit.verify import Fault, TrailReport, verify_trail
from affidavit.verify.anchors import Pins
from affidavit.verify.bundles import Progress, Visit

if TYPE_CHECKING:  # pydantic and a YAML parser are for those who have a contract
    from affidavit.attest.contract import Contract
    from affidavit.attest.contract_tally import ContractTally

FILE_NAME = "statement.dsse.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a statement is to say beyond a period's figures."""

    since: Since | None = None
    """The attestation that it goes on from."""
    contract: "Contract | None" = None
    """What was promised."""
    envelopes: Sequence[Envelope] = ()
    """Signatures of policies, as far as they are at hand."""
    coverage: Kept | None = None
    """The provider's bill, to be held against the trail."""
    sample: int | None = None
    """How many decisions are to be looked at, drawn when this is signed."""


NOTHING = Asked()


def build_statement(
    reader: TrailReader,
    identity: Identity,
    period: Period,
    *,
    now: datetime,
    pins: Pins | None = None,
    evidence: Iterable[KeptHead] = (),
    progress: Progress | None = None,
    asked: Asked = NOTHING,
) -> Envelope:
    """Verify the trail, count the period, and sign what was found.

    `pins` are the anchors of the writer's own settings and `evidence` what they
    attested: the statement says how much of the trail they cover.

    A trail that does not hold gives a statement that says INCOMPLETE and why. Raises
    `Incomplete` when the period is not over at `now`, `TrailMismatch` when another
    key signed the trail, and what `verify_trail` raises.
    """
    if period.end > stamp(now):
        raise Incomplete(
            f"the period ends at {period.end}, and it is {stamp(now)}: what is still "
            "to be recorded cannot be counted. Attest a period that is over."
        )
    tally = BodyTally(period, Labels(identity.secrets.label))
    promised = _promised(asked, period)
    bill = asked.coverage
    covered = None if bill is None else Coverage(bill, period)
    report = verify_trail(
        reader,
        key=identity.verifier,
        now=now,
        wal_key=identity.secrets.wal,
        pins=pins,
        evidence=evidence,
        progress=progress,
        visit=_each(tally, promised, covered),
    )
    if any(problem.fault is Fault.CHECKPOINT for problem in report.problems):
        raise TrailMismatch(
            f"{reader.path}: its tree head is not signed by {identity.verifier}: this "
            "key cannot attest it. Use the key that the trail was founded with."
        )
    tally.close()
    made = _Made(identity, period, report, tally, asked, promised, covered)
    problems = [*map(str, report.problems), *made.problems(reader)]
    payload = canonical.dumps(made.statement(problems))
    return dsse.sign(PAYLOAD_TYPE, payload, [identity.signer])


def _promised(asked: Asked, period: Period) -> "ContractTally | None":
    if asked.contract is None:
        return None
    from affidavit.attest.contract_tally import ContractTally

    return ContractTally(asked.contract.content, period)


def _each(
    tally: BodyTally, promised: "ContractTally | None", covered: Coverage | None
) -> Visit:
    more = [each.visit for each in (promised, covered) if each is not None]
    if not more:
        return tally.visit

    def visit(index: int, entry: bytes, salted: bytes | None) -> None:
        tally.visit(index, entry, salted)
        for each in more:
            each(index, entry, salted)

    return visit


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement under way: what was counted, and the sections that say so."""

    identity: Identity
    period: Period
    report: TrailReport
    tally: BodyTally
    asked: Asked
    promised: "ContractTally | None"
    covered: Coverage | None

    @property
    def head(self) -> Checkpoint:
        return Checkpoint(self.report.origin, self.report.size, self.report.root)

    def problems(self, reader: TrailReader) -> Iterator[str]:
        """What is wrong beside what the trail's own verification found."""
        if self.tally.mislabelled:
            yield (
                f"{self.tally.mislabelled} decisions bear labels of something else "
                "than their bodies say"
            )
        if self.asked.since is not None and not self.report.problems:
            note = self.report.checkpoint
            try:
                earlier.proof(reader, self.asked.since, self.head, note)
            except Invalid as error:
                yield f"it does not go on from the last attestation: {error}"

    def statement(self, problems: Sequence[str]) -> dict[str, Json]:
        """The in-toto statement."""
        head = self.head
        return {
            "_type": STATEMENT_TYPE,
            "predicateType": PREDICATE_TYPE,
            "subject": [{"name": head.origin, "digest": {"sha256": head.root.hex()}}],
            "predicate": self._predicate(problems),
        }

    def _predicate(self, problems: Sequence[str]) -> dict[str, Json]:
        tally, period = self.tally, self.period
        told: dict[str, Json] = {
            "period": {"from": period.start, "to": period.end},
            "origin": self.identity.origin,
            "keys": predicate.keys_of(self.identity.verifier),
            "tree": predicate.tree_of(self.head, self.report.checkpoint),
            "records": predicate.records_of(tally),
            "use": (use := predicate.use_of(tally, tally.rows(), tally.unopened)),
            "days": predicate.days_of(tally.days),
            "policies": predicate.policies_of(tally),
            "integrity": (integrity := self._integrity(problems)),
            "anchors": anchored.section(
                self.report.anchors, size=self.report.size, newest=tally.newest
            ),
            "openings": predicate.openings_of(tally.openings),
            "keyHistory": inventory.keys_of(self.report.keys, self.report.size),
            "policyFiles": inventory.files_of(tally),
        }
        if self.asked.sample is not None:
            span = Span(wanted=self.asked.sample, first=tally.first, end=tally.end)
            told["sample"] = span.as_json()
        if self.covered is not None:
            told[COVERAGE] = self.covered.section(Labels(self.identity.secrets.label))
        if self.asked.since is not None:
            told["since"] = self.asked.since.as_json()
        contract = self._contract(told)
        if contract is not None:
            told["contract"] = contract
        return told | predicate.judge(
            period, use, integrity, contract, told.get(COVERAGE)
        )

    def _integrity(self, problems: Sequence[str]) -> dict[str, Json]:
        return predicate.integrity_of(
            self.tally,
            without_body=self.tally.without_body,
            pending=self.report.pending,
            problems=problems,
            more_problems=self.report.more_problems,
        )

    def _contract(self, told: Mapping[str, Json]) -> dict[str, Json] | None:
        contract, promised = self.asked.contract, self.promised
        if contract is None or promised is None:
            return None
        from affidavit.attest import contract_section

        projects = contract_section.project_openings(
            contract.content, Labels(self.identity.secrets.label)
        )
        figures = promised.figures(self.tally.openings, projects)
        if contract_section.wants_signatures(contract):
            policies = self.tally.policies
            figures["signatures"] = contract_section.signatures_of(
                self.asked.envelopes, policies
            )
        return contract_section.section(contract, self.period, told, figures)


def write_statement(directory: Path, envelope: Envelope) -> tuple[Path, Envelope]:
    """Write the envelope as `statement.dsse.json`, whole or not at all.

    Where the same statement stands already it stays, with signatures that others have
    added; it is what is returned. `SettingsInvalid` where another statement stands,
    `TrailUnavailable` when the disk refuses.
    """
    path, data = directory / FILE_NAME, envelope.encode()
    staged = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        if path.exists():
            return path, _the_same(path, envelope)
        # A crash before the rename leaves the staged file, and no statement.
        staged.write_bytes(data)
        os.replace(staged, path)
    except OSError as error:
        raise TrailUnavailable(
            f"{path}: cannot be written (errno {error.errno}, {error.strerror}). "
            "Name another directory, or free the disk."
        ) from error
    return path, envelope


def _the_same(path: Path, envelope: Envelope) -> Envelope:
    try:
        there = Envelope.parse(path.read_bytes())
    except Invalid:
        there = None
    if (
        there is None
        or there.payload != envelope.payload
        or there.payload_type != envelope.payload_type
        or there.signatures[:1] != envelope.signatures
    ):
        raise SettingsInvalid(
            f"{path}: another statement stands there, and statements are not "
            "overwritten. Name another directory, or move that file away."
        )
    return there
