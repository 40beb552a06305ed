"""A month that has everything a certificate can show, and the folder handed over."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from affidavit.attest import handover, officers, sample, since
from affidavit.attest.certificate.words import Language
from affidavit.attest.contract import Contract, parsed
from affidavit.attest.handover import Beside
from affidavit.attest.packaging import Package
from affidavit.attest.since import Since
from affidavit.attest.statement import Asked, build_statement, write_statement
from affidavit.attest.tally import Period
from affidavit.attest.told import opened
from affidavit.dsse import Envelope
from affidavit.keys import Ed25519Signer
from affidavit.reconcile.kept import Kept
from affidavit.reconcile.reconciliation import Asked as Bill
from affidavit.tlog.note import VerifierKey
from affidavit.trail.reader import TrailReader
from support.bills import a_page, a_result, written
from support.statements import identity_of
from support.trails import Builder

FIRST = datetime(2026, 3, 1, tzinfo=UTC)
DAYS = 31
MARCH = Period.of(FIRST, FIRST + timedelta(days=DAYS))
NOW = FIRST + timedelta(days=DAYS + 10)
OFFICER = Ed25519Signer.from_seed(b"o" * 32)
OFFICER_KEY = VerifierKey("ana.acme.example", OFFICER.verifier)
RESPONSE = "completions.json"
PURPOSES = (
    "support.reply",
    "support.triage",
    "crm.summary",
    "fraud.scoring",
    "search.embedding",
    "legal.review",
    "hr.screening",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Certified:
    """A statement, its folder, and the trail that both are made from."""

    trail: Builder
    envelope: Envelope
    folder: Path
    earlier: Envelope
    """The attestation before this one."""
    contract: bytes


def a_contract(*, clauses: int = 4) -> bytes:
    """A contract with so many clauses, kept and not kept."""
    checks = ("enforced: {}", "only_use: {purposes: ['*.*']}", "no_observed: {}")
    listed = "".join(
        f'  - id: "{number}.1"\n'
        f"    promise: {_PROMISES[number % len(_PROMISES)]}\n"
        f"    checks: [{{{checks[number % len(checks)]}}}]\n"
        for number in range(1, clauses + 1)
    )
    return (
        "apiVersion: affidavit/v1\nkind: Contract\nname: acme-globex-2026\n"
        "parties:\n  - {role: supplier, name: Acme Ltd}\n"
        "  - {role: customer, name: Globex Corporation}\n"
        f"signatories:\n  - {{name: Ana Ortiz, title: CFO, key: {OFFICER_KEY}}}\n"
        f"clauses:\n{listed}"
    ).encode()


_PROMISES = (
    "The supplier has every policy enforced at all times.",
    "Output is not used to train a model that competes with the provider's.",
    "No call leaves that the policy in force would have stopped.",
    "Every call says what it is for, before it is made.",
)


def a_month(path: Path, *, a_day: int = 5) -> Builder:
    """A trail of every day of March, some calls refused, held or let through."""
    built = Builder(path)
    built.clock = FIRST - timedelta(days=1)
    built.genesis()
    built.policy()
    built.calls(3)
    for day in range(DAYS):
        built.clock = FIRST + timedelta(days=day, hours=8)
        for number in range(a_day + (day * 7) % 11):
            _call(built, day, number)
    built.clock = FIRST + timedelta(days=DAYS, hours=1)
    built.calls(2)
    built.write()
    return built


def _call(built: Builder, day: int, number: int) -> None:
    purpose = PURPOSES[(day + number * number) % len(PURPOSES)]
    model = "gpt-5" if number % 3 else "gpt-5-mini"
    effect = "permit"
    if number == 4 and day % 4 == 1:
        effect = "refuse"
    elif number == 3 and day % 9 == 5:
        effect = "review"
    elif number == 2 and day == 17:
        effect = "observed"
    made = built.decision(purpose, model, effect=effect)
    if effect in {"permit", "observed"} and (day, number) != (20, 1):
        built.outcome(made)


def a_bill() -> Kept:
    """What a provider billed for the month: some of it not in the trail."""
    days = {
        f"{FIRST + timedelta(days=day):%Y-%m-%d}": [
            a_result(
                num_model_requests=5 + (day * 7) % 11 - (day % 5 == 2) + (day % 8 == 3),
                model="gpt-5",
                project_id="proj_a",
            )
        ]
        for day in range(DAYS)
    }
    asked = Bill(
        start="2026-03-01",
        end="2026-04-01",
        keys=None,
        project="proj_a",
        aliases={"gpt-5-mini": "gpt-5"},
    )
    return Kept(
        asked=asked,
        fetched="2026-04-08T09:00:00Z",
        documents=((RESPONSE, written(a_page(days))),),
    )


def certified(
    parent: Path, *, language: Language = Language.ENGLISH, clauses: int = 4
) -> Certified:
    """Everything: contract, bill, sample, an earlier attestation, an officer."""
    trail = a_month(parent / "trail")
    reader = TrailReader(trail.path)
    earlier, before = _earlier(trail, parent / "before")
    terms, bill = a_contract(clauses=clauses), a_bill()
    promises: Contract = parsed(terms, "contract.yaml")
    asked = Asked(since=before, contract=promises, coverage=bill, sample=40)
    made = build_statement(reader, identity_of(trail), MARCH, now=NOW, asked=asked)
    envelope = officers.add(made, OFFICER)
    folder = parent / "march"
    write_statement(folder, envelope)
    told = opened(envelope.encode(), trail.key)
    proof = since.proof(reader, before, told.head, told.checkpoint)
    beside = Beside(contract=terms, responses=bill.documents, since=proof)
    package = Package(folder)
    handover.write(package, envelope, language=language, beside=beside, trail=reader)
    drawn = sample.make(reader, told)
    if drawn is not None:
        package.write(sample.FILE_NAME, drawn.encode())
    return Certified(
        trail=trail, envelope=envelope, folder=folder, earlier=earlier, contract=terms
    )


def _earlier(trail: Builder, path: Path) -> tuple[Envelope, Since]:
    """Of the trail's first records, when it had no more."""
    young = Builder(path)
    young.records = trail.records[:60]
    young.write()
    period = Period.of(FIRST - timedelta(days=30), FIRST)
    made = build_statement(TrailReader(path), identity_of(young), period, now=NOW)
    told = opened(made.encode(), trail.key)
    return made, since.of_statement(told)
