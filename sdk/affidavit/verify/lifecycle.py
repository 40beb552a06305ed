"""One decision, at most one outcome, and no id twice: the life of each id in a trail.

Pure but for the temporary file of `ids`. Keeps a decision only while its outcome is
outstanding. That is enough to see that every id has the life of a call or of a single
record; an id that has another is a suspect, and which of its records is wrong is
settled by a second look at all of them, in order.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple

from affidavit.verify.form import id_text, short
from affidavit.verify.ids import IdRuns, packed
from affidavit.verify.report import Fault, Problem, Problems

LEFT = frozenset((b"permit", b"observed"))
STOPPED = frozenset((b"refuse", b"review"))
CALLS = frozenset((b"decision", b"outcome"))
"""Kinds of which a call has one each, under one id."""
PRUNED = CALLS | {b"addendum"}
"""Kinds that are about a call: their bodies may be pruned."""
ENDINGS = frozenset((b"complete", b"abandoned", b"error"))


class Step(Enum):
    """What a record is in the life of its id."""

    LEFT = "left"
    """A decision that let a call leave."""
    ENDED = "ended"
    """An outcome: it has the id of its decision."""
    ALONE = "alone"
    """Anything else: no outcome belongs to it."""


def step_of(kind: bytes, effect: bytes | None) -> Step:
    """The step that a record of this kind and effect is."""
    if kind == b"outcome":
        return Step.ENDED
    return Step.LEFT if kind == b"decision" and effect in LEFT else Step.ALONE


class Event(NamedTuple):
    """One record, as far as the life of its id goes."""

    place: int | None
    """Its index; None while it is only in a WAL."""
    short: bytes
    kind: str
    at: bytes
    step: Step

    @classmethod
    def of(
        cls,
        place: int | None,
        name: bytes,
        kind: bytes,
        at: bytes,
        effect: bytes | None,
    ) -> "Event":
        """The event that an entry with these fields is."""
        return cls(place, short(name), kind.decode(), at, step_of(kind, effect))


SecondLook = Callable[[], Iterator[Event]]
"""Every record again, from where this verification began, in order."""


class Lifecycles:
    """Follows ids through a trail. `settle` comes last."""

    def __init__(self, runs: IdRuns, outstanding: Mapping[bytes, bytes]) -> None:
        """`outstanding` are the decisions that an earlier verification left open."""
        self._runs = runs
        self._before = outstanding
        self.open = dict(outstanding)
        """Decisions that let a call leave and have no outcome yet → their time."""
        self.early: set[bytes] = set()
        """Outcomes that stand before their decision: two writers, one call."""
        self._suspects: set[bytes] = set()

    def stretch(
        self,
        fresh: Iterable[bytes],
        opened: Mapping[bytes, bytes],
        endings: Sequence[bytes],
    ) -> None:
        """Records that follow each other: ids that begin in them, the calls left open,
        and outcomes whose decision is not among them. `Incomplete` without disk space.
        """
        self._runs.add(packed(fresh))
        for name in endings:
            if self.open.pop(name, None) is not None:
                continue
            if name in self.early:
                self._suspects.add(name)
            self.early.add(name)
        for name, at in opened.items():
            if name in self.early:
                self.early.remove(name)
            else:
                self.open[name] = at

    def events(self, events: Iterable[Event]) -> None:
        """The same of records one by one."""
        fresh, opened, endings = [], dict[bytes, bytes](), []
        for event in events:
            if event.step is not Step.ENDED:
                fresh.append(event.short)
            elif opened.pop(event.short, None) is None:
                endings.append(event.short)
            if event.step is Step.LEFT:
                opened[event.short] = event.at
        self.stretch(fresh, opened, endings)

    def settle(self, again: SecondLook, problems: Problems, *, complete: bool) -> None:
        """What only the end shows. `complete`: whether every record could be read."""
        self._suspects |= self.early | self._runs.twice()
        if not self._suspects:
            return
        replay = _Replay(self._suspects, self._runs, self._before, problems)
        for event in again():
            if event.short in self._suspects:
                replay.take(event)
        if complete:
            replay.settle()
        for name in self._suspects:
            self.open.pop(name, None)
        self.open.update(replay.open)


class _Replay:
    """The lives of suspects, record by record."""

    def __init__(
        self,
        suspects: set[bytes],
        runs: IdRuns,
        outstanding: Mapping[bytes, bytes],
        problems: Problems,
    ) -> None:
        self._problems = problems
        self._known = {name for name in suspects if runs.known_before(name)}
        self.open = {name: outstanding[name] for name in suspects & outstanding.keys()}
        self._early: dict[bytes, Event] = {}

    def take(self, event: Event) -> None:
        if event.step is Step.ENDED:
            self._outcome(event)
            return
        if event.short in self._known:
            message = "another record has this id: one of the two was copied here"
            self._report(Fault.DUPLICATE, message, event)
        self._known.add(event.short)
        if event.step is Step.LEFT and self._early.pop(event.short, None) is None:
            self.open[event.short] = event.at

    def _outcome(self, event: Event) -> None:
        if self.open.pop(event.short, None) is not None:
            return
        if event.short in self._known:
            message = (
                "an outcome of a decision that has one already or let nothing leave"
            )
            self._report(Fault.OUTCOME, message, event)
        elif event.short in self._early:
            self._report(Fault.DUPLICATE, "a second outcome of one decision", event)
        else:
            self._early[event.short] = event

    def settle(self) -> None:
        for event in self._early.values():
            # A pending outcome may have overtaken its decision in another WAL.
            if event.place is not None:
                self._report(Fault.OUTCOME, "an outcome without a decision", event)

    def _report(self, fault: Fault, message: str, event: Event) -> None:
        self._problems.add(
            Problem(
                fault=fault,
                message=message,
                index=event.place,
                id=id_text(event.short),
                kind=event.kind,
                at=event.at.decode(),
            )
        )
