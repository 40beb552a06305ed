"""No bytes from outside make a parser of ours do anything but read them or refuse them:
no other exception, no other bytes printed than were read, no memory out of proportion.
"""

import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from affidavit.errors import Malformed
from fuzz.run import fuzz
from support.fuzzing import (
    CORPUS,
    TARGETS,
    BrokenPromiseError,
    hold,
    keeps,
    seeds,
)
from support.mutations import damaged

SECONDS = int(os.environ.get("FUZZ_SECONDS", "60"))
"""For each target of the long run. Not an AFFIDAVIT_ name: tests run without those."""
REFUSED = {"stamp"}
"""Targets whose seeds are refused: no fixed file is a stamp that is good for ever."""
SLACK = 2 << 20
"""What reading may take whatever is read: caches, messages, first imports."""


def test_what_breaks_a_promise_is_told_from_what_refuses() -> None:
    def refuses(data: bytes) -> bytes:
        raise Malformed("no")

    def fails(data: bytes) -> bytes:
        return data[1 // len(data) :]

    assert keeps(lambda data: data, b"x")
    assert keeps(lambda data: None, b"x")
    assert not keeps(refuses, b"x")
    with pytest.raises(BrokenPromiseError):
        keeps(lambda data: data + b" ", b"x")
    with pytest.raises(ZeroDivisionError):
        keeps(fails, b"")


def test_every_target_has_seeds_and_every_seed_a_target() -> None:
    assert {path.name for path in CORPUS.iterdir()} == set(TARGETS)
    assert all(path.stat().st_size < 8192 for path in CORPUS.rglob("*/*"))


@pytest.mark.parametrize("target", TARGETS)
def test_seeds_are_read_and_printed_as_they_were(target: str) -> None:
    for path in sorted((CORPUS / target).iterdir()):
        taken = hold(target, path.read_bytes())
        assert taken is not (target in REFUSED or path.name.startswith("refused-"))


@pytest.mark.parametrize("target", TARGETS)
def test_damaged_seeds_break_nothing(target: str) -> None:
    @settings(max_examples=150)
    @given(st.sampled_from(seeds(target)).flatmap(damaged))
    def holds(data: bytes) -> None:
        hold(target, data)

    holds()


@pytest.mark.parametrize("target", TARGETS)
def test_two_seeds_spliced_break_nothing(target: str) -> None:
    whole = st.sampled_from(seeds(target))

    @settings(max_examples=80)
    @given(whole, whole, st.integers(0, 4096), st.integers(0, 4096), st.binary())
    def holds(one: bytes, two: bytes, upto: int, since: int, amid: bytes) -> None:
        hold(target, one[:upto] + amid + two[since:])

    holds()


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_makes_a_parser_take_memory_out_of_proportion(target: str) -> None:
    for seed in seeds(target):
        for data in (seed, seed * 20, seed[:-1] + b"\xff" * 40, b"[" * 50_000):
            hold(target, data)
            tracemalloc.start()
            try:
                hold(target, data)
                _, peak = tracemalloc.get_traced_memory()
            finally:
                tracemalloc.stop()
            assert peak < SLACK + 100 * len(data)


@pytest.mark.soak
@pytest.mark.parametrize("target", TARGETS)
def test_a_long_search_breaks_nothing(target: str, tmp_path: Path) -> None:
    held, told = fuzz(target, SECONDS)
    print(told)  # noqa: T201 - how many executions the promise rests on
    assert held, told
