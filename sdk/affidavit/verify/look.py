"""A range of full bundles, read and looked over: here, or in other processes.

What is found does not depend on where it is looked for: a range gives the same pieces
in this process and in a worker, and they come back in order. Only bundles in which
nothing is wrong are summed up; the others are named, for the caller to take in record
by record.
"""

import signal
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TypeAlias

from affidavit.errors import Incomplete, Invalid
from affidavit.tlog.merkle import leaf_hashes, root_of
from affidavit.tlog.tiles import TILE_WIDTH, Tile
from affidavit.trail.reader import TrailReader
from affidavit.verify.form import rows_of
from affidavit.verify.stretch import Stretch, glance

Piece: TypeAlias = Stretch | int
"""Flawless bundles, or the index of one that is to be taken record by record."""
Look: TypeAlias = Callable[[TrailReader, int, int, "Wants"], Iterator[Piece]]
Work: TypeAlias = Callable[[int, int, "Wants"], list[Piece]]
"""First bundle, end and what is wanted → the pieces of that range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wants:
    """What a stretch is to have beside the least."""

    bodies: bool
    """Whether bodies are looked at."""
    rare: frozenset[bytes] = frozenset()
    """Kinds of record that are wanted whole."""
    leaves: frozenset[int] = frozenset()
    """Bundles whose leaf hashes are wanted."""
    records: bool = False
    """Whether all records are wanted: one bundle a stretch, in this process only."""


def _processes(count: int) -> Executor:
    # Not forked: the caller may have threads. An interrupt is the caller's to handle.
    return ProcessPoolExecutor(
        count,
        mp_context=get_context("spawn"),
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )


def look(reader: TrailReader, first: int, end: int, wants: Wants) -> Iterator[Piece]:
    """The bundles `[first, end)`, all full, one after the other."""
    growing: Stretch | None = None
    for index in range(first, end):
        found = _bundle(reader, index, wants)
        if found is not None and growing is not None and growing.extend(found):
            continue
        if growing is not None:
            yield growing
        if found is None:
            yield index
        growing = found
        if growing is not None and wants.records:
            yield growing
            growing = None
    if growing is not None:
        yield growing


def _bundle(reader: TrailReader, index: int, wants: Wants) -> Stretch | None:
    """One bundle whose entries are those that its tile holds the hashes of."""
    try:
        data, _ = reader.tile(Tile("entries", index))
        kept, _ = reader.tile(Tile(0, index))
        bodies = reader.body_bundle(index, TILE_WIDTH) if wants.bodies else None
    except Invalid:
        return None
    rows = rows_of(data)
    if rows is None or len(rows) != TILE_WIDTH:
        return None
    if index == 0:
        return None  # the genesis, or that it is missing, is the ledger's to see
    entries = [row[1] for row in rows]
    leaves = leaf_hashes(entries)
    if b"".join(leaves) != kept:
        return None
    found = glance(index, rows, bodies, wants.rare)
    if found is None:
        return None
    found.roots.append(root_of(leaves))
    if index in wants.leaves:
        found.leaves[index] = leaves
    if wants.records:
        indices = range(index * TILE_WIDTH, (index + 1) * TILE_WIDTH)
        given = [b""] * TILE_WIDTH if bodies is None else bodies
        found.records = list(zip(indices, entries, given, strict=True))
    return found


def _look(look: Look, path: Path, first: int, end: int, wants: Wants) -> list[Piece]:
    return list(look(TrailReader(path), first, end, wants))


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """How work is shared out. With more than one job, the program's main module must
    be importable without running it (`if __name__ == "__main__"`).
    """

    jobs: int = 1
    """Worker processes; with one, all is done in this process."""
    bundles: int = 64
    """In one range: what a worker holds in memory."""
    worth: int = 1 << 17
    """Records a job must have for its process to be started."""
    pool: Callable[[int], Executor] = _processes
    look: Look = look
    """What is done with a range: a function of a module, for a process to find."""


def looked(
    reader: TrailReader, first: int, end: int, wants: Wants, spread: Spread
) -> Iterator[Piece]:
    """The bundles `[first, end)`, all full, in order.

    Raises `TrailUnavailable` when the disk fails, `Incomplete` when a worker dies.
    """
    step = spread.bundles
    jobs = min(spread.jobs, (end - first) * TILE_WIDTH // max(1, spread.worth))
    if jobs < 2 or wants.records:
        for start in range(first, end, step):
            yield from spread.look(reader, start, min(start + step, end), wants)
        return
    try:
        with spread.pool(jobs) as pool:
            work = partial(_look, spread.look, reader.path)
            yield from _shared(pool, 2 * jobs, work, range(first, end, step), wants)
    except BrokenProcessPool as error:
        raise Incomplete(
            f"{reader.path}: a worker process ended before its work was done: it was "
            "killed, had no memory, or could not start. Verify with one job (--jobs 1)."
        ) from error


def _shared(
    pool: Executor, ahead: int, work: Work, starts: range, wants: Wants
) -> Iterator[Piece]:
    waiting: deque[Future[list[Piece]]] = deque()
    try:
        for start in starts:
            end = min(start + starts.step, starts.stop)
            leaves = wants.leaves.intersection(range(start, end))
            own = replace(wants, leaves=leaves)
            waiting.append(pool.submit(work, start, end, own))
            if len(waiting) > ahead:  # who falls behind here keeps no results there
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        for each in waiting:
            each.cancel()
