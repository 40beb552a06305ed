"""What `affidavit doctor` says of incidents: what is open, and who is suspended.

Reads the records and the list beside them, and holds the one against the other.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from affidavit.canonical import Json
from affidavit.cli import machine
from affidavit.cli.health import PROBLEM, WARNING, Examination, Trouble
from affidavit.cli.wording import age, count
from affidavit.errors import AffidavitError, TrailNotFound
from affidavit.incident import board, book, notice
from affidavit.incident.book import Book
from affidavit.incident.model import Incident
from affidavit.incident.suspended import Suspension
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import parse_moment


def incidents(trail: Path, now: datetime) -> Examination:
    """Open incidents, suspensions in force, and where records and list disagree."""
    reader = TrailReader(trail)
    try:
        found = book.read(reader)
        listed = board.read(trail, reader.head().origin)
    except TrailNotFound:
        return Examination(facts={"open": [], "readable": True, "suspended": []})
    except AffidavitError as error:
        trouble = _trouble(
            PROBLEM,
            f"what is suspended cannot be read, so every call is refused: {error}",
            "Mend or remove what the message names.",
        )
        return Examination(
            facts={"open": [], "readable": False, "suspended": []}, troubles=(trouble,)
        )
    # Without a list, the next process makes it from the records.
    suspended = found.suspensions if listed is None else listed.all
    troubles = [*_open(found, now), *_compared(found, suspended)]
    facts: dict[str, Json] = {
        "open": [
            {
                "at": each.at,
                "id": each.id,
                "notice": machine.text(notice.summary(each.notice)),
                "suspended": [target.as_json() for target in each.suspended],
            }
            for each in found.incidents.values()
            if each.is_open
        ],
        "readable": True,
        "suspended": [each.as_json() for each in suspended],
    }
    return Examination(facts=facts, troubles=tuple(troubles))


def _open(found: Book, now: datetime) -> Iterator[Trouble]:
    for each in found.incidents.values():
        if not each.is_open:
            continue
        told = f"incident {each.id} is open for {_lasted(each, now)}"
        if each.ever_suspended:
            yield _trouble(
                WARNING,
                f"{told}: {notice.summary(each.notice)}",
                f"`affidavit incident show {each.id}` says what is to be answered.",
            )
        else:
            yield _trouble(
                PROBLEM,
                f"{told} and suspends nobody: {notice.summary(each.notice)}",
                f"`affidavit incident suspend {each.id} REASON --purpose NAME`, or "
                "close it if there is nobody to suspend.",
            )


def _lasted(each: Incident, now: datetime) -> str:
    return age(now - parse_moment(each.at))


def _compared(found: Book, suspended: Iterable[Suspension]) -> Iterator[Trouble]:
    listed = {(each.incident, each.target) for each in suspended}
    recorded = {(each.incident, each.target) for each in found.suspensions}
    for incident, target in sorted(recorded - listed, key=str):
        yield _trouble(
            PROBLEM,
            f"the trail says that {target} is suspended for incident {incident}, and "
            "processes are not told",
            "Remove `incidents/suspended` under the trail: the next call makes it anew "
            "from the records.",
        )
    for incident, target in sorted(listed - recorded, key=str):
        yield _trouble(
            PROBLEM,
            f"{target} is suspended for incident {incident}, and the trail does not "
            "say so: a program ended before it could record it",
            f"`affidavit incident lift {incident} REASON` records and ends it.",
        )


def _trouble(weight: int, message: str, remedy: str) -> Trouble:
    return Trouble(area="incidents", message=message, remedy=remedy, weight=weight)


def told(facts: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The facts as lines."""
    yield "open", count(len(facts["open"]), "incident")
    for each in facts["suspended"]:
        value = each.get("value", "every call")
        yield "suspended", f"{each['aspect']} {value} since {each['at']}"
