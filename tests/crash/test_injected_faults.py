"""strace fails or kills at each file-system call: what was acknowledged is there.

The process under the fault goes on correctly, or refuses with an error that names path
and errno; it raises nothing else, loses no thread, and never hangs. The next process
recovers, and verification with the pinned key finds nothing. (tests/support/crashing)
"""

from pathlib import Path
from typing import Any

import pytest

from support.crashing.saying import say
from support.crashing.scenarios import SCENARIOS
from support.crashing.stracing import FAULTS, Target, calls, targets
from support.crashing.workers import WORKERS, bad, results

FEW = {"write": 40, "rotate": 100, "integrate": 80, "close": 50}
"""Scenarios of the ordinary suite, and which part of their calls fails."""
WITHOUT = {"together", "restarts", "continued"}
"""Scenarios that are made for power losses: children of theirs die anyway."""


def injected(
    directory: Path, scenario: str, step: int, workers: int = 1
) -> list[dict[str, Any]]:
    shares = []
    for number in range(workers):
        (directory / str(number)).mkdir()
        where, part = str(directory / str(number)), (str(number), str(workers))
        shares.append([scenario, where, ",".join(FAULTS), str(step), *part])
    found = results("injecting.py", shares)
    return [each for each in found if "fault" in each]


def assert_kept(found: list[dict[str, Any]]) -> None:
    assert [each["problems"] for each in bad(found)] == [], bad(found)[0]
    # Threads take turns as they like: now and then a call is not made at all.
    assert sum(each["hit"] for each in found) >= 0.9 * len(found)
    assert {each["fault"] for each in found} == set(FAULTS)


@pytest.mark.parametrize("scenario", FEW)
def test_some_failing_calls_lose_nothing(tmp_path: Path, scenario: str) -> None:
    assert_kept(injected(tmp_path, scenario, FEW[scenario]))


@pytest.mark.soak
@pytest.mark.parametrize(
    "scenario", [each for each in SCENARIOS if each not in WITHOUT]
)
def test_no_failing_call_of_the_first_four_hundred_loses_anything(
    tmp_path: Path, scenario: str
) -> None:
    found = injected(tmp_path, scenario, 1, WORKERS)
    say(f"{scenario}: {len(found)} faults injected")
    assert_kept(found)


def test_calls_that_another_thread_interrupts_are_put_together() -> None:
    log = (
        '1  openat(AT_FDCWD</a>, "/t/x", O_RDONLY <unfinished ...>\n'
        "2  fsync(4</t>) = -1 EIO (Input/output error) (INJECTED)\n"
        "1  <... openat resumed>) = 5</t/x>\n"
        "1  close(5</t/x>) = 0\n"
        "2  close(9</elsewhere>) = 0\n"
        "1  pwrite64(6</t/y>, 7, 8, 0) = ?\n"
        "1  +++ killed by SIGKILL +++\n"
    )
    made = list(calls(log))
    assert [each.name for each in made] == [
        "fsync",
        "openat",
        "close",
        "close",
        "pwrite64",
    ]
    assert [each.result for each in made] == [-1, 5, 0, 0, None]
    assert [each.injected for each in made] == [True, False, False, False, False]
    assert targets(log, "/t", 3) == [
        Target("fsync", 1),
        Target("openat", 1),
        Target("close", 1),
    ]
