"""A call as a trail recorded it: what it holds, and in words what it does not.

Knows records and the settings' trail. Verifies nothing: `affidavit trail verify` does.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from affidavit import canonical
from affidavit.cli import reading
from affidavit.errors import Incomplete
from affidavit.gate import past
from affidavit.gate.past import Gap, Past
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind

_GAPS = {
    Gap.PRUNED: "its body was pruned: nothing of the call is left",
    Gap.UNREADABLE: "its record cannot be read: run `affidavit trail verify`",
    Gap.CUT: "it held more, or longer names, than a record has room for",
    Gap.LINES: "it hangs on the lines of an uploaded file, which no record holds",
}
SHORTEST = 6
"""Characters of an id that must be given."""


class Recorded(NamedTuple):
    """One decision of a trail."""

    past: Past
    missing: tuple[str, ...]
    """What the trail does not hold of it, in sentences."""


def decisions(trail: Path, ids: Sequence[str]) -> list[Recorded]:
    """The decisions with these ids, or whose ids begin so, in the order asked for.

    Raises `Incomplete` where there is none, or more than one, of an id.
    """
    found: dict[str, list[StoredRecord]] = {each: [] for each in ids}
    for each in ids:
        if len(each) < SHORTEST:
            raise Incomplete(f"{each}: give at least {SHORTEST} characters of an id.")
    for record in reading.records(TrailReader(trail)):
        if record.entry.kind is Kind.DECISION:
            for each, records in found.items():
                if record.entry.id.startswith(each):
                    records.append(record)
    return [_one(trail, each, records) for each, records in found.items()]


def _one(trail: Path, asked: str, records: Sequence[StoredRecord]) -> Recorded:
    if len(records) != 1:
        many = f"{len(records)} decisions" if records else "no decision"
        raise Incomplete(
            f"{trail}: holds {many} whose id begins with {asked}. `affidavit trail "
            "show --kind decision` lists them."
        )
    record = records[0]
    entry = record.entry
    said = {
        "at": entry.at,
        "effect": entry.effect or "",
        "id": entry.id,
        "policy": entry.policy or "",
    }
    salted = None
    if record.body is not None and record.salt is not None:
        salted = record.salt + canonical.dumps(dict(record.body))
    told = past.read(said, salted)
    if told.call is None:
        gap = told.gap or Gap.UNREADABLE
        raise Incomplete(f"{trail}: {entry.id} cannot be told again: {_GAPS[gap]}.")
    return Recorded(told, tuple(_missing(told, record)))


def _missing(told: Past, record: StoredRecord) -> Iterator[str]:
    yield (
        "The texts: a trail holds a commitment to the request and not what it says, so "
        "the findings are the recorded ones and nothing is detected anew."
    )
    body = record.body or {}
    if "origin" not in body and told.call is not None:
        yield f"The origin: taken to be {told.call.origin}, after the host."
    if body.get("unread"):
        yield "Parts that no detector read: images, audio or files."
    if told.gap is not None:
        yield f"Not the whole call: {_GAPS[told.gap]}."
    if told.call is not None and told.call.file is not None:
        yield "The lines of the file that it uploads."
