"""A cache that only repeats: whatever differs, it has nothing to say."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from affidavit.cli import seen
from support.cli import invoke, program
from support.policies import SUPPORT, written

CLEAN = "1 path checked: clean"
NO_OWNER = SUPPORT.replace("    owner: support@acme.example\n", "")
ASKED = ["policy", "check", "--cached", "policy.yaml"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a policy of two files that was found clean."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = tmp_path / "project"
    written(place, "rules: []\n", name="base.yaml")
    written(place, f"extends: [base.yaml]\n{SUPPORT}")
    monkeypatch.chdir(place)
    told = invoke(*ASKED, cwd=place)
    assert told.out == f"{CLEAN}\n"
    return place


def test_what_was_clean_is_clean_while_nothing_changes(folder: Path) -> None:
    assert seen.answer(ASKED) == CLEAN
    assert seen.answer([*ASKED, "policy.yaml"]) == "2 paths checked: clean"
    told = program(*ASKED, cwd=folder)
    assert (told.code, told.out) == (0, f"{CLEAN}\n")


def _edit(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text("a: 1\n")


def _link(folder: Path) -> None:
    (folder / "base.yaml").rename(folder.parent / "base.yaml")
    (folder / "base.yaml").symlink_to(folder.parent / "base.yaml")


def _open_to_all(folder: Path) -> None:
    os.chmod(folder.parent / "cache" / "affidavit" / "policy-check", 0o777)


@pytest.mark.parametrize(
    "change",
    [
        _edit("policy.yaml"),
        _edit("base.yaml"),
        lambda folder: (folder / "base.yaml").unlink(),
        lambda folder: (folder / "policy.yaml").unlink(),
        _link,
        _open_to_all,
        lambda folder: next(folder.parent.glob("cache/*/*/*")).write_text(""),
        lambda folder: next(folder.parent.glob("cache/*/*/*")).write_bytes(b"\xff"),
    ],
)
def test_any_difference_is_read_anew(
    folder: Path, change: Callable[[Path], object]
) -> None:
    change(folder)
    assert seen.answer(ASKED) is None


def test_another_library_in_reach_is_another_installation(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(folder)
    assert seen.answer(ASKED) is None


@pytest.mark.parametrize(
    "asked",
    [
        ["policy", "check", "policy.yaml"],
        ["policy", "check", "--cached"],
        [*ASKED, "--json"],
        [*ASKED, "other.yaml"],
        ["policy", "fmt", "--cached", "policy.yaml"],
        ["policy", "check", "--cached", "."],
    ],
)
def test_only_the_plain_question_is_answered(folder: Path, asked: list[str]) -> None:
    assert seen.answer(ASKED) == CLEAN
    assert seen.answer(asked) is None
    assert (folder / "policy.yaml").exists()


HOOKED = ["policy", "check", "--cached", "--touched", "base.yaml"]


def test_as_a_hook_what_may_extend_a_file_must_be_known_too(folder: Path) -> None:
    assert seen.answer(HOOKED) is None  # of the file itself nothing is known
    assert invoke(*HOOKED, cwd=folder).out == f"{CLEAN}\n"
    assert seen.answer(HOOKED) == CLEAN

    written(folder, "extends: [base.yaml]\nrules: []\n", name="other.yaml")
    assert seen.answer(HOOKED) is None


def test_as_a_hook_nothing_touched_is_nothing_to_check(folder: Path) -> None:
    assert seen.answer(HOOKED[:-1]) == "0 paths checked: clean"
    assert folder.exists()


def test_the_same_name_elsewhere_is_another_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = written(folder.parent / "other", SUPPORT).parent
    monkeypatch.chdir(elsewhere)
    assert seen.answer(ASKED) is None


@pytest.mark.parametrize("body", [NO_OWNER, "a: 1\n"])
def test_what_has_anything_to_say_is_not_kept(folder: Path, body: str) -> None:
    written(folder, body)
    first = invoke(*ASKED, cwd=folder)
    assert seen.answer(ASKED) is None
    assert invoke(*ASKED, cwd=folder) == first


def test_a_day_or_a_program_that_changed_meanwhile_keeps_nothing(
    folder: Path,
) -> None:
    file = written(folder, SUPPORT)
    seen.remember("policy.yaml", [(str(file), "0" * 64)], "yesterday")
    assert seen.answer(ASKED) is None


def test_without_the_flag_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    written(tmp_path, SUPPORT)
    assert invoke("policy", "check", "policy.yaml", cwd=tmp_path).code == 0
    assert not (tmp_path / "cache").exists()


def test_a_cache_that_cannot_be_written_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cache").write_text("a file")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    written(tmp_path, SUPPORT)
    assert invoke(*ASKED, cwd=tmp_path).out == f"{CLEAN}\n"


def test_a_relative_cache_is_none_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert seen.answer(ASKED) is None
