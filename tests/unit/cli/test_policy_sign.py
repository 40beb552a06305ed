import os
from pathlib import Path

from support.cli import Ran, invoke
from support.policies import SUPPORT, written

KEY = ("--signing-key", "legal.pem")


def sign(*arguments: str | Path, cwd: Path) -> Ran:
    return invoke("policy", "sign", "policy.yaml", *arguments, cwd=cwd)


def test_the_first_signature_makes_a_key_and_prints_what_to_pin(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT)
    told = sign(*KEY, "--new-key", "--name", "legal@acme.example", cwd=tmp_path)
    assert told.code == 0
    assert "legal@acme.example+" in told.out
    assert (tmp_path / "legal.pem").stat().st_mode & 0o777 == 0o600
    vkey = told.out.split()[-1]
    held = invoke("policy", "verify", "policy.yaml", "--key", vkey, cwd=tmp_path)
    assert held.code == 0


def test_signers_add_up_and_json_tells(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT)
    sign(*KEY, "--new-key", cwd=tmp_path)
    other = ("--signing-key", "dpo.pem", "--new-key", "--json")
    told = sign(*other, "--name", "dpo", cwd=tmp_path)
    assert told.json["signatures"] == 2
    assert told.json["vkey"].startswith("dpo+")
    assert told.json["envelope"] == "policy.yaml.dsse.json"
    again = sign(*KEY, "--json", cwd=tmp_path)
    assert again.json["signatures"] == 2


def test_a_last_day_is_signed_too(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT)
    sign(*KEY, "--new-key", "--expires", "2020-01-01", "--name", "legal", cwd=tmp_path)
    vkey = sign(*KEY, "--json", "--name", "legal", cwd=tmp_path).json["vkey"]
    held = invoke("policy", "verify", "policy.yaml", "--key", vkey, cwd=tmp_path)
    assert held.code == 1
    assert "was valid until 2020-01-01" in held.err


def test_nothing_is_overwritten_that_is_not_ours(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT)
    sign(*KEY, "--new-key", cwd=tmp_path)
    assert sign(*KEY, "--new-key", cwd=tmp_path).code == 2
    (tmp_path / "policy.yaml.dsse.json").write_text("mine")
    told = sign(*KEY, cwd=tmp_path)
    assert told.code == 1
    assert "Move it away" in told.err
    assert (tmp_path / "policy.yaml.dsse.json").read_text() == "mine"


def test_a_key_that_is_no_file_is_not_made(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT)
    told = sign("--signing-key", "pkcs11:object=x", "--new-key", cwd=tmp_path)
    assert told.code == 2
    assert "where it lives" in told.err


def test_an_invalid_policy_is_not_signed(tmp_path: Path) -> None:
    written(tmp_path, SUPPORT.replace("models", "modles"))
    assert sign(*KEY, "--new-key", cwd=tmp_path).code == 2
    assert os.listdir(tmp_path) == ["policy.yaml"]
