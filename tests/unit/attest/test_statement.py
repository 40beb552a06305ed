"""Making a statement: its figures, its bytes, and the tools that must accept it."""

import base64
import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from in_toto_attestation.v1.resource_descriptor import (  # type: ignore[import-untyped]  # no py.typed there
    ResourceDescriptor,
)
from in_toto_attestation.v1.statement import (  # type: ignore[import-untyped]  # the same
    Statement,
)
from securesystemslib.dsse import Envelope as ForeignEnvelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import (  # type: ignore[attr-defined]  # no __all__ there
    Key,
    SSlibKey,
)

from affidavit import dsse
from affidavit.attest import officers
from affidavit.attest.statement import FILE_NAME, build_statement, write_statement
from affidavit.attest.tally import Period
from affidavit.errors import (
    Incomplete,
    SettingsInvalid,
    TrailMismatch,
    TrailUnavailable,
)
from affidavit.keys import Ed25519Signer
from affidavit.trail.reader import TrailReader
from support import statements, trails
from support.statements import LATER, MONTH, attested, identity_of, predicate
from support.trails import START, Builder, a_trail


@pytest.fixture
def trail(tmp_path: Path) -> Builder:
    """Calls of two purposes, one refusal, one call without a declared purpose."""
    built = a_trail(tmp_path / "trail", calls=3)
    built.outcome(built.decision("fraud.scoring", "o9"), "error")
    built.decision("fraud.scoring", effect="refuse")
    built.outcome(built.decision(None), "abandoned")
    built.write()
    return built


def test_every_decision_is_counted_where_it_belongs(trail: Builder) -> None:
    told = predicate(attested(trail))

    assert told["use"]["rows"] == [
        {
            "purpose": purpose,
            "model": model,
            "endpoint": "responses",
            "effect": effect,
            "decisions": count,
        }
        for purpose, model, effect, count in [
            (None, "gpt-5", "permit", 1),
            ("fraud.scoring", "gpt-5", "refuse", 1),
            ("fraud.scoring", "o9", "permit", 1),
            ("support.reply", "gpt-5", "permit", 3),
        ]
    ]
    assert told["use"]["byPurpose"] == [
        {"purpose": None, "decisions": 1},
        {"purpose": "fraud.scoring", "decisions": 2},
        {"purpose": "support.reply", "decisions": 3},
    ]
    assert told["use"]["byEffect"] == {
        "permit": 5,
        "observed": 0,
        "refuse": 1,
        "review": 0,
    }
    assert told["use"]["outcomes"] == {
        "complete": 3,
        "abandoned": 1,
        "error": 1,
        "unknown": 0,
    }
    assert told["records"]["total"] == len(trail.records)
    assert told["policies"][0]["decisions"] == 6


def test_a_clean_period_of_a_trail_that_began_before_it_passes(trail: Builder) -> None:
    began = trail.records[1].fields["at"]
    told = predicate(attested(trail, Period(began, "2026-03-03T00:00:00.000Z")))

    assert (told["verdict"], told["exceptions"]) == ("PASS", [])


def test_a_trail_that_began_within_the_period_is_an_exception(trail: Builder) -> None:
    told = predicate(attested(trail))

    assert told["verdict"] == "PASS WITH EXCEPTIONS"
    assert "began at" in told["exceptions"][0]


def test_the_same_trail_and_period_give_the_same_bytes(trail: Builder) -> None:
    assert attested(trail).encode() == attested(trail).encode()


def test_a_trail_that_does_not_hold_is_attested_as_incomplete(trail: Builder) -> None:
    bodies: list[bytes | None] = [made.salted for made in trail.records]
    bodies[4] = b"another salt and another body"
    trails.write_bodies(trail.path, 0, bodies)

    told = predicate(attested(trail))

    assert told["verdict"] == "INCOMPLETE"
    assert told["exceptions"][0] == "The trail did not verify."
    assert "record 4 " in told["integrity"]["problems"][0]


def test_pruned_bodies_make_it_incomplete(trail: Builder) -> None:
    bodies: list[bytes | None] = [made.salted for made in trail.records]
    bodies[4] = None
    trails.write_bodies(trail.path, 0, bodies)

    told = predicate(attested(trail))

    assert told["verdict"] == "INCOMPLETE"
    assert told["integrity"]["decisionsWithoutBody"] == 1
    assert told["use"]["unopened"] == 0


def test_labels_that_lie_make_it_incomplete(trail: Builder) -> None:
    labels = trail.records[2].fields["labels"]
    labels["purpose"] = trail.label("purpose", "fraud.scoring")
    trail.write()

    told = predicate(attested(trail))

    assert told["verdict"] == "INCOMPLETE"
    assert "bear labels of something else" in told["integrity"]["problems"][0]


def test_records_not_sealed_are_an_exception(trail: Builder) -> None:
    trail.calls(1)
    trail.write(sealed=len(trail.records) - 2)

    told = predicate(attested(trail))

    assert told["integrity"]["pending"] == 2
    assert any("not yet covered" in each for each in told["exceptions"])


def test_a_period_that_is_not_over_cannot_be_attested(trail: Builder) -> None:
    with pytest.raises(Incomplete, match="a period that is over"):
        build_statement(
            TrailReader(trail.path),
            identity_of(trail),
            MONTH,
            now=START + timedelta(hours=1),
        )


def test_a_trail_of_another_key_is_not_attested(trail: Builder) -> None:
    trail.signer = Builder(trail.path, seed=b"f" * 32).signer

    with pytest.raises(TrailMismatch, match="cannot attest"):
        attested(trail)


def test_a_statement_is_written_once(trail: Builder, tmp_path: Path) -> None:
    envelope = attested(trail)

    path, there = write_statement(tmp_path / "out", envelope)

    assert (path, there) == (tmp_path / "out" / FILE_NAME, envelope)
    assert path.read_bytes() == envelope.encode()
    assert write_statement(tmp_path / "out", envelope) == (path, envelope)
    assert [each.name for each in (tmp_path / "out").iterdir()] == [FILE_NAME]


def test_another_statement_is_not_overwritten(trail: Builder, tmp_path: Path) -> None:
    path, _ = write_statement(tmp_path, attested(trail))
    before = path.read_bytes()
    trail.calls(1)
    trail.write()

    with pytest.raises(SettingsInvalid, match="another statement stands there"):
        write_statement(tmp_path, attested(trail))

    assert (tmp_path / FILE_NAME).read_bytes() == before


def test_signatures_that_officers_added_stay(trail: Builder, tmp_path: Path) -> None:
    envelope = attested(trail)
    signed = officers.add(envelope, Ed25519Signer.from_seed(b"o" * 32))
    (tmp_path / FILE_NAME).write_bytes(signed.encode())

    assert write_statement(tmp_path, envelope)[1] == signed
    assert (tmp_path / FILE_NAME).read_bytes() == signed.encode()


def test_what_is_no_envelope_is_not_overwritten(trail: Builder, tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).write_bytes(b"{}")
    with pytest.raises(SettingsInvalid, match="another statement stands there"):
        write_statement(tmp_path, attested(trail))


def test_a_directory_that_is_none_is_named(trail: Builder, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")

    with pytest.raises(TrailUnavailable, match="cannot be written"):
        write_statement(tmp_path / "out", attested(trail))


def test_in_toto_accepts_the_statement(trail: Builder) -> None:
    told = statements.content(attested(trail))
    assert told.keys() == {"_type", "subject", "predicateType", "predicate"}
    subject = [
        ResourceDescriptor(name=it["name"], digest=it["digest"]).pb
        for it in told["subject"]
    ]

    Statement(subject, told["predicateType"], told["predicate"]).validate()

    assert told["subject"][0]["digest"]["sha256"] == told["predicate"]["tree"]["root"]


def test_securesystemslib_verifies_the_envelope(trail: Builder) -> None:
    envelope = attested(trail)
    key = SSlibKey(
        trail.signer.verifier.key_id,
        "ed25519",
        "ed25519",
        {"public": trail.signer.verifier.public.hex()},
    )

    foreign = ForeignEnvelope.from_dict(json.loads(envelope.encode()))

    assert foreign.verify([key], 1).keys() == {trail.signer.verifier.key_id}


def test_securesystemslib_counts_officers_as_we_do(trail: Builder) -> None:
    signers = [trail.signer, *(Ed25519Signer.from_seed(it * 32) for it in (b"a", b"b"))]
    envelope = attested(trail)
    for signer in signers[1:]:
        envelope = officers.add(envelope, signer)
    keys: list[Key] = [
        SSlibKey(
            it.verifier.key_id,
            "ed25519",
            "ed25519",
            {"public": it.verifier.public.hex()},
        )
        for it in signers
    ]

    foreign = ForeignEnvelope.from_dict(json.loads(envelope.encode()))

    assert foreign.verify(keys, 3).keys() == {it.verifier.key_id for it in signers}
    assert foreign.verify(keys[1:], 2).keys() == {it.keyid for it in keys[1:]}
    with pytest.raises(VerificationError):
        ForeignEnvelope.from_dict(json.loads(attested(trail).encode())).verify(keys, 2)


def test_openssl_verifies_each_signature(trail: Builder, tmp_path: Path) -> None:
    officer = Ed25519Signer.from_seed(b"o" * 32)
    value = json.loads(officers.add(attested(trail), officer).encode())
    payload = base64.b64decode(value["payload"])
    (tmp_path / "pae").write_bytes(dsse.pae(value["payloadType"], payload))
    command = "openssl pkeyutl -verify -rawin -pubin -inkey pem -sigfile sig -in pae"
    for signed, signer in zip(
        value["signatures"], (trail.signer, officer), strict=True
    ):
        (tmp_path / "sig").write_bytes(base64.b64decode(signed["sig"]))
        (tmp_path / "pem").write_text(signer.verifier.pem)
        done = subprocess.run(
            command.split(), cwd=tmp_path, capture_output=True, check=False
        )

        assert done.returncode == 0, done
        assert b"Verified Successfully" in done.stdout


def test_it_says_what_it_does_not_prove(trail: Builder) -> None:
    assert len(predicate(attested(trail))["doesNotProve"]) >= 5


def test_nothing_of_the_moment_of_signing_is_in_it(trail: Builder) -> None:
    later = build_statement(
        TrailReader(trail.path),
        identity_of(trail),
        MONTH,
        now=LATER + timedelta(days=9),
    )

    assert later.encode() == attested(trail).encode()
