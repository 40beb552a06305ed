"""An incident: what its records say together.

Pure. Folds the `incident` records of one trail, in their order, into incidents, and
says of each what is suspended and what became of it. How one record is printed and read
is `trail.incidents`' and `trail.notices`'; their names are given here too, for whoever
works with incidents.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.trail.incidents import (
    Aspect,
    Clarified,
    Closed,
    Event,
    Evidence,
    Later,
    Lifted,
    Opened,
    Says,
    Suspended,
    Target,
    parse_event,
)
from affidavit.trail.notices import (
    Channel,
    Delivery,
    Document,
    Form,
    Notice,
    NoticeKind,
)

__all__ = [
    "Aspect",
    "Channel",
    "Clarified",
    "Closed",
    "Delivery",
    "Document",
    "Event",
    "Evidence",
    "Form",
    "Incident",
    "Later",
    "Lifted",
    "Notice",
    "NoticeKind",
    "Opened",
    "Recorded",
    "Says",
    "Suspended",
    "Target",
    "fold",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event, and the record that says so."""

    id: str
    """Of the record; for `Opened` it is the incident's."""
    at: str
    """The record's time, UTC."""
    index: int | None
    """Its place in the tree; None while it is only in a WAL."""
    event: Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One incident, as far as the trail tells."""

    id: str
    """That of its `opened` record: a UUIDv7."""
    at: str
    """When it was opened, UTC."""
    opened: Opened
    events: tuple[Recorded, ...]
    """All of them in the trail's order, the first one its `Opened`."""
    suspended: tuple[Target, ...]
    """What is suspended for it now, sorted."""
    closed: Recorded | None = None
    """What closed it."""

    @property
    def notice(self) -> Notice:
        """What the provider said."""
        return self.opened.notice

    @property
    def is_open(self) -> bool:
        """Whether nobody has closed it."""
        return self.closed is None

    @property
    def questions(self) -> tuple[tuple[Recorded, tuple[Recorded, ...]], ...]:
        """Each question with its answers, in their order."""
        said = [each for each in self.events if isinstance(each.event, Clarified)]
        answers: dict[str, list[Recorded]] = {}
        for each in said:
            if isinstance(each.event, Clarified) and each.event.to is not None:
                answers.setdefault(each.event.to, []).append(each)
        return tuple(
            (each, tuple(answers.get(each.id, ())))
            for each in said
            if isinstance(each.event, Clarified) and each.event.says is Says.QUESTION
        )

    @property
    def ever_suspended(self) -> tuple[Target, ...]:
        """All that was suspended for it at any time, sorted."""
        found: set[Target] = set(self.opened.suspends)
        for each in self.events:
            if isinstance(each.event, Suspended):
                found.update(each.event.targets)
        return tuple(sorted(found, key=_order))


def _order(target: Target) -> tuple[str, str]:
    return target.aspect.value, target.value


def fold(
    records: Iterable[tuple[str, str, int | None, Mapping[str, Json]]],
) -> Mapping[str, Incident]:
    """The incidents by id, oldest first, of `(id, at, index, body)` of `incident`
    records in the trail's order.

    Bodies about holds are passed over. `Malformed` for one that cannot be read, or that
    names an incident which no record opened: whoever does not know what is suspended
    must not take it for nothing.
    """
    found: dict[str, Incident] = {}
    later: list[tuple[Recorded, Later]] = []
    for identifier, at, index, body in records:
        event = parse_event(body)
        if event is None:
            continue
        recorded = Recorded(id=identifier, at=at, index=index, event=event)
        if isinstance(event, Opened):
            found[identifier] = _opened(recorded, event)
        else:
            later.append((recorded, event))
    for recorded, event in later:
        known = found.get(event.incident)
        if known is None:
            raise Malformed(
                f"record {recorded.id} is about the incident {event.incident[:64]!r}, "
                "which no record opened"
            )
        found[event.incident] = _after(known, recorded, event)
    return found


def _opened(recorded: Recorded, event: Opened) -> Incident:
    return Incident(
        id=recorded.id,
        at=recorded.at,
        opened=event,
        events=(recorded,),
        suspended=tuple(sorted(set(event.suspends), key=_order)),
    )


def _after(incident: Incident, recorded: Recorded, event: Later) -> Incident:
    incident = replace(incident, events=(*incident.events, recorded))
    match event:
        case Suspended():
            both = {*incident.suspended, *event.targets}
            return replace(incident, suspended=tuple(sorted(both, key=_order)))
        case Lifted():
            left = [each for each in incident.suspended if each not in event.targets]
            return replace(incident, suspended=tuple(left))
        case Clarified():
            return incident
        case Closed():
            return replace(incident, closed=incident.closed or recorded)
        case _:
            assert_never(event)
