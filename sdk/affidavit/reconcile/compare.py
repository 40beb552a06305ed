"""Cell against cell: covered, uncovered, excess. Never netted.

Pure. A call too many on Monday does not make up for one too few on Tuesday, nor one
model's for another's: what is in excess is told beside what is missing. Models are
matched by the name under which they answered; a name that the bill does not know is
matched as the alias that its answers were asked by. A name that nothing answered to
(lines of a batch) is matched as the one snapshot that answers to it elsewhere.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from affidavit.reconcile.recorded import Cell, Place, Recorded
from affidavit.reconcile.usage import Billed, Family

_IN_TOKENS = (Family.COMPLETIONS.value, Family.EMBEDDINGS.value)
"""Kinds for which bill and answer both say tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """One unit on both sides."""

    billed: int
    recorded: int

    @property
    def covered(self) -> int:
        """What both have."""
        return min(self.billed, self.recorded)

    @property
    def uncovered(self) -> int:
        """Billed, and not recorded."""
        return self.billed - self.covered

    @property
    def excess(self) -> int:
        """Recorded, and not billed."""
        return self.recorded - self.covered

    @property
    def same(self) -> bool:
        """Whether both sides have as much."""
        return self.billed == self.recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One cell, with what both sides have of it."""

    cell: Cell
    requests: Amounts
    input_tokens: Amounts
    output_tokens: Amounts
    by_key: Mapping[str | None, int]
    """The provider's id of an API key → requests that it bills to it."""
    batch: int
    """Of the billed requests, those that it says are a batch's."""
    seen: Recorded
    """What the trail has, with all that may explain a difference."""

    @property
    def agrees(self) -> bool:
        """Whether requests are the same on both sides."""
        return self.requests.same

    @property
    def tokens_agree(self) -> bool:
        """Whether tokens are too, where the provider told the caller those of every
        call. A call that was cut off has none, and is said to differ.
        """
        seen = self.seen
        guessed = seen.estimated and not seen.abandoned
        untold = guessed or seen.unknown or seen.batched
        if self.cell.family not in _IN_TOKENS or untold:
            return True
        return self.input_tokens.same and self.output_tokens.same


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Every cell of a period."""

    cells: tuple[Compared, ...]

    @property
    def billed(self) -> int:
        """Requests on the bill."""
        return self.total.billed

    @property
    def recorded(self) -> int:
        """Calls in the trail, and lines of batches."""
        return self.total.recorded

    @property
    def covered(self) -> int:
        """Requests that both have, cell by cell."""
        return self.total.covered

    @property
    def uncovered(self) -> int:
        """Requests that are billed and not recorded."""
        return self.total.uncovered

    @property
    def excess(self) -> int:
        """Calls that are recorded and not billed."""
        return self.total.excess

    @property
    def total(self) -> "Total":
        """Requests of all cells."""
        return total(each.requests for each in self.cells)

    def by_day(self) -> Mapping[str, "Total"]:
        """Requests of each day that either side has any of."""
        days: dict[str, list[Amounts]] = {}
        for each in self.cells:
            days.setdefault(each.cell.day, []).append(each.requests)
        return {day: total(days[day]) for day in sorted(days)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """Cells summed up, each of the five figures by itself: nothing is netted."""

    billed: int
    recorded: int
    covered: int
    uncovered: int
    excess: int


def total(amounts: Iterable[Amounts]) -> Total:
    """The sums of `amounts`."""
    every = list(amounts)
    return Total(
        billed=sum(each.billed for each in every),
        recorded=sum(each.recorded for each in every),
        covered=sum(each.covered for each in every),
        uncovered=sum(each.uncovered for each in every),
        excess=sum(each.excess for each in every),
    )


def compare(
    billed: Iterable[Billed],
    recorded: Mapping[Place, Recorded],
    *,
    keys: frozenset[str] | None = None,
    project: str | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Comparison:
    """Hold both sides against each other.

    `keys` are the API keys that governed programs use: what others were billed is
    uncovered, whatever the trail has. `project` is whose the calls are that name none.
    `aliases` say which snapshot a name stood for, where no answer says so.
    """
    rows = list(billed)
    known = {(row.day, row.family.value, row.project, row.model) for row in rows}
    sides: dict[Cell, _Side] = {}
    names = _Names(aliases or {}, recorded)
    for place, seen in recorded.items():
        cell = _named(place, project, known, names)
        _side(sides, cell).add(seen)
    for row in rows:
        cell = Cell(row.day, row.family.value, row.project, row.model)
        _side(sides, cell).bill(row, governed=keys is None or row.key in keys)
    return Comparison(
        cells=tuple(
            compared
            for cell in sorted(sides, key=_order)
            for compared in sides[cell].compared(cell)
        )
    )


def _order(cell: Cell) -> tuple[str, str, str, str]:
    return (cell.day, cell.family, cell.project or "", cell.model or "")


def _named(
    place: Place,
    project: str | None,
    known: set[tuple[str, str, str | None, str | None]],
    names: "_Names",
) -> Cell:
    """The cell under the name that the bill has for its model."""
    project = place.project or project

    def billed(name: str | None) -> bool:
        return (place.day, place.family, project, name) in known

    name = next(filter(billed, names.certain(place)), place.model)
    if not billed(name):
        learned = list(filter(billed, names.learned(place)))
        name = learned[0] if len(learned) == 1 else name
    return Cell(place.day, place.family, project, name)


class _Names:
    """What a model may be called on the bill."""

    def __init__(self, aliases: Mapping[str, str], places: Iterable[Place]) -> None:
        self._aliases = aliases
        self._answering: dict[str, set[str]] = {}
        for place in places:
            if place.asked and place.model and place.asked != place.model:
                self._answering.setdefault(place.asked, set()).add(place.model)

    def certain(self, place: Place) -> Iterator[str | None]:
        """Names that the call or the caller says."""
        yield place.model
        for name in (place.model, place.asked):
            if name:
                yield name
                if name in self._aliases:
                    yield self._aliases[name]

    def learned(self, place: Place) -> Sequence[str]:
        """What answers to the same name in other calls, where nothing answered here."""
        if place.model != place.asked:
            return ()
        return sorted(self._answering.get(place.asked or "", ()))


class _Side:
    """A cell under way."""

    def __init__(self) -> None:
        self._seen = Recorded()
        self._ours: list[Billed] = []
        self._others: list[Billed] = []

    def add(self, seen: Recorded) -> None:
        mine = self._seen
        for name in Recorded.__slots__:
            setattr(mine, name, getattr(mine, name) + getattr(seen, name))

    def bill(self, row: Billed, *, governed: bool) -> None:
        (self._ours if governed else self._others).append(row)

    def compared(self, cell: Cell) -> Iterator[Compared]:
        seen = self._seen
        if self._ours or seen.calls or seen.batched:  # a handshake alone is no use
            yield _compared(cell, self._ours, self._seen)
        if self._others:
            yield _compared(cell, self._others, Recorded())


def _compared(cell: Cell, rows: Sequence[Billed], seen: Recorded) -> Compared:
    by_key: dict[str | None, int] = {}
    for row in rows:
        by_key[row.key] = by_key.get(row.key, 0) + row.requests
    return Compared(
        cell=cell,
        requests=Amounts(
            billed=sum(row.requests for row in rows), recorded=seen.calls + seen.batched
        ),
        input_tokens=Amounts(
            billed=sum(row.input_tokens for row in rows), recorded=seen.input_tokens
        ),
        output_tokens=Amounts(
            billed=sum(row.output_tokens for row in rows), recorded=seen.output_tokens
        ),
        by_key=by_key,
        batch=sum(row.requests for row in rows if row.batch),
        seen=seen,
    )


def _side(sides: dict[Cell, _Side], cell: Cell) -> _Side:
    return sides.setdefault(cell, _Side())
