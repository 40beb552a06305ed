"""A whole trail under another policy: the same answer from one process and from two."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from affidavit.errors import Incomplete
from affidavit.policy.loader import load
from affidavit.wiring import Settings
from affidavit.wiring.replay import Question, Workers, part, replay
from support.cli import record_calls
from support.policies import SUPPORT, written
from support.project import a_project

NARROW = SUPPORT.replace("gpt-5*", "gpt-4o-mini")


def asked(settings: Settings, candidate: Path) -> Question:
    policy = load(candidate)
    return Question(trail=settings.trail, policy=candidate, digest=policy.digest)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = a_project(tmp_path)
    record_calls(made)
    return made


def test_the_policy_that_decided_changes_nothing(settings: Settings) -> None:
    policy = load(settings.policy)
    told: list[tuple[int, int]] = []
    tally = replay(
        asked(settings, settings.policy),
        policy,
        workers=Workers(),
        tell=lambda *each: told.append(each),
    )
    assert (tally.decisions, tally.same_policy) == (3, 3)
    assert (tally.changes, tally.gaps) == (0, 0)
    assert told[-1][0] == told[-1][1]


def test_records_that_are_not_sealed_yet_count_too(tmp_path: Path) -> None:
    settings = a_project(tmp_path)
    governor = record_calls(settings, close=False)
    policy = load(settings.policy)
    tally = replay(asked(settings, settings.policy), policy, workers=Workers())
    governor.close()
    assert tally.decisions == 3


def test_processes_answer_as_one_does(settings: Settings, tmp_path: Path) -> None:
    candidate = written(tmp_path / "new", NARROW)
    question, policy = asked(settings, candidate), load(candidate)
    alone = replay(question, policy, workers=Workers())
    shared = replay(question, policy, workers=Workers(jobs=2, worth=1))
    assert shared == alone
    assert alone.changes == 1


def test_a_candidate_that_changes_meanwhile_is_not_mixed(
    settings: Settings, tmp_path: Path
) -> None:
    candidate = written(tmp_path / "new", NARROW)
    question = replace(asked(settings, candidate), digest="sha256:" + "0" * 64)
    with pytest.raises(Incomplete, match="was changed while it was replayed"):
        part(question, 0, 1)


class _Dying(ThreadPoolExecutor):
    """Workers of which each is killed."""

    def submit(self, *_: object, **__: object) -> Future[Any]:
        raise BrokenProcessPool


def test_a_worker_that_dies_is_said(settings: Settings) -> None:
    dying: Callable[[int], Executor] = _Dying
    workers = Workers(jobs=2, worth=1, pool=dying)
    question = asked(settings, settings.policy)
    with pytest.raises(Incomplete, match="--jobs 1"):
        replay(question, load(settings.policy), workers=workers)
