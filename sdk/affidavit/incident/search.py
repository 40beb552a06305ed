"""The calls that a notice names by the provider's ids, found in a trail.

Reads bodies backwards, newest first: what a provider complains of is recent. Looks for
the ids as bytes and parses only what has them. Verifies nothing.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from affidavit.canonical import Json
from affidavit.incident.model import Aspect, Target
from affidavit.tlog.tiles import TILE_WIDTH, Tile, tile_at
from affidavit.trail.reader import StoredRecord, TrailReader
from affidavit.trail.record import Kind, moment_of

Tell = Callable[[int, int], None]
_LENGTH_BYTES = 2
"""Before each entry of a bundle."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A decision of the trail, and whose call it was."""

    id: str
    at: str
    purpose: str | None
    safety: str | None
    subject: str | None

    @property
    def targets(self) -> tuple[Target, ...]:
        """The narrowest that stops whoever made it: an identity, else the purpose."""
        found = [
            Target(aspect=aspect, value=value)
            for aspect, value in (
                (Aspect.SAFETY, self.safety),
                (Aspect.SUBJECT, self.subject),
            )
            if value
        ]
        if not found and self.purpose:
            found = [Target(aspect=Aspect.PURPOSE, value=self.purpose)]
        return tuple(found)


def calls(
    reader: TrailReader,
    names: Sequence[str],
    *,
    since: str | None = None,
    tell: Tell = lambda _done, _total: None,
) -> tuple[Called, ...]:
    """The decisions whose outcome bears one of the provider's `names` (request or
    response ids), newest first.

    Records of before `since` are not read. Raises as `TrailReader` does.
    """
    if not names:
        return ()
    wanted = frozenset(names)
    ids: dict[str, None] = {}
    decisions: dict[str, Called] = {}
    for at, records in _backwards(reader, [each.encode() for each in names], ids, tell):
        for each in records:
            if each.entry.kind is Kind.OUTCOME and _named(each, wanted):
                ids[each.entry.id] = None
        for each in records:
            if each.entry.kind is Kind.DECISION and each.entry.id in ids:
                decisions.setdefault(each.entry.id, _called(each))
        found = len(ids) >= len(wanted) and ids.keys() <= decisions.keys()
        if found or (since is not None and at is not None and at < since):
            break
    return tuple(decisions[name] for name in ids if name in decisions)


def _backwards(
    reader: TrailReader, names: Sequence[bytes], ids: dict[str, None], tell: Tell
) -> Iterator[tuple[str | None, list[StoredRecord]]]:
    """What is pending, then bundle by bundle, newest first: the time of its first
    record, and all its records where some of them may matter.

    `ids` grows meanwhile: their decisions lie further back.
    """
    size = reader.head().size
    yield None, list(reader.pending())
    last = -(-size // TILE_WIDTH)
    for number in range(last - 1, -1, -1):
        tell(last - number, last)
        tile = tile_at("entries", number, size)
        entries, _ = reader.tile(tile)
        bodies, _ = reader.tile(Tile("body", number, tile.width))
        matters = any(name in bodies for name in names) or any(
            name.encode() in entries for name in ids
        )
        first = number * TILE_WIDTH
        at = moment_of(entries[_LENGTH_BYTES:]).decode("ascii", "replace")
        yield at, list(reader.records(first, first + tile.width)) if matters else []


def _named(record: StoredRecord, wanted: frozenset[str]) -> bool:
    body = record.body
    if body is None:
        return False
    if body.get("response") in wanted:
        return True
    attempts = body.get("attempts")
    if not isinstance(attempts, list):
        return False
    return any(
        isinstance(each, dict) and each.get("request_id") in wanted for each in attempts
    )


def _called(record: StoredRecord) -> Called:
    body = record.body or {}
    return Called(
        id=record.entry.id,
        at=record.entry.at,
        purpose=_text(body.get("purpose")),
        safety=_text(body.get("safety")),
        subject=_text(body.get("subject")),
    )


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) and value else None
