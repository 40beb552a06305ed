"""Which records a disclosure is about: one pass over a trail's entries.

Pure: entries come in with their indices, and only what is asked for is kept. Reads an
entry's first fields with an expression of its own, so that the checker does not share
its mistakes. Knows nothing of bodies or files.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from affidavit.errors import BrokenTrail
from affidavit.tlog.tiles import TILE_WIDTH
from affidavit.trail.record import Kind
from affidavit.verify.disclosure.manifest import By, Counts, Selection, Window

MARGIN = 16 * TILE_WIDTH
"""How many records before and after the window are given at most, so that its writers
are seen on both sides of it."""
_HEAD = re.compile(
    rb'\{"at":"([^"]{24})","body":"[^"]{43}",(?:"effect":"([a-z]+)",)?'
    rb'"id":"([^"]{36})","kind":"([a-z]+)",'
)
_WRITER = slice(-13, -2)
"""A writer's name: it sorts last, and its size is fixed."""
_LEFT = (b"permit", b"observed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked:
    """A record of the trail that the package tells of."""

    index: int
    kind: Kind
    id: str
    entry: bytes
    follows: bool = False
    """It is there as the outcome of a selected decision."""


@dataclass(slots=True)
class Survey:
    """Takes every entry of a tree, in order; then says what was found."""

    window: Window
    selection: Selection
    size: int
    decisions: int = 0
    low: int | None = None
    """Index of the first record of the window."""
    high: int = 0
    """Index after its last one."""
    prunings: dict[int, Picked] = field(default_factory=dict)
    _selected: dict[bytes, Picked] = field(default_factory=dict)
    _others: list[Picked] = field(default_factory=list)
    """Selected records that are no decisions."""
    _outcomes: dict[int, Picked] = field(default_factory=dict)
    _open: set[bytes] = field(default_factory=set)
    """Selected decisions that left and whose outcome was not met."""
    inside: int = 0
    """How many records have a time of the window."""
    _turn: int | None = None
    """Index of the first record of after the window's start."""
    _last: dict[bytes, int] = field(default_factory=dict)
    """Each writer's last record of before the window."""
    _active: set[bytes] = field(default_factory=set)
    _after: dict[bytes, int] = field(default_factory=dict)
    """Each active writer's first record of after its last one of the window."""

    def take(self, entries: Iterable[tuple[int, bytes]]) -> None:
        """Look at entries; `BrokenTrail` at the first that is none."""
        start, end = self.window.start.encode(), self.window.end.encode()
        ids = {each.encode() for each in self.selection.ids}
        for index, entry in entries:
            found = _HEAD.match(entry)
            if found is None:
                raise BrokenTrail(
                    f"record {index} is no entry: nothing is disclosed of a trail that "
                    "does not hold. Run `affidavit trail verify`.",
                    index=index,
                )
            at, effect, name, kind = found.groups()
            inside = start <= at < end
            self._place(index, entry[_WRITER], at, inside=inside)
            if kind == b"outcome":
                if name in self._selected or name in ids:
                    self._outcomes[index] = _picked(index, found, follows=True)
                    self._open.discard(name)
            elif inside:
                self.decisions += kind == b"decision"
                if self._fits(name, entry):
                    self._select(index, found, left=effect in _LEFT)
            if kind == b"pruning":
                self.prunings[index] = _picked(index, found)

    def _place(self, index: int, writer: bytes, at: bytes, *, inside: bool) -> None:
        if inside:
            self.low = index if self.low is None else self.low
            self.high = index + 1
            self.inside += 1
            self._active.add(writer)
            self._after.pop(writer, None)
        elif self.low is None:
            self._last[writer] = index
        elif writer in self._active and at >= self.window.end.encode():
            self._after.setdefault(writer, index)
        if self._turn is None and at >= self.window.start.encode():
            self._turn = index

    def _fits(self, name: bytes, entry: bytes) -> bool:
        match self.selection.by:
            case By.LABELS:
                return all(
                    f'"{each.field}":"{each.label}"'.encode() in entry
                    for each in self.selection.openings
                )
            case By.IDS:
                return name.decode() in self.selection.ids
            case By.NOTHING:
                return False

    def _select(self, index: int, found: "re.Match[bytes]", *, left: bool) -> None:
        picked = _picked(index, found)
        if picked.kind is not Kind.DECISION:
            self._others.append(picked)
            return
        self._selected[found[3]] = picked
        if left:
            self._open.add(found[3])

    def early(self) -> int:
        """Outcomes may stand before their decision: how many entries to look at again.

        0 when every selected call has its outcome.
        """
        if self.selection.by is not By.LABELS:
            return 0  # ids were known from the first entry on
        return max((self._selected[name].index for name in self._open), default=0)

    def take_early(self, entries: Iterable[tuple[int, bytes]]) -> None:
        """Look at entries again for outcomes that stand before their decision."""
        for index, entry in entries:
            found = _HEAD.match(entry)
            if found and found[4] == b"outcome" and found[3] in self._open:
                self._outcomes[index] = _picked(index, found, follows=True)

    def picked(self) -> list[Picked]:
        """What the package tells of, by index."""
        outcomes = [
            each if each.id.encode() in self._selected else _alone(each)
            for each in self._outcomes.values()
            if each.id.encode() in self._selected or self._is_inside(each)
        ]
        chosen = [*self._selected.values(), *self._others, *outcomes]
        return sorted(chosen, key=lambda each: each.index)

    def indices(self) -> list[int]:
        """Of every record that the package may have to prove."""
        return [*self.prunings, *(each.index for each in self.picked())]

    def _is_inside(self, picked: Picked) -> bool:
        return picked.entry[7:31].decode() in self.window

    def span(self) -> tuple[int, int]:
        """The entries `[first, end)` to give: the window's, some of before and after
        it, in whole bundles.
        """
        turn = self.size if self._turn is None else self._turn
        low = turn if self.low is None else self.low
        high = max(self.high, low)
        before = [self._last[each] for each in self._active if each in self._last]
        first = max(min(before, default=low - 1), low - MARGIN, 0)
        last = min(max(self._after.values(), default=high), high + MARGIN)
        end = min((last // TILE_WIDTH + 1) * TILE_WIDTH, self.size)
        return min(first, low) // TILE_WIDTH * TILE_WIDTH, end

    def counts(self, first: int, end: int) -> Counts:
        """What the survey counts; what becomes of bodies is still to come."""
        picked = self.picked()
        follows = sum(each.follows for each in picked)
        return Counts(
            records=end - first,
            window=self.inside,
            decisions=self.decisions,
            selected=len(picked) - follows,
            outcomes=follows,
        )


def _picked(index: int, found: "re.Match[bytes]", *, follows: bool = False) -> Picked:
    return Picked(
        index=index,
        kind=Kind(found[4].decode()),
        id=found[3].decode(),
        entry=found.string,
        follows=follows,
    )


def _alone(picked: Picked) -> Picked:
    return Picked(
        index=picked.index, kind=picked.kind, id=picked.id, entry=picked.entry
    )
