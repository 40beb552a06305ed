"""`affidavit witness key` makes a key once and prints it as often as asked."""

from pathlib import Path

from affidavit.keys import load_signer
from affidavit.tlog.witness import WitnessKey
from support.cli import invoke

NAMED = ("--name", "acme.example/witness", "--key", "w.pem")


def test_a_key_is_made_for_its_owner_only_and_printed(tmp_path: Path) -> None:
    made = invoke("witness", "key", "--new", *NAMED, cwd=tmp_path)

    assert made.code == 0, made.err
    key = WitnessKey.parse(made.out.strip())
    assert key == WitnessKey(
        "acme.example/witness", load_signer(tmp_path / "w.pem").verifier
    )
    assert (tmp_path / "w.pem").stat().st_mode & 0o777 == 0o600
    assert invoke("witness", "key", *NAMED, cwd=tmp_path).out == made.out


def test_programs_get_the_name_too(tmp_path: Path) -> None:
    told = invoke("witness", "key", "--new", *NAMED, "--json", cwd=tmp_path).json

    assert told["name"] == "acme.example/witness"
    assert WitnessKey.parse(told["vkey"]).name == told["name"]


def test_a_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    first = invoke("witness", "key", "--new", *NAMED, cwd=tmp_path)
    second = invoke("witness", "key", "--new", *NAMED, cwd=tmp_path)

    assert (first.code, second.code) == (0, 2)
    assert "is there already" in second.err


def test_a_missing_key_and_a_bad_name_are_errors(tmp_path: Path) -> None:
    assert invoke("witness", "key", *NAMED, cwd=tmp_path).code == 2
    bad = invoke(
        "witness", "key", "--new", "--name", "a b", "--key", "w.pem", cwd=tmp_path
    )
    assert bad.code == 2
    assert "not a key name: 'a b'" in bad.err
    assert not (tmp_path / "w.pem").exists()
