"""From a repository to an exit code: an approval is there, or the check fails."""

from pathlib import Path

import pytest

from support.cli import Ran, invoke
from support.policies import HEAD, SUPPORT
from support.repository import Repo, without_git

ANA, BO = "ana@acme.example", "bo@acme.example"
OWNED = SUPPORT.replace("support@acme.example", ANA)


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    for name, value in without_git().items():
        monkeypatch.setenv(name, value)
    made = Repo.made(tmp_path)
    (made.top / "policy.yaml").write_text(
        f"{HEAD}extends: [pack:openai-services-agreement]\n{OWNED}"
    )
    made.commit(ANA)
    made.git("checkout", "-q", "-b", "change")
    return made


def check(repo: Repo, *arguments: str | Path) -> Ran:
    required = ("--require-approval", "--base", "main")
    return invoke("policy", "check", "policy.yaml", *required, *arguments, cwd=repo.top)


def widen(repo: Repo) -> None:
    file = repo.top / "policy.yaml"
    file.write_text(file.read_text().replace("gpt-5*", "gpt-*"))


def test_an_unchanged_policy_needs_nobody(repo: Repo) -> None:
    assert check(repo).code == 0


def test_a_change_needs_its_owners_signed_approval(repo: Repo) -> None:
    widen(repo)
    repo.commit(BO)
    told = check(repo, "--format", "github")
    assert told.code == 1
    assert "title=P040 unapproved" in told.out
    repo.commit(ANA, approves=(ANA,), signed_by=ANA)
    assert check(repo, "--allowed-signers", repo.allowed(ANA)).code == 0
    widened = repo.top / "policy.yaml"
    widened.write_text(widened.read_text().replace("gpt-*", "*"))
    repo.commit(BO)
    assert check(repo, "--allowed-signers", repo.allowed(ANA)).code == 1


def test_trailers_alone_count_only_if_wanted(repo: Repo) -> None:
    widen(repo)
    repo.commit(BO, approves=(ANA,))
    assert check(repo).code == 1
    assert check(repo, "--trust-trailers").code == 0


def test_what_is_not_committed_is_not_approved(repo: Repo) -> None:
    widen(repo)
    told = check(repo, "--json")
    assert told.code == 1
    assert [each["rule"] for each in told.json["diagnostics"]] == ["P042"]


def test_without_the_base_nothing_is_decided(repo: Repo) -> None:
    told = check(repo, "--base", "origin/none")
    assert told.code == 2
    assert "--base" in told.err


def test_an_invalid_policy_is_told_of_as_ever(repo: Repo) -> None:
    (repo.top / "policy.yaml").write_text("a: 1\n")
    told = check(repo)
    assert told.code == 1
    assert "P042" not in told.out
