"""Officers put their names to a statement, one after the other."""

from pathlib import Path

import pytest

from affidavit.dsse import Envelope
from support.cli import invoke
from support.handed import Handed, handed_over


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    return handed_over(tmp_path_factory.mktemp("handed"))


@pytest.fixture
def handed(original: Handed, tmp_path: Path) -> Handed:
    return original.elsewhere(tmp_path / "auditor")


def test_two_of_three_officers_suffice(handed: Handed) -> None:
    assert handed.signed("ana").json["signatures"] == 2
    handed.signed("bo")
    handed.signed("cy")
    three = ("--officer", "ana.vkey", "--officer", "bo.vkey", "--officer", "cy.vkey")
    told = handed.verify("now", *three, "--json")
    assert told.code == 0, told.out
    assert told.json["checked"][0] == "3 officers signed, 3 had to: ana, bo, cy"
    path = handed.path / "now" / "statement.dsse.json"
    envelope = Envelope.parse(path.read_bytes())
    fewer = Envelope(envelope.payload_type, envelope.payload, envelope.signatures[:2])
    path.write_bytes(fewer.encode())
    assert handed.verify("now", *three, "--threshold", "1").code == 0
    told = handed.verify("now", *three, "--threshold", "2")
    assert told.code == 1
    assert "not enough officers signed" in told.out


def test_who_signs_twice_counts_once_and_changes_nothing(handed: Handed) -> None:
    handed.signed("ana")
    before = (handed.path / "now" / "statement.dsse.json").read_bytes()
    again = handed.run(
        *("attest", "sign", "now", "--key", "acme.vkey", "--signing-key", "ana.pem")
    )
    assert again.code == 0
    assert "with  2 signatures" in again.out
    assert (handed.path / "now" / "statement.dsse.json").read_bytes() == before
    (handed.path / "too.vkey").write_text((handed.path / "ana.vkey").read_text())
    told = handed.verify(
        "now", "--officer", "ana.vkey", "--officer", "too.vkey", "--threshold", "2"
    )
    assert told.code == 2
    assert "counts once" in told.err


def test_the_folder_goes_with_the_new_signature(handed: Handed) -> None:
    handed.signed("ana")
    told = handed.verify("now", "--officer", "ana.vkey", "--json")
    assert not any("not what this version makes" in it for it in told.json["unchecked"])
    assert handed.verify("now/certificate.html").code == 0
    assert handed.verify("now/statement.dsse.json").code == 0


def test_a_statement_of_another_trail_is_not_signed(
    handed: Handed, tmp_path: Path
) -> None:
    signing = ("--signing-key", "ana.pem", "--new-key", "--name", "ana")
    stranger = handed.countersigned().json["vkey"]
    told = handed.run("attest", "sign", "now", "--key", stranger, *signing)
    assert told.code == 1
    assert not (handed.path / "ana.pem").exists()
    assert handed.run("attest", "sign", "nowhere", *signing).code == 2
    inside = invoke("attest", "sign", handed.path / "now", *signing, cwd=handed.owner)
    assert inside.code == 0, inside.err
    assert tmp_path.exists()


def test_a_lone_file_is_signed_in_its_place(handed: Handed) -> None:
    file = handed.path / "lone.json"
    file.write_bytes((handed.path / "now" / "statement.dsse.json").read_bytes())
    signing = ("--signing-key", "ana.pem", "--new-key", "--name", "ana")
    told = handed.run("attest", "sign", "lone.json", "--key", "acme.vkey", *signing)
    assert told.code == 0
    assert len(Envelope.parse(file.read_bytes()).signatures) == 2
