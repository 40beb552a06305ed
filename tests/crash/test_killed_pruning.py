"""A process killed while it prunes: what a record explains is gone or still there, and
the next run ends the work. Killed for real, before each step that it takes on files.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from affidavit.trail.reader import TrailReader
from affidavit.verify.report import Verdict
from support import aged
from support.go_judge import GoJudge, build
from support.live import an_identity

STEPS = frozenset({"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"})
"""Events of the interpreter that stand for what changes files (PEP 578)."""
CALLS = 300


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> GoJudge:
    return build(tmp_path_factory.mktemp("judge"))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calls over three bundles, the last of them partial; nearly all of them old."""
    path = aged.a_directory(tmp_path_factory.mktemp("template"))
    aged.an_old_trail(path, CALLS)
    return path


def forked(act: Callable[[], object]) -> int:
    """Act in a child; how it ended."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            act()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def steps_of(path: Path) -> int:
    """How many steps a pruning takes on the trail at `path`."""
    read, write = os.pipe()

    def act() -> None:
        taken = [0]

        def count(event: str, arguments: tuple[object, ...]) -> None:
            taken[0] += touches(event, arguments, path)

        sys.addaudithook(count)
        aged.pruned(path)
        os.write(write, str(taken[0]).encode())

    assert forked(act) == 0
    os.close(write)
    with os.fdopen(read) as pipe:
        return int(pipe.read())


def touches(event: str, arguments: tuple[object, ...], path: Path) -> bool:
    return event in STEPS and str(arguments[0]).startswith(str(path))


def killed_before(path: Path, step: int) -> int:
    """Prune in a child that kills itself before its `step`-th step."""

    def act() -> None:
        taken = [0]

        def kill(event: str, arguments: tuple[object, ...]) -> None:
            if touches(event, arguments, path):
                taken[0] += 1
                if taken[0] == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(kill)
        aged.pruned(path)

    return forked(act)


def check(path: Path, entries: list[tuple[int, bytes]], judge: GoJudge | None) -> None:
    """Nothing is lost or unexplained now, and the next run ends what was begun."""
    report = aged.verified(path)
    assert report.verdict is Verdict.VALID, report.problems
    assert report.bodies_unexplained == 0

    aged.pruned(path)
    after = aged.verified(path)
    assert after.verdict is Verdict.VALID, after.problems
    assert (after.bodies_pruned, after.notes) == (2 * CALLS, ())
    assert after.pending == 0
    assert list(TrailReader(path).entries(0, len(entries))) == entries
    assert aged.kinds(path).count("pruning") == 1
    assert [each.name for each in (path / "body").rglob("*.new")] == []
    if judge is not None:
        ruling = judge(str(an_identity().verifier), path)
        assert ruling.exit_code == 0, ruling.output


@pytest.mark.parametrize(
    "few", [12, pytest.param(0, marks=pytest.mark.soak)], ids=["some", "all"]
)
@pytest.mark.timeout(600)
def test_a_pruning_that_is_killed_at_any_step_is_ended_by_the_next(
    template: Path, tmp_path: Path, judge: GoJudge, few: int
) -> None:
    entries = list(TrailReader(template).entries())
    rehearsal = Path(shutil.copytree(template, tmp_path / "rehearsal" / "trail"))
    total = steps_of(rehearsal)
    assert total > 40
    stride = max(1, total // few) if few else 1
    reached = 0
    for step in range(1, total + 1, stride):
        path = Path(shutil.copytree(template, tmp_path / f"{step}" / "trail"))
        ended = killed_before(path, step)
        assert ended in (-signal.SIGKILL, 0)
        reached += ended == -signal.SIGKILL
        check(path, entries, judge if step % 7 == 0 else None)
        shutil.rmtree(path.parent)
    assert reached >= (total // stride) * 0.9


@pytest.mark.soak
@pytest.mark.timeout(600)
def test_a_pruning_that_is_killed_at_any_moment_is_ended_by_the_next(
    template: Path, tmp_path: Path, judge: GoJudge
) -> None:
    """A hundred moments, wherever in a system call or between two they fall."""
    entries = list(TrailReader(template).entries())
    for moment in range(100):
        path = Path(shutil.copytree(template, tmp_path / f"{moment}" / "trail"))

        def act(path: Path = path, moment: int = moment) -> None:
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.setitimer(signal.ITIMER_REAL, 0.001 + 0.001 * moment)
            aged.pruned(path)

        assert forked(act) in (-signal.SIGALRM, 0)
        check(path, entries, judge if moment % 10 == 0 else None)
        shutil.rmtree(path.parent)


def test_a_pruned_trail_is_accepted_by_others_and_an_edit_is_not(
    template: Path, tmp_path: Path, judge: GoJudge
) -> None:
    path = Path(shutil.copytree(template, tmp_path / "trail"))
    aged.pruned(path)
    key = str(an_identity().verifier)
    ruling = judge(key, path)
    assert ruling.exit_code == 0, ruling.output

    bundle = path / "tile" / "entries" / "000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"permit"', b'"refuse"', 1))
    assert judge(key, path).exit_code == 1
