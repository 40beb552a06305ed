"""Contents on their way into the store: requests at once, answers in the background.

Knows a bounded queue and one thread. A request is kept before it leaves, by whoever
sends it. An answer has been had already, and nobody waits for its keeping: what a
killed process leaves is a trail that says what its last answers hashed to.
"""

import contextlib
import logging
import os
import threading
import weakref
from collections import deque

from affidavit.contents.store import ContentStore, Part
from affidavit.errors import AffidavitError

MOST_BYTES = 64 << 20
"""Of answers that wait: a disk that cannot keep up must not take the memory."""
_TICK_SECONDS = 0.05
_log = logging.getLogger("affidavit.contents")


class Keeper:
    """One process's way into a store. Safe for threads and forks."""

    def __init__(self, store: ContentStore) -> None:
        self.store = store
        self.forked()
        _living.add(self)

    def forked(self) -> None:
        """Begin with nothing that waits: the parent keeps its own."""
        self._waiting: deque[tuple[str, bytes]] = deque()
        self._bytes = 0
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()

    def keep(self, identifier: str, request: bytes) -> None:
        """Keep a request now; raises as `ContentStore.put`."""
        self.store.put(identifier, Part.REQUEST, request)
        if self._thread is None:
            self._start()

    def note(self, identifier: str, answer: bytes) -> None:
        """Hand an answer in. Takes no lock and raises nothing: the garbage collector
        may hand it in, in the midst of whatever this thread does.
        """
        if self._bytes > MOST_BYTES:
            _log.error(
                "the answer to %s was not kept: %d MiB of answers wait to be written",
                identifier,
                MOST_BYTES >> 20,
            )
            return
        self._waiting.append((identifier, answer))
        self._bytes += len(answer)

    def flush(self) -> None:
        """Keep what waits; what cannot be kept is logged and lost."""
        with self._turn:
            while self._waiting:
                identifier, answer = self._waiting.popleft()
                self._bytes -= len(answer)
                try:
                    self.store.put(identifier, Part.RESPONSE, answer)
                except AffidavitError as error:
                    _log.error("the answer to %s was not kept: %s", identifier, error)
            self._bytes = 0  # threads that add to it at once may lose one another's

    def close(self) -> None:
        """Keep what waits and let go of the files. Twice is once."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()
        self.store.close()

    def _start(self) -> None:
        with self._turn:
            if self._thread is not None:
                return
            thread = threading.Thread(
                target=self._run, name="affidavit-contents", daemon=True
            )
            # An interpreter that is shutting down starts no thread; close() keeps them.
            with contextlib.suppress(RuntimeError):
                thread.start()
                self._thread = thread

    def _run(self) -> None:
        while not self._stop.wait(_TICK_SECONDS):
            if self._waiting:
                self.flush()


_living: "weakref.WeakSet[Keeper]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for keeper in list(_living):
        keeper.forked()


os.register_at_fork(after_in_child=_after_fork_in_child)
