"""Rounds in the background: a daemon thread that no call ever waits for.

Knows when to look again and that children of a fork have no threads. Whatever goes
wrong is logged and tried again; nothing is raised into the program.
"""

import logging
import os
import threading
import weakref
from collections.abc import Callable
from pathlib import Path

from affidavit.anchors.plan import Plan
from affidavit.anchors.rounds import Round, Rounds
from affidavit.errors import AffidavitError

FIRST_SECONDS = 1.5
"""After opening: what a process records first is sealed within a second."""
LONGEST_SECONDS = 15.0
"""Between two looks at whether somebody is due; a look reads two small files."""
_log = logging.getLogger("affidavit.anchors")

MakeRounds = Callable[[], Rounds]


class AnchorKeeper:
    """Anchors a trail from construction on, until `close` or the process's end."""

    def __init__(
        self,
        trail: Path,
        plan: Plan,
        *,
        rounds: MakeRounds | None = None,
        first_seconds: float = FIRST_SECONDS,
        longest_seconds: float = LONGEST_SECONDS,
        start: Callable[[threading.Thread], None] = threading.Thread.start,
    ) -> None:
        self._trail = trail
        self._make = rounds or (lambda: Rounds(trail, plan))
        self._first = first_seconds
        self._pause = min(longest_seconds, float(plan.every_seconds))
        self._closed = False
        self._told = ""
        self._start_thread = start
        self._start()
        _keepers.add(self)

    def close(self) -> None:
        """Begin no further round. Waits for none: what is on its way is dropped, and
        asked for again by the next process.
        """
        self._closed = True
        self._stop.set()
        _keepers.discard(self)

    def _start(self) -> None:
        self._stop = threading.Event()
        if self._closed:
            return
        thread = threading.Thread(
            target=self._keep,
            args=(self._stop,),
            name="affidavit-anchors",
            daemon=True,
        )
        try:
            self._start_thread(thread)
        except RuntimeError as error:
            # No thread to be had: calls are governed all the same, and `trail anchor`
            # does by hand what this would have done.
            _log.warning("%s: not anchored in the background: %s", self._trail, error)

    def _keep(self, stop: threading.Event) -> None:
        rounds = self._make()
        pause = self._first
        while not stop.wait(pause):
            self._look(rounds)
            pause = self._pause

    def _look(self, rounds: Rounds) -> Round | None:
        try:
            return rounds.run()
        except AffidavitError as error:
            # The same again at each look would say nothing more.
            if str(error) != self._told:
                self._told = str(error)
                _log.warning("%s: not anchored: %s", self._trail, error)
        except Exception:  # noqa: BLE001 - a bug here must not end anchoring
            _log.exception("%s: not anchored", self._trail)
        return None


_keepers: "weakref.WeakSet[AnchorKeeper]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for keeper in list(_keepers):
        keeper._start()  # noqa: SLF001 - of this module


os.register_at_fork(after_in_child=_after_fork_in_child)
