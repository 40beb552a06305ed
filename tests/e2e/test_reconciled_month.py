"""A month with gaps of eleven kinds: each is found and named, and nothing else is."""

from pathlib import Path

import pytest

from affidavit.testing import Sandbox
from support.cli import invoke
from support.month import Clock, arguments, gaps_in, play


def reconciled(root: Path, calls: int, threads: int) -> None:
    clock = Clock()
    with Sandbox(clock=clock.seconds) as sandbox:
        month = play(root, sandbox, clock, calls=calls, threads=threads)
        done = invoke(
            *arguments(sandbox),
            cwd=root / "main",
            env={"OPENAI_ADMIN_KEY": "admin"},
        )
    assert done.code == 1, done.err
    told = done.json
    assert gaps_in(told) == month.planted
    assert told["requests"]["covered"] == month.covered
    missing = sum(uncovered for uncovered, _ in month.planted.values())
    assert told["requests"]["uncovered"] == missing


def test_every_gap_of_a_month_is_found_and_named_and_no_other(tmp_path: Path) -> None:
    reconciled(tmp_path, calls=120, threads=1)


@pytest.mark.soak
def test_the_same_of_a_month_of_100_000_calls(tmp_path: Path) -> None:
    reconciled(tmp_path, calls=100_000, threads=4)
