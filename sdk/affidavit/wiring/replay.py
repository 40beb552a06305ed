"""A candidate policy over the decisions of a trail, on as many processes as wanted.

Knows where records lie and how they are shared out: ranges of bundles, in order, a few
ahead of what is summed up, so that memory does not grow with the trail. Each process
loads the candidate itself, and the work is refused if one loads another policy than was
asked about. Verifies nothing of the trail and writes nothing.
"""

import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

from affidavit.errors import Incomplete
from affidavit.gate.replay import Replay, Tally
from affidavit.policy.loader import Policy, load
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.note import parse_note
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail.reader import Snapshot, TrailReader

BUNDLES = 64
"""In one range: 16,384 records."""
WORTH = 1 << 15
"""Records a process must have to be worth starting."""

Tell = Callable[[int, int], None]
"""Records done, and how many in all."""


def _processes(count: int) -> Executor:
    # Not forked: the caller may have threads. An interrupt is the caller's to handle.
    return ProcessPoolExecutor(
        count,
        mp_context=get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Workers:
    """How work is shared out. With more than one job, the program's main module must
    be importable without running it (`if __name__ == "__main__"`).
    """

    jobs: int = 1
    """Worker processes; with one, all is done in this process."""
    worth: int = WORTH
    """Records a job must have for its process to be started."""
    pool: Callable[[int], Executor] = _processes


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: which decisions, under which candidate."""

    trail: Path
    policy: Path
    digest: str
    """Of the candidate, as whoever asks has loaded it."""
    since: str | None = None
    until: str | None = None


def replay(
    question: Question,
    policy: Policy,
    *,
    workers: Workers,
    tell: Tell = lambda _done, _all: None,
) -> Tally:
    """What `policy`, the candidate of the question, would have made of its decisions.

    Sealed or not, all records of one moment are read. Raises what `TrailReader` raises,
    and `Incomplete` when a process dies or the candidate changes on disk meanwhile.
    """
    reader = TrailReader(question.trail)
    tally = Tally()
    with reader.snapshot() as moment:
        size = _size(moment)
        for done, part in _parts(question, policy, size, workers):
            tally.merge(part)
            tell(min(done, size), size)
        last = Replay(policy=policy, since=question.since, until=question.until)
        for wal in moment.wals:
            for frame in wal.frames():
                entry, salt, body = frame.parts()
                last.take(entry, salt + body)
        tally.merge(last.tally)
    return tally


def _size(moment: Snapshot) -> int:
    sealed = Checkpoint.parse(parse_note(moment.checkpoint).text).size
    return max(sealed, moment.state.size if moment.state else 0)


def _parts(
    question: Question,
    policy: Policy,
    size: int,
    workers: Workers,
) -> Iterator[tuple[int, Tally]]:
    """The tallies of `[0, size)` in order, each with the index of its end."""
    step = BUNDLES * TILE_WIDTH
    starts = range(0, size, step)
    jobs = min(workers.jobs, size // max(1, workers.worth))
    if jobs < 2:
        for start in starts:
            end = min(start + step, size)
            yield end, _range(question, policy, start, end)
        return
    try:
        with workers.pool(jobs) as pool:
            yield from _shared(pool, 2 * jobs, question, size, starts)
    except BrokenProcessPool as error:
        raise Incomplete(
            f"{question.trail}: a worker process ended before its work was done: it "
            "was killed, had no memory, or could not start. Replay with --jobs 1."
        ) from error


def _shared(
    pool: Executor, ahead: int, question: Question, size: int, starts: range
) -> Iterator[tuple[int, Tally]]:
    waiting: deque[tuple[int, Future[Tally]]] = deque()
    try:
        for start in starts:
            end = min(start + starts.step, size)
            waiting.append((end, pool.submit(part, question, start, end)))
            if len(waiting) > ahead:
                done, first = waiting.popleft()
                yield done, first.result()
        while waiting:
            done, first = waiting.popleft()
            yield done, first.result()
    finally:
        for _, each in waiting:
            each.cancel()


def part(question: Question, start: int, end: int) -> Tally:
    """One range of records, in a process that has only the question."""
    return _range(question, _candidate(question.policy, question.digest), start, end)


@lru_cache(maxsize=1)
def _candidate(path: Path, digest: str) -> Policy:
    policy = load(path)
    if policy.digest != digest:
        raise Incomplete(
            f"{path}: was changed while it was replayed. Replay it again when nobody "
            "is writing it."
        )
    return policy


def _range(question: Question, policy: Policy, start: int, end: int) -> Tally:
    reader = TrailReader(question.trail)
    worked = Replay(policy=policy, since=question.since, until=question.until)
    for index in range(start // TILE_WIDTH, -(-end // TILE_WIDTH)):
        width = min(end - index * TILE_WIDTH, TILE_WIDTH)
        entries = reader.entry_bundle(index, width)
        for entry, salted in zip(
            entries, reader.body_bundle(index, width), strict=True
        ):
            worked.take(entry, salted)
    return worked.tally
