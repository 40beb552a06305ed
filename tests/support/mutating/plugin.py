"""Mutation testing inside one pytest: which changes to the code does no test notice?

    make mutation      (PYTHONPATH=tests pytest -p support.mutating.plugin -n 0
                        --mutate FILE… TESTS…)

The tests run once, and it is noted which functions each of them reaches. Then the
process forks for every mutant: the function's code is replaced in place, and the tests
that reach it run, quickest first, until one fails. A fork costs milliseconds where a
fresh pytest costs seconds, and no copy of the tree with rewritten modules is needed,
which is why this is not mutmut or cosmic-ray. Code that only runs in processes that a
test starts is not mutated there.
"""

import importlib
import os
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

from support.mutating.mutants import Mutant, mutants

SDK = Path(__file__).parents[3] / "sdk"
PATIENCE_SECONDS = 8.0
"""Of tests that reach one mutant, as long as they take unmutated."""
KILLED, SURVIVED, UNREACHED, UNFIT = "killed", "survived", "unreached", "unfit"
Place = tuple[str, str]
"""File and qualified name."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--mutate", action="append", default=[], metavar="FILE")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    files = [Path(each).resolve() for each in session.config.getoption("--mutate")]
    if not files:
        return None
    reach = Reach(frozenset(map(str, files)))
    _run(session.items, reach)
    if session.testsfailed:
        pytest.exit("the tests must pass before anything is mutated", 1)
    _report(session, reach, files)
    return True


@dataclass
class Reach:
    """Which tests reach which functions, and how long each takes."""

    files: frozenset[str]
    tests: dict[Place, list[pytest.Item]] = field(
        default_factory=lambda: defaultdict(list)
    )
    seconds: dict[str, float] = field(default_factory=dict)
    _now: set[Place] = field(default_factory=set)

    def note(self, frame: FrameType, event: str, _: Any) -> None:
        """A profile function: every call of code in `files`."""
        code = frame.f_code
        if event == "call" and code.co_filename in self.files:
            self._now.add((code.co_filename, _outer(code)))

    def run(self, item: pytest.Item, following: pytest.Item | None) -> None:
        """One test, observed."""
        self._now = set()
        began = time.perf_counter()
        sys.setprofile(self.note)
        threading.setprofile(self.note)
        try:
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        finally:
            sys.setprofile(None)
            threading.setprofile(None)
        self.seconds[item.nodeid] = time.perf_counter() - began
        for place in self._now:
            self.tests[place].append(item)

    def _seconds_of(self, item: pytest.Item) -> float:
        return self.seconds[item.nodeid]

    def of(self, place: Place) -> list[pytest.Item]:
        """The tests that reach a function, quickest first, as many as patience has."""
        chosen: list[pytest.Item] = []
        spent = 0.0
        for item in sorted(self.tests[place], key=self._seconds_of):
            spent += self._seconds_of(item)
            if chosen and spent > PATIENCE_SECONDS:
                break
            chosen.append(item)
        return chosen


def _outer(code: CodeType) -> str:
    """The function or method that a piece of code stands in."""
    return code.co_qualname.split(".<locals>")[0]


def _run(items: list[pytest.Item], reach: Reach) -> None:
    for item, following in zip(items, [*items[1:], None], strict=True):
        reach.run(item, following)


def _report(session: pytest.Session, reach: Reach, files: list[Path]) -> None:
    counts: dict[str, int] = defaultdict(int)
    for file in files:
        before = dict(counts)
        for mutant in mutants(file.read_text("utf-8"), str(file)):
            fate = _fate(session, reach, file, mutant)
            counts[fate] += 1
            if fate in {SURVIVED, UNREACHED}:
                where = f"{file.relative_to(SDK)}:{mutant.line}"
                _say(f"{fate}: {where} {mutant.qualname}: {mutant.change}")
        _say(f"{file.relative_to(SDK)}: {_score(counts, before)}")
    _say(f"all: {_score(counts, {})}")


def _score(counts: dict[str, int], before: dict[str, int]) -> str:
    own = {name: counts[name] - before.get(name, 0) for name in counts}
    lived = own.get(SURVIVED, 0) + own.get(UNREACHED, 0)
    dead = own.get(KILLED, 0)
    share = 100 * dead / (dead + lived) if dead + lived else 100.0
    return f"{dead} of {dead + lived} mutants killed ({share:.1f} %)"


def _say(line: str) -> None:
    sys.__stderr__.write(line + "\n")  # type: ignore[union-attr]  # pytest has a terminal
    sys.__stderr__.flush()  # type: ignore[union-attr]  # the same


def _fate(session: pytest.Session, reach: Reach, file: Path, mutant: Mutant) -> str:
    live = list(_live(file, mutant.qualname))
    if not live or any(
        each.__code__.co_freevars != mutant.code.co_freevars for each in live
    ):
        return UNFIT
    tests = reach.of((str(file), mutant.qualname))
    if not tests:
        return UNREACHED
    known = sum(reach.seconds[each.nodeid] for each in tests)
    child = os.fork()
    if not child:
        _in_child(session, live, mutant.code, tests)
    return SURVIVED if _exit_code(child, 5 + 4 * known) == 0 else KILLED


def _exit_code(child: int, seconds: float) -> int:
    """The child's; one that does not end is killed, for that is noticed as well."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _in_child(
    session: pytest.Session,
    live: list[FunctionType],
    code: CodeType,
    tests: list[pytest.Item],
) -> None:
    """Never returns: exits with 0 when every test passed."""
    reporter = session.config.pluginmanager.getplugin("terminalreporter")
    assert reporter is not None
    reporter._tw._file = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - until the process ends
    code_of = 1
    try:
        for each in live:
            each.__code__ = code
        for item, following in zip(tests, [*tests[1:], None], strict=True):
            item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                break
        code_of = 1 if session.testsfailed else 0
    finally:
        os._exit(code_of)


def _live(file: Path, qualname: str) -> Iterator[FunctionType]:
    """The function objects of a name: those that callers hold."""
    name = ".".join(file.relative_to(SDK).with_suffix("").parts)
    found: Any = importlib.import_module(name.removesuffix(".__init__"))
    *parents, last = qualname.split(".")
    for each in parents:
        found = getattr(found, each)
    yield from _unwrapped(vars(found).get(last))


def _unwrapped(found: Any) -> Iterator[FunctionType]:
    match found:
        case FunctionType():
            inner = getattr(found, "__wrapped__", None)
            yield from [found] if inner is None else _unwrapped(inner)
        case property():
            for each in (found.fget, found.fset):
                yield from _unwrapped(each)
        case classmethod() | staticmethod():
            yield from _unwrapped(found.__func__)
        case cached_property():
            yield from _unwrapped(found.func)
        case None:
            return
        case _:
            yield from _unwrapped(getattr(found, "__wrapped__", None))
