"""The calls of one purpose in order, from a file or a list: what each is seen as.

Knows a state of its own and no store. Time is what the caller says, or one second a
call. Outputs may be missing: then nothing can come back, and what is left of the
signals says what it can.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from affidavit.calls import Call, Finding
from affidavit.detect.behaviour import window
from affidavit.detect.behaviour.features import OutcomeFeatures, of_call
from affidavit.detect.behaviour.state import State
from affidavit.detect.behaviour.words import Key

STEP_MS = 1000


class Line(NamedTuple):
    """One call of a stream."""

    call: Call
    findings: Sequence[Finding] = ()
    """What the content detector found in it."""
    output: str | None = None
    identifier: str = ""
    """Its record's, for the examples that a finding gives."""
    at: int | None = None
    """Unix ms."""


class Seen(NamedTuple):
    """What the stream up to a line, and the line itself, look like before it leaves."""

    score: float
    """0 to 1; below `signals.FLOOR` there is no finding."""
    findings: tuple[Finding, ...]


class Stream:
    """One purpose's calls, one at a time. Not for several threads."""

    def __init__(self, state: State | None = None, key: Key | None = None) -> None:
        self._state = state or State()
        self._key = key or Key.of(b"nobody keeps this state")
        self._clock = 0

    def see(self, line: Line) -> Seen:
        """Judge a call, then take it and its output in. Raises nothing."""
        self._clock = line.at if line.at is not None else self._clock + STEP_MS
        call = of_call(line.call, line.findings, self._clock)
        if call is None:
            return Seen(0.0, ())
        texts = () if line.output is None else (line.output,)
        _, seen = window.observe(
            self._state, call, OutcomeFeatures(texts), self._key, line.identifier
        )
        return Seen(seen.score, seen.findings)


def stream(lines: Iterable[Line]) -> Iterator[Seen]:
    """For each line, in order, what the stream looked like when it came."""
    watched = Stream()
    for line in lines:
        yield watched.see(line)
