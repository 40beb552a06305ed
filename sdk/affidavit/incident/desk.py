"""Where incidents are opened, clarified, lifted and closed.

Knows the order that fails towards suspended: whoever suspends changes what running
processes refuse and then records it, whoever lifts records first. One process records
events at a time, and each is sealed before the next begins, so that the trail has them
in the order in which they happened.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import AffidavitError, Incomplete, TrailUnavailable
from affidavit.incident import board, book
from affidavit.incident.book import Book, Tell
from affidavit.incident.model import (
    Aspect,
    Clarified,
    Closed,
    Evidence,
    Incident,
    Lifted,
    Notice,
    NoticeKind,
    Opened,
    Says,
    Suspended,
    Target,
)
from affidavit.incident.search import Called
from affidavit.incident.suspended import Suspension
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail import record as records
from affidavit.trail.holds import Scope, hold_body
from affidavit.trail.notices import MAX_NAMES, MAX_TEXT
from affidavit.trail.prune import alone
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Clock, Kind, Randomness, Record

HOLD_SECONDS = 5.0
"""How long a pruning that is under way is waited for."""


class Writes(Protocol):
    """What is needed of an open trail."""

    def append(self, record: Record) -> None:
        """Return when the record is durable."""

    def seal(self) -> Checkpoint | None:
        """Take every durable record into the tree; None if the lock was not had."""


Search = Callable[[], Sequence[Called]]
OpenTrail = Callable[[], AbstractContextManager[Writes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What opening an incident came to."""

    incident: str
    at: str
    opened: Opened
    held: bool
    """Whether what it is about is kept from being pruned."""
    again: bool = False
    """Whether it had been opened before, and nothing was done."""


def _nothing(_done: int, _total: int) -> None:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Changes the incidents of one trail."""

    path: Path
    origin: str
    opens: OpenTrail
    """Opens the trail for writing; asked only once calls are suspended."""
    clock: Clock
    randomness: Randomness
    tell: Tell = _nothing
    hold_seconds: float = HOLD_SECONDS

    def book(self) -> Book:
        """All incidents, read now."""
        return book.read(TrailReader(self.path), self.tell)

    def open(
        self,
        opened: Opened,
        *,
        identifier: str | None = None,
        search: Search | None = None,
        finds_targets: bool = True,
    ) -> Opening:
        """Suspend what `opened` says, at once, and then record it.

        `identifier` is the incident's id where its source settles that: opened twice is
        opened once. `search` finds the calls that a notice names; whoever made them is
        suspended where nothing else says whom, if `finds_targets`. Raises
        `TrailUnavailable` when calls could not be suspended, and when they are and the
        trail could not be told: the message says which.
        """
        record = self._fresh({})
        if identifier is not None:
            record = record._replace(id=identifier)
        self._suspend(record.id, record.at, opened.suspends, _why(opened))
        more: list[Suspended] = []
        try:
            if search is not None:
                opened = replace(opened, calls=_ids(found := search()))
                if finds_targets and not opened.suspends:
                    opened, more = self._narrowest(record, opened, found)
            with board.recording(self.path), ExitStack() as stack:
                if identifier is not None and (before := self._before(record.id)):
                    return before
                held = stack.enter_context(alone(self.path, seconds=self.hold_seconds))
                holds = self._holds(record.id, opened, more) if held else []
                opened = replace(
                    opened, holds=tuple(each.id for each in holds[:MAX_NAMES])
                )
                told = record._replace(body=canonical.dumps(opened.body()))
                self._record([*holds, told, *(self._fresh(it.body()) for it in more)])
        except AffidavitError as error:
            raise _untold(record.id, opened.suspends, error) from error
        return Opening(incident=record.id, at=record.at, opened=opened, held=held)

    def _narrowest(
        self, record: Record, opened: Opened, calls: Sequence[Called]
    ) -> tuple[Opened, list[Suspended]]:
        """Suspend whoever made the calls: what the opening has room to say, and what
        events after it say of the others.
        """
        targets = dict.fromkeys(each for call in calls for each in call.targets)
        self._suspend(record.id, record.at, targets, _why(opened))
        first, *rest = list(_portions(tuple(targets))) or [()]
        return replace(opened, suspends=first), [
            Suspended(incident=record.id, targets=each, reason=_why(opened))
            for each in rest
        ]

    def _before(self, identifier: str) -> Opening | None:
        """The same, if it was recorded already; what was lifted since stays lifted."""
        known = self.book().incidents.get(identifier)
        if known is None:
            return None
        gone = set(known.ever_suspended) - set(known.suspended)
        if gone:
            board.remove(self.path, self.origin, self._derive, identifier, gone)
        return Opening(
            incident=known.id,
            at=known.at,
            opened=known.opened,
            held=bool(known.opened.holds),
            again=True,
        )

    def suspend(
        self, identifier: str, targets: Sequence[Target], reason: str
    ) -> Incident:
        """Suspend more for an incident that is open."""
        with board.recording(self.path):
            incident = self._open_one(identifier)
            event = Suspended(
                incident=incident.id, targets=tuple(targets), reason=reason
            )
            record = self._fresh(event.body())
            self._suspend(incident.id, record.at, event.targets, reason)
            self._record([record])
            return self.book().find(incident.id)

    def lift(
        self, identifier: str, targets: Sequence[Target], reason: str
    ) -> tuple[Incident, tuple[Target, ...]]:
        """End suspensions of an incident, all of them where none is named.

        Gives the incident, and what was lifted. `Incomplete` where there are none.
        """
        with board.recording(self.path):
            incident = self._known(identifier)
            listed = self._listed(incident.id)
            all_of_them = {*incident.suspended, *listed}
            lifted = tuple(targets) or tuple(sorted(all_of_them, key=str))
            if strange := [each for each in lifted if each not in all_of_them]:
                raise Incomplete(
                    f"Incident {incident.id} does not suspend {strange[0]}. "
                    f"`affidavit incident show {incident.id}` says what it does."
                )
            if not lifted:
                raise Incomplete(f"Incident {incident.id} suspends nothing.")
            recorded = tuple(each for each in lifted if each in incident.suspended)
            if recorded:
                events = [
                    Lifted(incident=incident.id, targets=each, reason=reason)
                    for each in _portions(recorded)
                ]
                self._record([self._fresh(each.body()) for each in events])
            # A crash here leaves them suspended; lifting again only does the rest.
            board.remove(self.path, self.origin, self._derive, incident.id, lifted)
            return self.book().find(incident.id), lifted

    def clarify(
        self,
        identifier: str,
        says: Says,
        text: str,
        *,
        by: str | None = None,
        to: str | None = None,
        evidence: Iterable[Evidence] = (),
    ) -> Record:
        """Record a question, an answer or a statement."""
        with board.recording(self.path):
            incident = self._open_one(identifier)
            event = Clarified(
                incident=incident.id,
                says=says,
                text=text,
                by=by,
                to=None if to is None else _question(incident, to),
                evidence=tuple(evidence),
            )
            record = self._fresh(event.body())
            self._record([record])
            return record

    def close(self, identifier: str, reason: str) -> Incident:
        """Record that it is settled; its suspensions and holds stay."""
        with board.recording(self.path):
            incident = self._open_one(identifier)
            event = Closed(incident=incident.id, reason=reason)
            self._record([self._fresh(event.body())])
            return self.book().find(incident.id)

    def _suspend(
        self, incident: str, at: str, targets: Iterable[Target], reason: str
    ) -> None:
        more = [
            Suspension(incident=incident, at=at, target=each, reason=reason)
            for each in targets
        ]
        if more:
            board.add(self.path, self.origin, self._derive, more)

    def _derive(self) -> Iterable[Suspension]:
        return book.read(TrailReader(self.path)).suspensions

    def _listed(self, incident: str) -> tuple[Target, ...]:
        known = board.read(self.path, self.origin)
        every = () if known is None else known.all
        return tuple(each.target for each in every if each.incident == incident)

    def _known(self, identifier: str) -> Incident:
        """The incident; where only the list has it, recorded now."""
        found = self.book()
        if identifier not in found.incidents:
            self._adopt(identifier)
            found = self.book()
        return found.find(identifier)

    def _open_one(self, identifier: str) -> Incident:
        incident = self._known(identifier)
        if not incident.is_open:
            raise Incomplete(
                f"Incident {incident.id} was closed at {incident.at}. Only its "
                "suspensions can still be lifted; open another that refers to it."
            )
        return incident

    def _adopt(self, identifier: str) -> None:
        """Record an opening that was killed between suspending and recording."""
        known = board.read(self.path, self.origin)
        every = () if known is None else known.all
        left = [each for each in every if each.incident == identifier]
        if not left:
            return
        opened = Opened(
            notice=Notice(kind=NoticeKind.OTHER, at=left[0].at),
            reason=f"Suspended at {left[0].at} by a program that ended before it could "
            f"record that: {left[0].reason}"[:MAX_TEXT],
            suspends=tuple(each.target for each in left),
        )
        self._record([self._fresh(opened.body())._replace(id=identifier)])

    def _holds(
        self, identifier: str, opened: Opened, more: Iterable[Suspended]
    ) -> list[Record]:
        reason = f"Incident {identifier}"
        targets = (*opened.suspends, *(each for it in more for each in it.targets))
        scopes = _scopes(replace(opened, suspends=targets))
        return [self._fresh(hold_body(scope, reason)) for scope in scopes]

    def _fresh(self, body: dict[str, Json]) -> Record:
        return records.fresh(
            Kind.INCIDENT, body, clock=self.clock, randomness=self.randomness
        )

    def _record(self, events: Sequence[Record]) -> None:
        with self.opens() as trail:
            for each in events:
                trail.append(each)
            if trail.seal() is None:
                raise TrailUnavailable(
                    f"{self.path}: recorded, and not sealed yet: another process holds "
                    "the lock. `affidavit incident list` tells when it counts."
                )


def _ids(calls: Sequence[Called]) -> tuple[str, ...]:
    return tuple(each.id for each in calls)[:MAX_NAMES]


def _portions(targets: Sequence[Target]) -> Iterator[tuple[Target, ...]]:
    """As many at once as one record names."""
    for start in range(0, len(targets), MAX_NAMES):
        yield tuple(targets[start : start + MAX_NAMES])


def _why(opened: Opened) -> str:
    return opened.notice.reason or opened.reason


def _scopes(opened: Opened) -> Iterable[Scope]:
    """What is held: whatever the incident is about, as far as anybody can tell."""
    if any(each.aspect is Aspect.EVERYTHING for each in opened.suspends):
        return [Scope()]
    found = [Scope(values={each.aspect.value: each.value}) for each in opened.suspends]
    if opened.calls:
        found.append(Scope(ids=opened.calls))
    notice = opened.notice
    if not found and (notice.start or notice.end):
        found.append(Scope(start=notice.start, end=notice.end))
    return found


def _question(incident: Incident, identifier: str) -> str:
    found = [
        question.id
        for question, _ in incident.questions
        if question.id.startswith(identifier)
    ]
    if len(found) != 1 or not identifier:
        raise Incomplete(
            f"Incident {incident.id} has {'no' if not found else 'several'} questions "
            f"{identifier[:64]!r}. `affidavit incident show {incident.id}` names them."
        )
    return found[0]


def _untold(
    identifier: str, targets: Sequence[Target], error: AffidavitError
) -> TrailUnavailable:
    told = ", ".join(map(str, targets)) or "nothing"
    return TrailUnavailable(
        f"Suspended: {told}. The trail could not be told: {error} The suspension stays "
        f"in force; `affidavit incident lift {identifier} REASON` records and ends it."
    )
