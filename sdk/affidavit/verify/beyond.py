"""Records beyond the checkpoint: those in the tree unsigned, then those in WALs.

Knows in which order they follow on the sealed ones and what nobody can know of them.
`state` only guides where to look: it is unsigned.
"""

from dataclasses import dataclass, field

from affidavit.tlog.checkpoint import Checkpoint
from affidavit.trail.reader import Snapshot
from affidavit.verify.bundles import BundleCheck
from affidavit.verify.form import as_changed
from affidavit.verify.frames import FrameCheck
from affidavit.verify.ledger import Ledger
from affidavit.verify.report import Problems
from affidavit.verify.tree import TreeCheck


@dataclass(slots=True, kw_only=True)
class Beyond:
    """Goes on where the sealed records end; `walk` does it, and settles the ledger."""

    moment: Snapshot
    head: Checkpoint
    bundles: BundleCheck
    tree: TreeCheck
    ledger: Ledger
    problems: Problems
    pending: int = 0
    """Records that the checkpoint does not cover."""
    notes: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)

    def walk(self, origin: str, wal_key: bytes | None) -> None:
        """All of them; without the WAL key, MACs are not checked."""
        if self.bundles.whole:
            self._in_the_tree()
        frames = FrameCheck(origin, wal_key, self.ledger, self.problems)
        frames.walk(self.moment.wals)
        self.notes += frames.notes
        self.pending += frames.pending
        self.ledger.settle(self.bundles.again, complete=self.bundles.whole)
        if frames.pending and wal_key is None:
            self.unchecked.append(
                f"{frames.pending} pending records are in no tree yet, and their MAC "
                "was not checked without the trail's secret: changing, adding or "
                "removing one of them would not show."
            )
        elif self.pending:
            self.unchecked.append(
                f"{self.pending} records are not covered by the checkpoint: removing "
                "the last of them, or changing one with the trail's secret, would not "
                "show."
            )

    def _in_the_tree(self) -> None:
        state, size = self.moment.state, self.head.size
        if state is None:
            if self.moment.wals:
                self.notes.append("`state` is missing or damaged beside WAL files")
            return
        if state.size < size:
            self.notes.append(
                f"`state` speaks of {state.size} records, the checkpoint covers "
                f"{size}: it was put back from an older copy"
            )
        if state.size <= size:
            return
        self.pending += state.size - size
        # Where the sealed part does not hold, the tree says nothing about what follows.
        intact = not self.problems.kept
        whole = self.bundles.unsigned(size, state.size, intact=intact)
        if intact and whole:
            self.tree.settle(state.size, state.root, as_changed, "that `state` names")
