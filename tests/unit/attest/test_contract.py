"""Reading a contract: what is wrong is said with its place, nothing passed over."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.attest.contract import (
    as_diagnostics,
    is_scheduled,
    latest,
    of_terms,
    officers,
    parsed,
    read,
)
from affidavit.attest.contract_model import Check
from affidavit.attest.tally import Period
from affidavit.errors import ContractInvalid, Incomplete, Malformed
from affidavit.keys import Ed25519Signer
from affidavit.policy.source import MAX_BYTES
from affidavit.tlog.note import VerifierKey
from support.contracts import KEPT, contract, text

ANA = VerifierKey("ana", Ed25519Signer.from_seed(b"a" * 32).verifier)
BO = VerifierKey("bo", Ed25519Signer.from_seed(b"b" * 32).verifier)
MONTHLY = "schedule: {every: month, from: 2026-01-15}\n"


def wrong(data: bytes) -> list[str]:
    with pytest.raises(ContractInvalid) as caught:
        parsed(data, "c.yaml")
    return [str(each) for each in as_diagnostics(caught.value)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (text(KEPT, more="threshhold: 2\n"), "c.yaml:6:1: error[P010]: unknown field"),
        (text("no_obsreved: {}"), "10:9: error[P010]: unknown field 'no_obsreved'"),
        (text("no_use: {}"), "10:17: error[P012]: calls of no description are meant"),
        (text("calls: {at_most: many}"), "10:26: error[P012]: `at_most`"),
        (text("calls: {at_most: -1}"), "10:26: error[P012]: `at_most`"),
        (text("no_activity: {activities: [training]}"), "it would never be seen"),
        (text("longest_gap: {at_most: 1 day}"), "is no span of time"),
        (text('coverage: {at_least: "101"}'), "is no share in percent"),
        (text("refusals: {rules: [x]}"), "any number would do"),
        (text("policies_signed: {keys: [nobody]}"), "not a verifier key"),
        (
            text(f"policies_signed: {{keys: [{ANA}, {ANA}], threshold: 2}}"),
            "2 signatures of 1 keys are never there",
        ),
        (text(KEPT, more='scope: {projects: ["p*"]}\n'), "'p*' is a pattern"),
        (
            text(KEPT, more="threshold: 1\n"),
            "1 must sign, and 0 signatories have a key",
        ),
        (text(KEPT).replace(b"kind: Contract", b"kind: Policy"), "2:7: error[P012]"),
        (text(KEPT) + b"clauses: []\n", "'clauses' is given twice"),
        (text(KEPT).replace(b"Promise 1.", b"&a x"), "does not belong in a contract"),
        (text(KEPT, more="schedule: {every: year, from: 9500-01-01}\n"), "another age"),
        (b"", "the file holds no document"),
        (b"\xff", "is not UTF-8"),
        (
            text(KEPT, more="schedule: {every: month, from: 2026-01-31}\n"),
            "not every month has",
        ),
        (
            text(
                KEPT,
                more="schedule: {every: year, from: 2026-02-01, until: 2026-01-01}\n",
            ),
            "ends before it begins",
        ),
    ],
)
def test_what_is_wrong_is_said_with_line_and_column(data: bytes, expected: str) -> None:
    found = wrong(data)
    assert any(expected in each for each in found), found
    assert all("policy" not in each for each in found)


def test_a_check_has_one_name() -> None:
    data = text("no_observed: {}\n        declared: {}")
    assert "a check has one name, this has 2" in wrong(data)[0]


def test_no_two_clauses_have_one_number() -> None:
    data = text(KEPT, KEPT).replace(b'id: "2"', b'id: "1"')
    assert [each.split(": ")[0] for each in wrong(data)] == [
        "c.yaml:7:9",
        "c.yaml:11:9",
    ]


def test_a_file_that_is_too_large_is_refused() -> None:
    assert "larger than" in wrong(b"#" * (MAX_BYTES + 1))[0]


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="cannot be read"):
        read(tmp_path / "none.yaml")
    (tmp_path / "c.yaml").write_bytes(text())
    assert read(tmp_path / "c.yaml").content.name == "acme-globex"


def test_terms_are_read_back_exactly() -> None:
    made = contract(KEPT, "refusals: {rules: [x], at_most: 0}", more=MONTHLY).content
    assert of_terms(made.terms) == made
    for altered in (
        made.terms | {"surplus": 1},
        made.terms | {"clauses": []},
        made.terms | {"name": 1},
        [made.terms],
        made.terms | {"schedule": {"every": "month", "from": "2026-1-15"}},
    ):
        with pytest.raises(Malformed):
            of_terms(altered)


def test_all_signatories_with_a_key_must_sign_unless_fewer_are_asked_for() -> None:
    people = f"signatories:\n  - {{name: A, key: {ANA}}}\n  - {{name: B, key: {BO}}}\n"
    assert officers(contract(more=people).content) == ([ANA, BO], 2)
    assert officers(contract(more=people + "threshold: 1\n").content)[1] == 1


def test_the_schedule_says_which_periods_are_attested() -> None:
    content = contract(more=MONTHLY).content
    period = Period("2026-02-15T00:00:00.000Z", "2026-03-15T00:00:00.000Z")

    assert latest(content, datetime(2026, 3, 15, tzinfo=UTC)) == period
    assert latest(content, datetime(2026, 2, 14, tzinfo=UTC)) is None
    assert is_scheduled(content, period) is True
    odd = Period("2026-02-15T00:00:00.000Z", "2026-03-14T00:00:00.000Z")
    assert is_scheduled(content, odd) is False
    assert is_scheduled(contract().content, period) is None


def test_a_schedule_that_ends_has_a_last_period() -> None:
    ends = "schedule: {every: quarter, from: 2026-01-01, until: 2026-05-31}\n"
    content = contract(more=ends).content
    last = latest(content, datetime(2030, 1, 1, tzinfo=UTC))
    assert last == Period("2026-04-01T00:00:00.000Z", "2026-06-01T00:00:00.000Z")
    far = Period("9999-01-01T00:00:00.000Z", "9999-02-01T00:00:00.000Z")
    assert is_scheduled(contract(more=MONTHLY).content, far) is False
    never = Period("2026-07-01T00:00:00.000Z", "2026-10-01T00:00:00.000Z")
    assert is_scheduled(content, never) is False


@given(st.binary(max_size=200))
def test_any_bytes_are_a_contract_or_told_to_be_none(data: bytes) -> None:
    with pytest.raises(ContractInvalid):
        parsed(data, "c.yaml")


def test_the_example_in_the_docs_is_a_contract() -> None:
    docs = (Path(__file__).parents[3] / "docs/contracts.md").read_text("utf-8")
    text = docs.split("```yaml\n")[1].split("```")[0]
    for name in ("legal", "ana", "bo"):
        text = text.replace(f"{name}@acme.example+…", str(ANA if name == "ana" else BO))
    assert parsed(text.encode(), "docs").content.threshold == 1
    checks = Check.model_fields
    assert [name for name in checks if f"`{name}: {{" not in docs] == []
