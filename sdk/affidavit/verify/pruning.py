"""Bodies that are gone, held against the records that say so.

Pure. A `pruning` record stands behind the records that it is about, so what is missing
is explained at the end only: both sides are kept as ranges, 16 bytes each. What no
sealed record explains is unexplained, whoever removed it.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from affidavit.errors import Invalid, Malformed
from affidavit.tlog.tiles import TILE_WIDTH, tile_at
from affidavit.trail.ranges import Ranges
from affidavit.trail.retention import PRUNABLE, Pruning, is_of_contents, seen
from affidavit.verify.form import named
from affidavit.verify.ledger import Rare
from affidavit.verify.report import Fault, Problem, Problems

Bundle: TypeAlias = Callable[[int, int], Sequence[bytes]]
"""Number and width of a bundle → its entries; raises `Invalid`."""
MAX_NOTES = 20
_PRUNABLE = {kind.value for kind in PRUNABLE}


@dataclass(frozen=True, slots=True, kw_only=True)
class PruningFound:
    """What the end shows. Only `Prunings.settle` makes one."""

    explained: int
    """Bodies that are gone, as a pruning record before this end says."""
    unexplained: int
    """Bodies that are gone, and no record says so."""
    first_unexplained: int | None
    """The lowest record of those."""
    records: int
    """How many pruning records there are."""
    notes: tuple[str, ...]
    """Of bodies that are said to be pruned and lie there."""

    @property
    def unchecked(self) -> Iterable[str]:
        """What could not be checked, as sentences."""
        if self.explained:
            one = self.records == 1
            yield (
                f"{self.explained} bodies were pruned, as {self.records} signed "
                f"pruning {'record says' if one else 'records say'}: their entries "
                "were checked, what they said cannot be."
            )
        if self.unexplained:
            yield (
                f"{self.unexplained} bodies are gone, from record "
                f"{self.first_unexplained} on, and no pruning record says so: what "
                "they said cannot be checked."
            )


class Prunings:
    """Takes pruning records as the ledger meets them. `settle` comes last."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._claims: list[tuple[int, Ranges]] = []
        self._digests: list[tuple[int, Pruning]] = []

    def check(self, rare: Rare) -> None:
        """Take one; a record that is not sealed yet explains nothing."""
        if not rare.body or rare.index is None:
            return
        try:
            if is_of_contents(rare.body):
                return
            says = Pruning.parse(rare.body)
        except Malformed as error:
            self._report(rare, f"no pruning record: {error}")
            return
        own = says.ranges
        if says.before > rare.at:
            self._report(rare, "says that bodies of after its own time were pruned")
        if own.end > rare.index:
            self._report(rare, "says that records are pruned that come after it")
            own = Ranges.of(*own.within(0, rare.index))
        else:
            self._digests.append((rare.index, says))
        self._claims.append((rare.index, own))

    def _report(self, rare: Rare, message: str) -> None:
        self._problems.add(named(Fault.FORM, message, rare.index, rare.entry))

    def recount(self, bundle: Bundle, *, size: int, looked_from: int = 0) -> None:
        """Hold the digest of each sealed record from `looked_from` on against the
        entries of the records that it names, read once more through `bundle`.

        Entries that cannot be read are the tree's affair.
        """
        for index, says in self._digests:
            if not looked_from <= index < size:
                continue
            try:
                wrong = _wrong(says, bundle, size)
            except Invalid:
                continue
            if wrong is not None:
                self._problems.add(
                    Problem(fault=Fault.FORM, message=wrong, index=index)
                )

    def settle(
        self, gone: Iterable[tuple[int, int]], *, size: int, looked_from: int = 0
    ) -> PruningFound:
        """Hold the ranges `[first, end)` without bodies against all records.

        Those below `size` are sealed: a body goes only once a checkpoint covers the
        record that says so. Bodies were looked at from record `looked_from` on: of no
        earlier one can it be said that it is still there.
        """
        missing = Ranges.of(*((first, end - first) for first, end in gone))
        sealed = [(index, said) for index, said in self._claims if index < size]
        unexplained = missing.minus(Ranges.union(said for _, said in sealed))
        looked = Ranges.of((looked_from, size - looked_from)) if sealed else Ranges()
        return PruningFound(
            explained=missing.total - unexplained.total,
            unexplained=unexplained.total,
            first_unexplained=next((first for first, _ in unexplained), None),
            records=len(sealed),
            notes=tuple(_still_there(sealed, missing, looked)),
        )


def _wrong(says: Pruning, bundle: Bundle, size: int) -> str | None:
    """What the record says that the entries do not, if anything."""
    digest = hashlib.sha256()
    for number in says.ranges.bundles(TILE_WIDTH):
        first = number * TILE_WIDTH
        entries = bundle(number, tile_at("entries", number, size).width)
        for start, count in says.ranges.within(first, first + TILE_WIDTH):
            for index in range(start, start + count):
                found = seen(index, entries[index - first])
                if found.kind not in _PRUNABLE:
                    return f"says that record {index} was pruned, a {found.kind}"
                digest.update(found.body)
    if digest.digest() != says.digest:
        return "its digest is of other records than those that it says were pruned"
    return None


def _still_there(
    claims: Iterable[tuple[int, Ranges]], missing: Ranges, looked: Ranges
) -> Iterator[str]:
    told = 0
    for index, ranges in claims:
        there = ranges.minus(missing)
        count = there.total - there.minus(looked).total
        if count and told < MAX_NOTES:
            told += 1
            yield (
                f"{count} bodies that record {index} says are pruned are still "
                "there: a pruning was interrupted, a hold keeps them, or they were "
                "put back; `affidavit trail prune` ends what was interrupted"
            )
