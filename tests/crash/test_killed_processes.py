"""Processes that share a trail and are killed: what was acknowledged is there."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.durable import Durability
from affidavit.testing.sandbox import Sandbox
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.trail.trail import Trail
from affidavit.trail.writer import GATHERED
from affidavit.verify import TrailReport, verify_trail
from affidavit.verify.report import Verdict
from affidavit.wiring import Settings
from affidavit.wiring.keyring import load_identity
from support import caller
from support.crashing.saying import say
from support.crashing.workers import results
from support.go_judge import GoJudge, build
from support.live import a_policy_record
from support.project import a_project

PROCESSES = 8
DOOMED = 4
PATIENCE_SECONDS = 300


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> GoJudge:
    return build(tmp_path_factory.mktemp("judge"))


@dataclass(frozen=True)
class Caller:
    process: subprocess.Popen[bytes]
    acknowledged: Path

    def ids(self) -> list[str]:
        """Whole lines only: a kill may cut the last."""
        text = self.acknowledged.read_text() if self.acknowledged.exists() else ""
        return text.split("\n")[:-1]


@contextmanager
def callers(project: Path, calls: int) -> Iterator[list[Caller]]:
    """Half of them make `calls` calls; the other half would go on ten times as long."""
    with ExitStack() as stack:
        sandbox = stack.enter_context(Sandbox())
        started = []
        for number in range(PROCESSES):
            told = project / f"acknowledged-{number}"
            count = calls * 10 if number < DOOMED else calls
            command = [sys.executable, caller.__file__, sandbox.base_url, str(count)]
            process = subprocess.Popen([*command, str(told)], cwd=project)
            stack.callback(process.wait)
            stack.callback(process.kill)
            started.append(Caller(process, told))
        yield started


def wait_for(caller: Caller, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(caller.ids()) < count:
        assert caller.process.poll() is None, "ended before it was to be killed"
        assert time.monotonic() < deadline
        time.sleep(0.002)


def sealed(settings: Settings) -> None:
    """Integrate what the dead left, as the next process on this trail would."""
    identity = load_identity(settings)
    trail = Trail(settings.trail, identity, first_record=a_policy_record)
    trail.seal()
    trail.close()


def verified(settings: Settings) -> TrailReport:
    identity = load_identity(settings)
    return verify_trail(
        TrailReader(settings.trail),
        key=identity.verifier,
        now=datetime.now(UTC),
        wal_key=identity.secrets.wal,
    )


def ids(settings: Settings, kind: Kind) -> set[str]:
    """Of everything that is on disk, in the tree or not yet."""
    reader = TrailReader(settings.trail)
    stored = [*reader.records(), *reader.pending()]
    return {each.entry.id for each in stored if each.entry.kind is kind}


@pytest.mark.parametrize("durability", list(Durability))
@pytest.mark.parametrize(
    "calls", [30, pytest.param(500, marks=pytest.mark.soak)], ids=["some", "all"]
)
def test_half_the_processes_are_killed_and_nothing_acknowledged_is_lost(
    tmp_path: Path,
    judge: GoJudge,
    calls: int,
    durability: Durability,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AFFIDAVIT_DURABILITY", durability.value)
    settings = a_project(tmp_path)
    with callers(tmp_path, calls) as started:
        doomed = started[:DOOMED]
        for number, each in enumerate(doomed):
            wait_for(each, calls * (number + 1) // DOOMED)
            each.process.send_signal(signal.SIGKILL)
        exits = [each.process.wait() for each in started]

    acknowledged = {told for each in started for told in each.ids()}
    assert exits == [-signal.SIGKILL] * len(doomed) + [0] * len(doomed)
    assert len(acknowledged) >= calls * (PROCESSES - DOOMED) + calls // DOOMED

    before = verified(settings)
    assert before.verdict is Verdict.VALID, before.problems
    assert acknowledged <= ids(settings, Kind.DECISION)

    sealed(settings)
    after = verified(settings)
    assert after.verdict is Verdict.VALID, after.problems
    assert after.pending == 0
    assert acknowledged <= ids(settings, Kind.DECISION)
    assert set(after.unknown_outcomes) == ids(settings, Kind.DECISION) - ids(
        settings, Kind.OUTCOME
    )
    # What waited for its like in the memory of each, and the call under way.
    assert len(after.unknown_outcomes) <= len(doomed) * (GATHERED + 1)

    key = str(load_identity(settings).verifier)
    ruling = judge(key, settings.trail)
    assert ruling.exit_code == 0, ruling.output
    assert f"ok {after.size} " in ruling.output


def test_a_process_killed_while_it_integrates_is_continued_by_the_next(
    tmp_path: Path,
) -> None:
    """Killed at moments spread over the integration; the next one finishes the work."""
    settings = a_project(tmp_path)
    identity = load_identity(settings)
    for moment in range(12):
        child = os.fork()
        if child == 0:
            trail = Trail(
                settings.trail,
                identity,
                first_record=a_policy_record,
                checkpoint_seconds=3600,
            )
            for _ in range(40):
                trail.append(a_policy_record())
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, 0.0002 + 0.0006 * moment)
            trail.seal()
            signal.pause()
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == -signal.SIGALRM

        report = verified(settings)
        assert report.verdict is Verdict.VALID, report.problems

    sealed(settings)
    report = verified(settings)
    assert report.verdict is Verdict.VALID, report.problems
    assert report.pending == 0
    assert report.size >= 1 + 12 * 41


@pytest.mark.parametrize(
    "kills", [12, pytest.param(200, marks=pytest.mark.soak)], ids=["some", "all"]
)
def test_random_kills_under_eight_writing_processes_lose_nothing(
    tmp_path: Path, kills: int
) -> None:
    (found,) = results("killing.py", [[str(tmp_path), str(kills), "20261123"]])
    say(found)
    assert found["problems"] == []
    assert found["kills"] == kills + PROCESSES
    assert found["ack"] > kills
