"""No policy, however damaged, makes anything but a policy or a list of errors, and what
is not in force lets nothing through: each within a second.
"""

import os
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from support.mutated import SEEDS, hold, hold_all, mutant

MUTANTS = int(os.environ.get("FUZZ_POLICIES", "200000"))
"""Of the long run. Not an AFFIDAVIT_ name: tests run without those."""
STEP = 1_000


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_damaged_is_a_policy_before(seed: str, tmp_path: Path) -> None:
    assert hold(seed.encode(), tmp_path / "policy.yaml") == "in force"


def test_a_mutant_follows_from_its_number() -> None:
    assert mutant(7) == mutant(7)
    assert len({mutant(number) for number in range(100)}) > 90


def test_damaged_policies_are_refused_or_whole(tmp_path: Path) -> None:
    counts = hold_all(0, 200, tmp_path)
    # Both happen, or the mutants would show nothing.
    assert min(counts.values()) > 10


def test_an_endless_looking_policy_is_answered_within_a_second(tmp_path: Path) -> None:
    bombs = (
        "a: &a [x,x]\nb: &b [*a,*a]\n",
        "[" * 100_000,
        "- " * 100_000,
        "a: " + "x" * (1 << 20),
        "".join(f"k{n}: v\n" for n in range(60_000)),
        SEEDS[0].replace("request.model", " + ".join(["request.model"] * 500)),
        SEEDS[0].replace('"> 1"', '"> ' + "9" * 5000 + '"'),
    )
    for bomb in bombs:
        assert hold(bomb.encode(), tmp_path / "policy.yaml") == "refused"


@pytest.mark.soak
def test_two_hundred_thousand_damaged_policies_break_nothing(tmp_path: Path) -> None:
    total = {"refused": 0, "in force": 0}
    starts = range(0, MUTANTS, STEP)
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(hold_all, n, n + STEP, tmp_path) for n in starts]
        for part in parts:
            for name, number in part.result().items():
                total[name] += number
    print(total)  # noqa: T201 - what the promise rests on
    assert sum(total.values()) == MUTANTS
