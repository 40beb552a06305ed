"""All anchors of one trail, asked once: each in a thread of its own, with a time limit.

Knows who is due, what is kept of their answers and what is written down of their
failures. One round at a time for each trail, whatever the number of processes. Needs no
key: a checkpoint is signed already.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from affidavit import durable
from affidavit.anchors.plan import (
    Plan,
    PublishAnchor,
    StampAnchor,
    WitnessAnchor,
    due_at,
)
from affidavit.anchors.publish import publish
from affidavit.anchors.stamp import file_name, stamp
from affidavit.anchors.submit import Prove, submit
from affidavit.anchors.web import Web
from affidavit.errors import AffidavitError, BrokenTrail, Malformed
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import consistency_proof
from affidavit.tlog.note import NoteSignature, parse_note
from affidavit.tlog.tiles import subtree_reader
from affidavit.trail.anchors import AnchorStore, Standing
from affidavit.trail.reader import TrailReader

ROUND_SECONDS = 90.0
"""How long a round waits for its slowest anchor; what answers later is dropped."""
LOCK_SECONDS = 0.0
_log = logging.getLogger("affidavit.anchors")

Now: TypeAlias = Callable[[], int]
"""Milliseconds since 1970, UTC."""


def now_ms() -> int:
    """The system's clock."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What one anchor gave, to be kept under the trail."""

    cosignatures: tuple[NoteSignature, ...] = ()
    stamps: Mapping[str, bytes] = field(default_factory=dict)


Task: TypeAlias = Callable[[], Kept]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How every anchor of the plan stands after a round."""

    size: int
    """Records of the head that was shown."""
    asked: tuple[str, ...]
    """The anchors that were due."""
    standings: Mapping[str, Standing]
    """Of every anchor in the plan."""


class _Job:
    """One anchor being asked, in a thread that may outlast the round."""

    def __init__(self, task: Task) -> None:
        self.kept: Kept | None = None
        self.error: Exception | None = None
        self._task = task
        self.thread = threading.Thread(
            target=self._run, name="affidavit-anchor", daemon=True
        )
        self.thread.start()

    def _run(self) -> None:
        try:
            self.kept = self._task()
        except Exception as error:  # noqa: BLE001 - a thread's end: it is recorded
            self.error = error


class Rounds:
    """Asks the anchors of one trail, round after round."""

    def __init__(
        self,
        trail: Path,
        plan: Plan,
        *,
        web: Web | None = None,
        now: Now = now_ms,
        seconds: float = ROUND_SECONDS,
    ) -> None:
        self._reader = TrailReader(trail)
        self._store = AnchorStore.of(trail)
        self._plan = plan
        self._web = web or Web()
        self._now = now
        self._seconds = seconds
        self._hanging: dict[str, _Job] = {}

    def run(
        self, *, lock_seconds: float = LOCK_SECONDS, all_of_them: bool = False
    ) -> Round | None:
        """Ask who is due, or everybody; None when another process is at it.

        What an anchor does wrong is in its standing. Raises `TrailNotFound`,
        `TrailUnavailable` or `Malformed` when the trail or its anchors' folder cannot
        be read or written.
        """
        self._make_folder()
        lock = durable.ProcessLock(self._store.lock)
        with lock.held(seconds=lock_seconds) as had:
            return self._round(all_of_them=all_of_them) if had else None

    def _make_folder(self) -> None:
        self._reader.head()
        durable.make_directory(self._store.path)

    def _round(self, *, all_of_them: bool) -> Round:
        note = self._reader.checkpoint_bytes()
        size = Checkpoint.parse(parse_note(note).text).size
        standings = self._standings()
        tasks = self._tasks(note, standings)
        now = self._now()
        due = [
            name
            for name in tasks
            if all_of_them or self._is_due(standings[name], size, now)
        ]
        if due:
            results = self._ask({name: tasks[name] for name in due})
            self._keep(note, results)
            for name, result in results.items():
                standings[name] = self._judged(name, standings[name], result, size)
            self._store.record(standings)
        return Round(size=size, asked=tuple(due), standings=standings)

    def _standings(self) -> dict[str, Standing]:
        try:
            known = self._store.standings()
        except Malformed as error:
            # It only spares questions: what was kept of answers stands in other files.
            _log.warning("%s; it is begun anew", error)
            known = {}
        return {name: known.get(name, Standing()) for name in self._plan.names}

    def _is_due(self, standing: Standing, size: int, now: int) -> bool:
        due = due_at(standing, size, self._plan.every_seconds)
        # A clock that was set back must not silence an anchor until it has caught up.
        return due is not None and (due <= now or standing.tried > now)

    def _tasks(self, note: bytes, standings: Mapping[str, Standing]) -> dict[str, Task]:
        tasks: dict[str, Task] = {}
        for witness in self._plan.witnesses:
            done = standings[witness.name].done
            tasks[witness.name] = self._witnessed(
                witness, note, done.size if done else 0
            )
        for authority in self._plan.stamps:
            tasks[authority.name] = self._stamped(authority, note)
        for place in self._plan.publish:
            tasks[place.name] = self._published(place, note)
        return tasks

    def _witnessed(self, anchor: WitnessAnchor, note: bytes, known: int) -> Task:
        def task() -> Kept:
            now = self._now() // 1000
            line = submit(self._web, anchor, note, self._prove, known=known, now=now)
            return Kept(cosignatures=(line,))

        return task

    def _stamped(self, anchor: StampAnchor, note: bytes) -> Task:
        def task() -> Kept:
            now = datetime.fromtimestamp(self._now() / 1000, UTC)
            found = stamp(self._web, anchor, note, now=now)
            return Kept(stamps={file_name(anchor): found.response})

        return task

    def _published(self, anchor: PublishAnchor, note: bytes) -> Task:
        def task() -> Kept:
            publish(self._web, anchor, note, self._prove)
            return Kept()

        return task

    @property
    def _prove(self) -> Prove:
        def prove(old: int, new: int) -> Sequence[bytes]:
            subtrees = subtree_reader(self._reader.read, new)
            return consistency_proof(old, new, subtrees)

        return prove

    def _ask(self, tasks: Mapping[str, Task]) -> dict[str, _Job | None]:
        """Run the tasks side by side; None for one that has not come to an end."""
        self._hanging = {
            name: job for name, job in self._hanging.items() if job.thread.is_alive()
        }
        jobs = {
            name: _Job(task)
            for name, task in tasks.items()
            if name not in self._hanging
        }
        deadline = time.monotonic() + self._seconds
        for job in jobs.values():
            job.thread.join(max(0.0, deadline - time.monotonic()))
        late = {name: job for name, job in jobs.items() if job.thread.is_alive()}
        self._hanging |= late
        return {name: None if name in self._hanging else jobs[name] for name in tasks}

    def _keep(self, note: bytes, results: Mapping[str, _Job | None]) -> None:
        kept = [job.kept for job in results.values() if job and job.kept]
        lines = [line for each in kept for line in each.cosignatures]
        stamps = {name: data for each in kept for name, data in each.stamps.items()}
        if lines or stamps:
            # Before the status: what counts as done must not be lost by a crash.
            month = datetime.fromtimestamp(self._now() / 1000, UTC).strftime("%Y-%m")
            self._store.keep(note, month=month, cosignatures=lines, stamps=stamps)

    def _judged(
        self, name: str, before: Standing, job: _Job | None, size: int
    ) -> Standing:
        now = self._now()
        if job is None:
            after = before.failed(now, f"no answer within {self._seconds:.0f} s")
        elif job.error is None:
            after = before.held(now, size)
        else:
            after = before.failed(
                now,
                _words(job.error),
                contradicted=isinstance(job.error, BrokenTrail),
            )
        _tell(name, before, after, job)
        return after


def _words(error: Exception) -> str:
    text = str(error)
    if not isinstance(error, AffidavitError):
        text = f"{type(error).__name__}: {error}"
    return text.encode("utf-8", "replace").decode()[:2000]


def _tell(name: str, before: Standing, after: Standing, job: _Job | None) -> None:
    """Into the log: every contradiction, other failures once, and their end."""
    if after.contradicted:
        _log.error("%s: %s", name, after.error)
    elif after.error is not None and not before.failures:
        _log.warning("%s: not anchored, to be tried again: %s", name, after.error)
    elif after.error is None and before.failures:
        _log.info("%s: anchored again", name)
    if job is not None and not isinstance(job.error, AffidavitError | None):
        _log.debug("%s", name, exc_info=job.error)
