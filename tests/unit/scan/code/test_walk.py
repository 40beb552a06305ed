import contextlib
import os
import subprocess
from pathlib import Path

import pytest

from affidavit.scan.code.languages import Language
from affidavit.scan.code.walk import listed


def written(root: Path, *names: str, text: str = "x = 1\n") -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def git(root: Path, *arguments: str) -> None:
    environ = {name: value for name, value in os.environ.items() if name[:4] != "GIT_"}
    identity = ("-c", "user.name=t", "-c", "user.email=t@t.example")
    command = ["git", *identity, "-C", str(root), *arguments]
    subprocess.run(command, check=True, capture_output=True, env=environ)


def names(root: Path, *paths: str, exclude: tuple[str, ...] = ()) -> list[str]:
    found = listed([root / each for each in paths or (".",)], exclude)
    return [str(each.path.relative_to(root)) for each in found.targets]


def test_git_says_what_is_ignored_and_what_is_tracked_all_the_same(
    tmp_path: Path,
) -> None:
    written(tmp_path, "a.py", "new.go", "out/b.py", "out/kept.py", "note.txt")
    (tmp_path / ".gitignore").write_text("out/\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "-f", "a.py", "out/kept.py")
    assert names(tmp_path) == ["a.py", "new.go", "out/kept.py"]
    assert listed([tmp_path]).ungoverned_by_git == ()
    assert names(tmp_path, "out/b.py") == ["out/b.py"]


def test_a_folder_that_is_ignored_as_a_whole_is_scanned_when_it_is_named(
    tmp_path: Path,
) -> None:
    written(tmp_path, "out/b.py")
    (tmp_path / ".gitignore").write_text("out/\n")
    git(tmp_path, "init", "-q")
    assert names(tmp_path, "out") == ["out/b.py"]


def test_a_repository_inside_answers_for_itself(tmp_path: Path) -> None:
    written(tmp_path, "a.py", "inner/b.py", "inner/c.py")
    (tmp_path / "inner" / ".gitignore").write_text("c.py\n")
    git(tmp_path, "init", "-q")
    git(tmp_path / "inner", "init", "-q")
    git(tmp_path / "inner", "add", "b.py")
    git(tmp_path / "inner", "commit", "-qm", "x")
    assert names(tmp_path) == ["a.py", "inner/b.py"]
    git(tmp_path, "add", "inner")  # as a submodule is
    assert names(tmp_path) == ["a.py", "inner/b.py"]


def test_without_git_folders_of_tools_are_left_out(tmp_path: Path) -> None:
    written(tmp_path, "a.py", ".venv/b.py", "x/node_modules/c.js", "x/d.tsx")
    found = listed([tmp_path])
    assert names(tmp_path) == ["a.py", "x/d.tsx"]
    assert found.ungoverned_by_git == (tmp_path,)


def test_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    written(tmp_path, "a/b.py")
    (tmp_path / "a" / "round").symlink_to(tmp_path / "a")
    assert names(tmp_path) == ["a/b.py"]


def test_a_script_without_a_suffix_is_known_by_its_first_line(tmp_path: Path) -> None:
    written(tmp_path, "tool", text="#!/usr/bin/env python3\n")
    written(tmp_path, "README", "empty", text="")
    os.mkfifo(tmp_path / "pipe")
    assert names(tmp_path) == ["tool"]


@pytest.mark.parametrize(
    ("glob", "left"),
    [
        ("vendor", ["a.py", "x/b.min.js"]),
        ("vendor/", ["a.py", "x/b.min.js"]),
        ("*.min.js", ["a.py", "vendor/c.py"]),
        ("x/*", ["a.py", "vendor/c.py"]),
        ("a.py", ["vendor/c.py", "x/b.min.js"]),
        ("none", ["a.py", "vendor/c.py", "x/b.min.js"]),
    ],
)
def test_what_is_excluded_is_left_out(
    glob: str, left: list[str], tmp_path: Path
) -> None:
    written(tmp_path, "a.py", "vendor/c.py", "x/b.min.js")
    assert names(tmp_path, exclude=(glob,)) == left


def test_a_file_that_is_named_is_scanned_once_whatever_it_is(tmp_path: Path) -> None:
    written(tmp_path, "a.txt", "b.py")
    found = listed([tmp_path / "a.txt", tmp_path / "b.py", tmp_path]).targets
    assert [each.language for each in found] == [None, Language.PYTHON]


def test_a_file_that_is_named_may_be_excluded_by_its_folder(tmp_path: Path) -> None:
    written(tmp_path, "vendor/c.py", "a.py")
    with contextlib.chdir(tmp_path):
        for root in (Path(), tmp_path):
            paths = [root / "vendor" / "c.py", root / "a.py"]
            (left,) = listed(paths, ["vendor"]).targets
            assert left.path.name == "a.py"


def test_what_is_tracked_and_gone_is_not_listed(tmp_path: Path) -> None:
    written(tmp_path, "a.py", "gone.py")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    (tmp_path / "gone.py").unlink()
    assert names(tmp_path) == ["a.py"]


def test_without_the_program_git_everything_is_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, "a.py")
    git(tmp_path, "init", "-q")
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    assert listed([tmp_path]).ungoverned_by_git == (tmp_path,)


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        listed([tmp_path / "none.py"])
