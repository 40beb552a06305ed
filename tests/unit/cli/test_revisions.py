import os
import subprocess
from contextlib import chdir
from pathlib import Path

import pytest

from affidavit.cli.revisions import opened
from affidavit.errors import PolicyNotFound


def git(directory: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=t", "-c", "user.email=t@e.example")
    subprocess.run(
        ["git", *identity, *arguments], cwd=directory, check=True, capture_output=True
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "policies"
    folder.mkdir()
    (folder / "policy.yaml").write_text("first")
    (folder / "notes.txt").write_text("not YAML")
    os.symlink("/etc/passwd", folder / "link.yaml")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    (folder / "policy.yaml").write_text("second")
    return tmp_path


def test_a_path_that_is_there_is_a_path(repository: Path) -> None:
    path = repository / "policies" / "policy.yaml"
    with chdir(repository), opened(str(path), path) as found:
        assert found.path.read_text() == "second"
        assert found.renamed("policies/policy.yaml:3") == "policies/policy.yaml:3"


@pytest.mark.parametrize(
    "asked", ["HEAD", "HEAD:policies/policy.yaml", "HEAD:policies"]
)
def test_a_revision_is_taken_out_and_put_away_again(
    asked: str, repository: Path
) -> None:
    usual = repository / "policies" / "policy.yaml"
    with chdir(repository), opened(asked, usual) as found:
        file = found.path / "policy.yaml" if found.path.is_dir() else found.path
        assert file.read_text() == "first"
        assert [each.name for each in file.parent.iterdir()] == ["policy.yaml"]
        assert found.renamed(f"{file}:3") == "HEAD:policies/policy.yaml:3"
    assert not found.path.exists()
    assert usual.read_text() == "second"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("HEAD:nowhere.yaml", "not in that revision"),
        ("no-such:policies/policy.yaml", "neither a file nor a revision"),
        ("--upload-pack=x", "neither a file nor a revision"),
    ],
)
def test_what_is_not_there_is_told(asked: str, said: str, repository: Path) -> None:
    usual = repository / "policies" / "policy.yaml"
    with (
        chdir(repository),
        pytest.raises(PolicyNotFound, match=said),
        opened(asked, usual),
    ):
        pass


def test_without_a_repository_there_are_only_paths(tmp_path: Path) -> None:
    with (
        chdir(tmp_path),
        pytest.raises(PolicyNotFound, match="no git repository"),
        opened("HEAD", tmp_path),
    ):
        pass
