"""Cell against cell: covered, uncovered, excess. Never netted.

Pure. A call too many on Monday does not make up for one too few on Tuesday, nor one
model's for another's: what is in excess is told beside what is missing. Models are
matched by the name under which they answered; a name that the bill does not know is
matched as the alias that its answers were asked by.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from affidavit.reconcile.recorded import Cell, Recorded
from affidavit.reconcile.usage import Billed


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
        return not (self.requests.uncovered or self.requests.excess)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Every cell of a period."""

    cells: tuple[Compared, ...]

    @property
    def billed(self) -> int:
        """Requests on the bill."""
        return sum(each.requests.billed for each in self.cells)

    @property
    def recorded(self) -> int:
        """Calls in the trail."""
        return sum(each.requests.recorded for each in self.cells)

    @property
    def covered(self) -> int:
        """Requests that both have, cell by cell."""
        return sum(each.requests.covered for each in self.cells)

    @property
    def uncovered(self) -> int:
        """Requests that are billed and not recorded."""
        return sum(each.requests.uncovered for each in self.cells)

    @property
    def excess(self) -> int:
        """Calls that are recorded and not billed."""
        return sum(each.requests.excess for each in self.cells)


def compare(
    billed: Iterable[Billed],
    recorded: Mapping[Cell, Recorded],
    *,
    keys: frozenset[str] | None = None,
    aliases: Mapping[str, str] | None = None,
) -> Comparison:
    """Hold both sides against each other.

    `keys` are the API keys that governed programs use: what others were billed is
    uncovered, whatever the trail has. `aliases` say which snapshot a name stood for,
    where no answer says so.
    """
    rows = list(billed)
    known = {(row.day, row.family.value, row.project, row.model) for row in rows}
    sides: dict[Cell, _Side] = {}
    for place, seen in recorded.items():
        cell = _named(place, seen, known, aliases or {})
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
    place: Cell,
    seen: Recorded,
    known: set[tuple[str, str, str | None, str | None]],
    aliases: Mapping[str, str],
) -> Cell:
    """The cell under the name that the bill has for its model."""
    names = [place.model, aliases.get(place.model or ""), *seen.requested]
    for name in names:
        if (place.day, place.family, place.project, name) in known:
            return Cell(place.day, place.family, place.project, name)
    return place


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
        if self._ours or self._seen.calls:
            yield _compared(cell, self._ours, self._seen)
        if self._others:
            yield _compared(cell, self._others, Recorded())


def _compared(cell: Cell, rows: Sequence[Billed], seen: Recorded) -> Compared:
    by_key: dict[str | None, int] = {}
    for row in rows:
        by_key[row.key] = by_key.get(row.key, 0) + row.requests
    return Compared(
        cell=cell,
        requests=Amounts(billed=sum(row.requests for row in rows), recorded=seen.calls),
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
