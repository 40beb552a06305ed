"""Scanning many files: read, ask the cache, share the rest among processes.

Knows files and processes; what a file says is `examine`'s business. Files are judged by
what they held when they were read, once.
"""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple, Self, TypeAlias

from affidavit import regular
from affidavit.scan.code.cache import Cache, key_of
from affidavit.scan.code.examine import facts_of
from affidavit.scan.code.facts import Facts, failed
from affidavit.scan.code.languages import Language
from affidavit.scan.code.rules import Rule
from affidavit.scan.code.walk import Target

WORTH_PROCESSES_BYTES = 1_500_000
"""Less than that is parsed sooner than a process starts."""
_CHUNK_BYTES = 400_000
LARGEST_READ = 256 * 1024 * 1024

Tell = Callable[[int, int], None]
Examined: TypeAlias = list[tuple[int, bytes, Facts]]
"""Which file, its key, and what it says."""


class Work(NamedTuple):
    """A file that must be examined."""

    place: int
    """Which of the targets it is."""
    key: bytes
    data: bytes
    language: Language


class Scanned(NamedTuple):
    """What the files say, and how many of them the cache knew."""

    facts: tuple[Facts, ...]
    """One for each target, in order."""
    cached: int


def scan(
    targets: Sequence[Target],
    cache: Cache,
    *,
    jobs: int,
    tell: Tell | None = None,
    worth: int = WORTH_PROCESSES_BYTES,
) -> Scanned:
    """The facts of each target.

    `jobs` processes at most; 1 stays in this one, and so does work of fewer than
    `worth` bytes.
    """
    found: dict[int, Facts] = {}
    cached = 0
    with _Pool(jobs, worth) as pool:
        for index, target in enumerate(targets):
            work = _read(index, target)
            if isinstance(work, Facts):
                found[index] = work
                continue
            known = cache.get(work.key)
            if known is None:
                pool.take(work)
            else:
                found[index] = known
                cached += 1
        for examined in pool.finish():
            found.update((index, facts) for index, _, facts in examined)
            cache.put((key, facts) for _, key, facts in examined)
            if tell is not None:
                tell(len(found), len(targets))
    return Scanned(tuple(found[index] for index in range(len(targets))), cached)


def _read(index: int, target: Target) -> Work | Facts:
    if target.language is None:
        return failed(
            Rule.NOT_SCANNED,
            "no source in Python, JavaScript, TypeScript, Go or Java, nor a notebook",
            "Do not name it, or give it the suffix of what it is.",
        )
    try:
        data = _bytes(target.path)
    except OSError as error:
        remedy = "Make it readable, or leave it out with --exclude."
        return failed(Rule.UNREADABLE, f"cannot be read: {error.strerror}", remedy)
    return Work(index, key_of(data, target.language), data, target.language)


def _bytes(path: Path) -> bytes:
    with regular.opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > LARGEST_READ:
            raise OSError(0, f"it has {size} bytes")
        return file.read()


def examine(works: Sequence[Work]) -> Examined:
    """What some files say; runs in whichever process it is called in."""
    collecting = gc.isenabled()
    gc.disable()  # trees are many objects and no garbage: a sixth of the time
    try:
        return [
            (each.place, each.key, facts_of(each.data, each.language)) for each in works
        ]
    finally:
        if collecting:
            gc.enable()


class _Pool:
    """Takes work in and sends it out in chunks, once there is enough of it."""

    def __init__(self, jobs: int, worth: int) -> None:
        self._jobs = jobs
        self._worth = worth
        self._chunk = min(_CHUNK_BYTES, worth)
        self._waiting: list[Work] = []
        self._waiting_bytes = 0
        self._held: list[list[Work]] = []
        self._held_bytes = 0
        self._running: list[Future[Examined]] = []
        self._processes: ProcessPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._processes is not None:
            self._processes.shutdown(cancel_futures=True)

    def take(self, work: Work) -> None:
        """Begin with `work`, now or later."""
        self._waiting.append(work)
        self._waiting_bytes += len(work.data)
        if self._waiting_bytes >= self._chunk:
            self._send()

    def finish(self) -> Iterator[Examined]:
        """What was taken in, as it is done."""
        self._send()
        for chunk in self._held:
            yield examine(chunk)
        for future in self._running:
            yield future.result()

    def _send(self) -> None:
        if not self._waiting:
            return
        self._held.append(self._waiting)
        self._held_bytes += self._waiting_bytes
        self._waiting, self._waiting_bytes = [], 0
        if self._jobs > 1 and self._held_bytes >= self._worth:
            pool = self._started()
            self._running += [pool.submit(examine, each) for each in self._held]
            self._held = []

    def _started(self) -> ProcessPoolExecutor:
        if self._processes is None:
            # Spawned: a fork would take along the threads of whoever calls us.
            context = multiprocessing.get_context("spawn")
            self._processes = ProcessPoolExecutor(self._jobs, mp_context=context)
        return self._processes


def processors() -> int:
    """How many processes make sense on this machine."""
    try:
        return max(1, len(os.sched_getaffinity(0)))
    except AttributeError:  # not on every platform
        return os.cpu_count() or 1
