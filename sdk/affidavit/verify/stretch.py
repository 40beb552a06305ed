"""Bundles in which nothing is wrong, summed up: what the records after them must know.

Pure: bytes of bundles come in. `glance` is the quick look at one bundle; wherever it
has any doubt it gives none, and the records are looked at one by one by `ledger`, which
alone knows what to say of them. So it may be too strict and never too lax.

Whatever depends on earlier records (which `seq` comes next, which policy is in force)
is taken for granted and noted down, and held against them when stretches are put
together: they may be made in any order and in any process.
"""

from binascii import b2a_base64
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple, TypeAlias

from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail.record import KINDS
from affidavit.verify.form import Row, step_back
from affidavit.verify.ids import unpacked
from affidavit.verify.lifecycle import CALLS, ENDINGS, LEFT, STOPPED

Bodies: TypeAlias = Sequence[bytes | None]
"""salt ‖ body of each record, None where it was pruned."""
Raw: TypeAlias = tuple[int, bytes, bytes | None]
"""Index, entry, salt ‖ body."""
_EFFECTS = frozenset(
    [(b"decision", effect) for effect in LEFT | STOPPED]
    + [(b"outcome", effect) for effect in ENDINGS]
    + [(name, b"") for name in map(str.encode, KINDS) if name not in CALLS]
)
"""Kinds, each with the effects that it may have."""
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


@dataclass(slots=True)
class Span:
    """The records of one writer in a stretch."""

    first: int
    seq: int
    """The first `seq`, and the one after the last."""
    since: bytes
    at: bytes
    """The times of the first record and of the last."""
    needs: set[bytes] = field(default_factory=set)
    """Policies that must have been put in force before the stretch."""
    policies: set[bytes] = field(default_factory=set)
    """Policies that are put in force in it."""


@dataclass(slots=True)
class Stretch:
    """Whole bundles, one after the other, and what they leave behind."""

    first: int
    """The first bundle's index."""
    roots: list[bytes]
    """Of each bundle, the root over its leaves."""
    first_at: bytes
    last_at: bytes
    """Earliest and latest time."""
    leaves: dict[int, list[bytes]] = field(default_factory=dict)
    """Of bundles whose leaf hashes were asked for."""
    spans: dict[bytes, Span] = field(default_factory=dict)
    fresh: list[bytes] = field(default_factory=list)
    """Ids of all records but outcomes."""
    opened: dict[bytes, bytes] = field(default_factory=dict)
    """Decisions that let a call leave and have no outcome in the stretch → time."""
    endings: list[bytes] = field(default_factory=list)
    """Outcomes whose decision stands elsewhere."""
    rare: list[Raw] = field(default_factory=list)
    """Records of kinds that have a check of their own."""
    gone: list[tuple[int, int]] = field(default_factory=list)
    """Records without a body, as ranges `[first, end)`."""
    recoveries: int = 0
    records: list[Raw] = field(default_factory=list)
    """All of them, where they were asked for."""

    @property
    def size(self) -> int:
        """How many records."""
        return len(self.roots) * TILE_WIDTH

    def extend(self, after: "Stretch") -> bool:
        """Put `after` behind this one; False, and nothing done, if it cannot follow."""
        for who, span in after.spans.items():
            mine = self.spans.get(who)
            if mine is not None and not _follows(mine, span):
                return False
        for who, span in after.spans.items():
            self._span(who, span)
        for name in after.endings:
            if self.opened.pop(name, None) is None:
                self.endings.append(name)
        self.opened.update(after.opened)
        self.first_at = min(self.first_at, after.first_at)
        self.last_at = max(self.last_at, after.last_at)
        self.roots += after.roots
        self.leaves |= after.leaves
        self.fresh += after.fresh
        self.rare += after.rare
        self.recoveries += after.recoveries
        for gone in after.gone:
            add_range(self.gone, *gone)
        return True

    def _span(self, who: bytes, span: Span) -> None:
        mine = self.spans.get(who)
        if mine is None:
            self.spans[who] = span
            return
        mine.seq, mine.at = span.seq, span.at
        mine.needs |= span.needs - mine.policies
        mine.policies |= span.policies


def _follows(before: Span, after: Span) -> bool:
    return before.seq == after.first and not step_back(before.at, after.since)


def add_range(ranges: list[tuple[int, int]], first: int, end: int) -> None:
    """Append `[first, end)` to ranges in ascending order, joining it to the last."""
    if ranges and ranges[-1][1] == first:
        ranges[-1] = (ranges[-1][0], end)
    else:
        ranges.append((first, end))


class _Columns(NamedTuple):
    """Of all entries of a bundle, one field after the other."""

    width: tuple[bytes, ...]
    entry: tuple[bytes, ...]
    at: tuple[bytes, ...]
    body: tuple[bytes, ...]
    effect: tuple[bytes, ...]
    id: tuple[bytes, ...]
    kind: tuple[bytes, ...]
    labels: tuple[bytes, ...]
    policy: tuple[bytes, ...]
    seq: tuple[bytes, ...]
    writer: tuple[bytes, ...]


def glance(
    bundle: int, rows: Sequence[Row], bodies: Bodies | None, rare: AbstractSet[bytes]
) -> Stretch | None:
    """The stretch that one bundle is, without its root; None when in doubt.

    `bodies` is None where they are not looked at; `rare` are the kinds of record that
    are wanted whole.
    """
    columns = _Columns(*zip(*rows, strict=True))
    found = Stretch(bundle, [], min(columns.at), max(columns.at))
    if not _chained(found, columns):
        return None
    if bodies is not None and not _embodied(found, columns, bodies):
        return None
    if not _lived(found, columns) or not _ruled(found, columns):
        return None
    return found if _others(found, columns, bodies, rare) else None


def _chained(found: Stretch, columns: _Columns) -> bool:
    """Whether each writer's records are numbered without gaps, its clock running on."""
    spans, current, span = found.spans, b"", Span(0, 0, b"", b"")
    for at, digits, who in zip(columns.at, columns.seq, columns.writer, strict=True):
        seq = int(digits)
        if who != current:
            current = who
            if who not in spans:
                spans[who] = Span(seq, seq, at, at)
            span = spans[who]
        if seq != span.seq or (at < span.at and step_back(span.at, at)):
            return False
        span.seq = seq + 1
        span.at = at
    return True


def _embodied(found: Stretch, columns: _Columns, bodies: Bodies) -> bool:
    """Whether each body is the one that its entry commits to."""
    sha = sha256
    digests = [sha(salted).digest() for salted in bodies if salted is not None]
    committed: Sequence[bytes] = columns.body
    if len(digests) < len(bodies):
        committed = _kept(found, columns.body, bodies)
    # One encoding for all: a digest and a zero byte are 44 digits without padding, of
    # which the last is an A and the others are what an entry prints.
    text = b2a_base64(b"".join([each + b"\0" for each in digests]), newline=False)
    expected = b"".join([each + b"A" for each in committed])
    return text.translate(_URL_SAFE) == expected


def _kept(found: Stretch, committed: Sequence[bytes], bodies: Bodies) -> list[bytes]:
    kept = []
    for place, salted in enumerate(bodies, found.first * TILE_WIDTH):
        if salted is None:
            add_range(found.gone, place, place + 1)
        else:
            kept.append(committed[place % TILE_WIDTH])
    return kept


def _lived(found: Stretch, columns: _Columns) -> bool:
    """Whether records have the effects of their kind; pairs decisions and outcomes."""
    if not _EFFECTS.issuperset(zip(columns.kind, columns.effect, strict=True)):
        return False
    opened: dict[bytes, bytes] = {}
    fresh, endings = [], []
    for at, effect, name, kind, labels, policy in zip(
        columns.at,
        columns.effect,
        columns.id,
        columns.kind,
        columns.labels,
        columns.policy,
        strict=True,
    ):
        if kind != b"outcome":
            fresh.append(name)
            if effect in LEFT:
                opened[name] = at
        elif labels or policy:
            return False
        elif opened.pop(name, None) is None:
            endings.append(name)
    found.fresh = _shortened(fresh)
    found.endings = _shortened(endings)
    found.opened = dict(zip(_shortened(opened), opened.values(), strict=True))
    return True


def _ruled(found: Stretch, columns: _Columns) -> bool:
    """Whether each decision names a policy; notes who has to have put it in force."""
    in_force: set[tuple[bytes, bytes]] = set()
    needs: set[tuple[bytes, bytes]] = set()
    pairs = zip(columns.writer, columns.policy, strict=True)
    for kind, pair in zip(columns.kind, pairs, strict=True):
        if kind == b"decision" and pair not in in_force:
            needs.add(pair)
        elif kind == b"policy":
            in_force.add(pair)
    for who, policy in in_force:
        found.spans[who].policies.add(policy)
    for who, policy in needs:
        found.spans[who].needs.add(policy)
    return all(policy for _, policy in needs)


def _shortened(names: Iterable[bytes]) -> list[bytes]:
    return unpacked(bytes.fromhex(b"".join(names).replace(b"-", b"").decode()))


def _others(
    found: Stretch, columns: _Columns, bodies: Bodies | None, rare: AbstractSet[bytes]
) -> bool:
    """Whether records of all other kinds have the fields of theirs."""
    kinds = columns.kind
    places = [place for place, kind in enumerate(kinds) if kind not in CALLS]
    found.recoveries = kinds.count(b"recovery")
    for place in places:
        kind, body = kinds[place], b"" if bodies is None else bodies[place]
        if kind == b"genesis" or body is None or columns.labels[place]:
            return False
        if bool(columns.policy[place]) != (kind == b"policy"):
            return False
        if kind in rare:
            index = found.first * TILE_WIDTH + place
            found.rare.append((index, columns.entry[place], body))
    return True
