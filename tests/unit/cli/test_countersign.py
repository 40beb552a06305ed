"""An auditor verifies, then signs what was found, and others take it."""

import json
from pathlib import Path

import pytest

from affidavit.cli.countersign import NAME
from affidavit.dsse import Envelope
from support.handed import Handed, handed_over


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    return handed_over(tmp_path_factory.mktemp("handed"))


@pytest.fixture
def handed(original: Handed, tmp_path: Path) -> Handed:
    return original.elsewhere(tmp_path / "auditor")


def summary(path: Path) -> dict[str, object]:
    said = json.loads(Envelope.parse(path.read_bytes()).payload)["predicate"]
    return dict(said)


def test_what_was_verified_is_countersigned_and_others_demand_it(
    handed: Handed,
) -> None:
    assert handed.verify("now", "--auditor", "acme.vkey").code == 2
    told = handed.countersigned()
    assert (told.code, told.json["verdict"]) == (0, "valid")
    assert summary(handed.path / told.json["path"])["verifiedLevels"] == [
        "AFFIDAVIT_RECOUNTED"
    ]
    told = handed.verify("now", "--auditor", "audit.example.vkey", "--json")
    assert told.code == 0
    assert any("audit.example verified it" in each for each in told.json["checked"])


def test_a_copy_of_the_trail_or_none_is_another_level(handed: Handed) -> None:
    told = handed.countersigned("--trail", "copy", "--out", "vsa.json")
    said = summary(handed.path / "vsa.json")
    assert told.code == 0
    assert said["verifiedLevels"] == ["AFFIDAVIT_RECOUNTED_WITH_BODIES"]
    assert said["verifier"]["id"] == "https://audit.example"  # type: ignore[index]
    lone = handed.run(
        *("countersign", "now/statement.dsse.json", "--key", "acme.vkey"),
        *("--signing-key", "audit.example.pem", "--name", "me@audit.example"),
        *("--out", "lone.json"),
    )
    assert lone.code == 0
    assert "valid, countersigned" in lone.out
    said = summary(handed.path / "lone.json")
    assert said["verifiedLevels"] == ["AFFIDAVIT_CONSISTENT"]
    assert said["verifier"]["id"] == "mailto:me@audit.example"  # type: ignore[index]


def test_what_the_auditor_demanded_is_in_it(handed: Handed) -> None:
    told = handed.countersigned("--since", "before", "--contract", "contract.yaml")
    details = summary(handed.path / told.json["path"])[
        "https://affidavit.dev/verification/v1"
    ]
    checked = details["checked"]  # type: ignore[index]
    assert any("only grew since" in each for each in checked)
    assert any("you hold a copy of" in each for each in checked)


def test_what_does_not_hold_is_countersigned_as_failed(handed: Handed) -> None:
    bundle = next((handed.path / "now/trail/tile/entries").glob("*/*"))
    bundle.write_bytes(bundle.read_bytes().replace(b'"refuse"', b'"permit"'))
    told = handed.countersigned()
    assert (told.code, told.json["verdict"]) == (1, "invalid")
    assert summary(handed.path / told.json["path"])["verificationResult"] == "FAILED"
    told = handed.verify("now/statement.dsse.json", "--auditor", "audit.example.vkey")
    assert told.code == 2
    assert handed.verify("now", "--auditor", "audit.example.vkey").code == 1


def test_what_cannot_be_decided_is_not_signed(handed: Handed) -> None:
    (handed.path / "now" / "since.consistency").unlink()
    (handed.path / "now" / "trail" / "checkpoint").unlink()
    told = handed.run(
        *("countersign", "now", "--key", "acme.vkey", "--since", "before"),
        *("--signing-key", "me.pem", "--new-key", "--name", "audit.example"),
    )
    assert told.code == 2
    assert "nothing to countersign" in told.err
    assert not (handed.path / "me.pem").exists()


def test_who_verifies_and_where_it_goes_must_be_said(handed: Handed) -> None:
    asked = ("countersign", "now", "--key", "acme.vkey", "--signing-key", "me.pem")
    assert NAME == "auditor"
    assert "Who verifies?" in handed.run(*asked).err
    named = ("--id", "https://audit.example", "--new-key")
    assert handed.run(*asked, *named).code == 0
    file = ("countersign", "now/statement.dsse.json", *asked[2:], "--id", "urn:x:y")
    assert "say where to write with --out" in handed.run(*file).err
