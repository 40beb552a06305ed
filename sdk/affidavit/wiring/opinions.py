"""A second opinion: a sample of calls, shown to a model, beside the path of all calls.

Knows which calls are taken, the bounded queue between them and one thread, and what is
recorded of the answer. Who is asked, and how, comes in from `clients`, which is above
this. Nothing here makes a call wait or fail: what does not fit is dropped, and counted.

Not taken are refused calls, whose content is to stay here, calls of the purpose under
which the model is asked, and what has no text.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from affidavit.calls import Call, Text
from affidavit.canonical import Json
from affidavit.errors import AffidavitError
from affidavit.findings import Activity, Kind
from affidavit.wiring.afterwards import Afterwards
from affidavit.wiring.opinion_plan import OpinionPlan

WHAT = "second_opinion"
DETECTOR = "second-opinion/1"
UNREAD = "second_opinion"
"""What a decision on our own question calls the part that no detector read."""
MOST_WAITING = 64
"""Calls that wait to be asked about."""
MOST_UNDER_WAY = 256
"""Calls that are taken and have not ended."""
DRAIN_SECONDS = 5.0
"""After closing began, calls that still wait are asked about for so long."""
CLOSE_SECONDS = 15.0
"""How long closing waits in all: for these, and for the question that is under way
then, which has a time limit of its own."""
_ENDPOINTS = frozenset({"chat.completions", "responses", "completions"})
_DAY = 86_400
_log = logging.getLogger("affidavit")


class Answer(NamedTuple):
    """What the model said."""

    score: float
    """0 to 1: how likely the call makes data that a model could be trained on."""
    activity: Activity | None
    model: str


class NoAnswer(NamedTuple):
    """Why there is none, in words that a record can hold."""

    problem: str


class Asker(Protocol):
    """Who asks the model. Used by one thread."""

    def ask(self, texts: Sequence[Text]) -> Answer | NoAnswer:
        """Show it a call's texts."""

    def close(self) -> None:
        """Let go of connections."""


class _Own:
    """The question under way in this thread: which record it became."""

    record: str | None = None


_own: ContextVar[_Own | None] = ContextVar("affidavit_opinion", default=None)


@dataclass(frozen=True, slots=True)
class _Taken:
    identifier: str
    texts: tuple[Text, ...]


class Opinions:
    """One governor's. Safe for threads and forks; raises nothing."""

    def __init__(
        self,
        plan: OpinionPlan,
        afterwards: Afterwards,
        *,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.plan = plan
        self._afterwards, self._now = afterwards, now
        self._make: Callable[[], Asker] | None = None
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._turn = threading.Condition()
        self._under_way: dict[str, _Taken] = {}
        self._waiting: deque[_Taken] = deque()
        self._thread: threading.Thread | None = None
        self._closed, self._until = False, 0.0
        self._day, self._asked, self.dropped = -1, 0, 0

    def _here(self) -> None:
        """A forked child has neither its parent's thread nor its parent's calls."""
        if self._pid != os.getpid():
            self._begin()

    def asked_by(self, make: Callable[[], Asker]) -> None:
        """`make` gives whoever asks the model; the first to say so counts."""
        self._make = self._make or make

    @property
    def asking(self) -> bool:
        """Whether the call that is decided here is our own question."""
        return _own.get() is not None

    def bare(self, call: Call) -> Call:
        """Our own question as detectors see it: without its texts. What they quote was
        seen when the quoted call was decided, and the rest is a list of what to look
        for, which looks like it. The record says that it was not read.
        """
        return call._replace(texts=(), unread={**call.unread, UNREAD: 1})

    def decided(self, call: Call, identifier: str, *, refused: bool) -> None:
        """A call was decided under this record."""
        own = _own.get()
        if own is not None:
            own.record = identifier
            return
        if (
            refused
            or not self.plan.samples(identifier)
            or call.purpose == self.plan.purpose
            or call.endpoint not in _ENDPOINTS
            or not call.texts
        ):
            return
        self._here()
        if len(self._under_way) >= MOST_UNDER_WAY:
            # Another thread may take the same one away at once.
            self._under_way.pop(next(iter(self._under_way), ""), None)
            self.dropped += 1
        self._under_way[identifier] = _Taken(identifier, call.texts)

    def concluded(self, identifier: str) -> None:
        """Its outcome is recorded: now it may be asked about."""
        taken = self._under_way.pop(identifier, None)
        if taken is None or self._pid != os.getpid():
            return
        with self._turn:
            if self._closed or self._make is None or len(self._waiting) >= MOST_WAITING:
                self.dropped += 1
                return
            self._waiting.append(taken)
            self._turn.notify()
            if self._thread is None:
                self._start()

    def _start(self) -> None:
        thread = threading.Thread(target=self._work, name="affidavit-opinions")
        thread.daemon = True
        # An interpreter that is shutting down starts no thread any more.
        with suppress(RuntimeError):
            thread.start()
            self._thread = thread

    def close(self) -> None:
        """Have those asked about that wait, as far as `DRAIN_SECONDS` go; drop the rest
        and say in the trail how many. Takes `CLOSE_SECONDS` at most. Twice is once.
        """
        self._here()
        self._afterwards.finish()  # whoever has ended is asked about
        with self._turn:
            if self._closed:
                return
            self._closed = True
            self._until = time.monotonic() + DRAIN_SECONDS
            self.dropped += len(self._under_way)
            self._under_way.clear()
            self._turn.notify()
        if self._thread is not None:
            self._thread.join(CLOSE_SECONDS)
        with self._turn:
            self.dropped += len(self._waiting)
            self._waiting.clear()
        if self.dropped:
            self._tell("", {})

    def _work(self) -> None:
        asker: Asker | None = None
        while (taken := self._next()) is not None:
            try:
                if asker is None and self._make is not None:
                    asker = self._make()
                self._ask(taken, asker)
            except Exception as error:  # noqa: BLE001 - the thread serves all the others
                _log.error("call %s: no second opinion: %r", taken.identifier, error)
                self._tell(taken.identifier, {"problem": "failed"})
        if asker is not None:
            asker.close()

    def _next(self) -> _Taken | None:
        with self._turn:
            while not self._waiting:
                if self._closed:
                    return None
                self._turn.wait()
            if self._closed and time.monotonic() > self._until:
                return None
            return self._waiting.popleft()

    def _ask(self, taken: _Taken, asker: Asker | None) -> None:
        if asker is None or not self._within_budget():
            self.dropped += 1
            return
        own = _Own()
        token = _own.set(own)
        try:
            said = _said(asker.ask(taken.texts))
        finally:
            _own.reset(token)
        if own.record is not None:
            said["question"] = own.record
        self._tell(taken.identifier, said)

    def _within_budget(self) -> bool:
        day = int(self._now()) // _DAY
        if day != self._day:
            self._day, self._asked = day, 0
        self._asked += 1
        return self._asked <= self.plan.budget

    def _tell(self, identifier: str, said: dict[str, Json]) -> None:
        dropped, self.dropped = self.dropped, 0
        told = {**said, "asked": self.plan.model}
        if dropped:
            told["dropped"] = dropped
        try:
            self._afterwards.add(identifier, WHAT, told)
        except AffidavitError as error:
            _log.error("a second opinion was not recorded: %s", error)


def _said(answer: Answer | NoAnswer) -> dict[str, Json]:
    """As a decision's body tells findings; no word of the answer itself."""
    if isinstance(answer, NoAnswer):
        return {"problem": answer.problem}
    score = min(max(answer.score, 0.0), 1.0)
    return {
        "finding": {
            "activity": answer.activity.value if answer.activity else "unknown",
            "detector": DETECTOR,
            "kind": Kind.DATASET_GENERATION.value,
            "rules": [],
            "score": f"{score:.3f}",
        },
        "model": answer.model[:64] if answer.model.isprintable() else "?",
    }
