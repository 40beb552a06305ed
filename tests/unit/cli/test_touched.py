from pathlib import Path

import pytest

from affidavit.cli import touched
from support.policies import SUPPORT, written
from support.repository import Repo

EXTENDS = f"extends: [base.yaml]\n{SUPPORT}"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Where a hook runs: at the top of a repository with one commit."""
    made = Repo.made(tmp_path)
    written(made.top / "policies", "rules: []\n", name="base.yaml")
    written(made.top, SUPPORT, name="old.yml")
    made.commit("a@x.example")
    monkeypatch.chdir(made.top)
    return made


def test_what_is_staged_as_gone_or_renamed_is_gone(repo: Repo) -> None:
    assert touched.gone({}) == []
    repo.git("rm", "-q", "old.yml")
    repo.git("mv", "policies/base.yaml", "policies/with a space.yaml")
    assert sorted(touched.gone({})) == ["old.yml", "policies/base.yaml"]


def test_between_two_commits_what_they_take_away_is_gone(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.git("rm", "-q", "old.yml")
    second = repo.commit("a@x.example")
    ends = {"PRE_COMMIT_FROM_REF": first, "PRE_COMMIT_TO_REF": second}
    assert touched.gone(ends) == ["old.yml"]
    assert touched.gone({}) == []


def test_where_git_knows_nothing_nothing_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert touched.gone({}) == []
    monkeypatch.setenv("PATH", str(tmp_path))
    assert touched.gone({}) == []


def test_what_may_extend_a_file_stands_beside_or_above_it(repo: Repo) -> None:
    for folder in ("", "policies", "policies/team", "elsewhere"):
        written(repo.top / folder, EXTENDS, name="policy.yaml")
    assert touched.may_extend(["policies/base.yaml"]) == [
        "policies/policy.yaml",
        "policy.yaml",
    ]
    assert touched.may_extend(["gone/base.yaml"]) == ["policy.yaml"]
    assert touched.may_extend(["policies"]) == ["policies/policy.yaml", "policy.yaml"]


def test_what_is_given_is_not_asked_for_again(repo: Repo) -> None:
    written(repo.top, EXTENDS)
    assert touched.may_extend(["policies/base.yaml", "./policy.yaml"]) == []
    assert touched.may_extend([]) == []


@pytest.mark.parametrize("name", ["policy.test.yaml", "policy.json"])
def test_tests_and_other_files_extend_nothing(repo: Repo, name: str) -> None:
    written(repo.top, EXTENDS, name=name)
    (repo.top / "compose.yaml").write_text("services: {a: {extends: b}}\n")
    (repo.top / "folder.yaml").mkdir()
    assert touched.may_extend(["old.yml"]) == []


def test_beyond_the_working_directory_nobody_looks_further_up(repo: Repo) -> None:
    outside = repo.top.parent / "outside"
    written(outside, "rules: []\n", name="base.yaml")
    written(outside, EXTENDS)
    written(outside.parent, "extends: [outside/base.yaml]\n")
    found = touched.may_extend([str(outside / "base.yaml")])
    assert found == [str(outside / "policy.yaml")]
