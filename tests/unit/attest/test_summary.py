"""An auditor's countersignature: on what, how much was checked, and what came of it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from in_toto_attestation.v1.resource_descriptor import (  # type: ignore[import-untyped]  # no py.typed there
    ResourceDescriptor,
)
from in_toto_attestation.v1.statement import (  # type: ignore[import-untyped]  # the same
    Statement,
)
from securesystemslib.dsse import Envelope as ForeignEnvelope
from securesystemslib.signer import (  # type: ignore[attr-defined]  # no __all__ there
    SSlibKey,
)

from affidavit import canonical, dsse
from affidavit.attest import summary
from affidavit.attest.predicate import PAYLOAD_TYPE
from affidavit.attest.recount import StatementReport, problem, verify_statement
from affidavit.attest.summary import Level
from affidavit.dsse import Envelope
from affidavit.errors import Incomplete, Malformed, SignatureInvalid
from affidavit.keys import Ed25519Signer
from affidavit.trail.reader import TrailReader
from support.statements import LATER, attested
from support.trails import Builder, a_trail

AUDITOR = Ed25519Signer.from_seed(b"u" * 32)
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="module")
def trail(tmp_path_factory: pytest.TempPathFactory) -> Builder:
    built = a_trail(tmp_path_factory.mktemp("trail"), calls=1)
    built.write()
    return built


def verified(trail: Builder) -> tuple[StatementReport, bytes]:
    data = attested(trail).encode()
    reader = TrailReader(trail.path)
    return verify_statement(data, key=trail.key, now=LATER, trail=reader), data


def summarised(report: StatementReport, data: bytes, level: Level) -> Any:
    return summary.summarised(
        report,
        data,
        verifier="https://audit.example",
        now=NOW,
        level=level,
        checked=["two officers signed"],
    )


def countersigned(trail: Builder) -> Envelope:
    made = summarised(*verified(trail), Level.WITH_BODIES)
    return summary.countersign(made, AUDITOR)


def test_it_says_what_was_verified_by_whom_and_how_far(trail: Builder) -> None:
    said = summary.read(countersigned(trail).encode(), [AUDITOR.verifier])
    assert said.statement == sha256(attested(trail).payload).hexdigest()
    assert said.passed
    assert said.levels == ("AFFIDAVIT_RECOUNTED_WITH_BODIES",)
    assert (said.verifier, said.at) == (
        "https://audit.example",
        "2026-11-23T09:30:00.000Z",
    )
    assert said.origin == trail.origin
    assert said.details["checked"] == ["two officers signed"]


def test_it_has_what_the_format_requires(trail: Builder) -> None:
    statement = json.loads(countersigned(trail).payload)
    content = statement["predicate"]
    required = {"verifier", "timeVerified", "resourceUri", "policy"}
    required |= {"verificationResult", "verifiedLevels"}
    assert required <= content.keys()
    # Extension fields have URIs for names (in-toto attestation parsing rules), and
    # levels of one's own do not begin as the format's do.
    known = required | {"inputAttestations", "slsaVersion"}
    assert all("://" in name for name in content.keys() - known)
    assert not any(each.startswith("SLSA_") for each in content["verifiedLevels"])
    assert (
        content["inputAttestations"][0]["digest"]["sha256"]
        == sha256(attested(trail).encode()).hexdigest()
    )
    subject = [
        ResourceDescriptor(name=it["name"], digest=it["digest"]).pb
        for it in statement["subject"]
    ]
    Statement(subject, statement["predicateType"], content).validate()


def test_securesystemslib_verifies_it(trail: Builder) -> None:
    key = SSlibKey(
        AUDITOR.verifier.key_id,
        "ed25519",
        "ed25519",
        {"public": AUDITOR.verifier.public.hex()},
    )
    foreign = ForeignEnvelope.from_dict(json.loads(countersigned(trail).encode()))
    assert foreign.verify([key], 1).keys() == {AUDITOR.verifier.key_id}


def test_what_does_not_hold_is_countersigned_as_failed(trail: Builder) -> None:
    report, data = verified(trail)
    broken = replace(report, problems=(problem("a figure is another"),))
    made = summarised(broken, data, Level.RECOUNTED)
    said = summary.read(summary.countersign(made, AUDITOR).encode(), [AUDITOR.verifier])
    assert not said.passed
    assert said.levels == ("FAILED",)
    assert said.details["problems"] == ["a figure is another"]


def test_what_was_not_decided_is_not_signed(trail: Builder) -> None:
    report, data = verified(trail)
    with pytest.raises(Incomplete, match="one is missing"):
        summarised(replace(report, lacking=("one is missing",)), data, Level.RECOUNTED)


def test_only_its_signers_word_counts(trail: Builder) -> None:
    with pytest.raises(SignatureInvalid):
        summary.read(countersigned(trail).encode(), [trail.signer.verifier])


@pytest.mark.parametrize(
    "change",
    [
        lambda it: it.update(predicateType="https://example.com"),
        lambda it: it.update(subject=[]),
        lambda it: it["predicate"].pop("verifier"),
        lambda it: it["predicate"].update(verificationResult="FINE"),
        lambda it: it["predicate"].update(verificationResult="FAILED"),
        lambda it: it["predicate"].update(verifiedLevels=[]),
        lambda it: it["predicate"].update(timeVerified="noon"),
    ],
)
def test_another_shape_is_refused(trail: Builder, change: Any) -> None:
    statement: Any = canonical.parse(countersigned(trail).payload)
    change(statement)
    data = dsse.sign(PAYLOAD_TYPE, canonical.dumps(statement), [AUDITOR]).encode()
    with pytest.raises(Malformed):
        summary.read(data, [AUDITOR.verifier])


def test_fields_of_others_are_let_be(trail: Builder) -> None:
    statement: Any = canonical.parse(countersigned(trail).payload)
    del statement["predicate"][summary.DETAILS]
    statement["predicate"]["dependencyLevels"] = {}
    data = dsse.sign(PAYLOAD_TYPE, canonical.dumps(statement), [AUDITOR]).encode()
    assert summary.read(data, [AUDITOR.verifier]).details == {}


def test_it_is_told_apart_from_a_statement(trail: Builder) -> None:
    assert summary.is_summary(countersigned(trail).encode())
    assert not summary.is_summary(attested(trail).encode())
    assert not summary.is_summary(b"{}")
    odd = dsse.sign("text/plain", b"{}", [AUDITOR])
    assert not summary.is_summary(odd.encode())
    with pytest.raises(Malformed, match="no statement"):
        summary.read(odd.encode(), [AUDITOR.verifier])


def test_every_level_is_explained() -> None:
    assert len({each.words for each in Level}) == len(Level)
    assert summary.digest_of(dsse.sign("x", b"", [AUDITOR])) == sha256().hexdigest()
    assert Path(summary.DIRECTORY).name == summary.DIRECTORY
