"""Which bodies are old enough to go, and the record that says they went.

Pure: entries come in, a selection goes out. Only decisions, outcomes and addenda are
ever selected, a call's first two records together. An addendum's entry does not name
its call, so it goes by its own age, and by none while anything is held. What a record
of kind `pruning` says is docs/formats/trail.md; how bodies leave the disk is `prune`'s
business.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from affidavit import canonical
from affidavit.canonical import DIGEST_BYTES, Json
from affidavit.errors import BrokenTrail, Malformed
from affidavit.trail import record
from affidavit.trail.attested import Attested
from affidavit.trail.holds import Hold
from affidavit.trail.keep import Keep
from affidavit.trail.ranges import MAX_INDEX, Ranges
from affidavit.trail.record import Kind, Labels

PRUNABLE = (Kind.DECISION, Kind.OUTCOME, Kind.ADDENDUM)
"""Kinds whose bodies may go. All others say what the trail itself is and did."""
_SAID = tuple([each.value for each in PRUNABLE[:count]] for count in (2, 3))
"""What a record may say of kinds: the first is of before there were addenda."""
MAX_RANGES = 1_500
"""In one record: each takes up to 35 bytes of the 60 KiB that a body has."""
OPEN_GRACE = timedelta(days=7)
"""How much longer a call is kept whose outcome nobody recorded: it may be pending."""
_LEFT = ("permit", "observed")
_ENTRY = re.compile(
    rb'\{"at":"(?P<at>[^"]{24})","body":"(?P<body>[^"]{43})",'
    rb'(?:"effect":"(?P<effect>[a-z]+)",)?"id":"(?P<id>[^"]{36})",'
    rb'"kind":"(?P<kind>[a-z]+)",'
)


class Why(Enum):
    """Why a call is kept although it is old enough."""

    HELD = "held"
    UNATTESTED = "unattested"
    OPEN = "open"


class Seen(NamedTuple):
    """What selection needs of an entry; a tuple, because it is made of every one."""

    at: str
    digest: str
    effect: str | None
    id: str
    kind: str

    @property
    def body(self) -> bytes:
        """SHA-256 of salt ‖ body; `Malformed` when that is not what stands there."""
        return canonical.untext(self.digest, size=DIGEST_BYTES)


def seen(index: int, entry: bytes) -> Seen:
    """Read an entry's first fields; `BrokenTrail` when it is none."""
    found = _ENTRY.match(entry)
    if found is None:
        raise BrokenTrail(
            f"record {index} is no entry: nothing is pruned of a trail that does not "
            "hold. Run `affidavit trail verify`.",
            index=index,
        )
    at, digest, effect, name, kind = found.groups()
    return Seen(
        at.decode(),
        digest.decode(),
        None if effect is None else effect.decode(),
        name.decode(),
        kind.decode(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What decides whether a call's bodies may go."""

    before: str
    """Records of before this time are old enough."""
    open_before: str
    """The same for calls without an outcome."""
    attested: Attested = field(default_factory=Attested)
    holds: Sequence[Hold] = ()
    labels: Labels

    @classmethod
    def of(
        cls,
        keep: Keep,
        now: datetime,
        *,
        attested: Attested,
        holds: Sequence[Hold],
        labels: Labels,
    ) -> "Rules":
        """What `keep` means at `now` (aware)."""
        cutoff = keep.before(now)
        return cls(
            before=_stamp(cutoff),
            open_before=_stamp(cutoff - OPEN_GRACE),
            attested=attested,
            holds=holds,
            labels=labels,
        )

    def kept_for(self, at: str, identifier: str, entry: bytes) -> Why | None:
        """Why a decision that is old enough stays; None when it may go."""
        if self.holds:
            value = canonical.parse(entry)
            labels = value.get("labels") if isinstance(value, Mapping) else None
            borne = labels if isinstance(labels, Mapping) else {}
            for hold in self.holds:
                if hold.covers(at, identifier, borne, self.labels):
                    return Why.HELD
        return Why.UNATTESTED if self.attested.awaits(at) else None


def _stamp(moment: datetime) -> str:
    return record.stamp(int(moment.timestamp()) * 1000 + moment.microsecond // 1000)


class _Fate(Enum):
    MAY_GO = "may go"
    GONE = "gone"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """A decision that let its call leave, until its outcome comes by."""

    fate: _Fate
    index: int
    at: str


class Selector:
    """Takes all entries in order and marks those whose bodies may go.

    Memory: one bit a record, and the calls that are under way at once. An outcome goes
    and stays with its decision.
    """

    def __init__(self, rules: Rules, size: int, gone: Ranges) -> None:
        """`gone` are those that an earlier pruning record names."""
        self._rules = rules
        self._gone = gone
        self._marks = bytearray(-(-size // 8))
        self._waiting: dict[str, _Waiting] = {}
        self._early: dict[str, tuple[int, str]] = {}
        """Outcomes that stand before their decision: two writers, one call."""
        self.kept: Counter[Why] = Counter()
        """Calls that are old enough and stay."""

    def take(self, index: int, entry: bytes) -> None:
        """Look at the next entry; `BrokenTrail` when it is none."""
        found = seen(index, entry)
        if found.kind == Kind.DECISION.value:
            self._decision(index, entry, found)
        elif found.kind == Kind.OUTCOME.value:
            decision = self._waiting.pop(found.id, None)
            if decision is None:
                self._early[found.id] = (index, found.at)
            else:
                self._settle(decision, index, found.at)
        elif found.kind == Kind.ADDENDUM.value:
            self._addendum(index, found.at)

    def _decision(self, index: int, entry: bytes, found: Seen) -> None:
        waiting = _Waiting(self._fate(index, entry, found), index, found.at)
        if found.effect not in _LEFT:
            if waiting.fate is _Fate.MAY_GO:
                self._mark(index)
        elif (early := self._early.pop(found.id, None)) is not None:
            self._settle(waiting, *early)
        else:
            self._waiting[found.id] = waiting

    def _addendum(self, index: int, at: str) -> None:
        if index in self._gone or at >= self._rules.before:
            return
        if self._rules.holds:
            self.kept[Why.HELD] += 1  # whether it is of a held call, its entry says not
        elif self._rules.attested.awaits(at):
            self.kept[Why.UNATTESTED] += 1
        else:
            self._mark(index)

    def _fate(self, index: int, entry: bytes, found: Seen) -> _Fate:
        if index in self._gone:
            return _Fate.GONE
        if found.at >= self._rules.before:
            return _Fate.STAYS
        why = self._rules.kept_for(found.at, found.id, entry)
        if why is not None:
            self.kept[why] += 1
            return _Fate.STAYS
        return _Fate.MAY_GO

    def _settle(self, decision: _Waiting, outcome: int, at: str) -> None:
        if decision.fate is _Fate.STAYS or at >= self._rules.before:
            return
        if decision.fate is _Fate.MAY_GO:
            self._mark(decision.index)
        if outcome not in self._gone:
            self._mark(outcome)

    def _mark(self, index: int) -> None:
        self._marks[index >> 3] |= 1 << (index & 7)

    def close(self) -> None:
        """Settle the calls that have no outcome."""
        for each in self._waiting.values():
            if each.fate is not _Fate.MAY_GO:
                continue
            if each.at < self._rules.open_before:
                self._mark(each.index)
            else:
                self.kept[Why.OPEN] += 1
        self._waiting.clear()

    def marked(self, first: int, width: int) -> list[int]:
        """Indices of `[first, first + width)` whose bodies may go; `first` is a
        multiple of 8.
        """
        piece = self._marks[first >> 3 : -(-(first + width) // 8)]
        if not any(piece):
            return []
        return [
            first + place
            for place in range(width)
            if piece[place >> 3] & 1 << (place & 7)
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pruning:
    """What one `pruning` record says: the bodies of these records were removed."""

    before: str
    """Those are of before this time."""
    keep: str
    """How long bodies were to be kept, or another rule, in words."""
    reason: str
    ranges: Ranges
    digest: bytes
    """SHA-256 over their entries' `body` (32 bytes each), by index."""

    def body(self, tool: str) -> dict[str, Json]:
        """The record's body."""
        return {
            "before": self.before,
            "count": self.ranges.total,
            "digest": canonical.text(self.digest),
            "keep": self.keep,
            "kinds": [kind.value for kind in PRUNABLE],
            "ranges": self.ranges.as_json(),
            "reason": self.reason,
            "tool": tool,
        }

    @classmethod
    def parse(cls, data: bytes) -> "Pruning":
        """Read a body; fields that it need not have are ignored, else `Malformed`."""
        match canonical.loads(data):
            case {
                "before": str(before),
                "count": int(count),
                "digest": str(digest),
                "keep": str(keep),
                "kinds": list(kinds),
                "ranges": ranges,
                "reason": str(reason),
            }:
                pruned = Ranges.parse(ranges)
            case _:
                raise Malformed("not what a pruning record says")
        record.parse_moment(before)
        if pruned.total != count or not 0 < count <= MAX_INDEX:
            raise Malformed(f"ranges of {pruned.total} records, said to be {count}")
        if kinds not in _SAID:
            raise Malformed(
                f"pruned are decisions, outcomes and addenda, not {kinds!r:.80}"
            )
        return cls(
            before=before,
            keep=keep,
            reason=reason,
            ranges=pruned,
            digest=canonical.untext(digest, size=DIGEST_BYTES),
        )


def is_of_contents(data: bytes) -> bool:
    """Whether a body of that kind tells of shredded contents: no record lost any."""
    said = canonical.parse(data)
    return isinstance(said, dict) and said.get("what") == "content"


class Draft:
    """Pruning records under way: bodies are added by index, records come out."""

    def __init__(self, before: str, keep: str, reason: str) -> None:
        self._words = (before, keep, reason)
        self._done: list[Pruning] = []
        self._begin()

    def _begin(self) -> None:
        self._ranges, self._hash = Ranges(), hashlib.sha256()

    def add(self, index: int, body: bytes) -> None:
        """The record at `index`, whose entry commits to `body` (32 bytes)."""
        if len(self._ranges) == MAX_RANGES and index > self._ranges.end:
            self._finish()
        self._ranges.add(index)
        self._hash.update(body)

    def _finish(self) -> None:
        before, keep, reason = self._words
        if self._ranges:
            self._done.append(
                Pruning(
                    before=before,
                    keep=keep,
                    reason=reason,
                    ranges=self._ranges,
                    digest=self._hash.digest(),
                )
            )
        self._begin()

    def records(self) -> Iterator[Pruning]:
        """All of them; none where nothing was added."""
        self._finish()
        yield from self._done
