from pathlib import Path

import pytest

from support.cli import Ran, invoke
from support.policies import SUPPORT, written


def verify(*arguments: str | Path, cwd: Path, env: dict[str, str] | None = None) -> Ran:
    return invoke("policy", "verify", "policy.yaml", *arguments, cwd=cwd, env=env)


@pytest.fixture
def vkey(tmp_path: Path) -> str:
    """The key of whoever signed the policy in the folder."""
    written(tmp_path, SUPPORT)
    options = ("--signing-key", "k.pem", "--new-key", "--name", "legal", "--json")
    made = invoke("policy", "sign", "policy.yaml", *options, cwd=tmp_path)
    return str(made.json["vkey"])


def test_a_trust_file_says_who_must_have_signed(tmp_path: Path, vkey: str) -> None:
    (tmp_path / "trust.toml").write_text(f'keys = ["{vkey}"]\n')
    told = verify("--trust", "trust.toml", cwd=tmp_path)
    assert told.code == 0
    assert "legal (1 needed)" in told.out
    by_setting = verify(cwd=tmp_path, env={"AFFIDAVIT_POLICY_TRUST": "trust.toml"})
    assert by_setting.code == 0


def test_without_anybody_to_trust_nothing_is_said(tmp_path: Path, vkey: str) -> None:
    assert vkey
    told = verify(cwd=tmp_path)
    assert told.code == 2
    assert "Nobody is trusted" in told.err
    both = verify("--trust", "trust.toml", "--key", vkey, cwd=tmp_path)
    assert both.code == 2


def test_a_stale_signature_is_no_signature(tmp_path: Path, vkey: str) -> None:
    (tmp_path / "legal.vkey").write_text(vkey + "\n")
    written(tmp_path, SUPPORT.replace("gpt-5*", "*"))
    told = verify("--key", "legal.vkey", "--json", cwd=tmp_path)
    assert told.code == 1
    assert told.json["valid"] is False
    assert "stale" in told.json["problem"]
    assert verify("--key", "legal.vkey", cwd=tmp_path).code == 1


def test_comments_may_change_and_that_is_said(tmp_path: Path, vkey: str) -> None:
    written(tmp_path, f"# why\n{SUPPORT}")
    told = verify("--key", vkey, cwd=tmp_path)
    assert told.code == 0
    assert "policy.yaml changed, and nothing that decides" in told.out
    assert verify("--key", vkey, "--json", cwd=tmp_path).json["changed"] == [
        "policy.yaml"
    ]


def test_a_last_day_is_told(tmp_path: Path, vkey: str) -> None:
    options = ("--signing-key", "k.pem", "--expires", "2999-12-31")
    invoke("policy", "sign", "policy.yaml", *options, cwd=tmp_path)
    assert "2999-12-31 (UTC)" in verify("--key", vkey, cwd=tmp_path).out


def test_fewer_than_asked_are_too_few(tmp_path: Path, vkey: str) -> None:
    other = invoke(
        "policy",
        "sign",
        "policy.yaml",
        *("--signing-key", "o.pem", "--new-key", "--name", "dpo", "--json"),
        cwd=tmp_path,
    ).json["vkey"]
    both = ("--key", vkey, "--key", other)
    assert verify(*both, cwd=tmp_path).code == 0
    (tmp_path / "policy.yaml.dsse.json").unlink()
    invoke("policy", "sign", "policy.yaml", "--signing-key", "o.pem", cwd=tmp_path)
    assert verify(*both, cwd=tmp_path).code == 1
    assert verify(*both, "--threshold", "1", cwd=tmp_path).code == 0
