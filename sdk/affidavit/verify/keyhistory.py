"""The keys of a trail, read from its `key` records alone.

For showing, and for finding a key by its hash. Reads every entry once, and of bodies
only those of key records; judges each record's signatures, not the tree.
"""

from collections.abc import Callable
from dataclasses import dataclass

from affidavit.errors import Malformed, SettingsInvalid
from affidavit.tlog.logkeys import LogKeys
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import SALT_BYTES, Kind, decode
from affidavit.verify.keys import KeyCheck, spki_of
from affidavit.verify.ledger import Rare
from affidavit.verify.report import KeySpan, Problem, Problems

_MARK = b'"kind":"key"'
_MIN_HASH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHistory:
    """What the records tell, and what of it does not hold."""

    spans: tuple[KeySpan, ...]
    problems: tuple[Problem, ...]

    def find(self, text: str) -> KeySpan:
        """The key of that verifier key, key ID or SPKI digest (8 hex digits or more).

        `SettingsInvalid` when there is none, or more than one.
        """
        found = {each.vkey: each for each in self.spans if _is_called(each.vkey, text)}
        if len(found) != 1:
            known = ", ".join(_id(each.vkey) for each in self.spans)
            raise SettingsInvalid(
                f"{text:.80}: {'no' if not found else 'more than one'} key of this "
                f"trail is called so. Its keys: {known}."
            )
        return next(iter(found.values()))


def read_history(
    reader: TrailReader,
    pinned: LogKeys,
    progress: Callable[[int, int], None] | None = None,
) -> KeyHistory:
    """The history of a trail's keys; raises as `TrailReader.entries` does."""
    problems = Problems()
    check = KeyCheck(pinned, problems)
    size = reader.head().size
    for first in range(0, size, TILE_WIDTH):
        width = min(size - first, TILE_WIDTH)
        entries = reader.entry_bundle(first // TILE_WIDTH, width)
        wanted = [at for at, entry in enumerate(entries) if _MARK in entry]
        if first == 0:
            wanted = sorted({0, *wanted})
        if wanted:
            bodies = reader.body_bundle(first // TILE_WIDTH, width)
            for place in wanted:
                _take(check, first + place, entries[place], bodies[place])
        if progress is not None:
            progress(first + width, size)
    return KeyHistory(spans=check.spans, problems=tuple(problems.kept))


def _take(check: KeyCheck, index: int, entry: bytes, salted: bytes | None) -> None:
    try:
        found = decode(entry)
    except Malformed:
        return  # `trail verify` says so
    body = None if salted is None else salted[SALT_BYTES:]
    rare = Rare(kind=found.kind, index=index, entry=entry, at=found.at, body=body)
    if found.kind is Kind.GENESIS:
        check.genesis(rare)
    elif found.kind is Kind.KEY:
        check.take(rare)


def _is_called(vkey: str, text: str) -> bool:
    if text == vkey or text == _id(vkey):
        return True
    if len(text) < _MIN_HASH:
        return False
    return vkey.split("+", 2)[1] == text or spki_of(vkey).startswith(text)


def _id(vkey: str) -> str:
    return "+".join(vkey.split("+", 2)[:2])
