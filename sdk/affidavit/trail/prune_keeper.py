"""Pruning in the background: once a day by whichever process looks first.

Knows the day, a thread that no call waits for, and that children of a fork have no
threads. Rests between bundles, so that its host feels nothing. Whatever goes wrong is
logged and tried again; nothing is raised into the program.
"""

import logging
import os
import threading
import time
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from affidavit import canonical, durable
from affidavit.errors import AffidavitError, Malformed
from affidavit.trail import attested
from affidavit.trail.keep import Keep
from affidavit.trail.pruning import Open, Pruned, prune
from affidavit.trail.record import Clock

FILE = "looked"
"""Says when somebody last looked. Only spares work: without it one looks again."""
DAY_SECONDS = 86_400.0
FIRST_SECONDS = 60.0
"""After opening: short-lived programs leave it to others, or to `trail prune`."""
PAUSE_SECONDS = 3_600.0
REST_SECONDS = 0.002
"""Between bundles of 256 records, which take a tenth of that."""
_log = logging.getLogger("affidavit.trail")


class _StoppedError(Exception):
    """The trail is being closed: what is left is done another day."""


def due(path: Path, now: int) -> bool:
    """Whether the trail at `path` is to be looked at, at `now` (Unix time in ns)."""
    try:
        said = canonical.loads((path / attested.DIRECTORY / FILE).read_bytes())
    except (OSError, Malformed):
        return True
    match said:
        case {"at": int(at), "v": 1}:
            # A time that is yet to come was written by a clock that was wrong.
            return not 0 <= now / 1e9 - at / 1e3 < DAY_SECONDS
        case _:
            return True


def looked(path: Path, now: int) -> None:
    """Make it known that somebody looked at `now`."""
    data = canonical.dumps({"v": 1, "at": now // 1_000_000})
    durable.replace(path / attested.DIRECTORY / FILE, data)


class RetentionKeeper:
    """Prunes an open trail once a day, until `close` or the process's end."""

    def __init__(
        self,
        trail: Open,
        keep: Keep,
        *,
        tool: str,
        clock: Clock = time.time_ns,
        first_seconds: float = FIRST_SECONDS,
        pause_seconds: float = PAUSE_SECONDS,
        rest_seconds: float = REST_SECONDS,
        start: Callable[[threading.Thread], None] = threading.Thread.start,
    ) -> None:
        self._trail, self._length, self._tool = trail, keep, tool
        self._clock = clock
        self._first, self._pause, self._rest = (
            first_seconds,
            pause_seconds,
            rest_seconds,
        )
        self._start_thread = start
        self._closed = False
        self._told = ""
        self._start()
        _keepers.add(self)

    def close(self) -> None:
        """Begin nothing further, and wait until the bundle at hand is whole."""
        self._closed = True
        self._stop.set()
        _keepers.discard(self)
        if self._thread is not None:
            self._thread.join()

    def _start(self) -> None:
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        if self._closed:
            return
        thread = threading.Thread(
            target=self._keep,
            args=(self._stop,),
            name="affidavit-retention",
            daemon=True,
        )
        try:
            self._start_thread(thread)
        except RuntimeError as error:
            _log.warning("%s: not pruned in the background: %s", self._path, error)
            return
        self._thread = thread

    @property
    def _path(self) -> Path:
        return self._trail.path

    def _keep(self, stop: threading.Event) -> None:
        pause = self._first
        while not stop.wait(pause):
            self._look(stop)
            pause = self._pause

    def _look(self, stop: threading.Event) -> Pruned | None:
        """Prune when it is time; raises nothing."""
        try:
            now = self._clock()
            if not due(self._path, now):
                return None
            done = self._prune(now, stop)
            if done is not None:
                looked(self._path, now)
                self._tell(done)
        except _StoppedError:
            return None
        except AffidavitError as error:
            # The same again at each look would say nothing more.
            if str(error) != self._told:
                self._told = str(error)
                _log.warning("%s: not pruned: %s", self._path, error)
            return None
        except Exception:  # noqa: BLE001 - a bug here must not end a program
            _log.exception("%s: not pruned", self._path)
            return None
        return done

    def _prune(self, now: int, stop: threading.Event) -> Pruned | None:
        def rest() -> None:
            if stop.wait(self._rest):
                raise _StoppedError

        return prune(
            self._trail,
            self._length,
            now=datetime.fromtimestamp(now / 1e9, UTC),
            reason="retention",
            tool=self._tool,
            clock=self._clock,
            breathe=rest,
        )

    def _tell(self, done: Pruned) -> None:
        count = done.removed.count + done.finished.count
        if count:
            _log.info("%s: %d bodies pruned", self._path, count)
        if done.plan.missing:
            _log.warning(
                "%s: %d bodies are gone, and no record says why. Run `affidavit trail "
                "verify`.",
                self._path,
                done.plan.missing,
            )


_keepers: "weakref.WeakSet[RetentionKeeper]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for keeper in list(_keepers):
        keeper._start()  # noqa: SLF001 - of this module


os.register_at_fork(after_in_child=_after_fork_in_child)
