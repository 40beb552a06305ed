"""What is said about a countersignature, and that it is on one statement only."""

from pathlib import Path

import pytest

from support.handed import Handed, handed_over


@pytest.fixture(scope="module")
def handed(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    made = handed_over(tmp_path_factory.mktemp("handed"))
    made.countersigned("--out", "vsa.json")
    return made


def test_it_is_valid_on_its_statement(handed: Handed) -> None:
    asked = ("verify", "vsa.json", "--key", "audit.example.vkey", "--statement")
    told = handed.run(*asked, "now")
    assert told.code == 0
    assert told.out.splitlines()[0] == "vsa.json: valid"
    assert "PASSED" in told.out
    told = handed.run(*asked, "now/certificate.html", "--json")
    assert told.json["verdict"] == "valid"
    assert told.json["result"] == "PASSED"
    assert len(told.json["unchecked"]) == 1


def test_on_another_it_is_invalid_for_people_and_programs(handed: Handed) -> None:
    asked = ("verify", "vsa.json", "--key", "audit.example.vkey", "--statement")
    told = handed.run(*asked, "before")
    assert told.code == 1
    assert "is on the statement" in told.out
    told = handed.run(*asked, "before", "--json")
    assert (told.code, told.json["verdict"]) == (1, "invalid")
    assert told.json["problems"][0]["fault"] == "countersignature"


def test_of_another_key_it_is_invalid(handed: Handed) -> None:
    assert handed.verify("vsa.json").code == 1


def test_without_the_statement_it_says_what_was_not_checked(handed: Handed) -> None:
    told = handed.run("verify", "vsa.json", "--key", "audit.example.vkey", "--json")
    assert told.code == 0
    assert "give that with --statement" in told.json["unchecked"][0]


def test_options_of_other_artefacts_do_not_go_with_it(handed: Handed) -> None:
    for option in (("--officer", "acme.vkey"), ("--since", "before")):
        assert handed.verify("vsa.json", *option).code == 2
    assert handed.verify("now", "--statement", "before").code == 2
    assert Path(handed.path / "vsa.json").is_file()
