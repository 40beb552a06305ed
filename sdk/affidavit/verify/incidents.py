"""Incident records, held against each other: each event has its incident, each answer
its question, each lifting a suspension.

Pure. Judges at the end: two processes may record events of one incident at once, so
that their order in the tree is no evidence. What a hold says is `trail.holds`'s.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from affidavit import canonical
from affidavit.errors import Invalid
from affidavit.trail import record
from affidavit.trail.holds import HOLD, RELEASE
from affidavit.trail.incidents import (
    Clarified,
    Closed,
    Later,
    Lifted,
    Opened,
    Says,
    Suspended,
    Target,
    parse_event,
)
from affidavit.verify.form import named
from affidavit.verify.ledger import Rare
from affidavit.verify.report import Fault, Problems

MAX_NOTES = 20


@dataclass(slots=True)
class _Life:
    """What the records say of one incident."""

    targets: set[Target]
    questions: set[str] = field(default_factory=set)
    closed: int = 0


class Incidents:
    """Takes `incident` records as the ledger meets them. `settle` comes last."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._lives: dict[str, _Life] = {}
        self._later: list[tuple[Rare, Later]] = []
        self._notes: list[str] = []

    def take(self, rare: Rare) -> None:
        """One of them; its form is judged now."""
        if not rare.body:
            return
        try:
            said = canonical.loads(rare.body)
            event = parse_event(said) if isinstance(said, dict) else None
        except Invalid as error:
            self._report(rare, f"an incident record that cannot be read: {error}")
            return
        if not isinstance(said, dict):
            self._report(rare, "an incident record's body is an object")
        elif event is None:
            self._unknown(rare, said.get("what"))
        else:
            self._note(rare, event)

    def _unknown(self, rare: Rare, what: object) -> None:
        if what not in (HOLD, RELEASE) and len(self._notes) < MAX_NOTES:
            where = "a pending record" if rare.index is None else f"record {rare.index}"
            self._notes.append(
                f"{where} is about an incident in a way that this version does not "
                f"know: {str(what)[:40]!r}"
            )

    def _note(self, rare: Rare, event: Opened | Later) -> None:
        identifier = record.decode(rare.entry).id
        if isinstance(event, Opened):
            life = self._lives.setdefault(identifier, _Life(set()))
            life.targets.update(event.suspends)
            return
        self._later.append((rare, event))

    def settle(self, *, whole: bool) -> tuple[str, ...]:
        """Judge what only all records tell; gives what is odd and proves nothing.

        `whole`: whether every record could be read, or was read before.
        """
        if whole:
            for rare, event in self._later:
                self._learn(rare, event)
            for rare, event in self._later:
                for wrong in self._wrong(event):
                    self._report(rare, wrong)
        return tuple(self._notes)

    def _learn(self, rare: Rare, event: Later) -> None:
        life = self._lives.get(event.incident)
        if life is None:
            return
        if isinstance(event, Suspended):
            life.targets.update(event.targets)
        elif isinstance(event, Clarified) and event.says is Says.QUESTION:
            life.questions.add(record.decode(rare.entry).id)

    def _wrong(self, event: Later) -> Iterator[str]:
        life = self._lives.get(event.incident)
        if life is None:
            yield f"about the incident {event.incident[:64]}, which no record opened"
        elif isinstance(event, Lifted):
            for each in sorted(set(event.targets) - life.targets, key=str):
                yield f"lifts what its incident never suspended: {each}"
        elif isinstance(event, Clarified):
            if event.to is not None and event.to not in life.questions:
                yield f"answers {event.to[:64]}, no question of its incident"
        elif isinstance(event, Closed):
            life.closed += 1
            if life.closed > 1:
                yield "closes an incident that is closed already"

    def _report(self, rare: Rare, message: str) -> None:
        self._problems.add(named(Fault.INCIDENT, message, rare.index, rare.entry))
