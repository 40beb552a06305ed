"""The fingerprints that a trail holds, gathered while the trail is verified.

Knows the field `fingerprints` of outcomes (docs/formats/trail.md), and what to count of
outcomes that have none. Knows no data set. A million outputs take about 200 MB.
"""

import struct
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from affidavit import canonical
from affidavit.canonical import Json
from affidavit.errors import Malformed
from affidavit.fingerprint import Fingerprint, Key
from affidavit.trail.record import SALT_BYTES, moment_of

_OUTCOME = b'"kind":"outcome"'
_ADDENDUM = b'"kind":"addendum"'
_HEADER = struct.Struct("<II4s")
_SHORTEST = (30, 60, 120, 300)
"""Words from which on a text is in the next class of length."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How much of a trail can be looked for."""

    outcomes: int = 0
    """Calls that came to an end in the period."""
    outputs: int = 0
    """Texts of 30 words or more, with a fingerprint each."""
    short: int = 0
    """Texts that are too short to be told from what anybody would write."""
    omitted: int = 0
    """Texts whose fingerprints are not there: beyond what one record of an earlier
    release held, or in a further record that was not written, or is gone."""
    unread: int = 0
    """Answers that nobody could read."""
    unprinted: int = 0
    """Answers that were recorded without fingerprints."""
    pruned: int = 0
    """Outcomes whose body is gone."""

    @property
    def missing(self) -> int:
        """Answers of which something cannot be looked for although it is long."""
        return self.omitted + self.unread + self.unprinted + self.pruned


@dataclass(slots=True)
class Recorded:
    """What one trail holds. `visit` is for `verify_trail`."""

    key: Key
    since: bytes = b""
    """First moment (`at` of an outcome), inclusive; empty for the beginning."""
    until: bytes = b"~"
    """First moment after the period."""
    prints: bytearray = field(default_factory=bytearray)
    sizes: "array[int]" = field(default_factory=lambda: array("I"))
    records: "array[int]" = field(default_factory=lambda: array("Q"))
    """For each output the index of its record in the tree."""
    names: list[str] = field(default_factory=list)
    """For each output the id of its call."""
    _counts: dict[str, int] = field(default_factory=dict)
    _awaited: dict[str, int] = field(default_factory=dict)
    """Call → texts that further records are to tell of."""

    def visit(self, index: int, entry: bytes, salted: bytes | None) -> None:
        """Take one sealed record that was found whole."""
        if _ADDENDUM in entry:
            self._add_to(index, salted)
            return
        if _OUTCOME not in entry or not self.since <= moment_of(entry) < self.until:
            return
        self._add("outcomes")
        body = _body(salted)
        if body is None:
            self._add("pruned")
            return
        told = body.get("fingerprints")
        if isinstance(told, Mapping):
            name = _name(entry)
            self._take(index, name, told)
            follow = told.get("follow")
            if isinstance(follow, int) and follow > 0:
                self._awaited[name] = follow
        elif "output" in body:
            self._add("unprinted")

    def _add_to(self, index: int, salted: bytes | None) -> None:
        """A further record of a call: what it does not bring stays awaited."""
        body = _body(salted) or {}
        name, told = str(body.get("call")), body.get("fingerprints")
        if name not in self._awaited or not isinstance(told, Mapping):
            return
        before = len(self.sizes) + self._counts.get("short", 0)
        self._take(index, name, told)
        brought = len(self.sizes) + self._counts.get("short", 0) - before
        self._awaited[name] = max(0, self._awaited[name] - brought)

    def _take(self, index: int, name: str, told: Mapping[str, Json]) -> None:
        outputs = told.get("outputs", ())
        self._add("unread", bool(told.get("unread")))
        for count in ("short", "omitted"):
            value = told.get(count, 0)
            self._add(count, value if isinstance(value, int) else 0)
        for each in outputs if isinstance(outputs, list) else ():
            try:
                data = canonical.untext(str(each))
                Fingerprint.decode(data)
            except Malformed:
                self._add("unread")  # a later format, or nonsense: not looked for
                continue
            self._add("outputs")
            self.prints += data
            self.sizes.append(len(data))
            self.records.append(index)
            self.names.append(name)

    def _add(self, name: str, count: int = 1) -> None:
        self._counts[name] = self._counts.get(name, 0) + count

    @property
    def counts(self) -> Counts:
        """What was seen so far."""
        omitted = self._counts.get("omitted", 0) + sum(self._awaited.values())
        return Counts(**self._counts | {"omitted": omitted})

    def lengths(self) -> dict[int, int]:
        """How many outputs are in each class of length, by its fewest words."""
        classes = dict.fromkeys(_SHORTEST, 0)
        at = 0
        for size in self.sizes:
            words, _, _ = _HEADER.unpack_from(self.prints, at)
            classes[max(each for each in _SHORTEST if each <= max(words, 30))] += 1
            at += size
        return classes


def _name(entry: bytes) -> str:
    value: Any = canonical.parse(entry)
    return str(value["id"])


def _body(salted: bytes | None) -> Mapping[str, Json] | None:
    value = canonical.parse(salted[SALT_BYTES:]) if salted else None
    return value if isinstance(value, Mapping) else None
