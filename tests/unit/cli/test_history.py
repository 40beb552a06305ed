"""git is believed about signatures, and about nothing that an author could forge."""

import subprocess
from pathlib import Path

import pytest

from affidavit.cli.history import Repository
from affidavit.errors import Incomplete, ToolUnavailable
from support.repository import Repo, without_git

ANA, BO = "ana@acme.example", "bo@acme.example"
NAME = "policies/policy.yaml"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    for name, value in without_git().items():
        monkeypatch.setenv(name, value)
    made = Repo.made(tmp_path)
    file = made.top / NAME
    file.parent.mkdir()
    file.write_text("name: one\n")
    made.commit(BO)
    made.git("tag", "base")
    file.write_text("name: two\n")
    return made


def approvers(
    repo: Repo, *, signers: Path | None = None, trust: bool = False
) -> list[set[str]]:
    around = Repository.around(repo.top, signers)
    commits = around.commits(around.base("base"), [NAME], trust_trailers=trust)
    return [set(each.approvers) for each in commits]


def test_a_signed_trailer_of_the_signer_is_an_approval(repo: Repo) -> None:
    repo.commit(BO)
    repo.commit(ANA, approves=(ANA,), signed_by=ANA)
    assert approvers(repo, signers=repo.allowed(ANA)) == [{ANA}, set()]


def test_a_trailer_in_anothers_name_is_none(repo: Repo) -> None:
    repo.commit(BO, approves=(ANA,))
    repo.commit(BO, approves=(ANA,), signed_by=BO)
    repo.commit(ANA, signed_by=ANA)
    assert approvers(repo, signers=repo.allowed(ANA, BO)) == [set(), set(), set()]
    assert approvers(repo, trust=True) == [set(), {ANA}, {ANA}]


def test_a_signer_whom_nobody_allowed_is_nobody(repo: Repo) -> None:
    repo.commit(ANA, approves=(ANA,), signed_by=ANA)
    assert approvers(repo, signers=repo.allowed(BO)) == [set()]
    assert approvers(repo) == [set()]


def test_reviewed_by_counts_too(repo: Repo) -> None:
    repo.commit(BO, approves=(ANA,), trailer="Reviewed-by")
    assert approvers(repo, trust=True) == [{ANA}]


def test_allowed_signers_in_the_repository_are_those_of_before(repo: Repo) -> None:
    inside = repo.top / "allowed"
    inside.write_text(repo.allowed(ANA).read_text())
    repo.commit(ANA, approves=(ANA,), signed_by=ANA)
    with pytest.raises(Incomplete, match="could add themselves"):
        approvers(repo, signers=inside)
    repo.git("tag", "-f", "base")
    inside.write_text(repo.allowed(ANA, BO).read_text())
    repo.commit(BO, approves=(BO,), signed_by=BO)
    repo.commit(ANA, approves=(ANA,), signed_by=ANA)
    assert approvers(repo, signers=inside) == [{ANA}, set()]


def test_what_files_held_is_read_in_each_commit_and_before(repo: Repo) -> None:
    repo.commit(BO)
    (repo.top / NAME).unlink()
    repo.commit(BO)
    around = Repository.around(repo.top)
    base = around.base("base")
    last, first = around.commits(base, [NAME], trust_trailers=False)
    assert last.states[NAME].parts == {}
    assert last.before[NAME] == (first.states[NAME],)
    assert first.author == BO
    assert around.content(base, NAME) == b"name: one\n"
    assert around.content(base, "policies") is None
    assert around.content(base, "none") is None
    assert around.name(repo.top / NAME) == NAME
    assert around.name(repo.keys) is None


def test_a_shallow_clone_says_what_to_do(repo: Repo, tmp_path: Path) -> None:
    repo.commit(BO)
    repo.commit(BO)
    shallow = tmp_path / "shallow"
    url = f"file://{repo.top}"
    subprocess.run(
        ["git", "clone", "-q", "--depth", "1", url, str(shallow)], check=True
    )
    around = Repository.around(shallow)
    with pytest.raises(Incomplete, match="fetch-depth: 0"):
        around.base("origin/none")


def test_missing_commits_of_a_shallow_clone_are_not_passed_over(
    repo: Repo, tmp_path: Path
) -> None:
    repo.commit(BO)
    repo.commit(BO)
    head = repo.git("rev-parse", "HEAD")
    (repo.top / ".git" / "shallow").write_text(head + "\n")
    around = Repository.around(repo.top)
    base = repo.git("rev-parse", "base")
    with pytest.raises(Incomplete, match="--unshallow"):
        around.commits(base, [NAME], trust_trailers=False)


def test_a_reference_that_is_none_is_said(repo: Repo) -> None:
    repo.commit(BO)
    around = Repository.around(repo.top)
    for reference in ("none", "--output=/tmp/x"):
        with pytest.raises(Incomplete, match="--base"):
            around.base(reference)


def test_outside_a_repository_there_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(Incomplete, match="git rev-parse failed"):
        Repository.around(tmp_path)


def test_without_git_it_is_said_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolUnavailable, match="git is not installed"):
        Repository.around(tmp_path)
