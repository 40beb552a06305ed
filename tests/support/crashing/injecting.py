"""Fails each file-system call of a scenario in turn, with strace(1), and judges.

    python injecting.py SCENARIO DIRECTORY FAULTS STEP FIRST STRIDE

One process with everything imported forks a child for each fault: that spares each of
thousands of runs the start of an interpreter, and leaves nearly no call in it that is
not the trail's. strace attaches to the child before it begins. Prints one JSON line a
fault. FAULTS are separated by commas; of each STEP-th target those from FIRST on, in
strides of STRIDE, are this process's.
"""

import codecs
import ctypes
import errno
import logging
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from affidavit.errors import (
    AffidavitError,
    KeyUnusable,
    SettingsInvalid,
    TrailUnavailable,
)
from affidavit.trail.segment import NoRoom
from support.crashing import judging
from support.crashing.saying import say
from support.crashing.scenarios import SCENARIOS, Scenario, Tell, found, told
from support.crashing.stracing import FAULTS, Target, targets

codecs.lookup("ascii")  # imported at its first use: not under a fault
MOST = 400
PATIENCE_SECONDS = 25.0
"""After this a process hangs: ten seconds for a lock that is not to be had, and more.
"""
_GO = 77
_SET_PTRACER = 0x59616D61
_FAMILIES = "trace=%file,%desc,sched_get_priority_max"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a child came to its end."""

    status: int
    """As `os.waitstatus_to_exitcode` says it; None of it is told of one that hung."""
    hung: bool
    lines: Sequence[str]
    """What it told."""
    said: str
    """What it wrote to stderr."""
    log: str
    """strace's."""


def forked(act: Callable[[Tell], None], stderr: Path) -> tuple[int, int]:
    """A child that acts, and where to read what it tells."""
    read, write = os.pipe()
    child = os.fork()
    if child:
        os.close(write)
        return child, read
    status = 70
    try:
        os.close(read)
        os.dup2(os.open(stderr, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        status = _live(act, Tell(write))
    finally:
        sys.stderr.flush()
        os._exit(status)


def _live(act: Callable[[Tell], None], tell: Tell) -> int:
    logging.basicConfig(format="logged %(message)s", force=True)
    threading.excepthook = lambda hook: tell("thread", repr(hook.exc_value))
    try:
        act(tell)
    except AffidavitError as error:
        tell("refused", type(error).__name__, str(error))
    except BaseException:  # noqa: BLE001 - the finding itself: told, not swallowed
        tell("raised", traceback.format_exc())
        return 1
    tell("done")
    return 0


def traced(
    scenario: Scenario, directory: Path, options: Sequence[str], scratch: Path
) -> Ended:
    """Run the scenario's act under strace with `options`."""
    log, stderr = scratch / "strace", scratch / "stderr"

    def act(tell: Tell) -> None:
        ctypes.CDLL(None).prctl(_SET_PTRACER, ctypes.c_ulong(-1), 0, 0, 0)
        # strace answers this one once it has us, and never before.
        while os.sched_get_priority_max(os.SCHED_FIFO) != _GO:
            time.sleep(0.0005)
        scenario.act(directory, tell)

    child, pipe = forked(act, stderr)
    start = f"inject=sched_get_priority_max:retval={_GO}"
    strace = subprocess.Popen(
        [
            *("strace", "-qqq", "-f", "-y", "-o", str(log), "-p", str(child)),
            *("-e", start, *options),
        ],
        stderr=subprocess.DEVNULL,
    )
    try:
        hung, lines = heard(pipe)
        if hung:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    finally:
        os.close(pipe)
        strace.wait(PATIENCE_SECONDS)
    return Ended(
        status=os.waitstatus_to_exitcode(status),
        hung=hung,
        lines=lines,
        said=stderr.read_text(),
        log=log.read_text(),
    )


def heard(pipe: int) -> tuple[bool, list[str]]:
    """Whether the other end hung, and its whole lines."""
    data, deadline = b"", time.monotonic() + PATIENCE_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            chunk = os.read(pipe, 65536)
            if not chunk:
                return False, data.decode().split("\n")[:-1]
            data += chunk
    return True, data.decode().split("\n")[:-1]


def judged(
    directory: Path, lines: Sequence[str], before: object, scratch: Path
) -> list[str]:
    """What another process finds when it goes on with the trail."""

    def act(tell: Tell) -> None:
        for each in judging.problems(directory, lines, before):  # type: ignore[arg-type]  # handed through
            tell("problem", each)

    child, pipe = forked(act, scratch / "judge")
    hung, said = heard(pipe)
    if hung:
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(pipe)
    failed = ["recovery hung"] if hung else []
    failed += [f"recovery: {each}" for each in said if each.startswith(("ra", "re"))]
    return failed + told(said, "problem") + told(said, "thread")


def misbehaved(ended: Ended, fault: str, directory: Path) -> Iterator[str]:
    """What the process under the fault did that is not promised."""
    if ended.hung:
        yield "it hung"
        return
    if fault == "SIGKILL":
        return
    for word in ("raised", "thread"):
        yield from (f"{word}: {each}" for each in told(ended.lines, word))
    for each in told(ended.lines, "refused"):
        if not _is_documented(each, fault, directory):
            yield f"refused with {each}"
    if ended.status != 0 and not told(ended.lines, "raised"):
        yield f"it ended with {ended.status}"
    if "Traceback" in ended.said:
        yield f"on stderr: {ended.said}"


def _is_documented(refusal: str, fault: str, directory: Path) -> bool:
    kind, _, message = refusal.partition(" ")
    number = getattr(errno, fault, 0)
    names = (fault, f"errno {number}", os.strerror(number))
    named = any(each in message for each in names) and str(directory) in message
    return kind in REFUSALS and named


REFUSALS = {
    each.__name__ for each in (TrailUnavailable, NoRoom, KeyUnusable, SettingsInvalid)
}


class Bench:
    """One scenario, its template, and the calls that it makes."""

    def __init__(self, name: str, directory: Path) -> None:
        self._scenario = SCENARIOS[name]
        self._scratch = directory
        self._template, self._work = directory / "template", directory / "work"
        found(self._scenario, self._template)
        self._before = judging.recorded(self._template)

    def count(self, runs: int) -> list[Target]:
        """The targets: the calls of a run without a fault, which must itself be good.

        The longest of so many: threads take turns as they like.
        """
        longest: list[Target] = []
        for _ in range(runs):
            ended = self._run(["-e", _FAMILIES])
            found = [*misbehaved(ended, "", self._work), *self._judged(ended)]
            if found or told(ended.lines, "done") != [""]:
                raise SystemExit(f"without a fault: {found} {ended.lines} {ended.said}")
            longest = max(longest, targets(ended.log, str(self._work), MOST), key=len)
        return longest

    def fail(self, target: Target, fault: str) -> dict[str, object]:
        """Run with one fault; what came of it."""
        injected = f"inject={target.name}:{FAULTS[fault]}:when={target.nth}"
        traced = f"trace={target.name},sched_get_priority_max"
        ended = self._run(["-e", injected, "-e", traced])
        if fault == "SIGKILL":
            hit = ended.status == -signal.SIGKILL
        else:
            hit = any(
                "INJECTED" in e for e in ended.log.splitlines() if target.name in e
            )
        problems = [*misbehaved(ended, fault, self._work), *self._judged(ended)]
        return {
            "target": f"{target.name}#{target.nth}",
            "fault": fault,
            "hit": hit,
            "acknowledged": len(told(ended.lines, "ack")),
            "refused": bool(told(ended.lines, "refused")),
            "problems": problems,
            "log": ended.log[-2000:] if problems else "",
        }

    def _run(self, options: Sequence[str]) -> Ended:
        shutil.rmtree(self._work, ignore_errors=True)
        shutil.copytree(self._template, self._work)
        return traced(self._scenario, self._work, options, self._scratch)

    def _judged(self, ended: Ended) -> list[str]:
        return judged(self._work, ended.lines, self._before, self._scratch)


def main() -> None:
    """Go through this process's share of targets."""
    name, directory, faults, step, first, stride = sys.argv[1:]
    bench = Bench(name, Path(directory))
    chosen = bench.count(3 if step == "1" else 1)[:: int(step)]
    say({"targets": len(chosen)})
    for target in chosen[int(first) :: int(stride)]:
        for fault in faults.split(","):
            say(bench.fail(target, fault))


if __name__ == "__main__":
    main()
