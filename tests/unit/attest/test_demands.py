"""What a verifier demands besides is there, is contradicted, or is lacking."""

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from affidavit.attest import demands, handover, officers, since, summary
from affidavit.attest.demands import Demands
from affidavit.attest.handover import Beside
from affidavit.attest.officers import Officers
from affidavit.attest.packaging import Package
from affidavit.attest.recount import StatementReport, problem, verify_statement
from affidavit.attest.summary import Level
from affidavit.attest.tally import Period
from affidavit.attest.told import Told, opened
from affidavit.dsse import Envelope
from affidavit.keys import Ed25519Signer
from affidavit.tlog.note import VerifierKey
from affidavit.trail.reader import TrailReader
from affidavit.verify import Verdict
from support.contracts import contract, promised
from support.statements import LATER, MONTH, attested
from support.trails import Builder, a_trail

ANA, BO = (Ed25519Signer.from_seed(it * 32) for it in (b"a", b"b"))
OFFICERS = tuple(
    VerifierKey(name, it.verifier) for name, it in (("ana", ANA), ("bo", BO))
)
PEOPLE = "signatories:\n" + "".join(
    f"  - {{name: {it.name}, key: {it}}}\n" for it in OFFICERS
)
BEFORE = Period("2026-01-01T00:00:00.000Z", MONTH.start)


class Case:
    """A folder that goes on from an earlier statement, under a contract."""

    def __init__(self, path: Path) -> None:
        self.trail: Builder = a_trail(path / "trail", calls=2)
        self.trail.write()
        self.earlier: Told = opened(
            attested(self.trail, BEFORE).encode(), self.trail.key
        )
        self.trail.calls(2)
        self.trail.write()
        named = since.of_statement(self.earlier)
        self.contract = contract(more=PEOPLE)
        self.envelope = promised(self.trail, self.contract, since=named)
        self.folder = path / "out"
        self.told = opened(self.envelope.encode(), self.trail.key)
        note, head = self.told.checkpoint, self.told.head
        proof = since.proof(TrailReader(self.trail.path), named, head, note)
        beside = Beside(contract=self.contract.data, since=proof)
        handover.write(Package(self.folder), self.envelope, beside=beside)

    def answered(
        self, wanted: Demands, envelope: Envelope | None = None, **where: Any
    ) -> tuple[StatementReport, Sequence[str]]:
        made = envelope or self.envelope
        report = verify_statement(made.encode(), key=self.trail.key, now=LATER)
        given = {"folder": self.folder, "trail": None} | where
        return demands.answered(report, made, wanted, **given)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


def said(report: StatementReport) -> str:
    return "\n".join(map(str, (*report.problems, *report.lacking, *report.unchecked)))


def test_without_demands_the_folder_is_held_against_the_statement(case: Case) -> None:
    report, held = case.answered(Demands())
    assert report.verdict is Verdict.VALID
    assert any("the trail only grew since" in each for each in held)


def test_officers_that_are_demanded_must_have_signed(case: Case) -> None:
    wanted = Demands(officers=Officers.of(OFFICERS, 2))
    report, _ = case.answered(wanted, officers.add(case.envelope, ANA))
    assert report.verdict is Verdict.INVALID
    both = officers.add(officers.add(case.envelope, ANA), BO)
    handover.remake(Package(case.folder), both, handover.language_in(case.folder))
    report, held = case.answered(wanted, both)
    assert report.verdict is Verdict.VALID
    assert "2 officers signed, 2 had to: ana, bo" in held
    report, _ = case.answered(Demands(), both)
    assert "beside the trail's was not looked at (2)" in said(report)


def test_a_statement_that_was_kept_is_the_one_that_is_gone_on_from(case: Case) -> None:
    report, held = case.answered(Demands(earlier=case.earlier))
    assert report.verdict is Verdict.VALID
    assert any(each.endswith("which you kept") for each in held)
    other = replace(case.earlier, digest="ab" * 32)
    report, _ = case.answered(Demands(earlier=other))
    assert report.verdict is Verdict.INCOMPLETE
    assert "ask for the statements between" in said(report)


def test_a_proof_that_is_not_there_is_lacking_if_it_was_demanded(case: Case) -> None:
    (case.folder / since.FILE_NAME).unlink()
    report, _ = case.answered(Demands(earlier=case.earlier))
    assert report.verdict is Verdict.INCOMPLETE
    report, _ = case.answered(Demands())
    assert report.verdict is Verdict.VALID
    assert "since.consistency is not there" in said(report)
    reader = TrailReader(case.trail.path)
    report, held = case.answered(Demands(earlier=case.earlier), trail=reader)
    assert report.verdict is Verdict.VALID
    assert any("only grew" in each for each in held)


def test_a_proof_that_proves_something_else_is_a_problem(case: Case) -> None:
    path = case.folder / since.FILE_NAME
    path.write_bytes(path.read_bytes().replace(b"old 6", b"old 5"))
    report, _ = case.answered(Demands())
    assert report.verdict is Verdict.INVALID


def test_a_history_that_differs_from_the_one_that_was_kept_is_a_problem(
    case: Case,
) -> None:
    head = replace(case.earlier.head, root=b"x" * 32)
    report, _ = case.answered(Demands(earlier=replace(case.earlier, head=head)))
    assert report.verdict is Verdict.INVALID
    assert "in the statement that you kept" in said(report)


def test_ones_own_copy_of_the_contract_decides(case: Case) -> None:
    wanted = Demands(contract=case.contract.data)
    report, held = case.answered(wanted)
    assert report.verdict is Verdict.VALID
    assert "it is about the contract that you hold a copy of" in held
    report, _ = case.answered(Demands(contract=case.contract.data + b"# signed\n"))
    assert report.verdict is Verdict.INVALID
    plain = attested(case.trail)
    report, _ = case.answered(wanted, plain, folder=None)
    assert "says nothing about a contract" in said(report)


def test_a_contract_in_the_folder_that_is_another_is_a_problem(case: Case) -> None:
    (case.folder / "contract.yaml").write_bytes(b"kind: Other\n")
    report, _ = case.answered(Demands())
    assert report.verdict is Verdict.INVALID
    (case.folder / "contract.yaml").unlink()
    report, _ = case.answered(Demands())
    assert "The contract's own file was not there" in said(report)


def test_a_contract_names_who_must_sign() -> None:
    wanted = demands.pinned_officers(contract(more=PEOPLE).data)
    assert wanted == Officers.of(OFFICERS, 2)
    assert demands.pinned_officers(contract().data) is None


def countersigned(case: Case, signer: Ed25519Signer, *, passed: bool = True) -> None:
    report = verify_statement(case.envelope.encode(), key=case.trail.key, now=LATER)
    if not passed:
        report = replace(report, problems=(problem("no"),))
    made = summary.summarised(
        report,
        case.envelope.encode(),
        verifier="https://audit.example",
        now=LATER,
        level=Level.CONSISTENT,
    )
    path = case.folder / summary.DIRECTORY / f"{signer.verifier.key_id[:16]}.dsse.json"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(summary.countersign(made, signer).encode())


def test_an_auditor_who_is_demanded_must_have_countersigned(case: Case) -> None:
    wanted = Demands(auditors=OFFICERS)
    report, _ = case.answered(wanted)
    assert report.verdict is Verdict.INCOMPLETE
    countersigned(case, BO)
    countersigned(case, ANA)
    report, held = case.answered(wanted)
    assert report.verdict is Verdict.VALID
    assert any(each.startswith("ana verified it at") for each in held)
    report, _ = case.answered(wanted, folder=None)
    assert report.verdict is Verdict.INCOMPLETE


def test_an_auditor_for_whom_it_failed_or_who_saw_another_is_a_problem(
    case: Case,
) -> None:
    countersigned(case, ANA, passed=False)
    report, _ = case.answered(Demands(auditors=OFFICERS[:1]))
    assert "FAILED" in said(report)
    other = attested(case.trail)
    countersigned(case, ANA)
    report, _ = case.answered(Demands(auditors=OFFICERS[:1]), other)
    assert "on another statement" in said(report)


def test_files_that_were_changed_or_are_missing_are_told(case: Case) -> None:
    (case.folder / "use.csv").write_bytes(b"purpose\n")
    report, _ = case.answered(Demands())
    assert report.verdict is Verdict.VALID
    assert "use.csv: not what this version makes of the statement" in said(report)


def test_pipes_in_the_place_of_files_are_not_waited_on(case: Case) -> None:
    for path in [each for each in case.folder.rglob("*") if each.is_file()]:
        path.unlink()
        os.mkfifo(path)
    report, _ = case.answered(Demands())
    assert report.verdict is Verdict.VALID
    assert case.answered(Demands(auditors=OFFICERS[:1]))[0].lacking
