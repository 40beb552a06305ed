"""What others saw of a trail at earlier sizes, held against the records of today.

Pure: claims come in (a size, a root, and who says so), the tree's roots are asked for
while it grows, problems go out. Who may claim anything is `anchors`'s to decide.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from affidavit.errors import Invalid
from affidavit.tlog.checkpoint import Checkpoint
from affidavit.tlog.merkle import consistency_proof, verify_consistency
from affidavit.tlog.tiles import Read, subtree_reader
from affidavit.verify.report import Fault, Problem, Problems


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Somebody's word that the first `size` records had this root."""

    size: int
    root: bytes
    by: str
    """Who and when, to follow on "the first N records are not those that"."""


class History:
    """Holds claims against one tree. `settle` comes last."""

    def __init__(self, claims: Iterable[Claim], problems: Problems) -> None:
        self._claims = sorted(claims, key=lambda each: each.size)
        self._problems = problems
        self._next = 0
        self._contradicted: list[Claim] = []
        self._beyond: list[Claim] = []
        self._held = 0
        self._checked = 0

    @property
    def unchecked(self) -> int:
        """Claims about records that could not be had."""
        return len(self._claims) - self._checked

    @property
    def sizes(self) -> list[int]:
        """The sizes that claims are about, in ascending order."""
        return [each.size for each in self._claims]

    def head(self, size: int) -> None:
        """The tree has `size` records: larger claims tell that it was cut off."""
        kept = [each for each in self._claims if each.size <= size]
        self._beyond = self._claims[len(kept) :]
        self._claims = kept

    def within(self, size: int) -> list[Claim]:
        """The claims about the first `size` records, or fewer of them."""
        return [each for each in self._claims if each.size <= size]

    def proved(self, size: int) -> None:
        """The claims `within(size)` hold: those records are not gone through."""
        self._next = self._checked = len(self.within(size))
        self._held = max((each.size for each in self.within(size)), default=0)

    def bundle(self, first: int, width: int, root: Callable[[int], bytes]) -> None:
        """The records `[first, first + width)` are known now.

        `root(n)` is the root of the records before `first` and `n` of these.
        """
        while self._next < len(self._claims):
            claim = self._claims[self._next]
            if claim.size > first + width:
                return
            self._next += 1
            if claim.size <= first and claim.size:
                continue  # its bundle was missing
            self._checked += 1
            if claim.size and root(claim.size - first) != claim.root:
                self._contradicted.append(claim)
            elif not self._contradicted:
                self._held = claim.size

    def settle(self, size: int) -> None:
        """Name what contradicts: the first rewritten size, and the largest cut off."""
        if self._contradicted:
            self._problems.add(_rewritten(self._contradicted, self._held))
        if self._beyond:
            self._problems.add(_cut(self._beyond, size))


def begins_with(read: Read, head: Checkpoint) -> Callable[[int, bytes], bool]:
    """Whether the tree of `head` begins with so many records of such a root: by a proof
    from its tiles, so that a damaged tile proves nothing.
    """
    subtrees = subtree_reader(read, head.size)

    def agrees(size: int, root: bytes) -> bool:
        try:
            proof = consistency_proof(size, head.size, subtrees)
            verify_consistency(size, root, head.size, head.root, proof)
        except Invalid:
            return False
        return True

    return agrees


def against(
    claim: Claim, size: int, agrees: Callable[[int, bytes], bool]
) -> Problem | None:
    """What a single claim says against a tree of `size` records, if anything does."""
    if claim.size > size:
        return _cut([claim], size)
    return None if agrees(claim.size, claim.root) else _rewritten([claim], 0)


def _rewritten(contradicted: list[Claim], held: int) -> Problem:
    first = contradicted[0]
    since = (
        f"They are the ones that were anchored up to record {held - 1}, so that the "
        f"change lies in records {held} to {first.size - 1}."
        if held
        else f"The change lies in records 0 to {first.size - 1}."
    )
    return Problem(
        fault=Fault.HISTORY,
        message=f"the first {first.size} records are not those that {first.by}: their "
        f"root was {first.root.hex()}. {since}{_others(contradicted)} If nothing else "
        "is found, history was rewritten by whoever holds the key: keep the evidence, "
        "which proves it.",
    )


def _cut(beyond: list[Claim], size: int) -> Problem:
    last = beyond[-1]
    return Problem(
        fault=Fault.HISTORY,
        message=f"there were {last.size} records that {last.by}, now there are {size}: "
        f"the end was cut off.{_others(beyond)} Keep the evidence, which proves it.",
    )


def _others(claims: list[Claim]) -> str:
    more = len(claims) - 1
    if not more:
        return ""
    return f" {more} more {'anchor says' if more == 1 else 'anchors say'} so."
