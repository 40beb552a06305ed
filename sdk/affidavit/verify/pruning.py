"""Bodies that are gone, held against the records that say so.

Pure. A `pruning` record stands behind the records that it is about, so what is missing
is explained at the end only: both sides are kept as ranges, 16 bytes each. What no
sealed record explains is unexplained, whoever removed it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from affidavit.errors import Malformed
from affidavit.trail.ranges import Ranges
from affidavit.trail.retention import Pruning, is_of_contents
from affidavit.verify.form import named
from affidavit.verify.ledger import Rare
from affidavit.verify.report import Fault, Problems

MAX_NOTES = 20


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
        self._claims.append((rare.index, own))

    def _report(self, rare: Rare, message: str) -> None:
        self._problems.add(named(Fault.FORM, message, rare.index, rare.entry))

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
