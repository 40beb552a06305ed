"""The rows of all files against all trails: here, or spread over other processes.

Knows portions, their order, and a folder in which processes share what they look values
up in. What is found does not depend on how many there are.
"""

import ctypes
import os
import signal
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, assert_never

from affidavit.errors import AffidavitError, Incomplete
from affidavit.fingerprint import Key
from affidavit.scan.data import columns, lines, prose, tables
from affidavit.scan.data.files import Format, Portion, Source, opened
from affidavit.scan.data.index import Index
from affidavit.scan.data.rows import Problem, Row
from affidavit.scan.data.seek import Hit, Trail, batches, seek

MOST_TOLD = 20
"""Problems of a file that are told; the rest are counted."""
MOST_HITS = 200_000
"""Rows of a file that are told; the rest are counted."""
ROWS, BYTES = 512, 192 << 10
"""Of a batch: what fits a processor's cache, with the arrays made from it."""
WORTH = 16 << 20
"""Bytes of data that a process is started for."""
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
"""What mallopt(3) calls M_TRIM_THRESHOLD and M_MMAP_THRESHOLD."""
_KEPT_BYTES = 32 << 20

Tell = Callable[[int, int], None]
"""Bytes done, and bytes in all."""


class Done(NamedTuple):
    """What came of one portion."""

    rows: int
    numbers: int
    """The last number that was given to a row."""
    hits: list[Hit]
    problems: list[Problem]
    more_problems: int = 0


@dataclass(slots=True)
class Scanned:
    """What came of one file."""

    source: Source
    sha256: str | None = None
    """Of its bytes; None where it could not be read."""
    rows: int = 0
    hits: list[Hit] = field(default_factory=list)
    kinds: dict[str, int] = field(default_factory=dict)
    """How many rows of each kind."""
    problems: list[Problem] = field(default_factory=list)
    more_problems: int = 0
    _numbers: int = 0

    def add(self, done: Done, portion: Portion) -> None:
        """Take the next portion's results."""
        self.rows += done.rows
        for hit in done.hits:
            self.kinds[hit.kind.value] = self.kinds.get(hit.kind.value, 0) + 1
            if len(self.hits) < MOST_HITS:
                self.hits.append(hit._replace(row=hit.row + self._numbers))
        for problem in done.problems:
            number = problem.number
            self.say(
                problem.message, None if number is None else number + self._numbers
            )
        self.more_problems += done.more_problems
        self._numbers += done.numbers if portion.rows is None else portion.rows

    def say(self, message: str, number: int | None = None) -> None:
        """Note what could not be read."""
        if len(self.problems) < MOST_TOLD:
            self.problems.append(Problem(number, message))
        else:
            self.more_problems += 1


def scan(
    found: Sequence[Source],
    trails: Sequence[Trail],
    *,
    jobs: int,
    tell: Tell | None = None,
) -> list[Scanned]:
    """Look at every row of every file. Raises `Incomplete` when a process dies, and
    `ToolUnavailable` where a library is missing.
    """
    total = sum(source.size for source in found)
    jobs = min(jobs, max(1, total // WORTH))
    if jobs < 2:
        return [_scanned(each, trails, total, tell) for each in found]
    with tempfile.TemporaryDirectory(prefix="affidavit-") as folder:
        folders = [Path(folder, str(at)) for at in range(len(trails))]
        for trail, place in zip(trails, folders, strict=True):
            place.mkdir()
            trail.index.save(place)
        keys = [trail.key for trail in trails]
        with ProcessPoolExecutor(
            jobs,
            mp_context=get_context("spawn"),  # not forked: the caller may have threads
            initializer=_begin,
            initargs=(folders, keys),
        ) as pool:
            return _spread(pool, found, total, tell)


_trails: list[Trail] = []
"""Of this process, if it is one that was started to work."""


def _begin(folders: Iterable[Path], keys: Iterable[Key]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the parent's
    _keep_memory()
    _trails[:] = [
        Trail(key, Index.load(folder))
        for folder, key in zip(folders, keys, strict=True)
    ]


def _keep_memory() -> None:
    """Have the C library keep what a batch's arrays took for the next batch's.

    Given back and asked for again, page by page, it is a quarter of all the time.
    """
    try:
        library = ctypes.CDLL(None)
        library.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        library.mallopt(_MMAP_THRESHOLD, _KEPT_BYTES)
    except (OSError, AttributeError):
        pass  # another C library: slower, and nothing else


def _spread(
    pool: ProcessPoolExecutor, found: Sequence[Source], total: int, tell: Tell | None
) -> list[Scanned]:
    results = [Scanned(source) for source in found]
    try:
        digests = [
            pool.submit(digest, each.path) if each.portions else None for each in found
        ]
        work = [
            (result, portion, pool.submit(_work, portion))
            for result in results
            for portion in result.source.portions
        ]
        done = 0
        for result, portion, waiting in work:
            result.add(waiting.result(), portion)
            done += portion.size
            if tell is not None:
                tell(done, total)
        for result, digested in zip(results, digests, strict=True):
            _close(result, digested)
    except BrokenProcessPool as error:
        raise Incomplete(
            "A worker process ended before its work was done: it was killed, had no "
            "memory, or could not start. Scan with one (--jobs 1)."
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)
    return results


def _close(result: Scanned, digested: "Future[tuple[str, Stamp]] | None") -> None:
    """Note the file's digest, and that it held still; or why there is nothing."""
    if result.source.problem is not None:
        result.say(result.source.problem)
    try:
        if digested is not None:
            result.sha256, stamp = digested.result()
            if stamp != stamped(result.source.path):
                result.say("was written to while it was read: scan it again")
    except OSError as error:
        result.say(f"cannot be read: {error.strerror or error}")


def _scanned(
    source: Source, trails: Sequence[Trail], total: int, tell: Tell | None
) -> Scanned:
    result = Scanned(source)
    waiting: Future[tuple[str, Stamp]] = Future()
    try:
        if source.portions:
            waiting.set_result(digest(source.path))
    except OSError as error:
        waiting.set_exception(error)
    for portion in source.portions:
        result.add(_done(portion, trails), portion)
        if tell is not None:
            tell(portion.size, total)
    _close(result, waiting if source.portions else None)
    return result


def _work(portion: Portion) -> Done:
    return _done(portion, _trails)


def _done(portion: Portion, trails: Sequence[Trail]) -> Done:
    problems: list[Problem] = []
    hits: list[Hit] = []
    rows = numbers = 0
    try:
        for batch in batches(read(portion, problems), most=ROWS, size=BYTES):
            rows += sum(row.size > 0 or row.value is not None for row in batch)
            numbers = batch[-1].number
            hits += seek(batch, trails)
    except AffidavitError:
        raise
    except (OSError, ValueError, EOFError) as error:  # pyarrow's, gzip's and zlib's own
        where = f"after row {numbers}" if numbers else "from its beginning"
        problems.append(
            Problem(None, f"damaged, not read {where}: {_first_line(error)}")
        )
    return Done(
        rows, numbers, hits, problems[:MOST_TOLD], max(0, len(problems) - MOST_TOLD)
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]


def read(portion: Portion, problems: list[Problem]) -> Iterator[Row]:
    """The rows of a portion. Raises `OSError`, `ValueError` or `EOFError` where the
    file is damaged.
    """
    path, kind = portion.path, portion.format
    if kind is Format.PARQUET:
        yield from columns.read_group(path, portion.start)
        return
    if kind is Format.ARROW:
        yield from columns.read_arrow(path)
        return
    with opened(path, portion.packing) as file:
        match kind:
            case Format.JSON_LINES:
                yield from lines.read_lines(
                    file, problems, start=portion.start, end=portion.end
                )
            case Format.JSON:
                yield from lines.read_json(file, problems)
            case Format.TABLE:
                yield from tables.read_table(file, problems)
            case Format.TEXT:
                yield from prose.read_text(file, problems)
            case _:
                assert_never(kind)


class Stamp(NamedTuple):
    """What shows that a file was written to."""

    size: int
    modified: int


def stamped(path: Path) -> Stamp:
    """The file's stamp; `OSError` where it is gone."""
    found = path.stat()
    return Stamp(found.st_size, found.st_mtime_ns)


def digest(path: Path) -> tuple[str, Stamp]:
    """SHA-256 of a file, and its stamp from before it was read."""
    stamp = stamped(path)
    whole = sha256()
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            whole.update(piece)
    return whole.hexdigest(), stamp


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))
