"""Where a verifier's memory stands, and on how many cores it works."""

import os
from pathlib import Path

import click
import pytest

from affidavit.cli import verifying
from affidavit.tlog.logkeys import LogKeys
from affidavit.verify.look import Spread
from support.trails import Builder


def keys(path: Path, seed: bytes = b"k" * 32) -> LogKeys:
    return LogKeys.of(Builder(path, seed=seed).key)


def place(trail: Path, state: str, *, seed: bytes = b"k" * 32) -> Path:
    with verifying.memory(
        trail, keys(trail, seed), None, {"XDG_STATE_HOME": state}
    ) as memory:
        return memory.path


def test_each_core_has_its_job_unless_told_otherwise() -> None:
    assert verifying.spread(None) == Spread(jobs=len(os.sched_getaffinity(0)))
    assert verifying.spread(3).jobs == 3


def test_memory_stands_where_a_user_keeps_state(tmp_path: Path) -> None:
    found = place(tmp_path / "trail", str(tmp_path / "state"))

    assert found.parent == tmp_path / "state/affidavit/verified"
    assert found.stat().st_mode & 0o777 == 0o700


def test_each_trail_and_each_key_has_its_own(tmp_path: Path) -> None:
    state = str(tmp_path / "state")
    one = place(tmp_path / "one", state)

    assert place(tmp_path / "one", state) == one
    assert place(tmp_path / "two", state) != one
    assert place(tmp_path / "one", state, seed=b"l" * 32) != one


def test_a_relative_state_folder_is_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))

    assert place(tmp_path / "trail", "state").is_relative_to(tmp_path / ".local/state")


def test_a_memory_in_the_trail_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "trail")
    for folder in (tmp_path / "trail", tmp_path / "trail/a", tmp_path / "link/a"):
        with (
            pytest.raises(click.UsageError, match="inside the trail"),
            verifying.memory(tmp_path / "trail", keys(tmp_path), folder, {}),
        ):
            pass
