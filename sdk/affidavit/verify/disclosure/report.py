"""What the check of a disclosure found. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass

from affidavit.verify.disclosure.manifest import Counts, Selection, Window
from affidavit.verify.report import AnchorReport, Problem, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class DisclosureReport:
    """Evidence about a disclosure. Only `verify_disclosure` makes one."""

    origin: str
    size: int
    root: bytes
    """Of the tree that everything was held against; the pinned key signed it unless
    that is a problem."""
    window: Window
    first: int
    end: int
    """The package has the entries `[first, end)`."""
    selection: Selection
    counts: Counts
    """As counted here, not as the package says."""
    effects: Mapping[tuple[str, str], int]
    """Kind and effect (`-` for none) → records of the window."""
    selected_effects: Mapping[tuple[str, str], int]
    """The same of the records that were asked for, and their outcomes."""
    reasons: Mapping[str, int]
    """Why bodies are withheld → how many."""
    contents: int
    """Contents that are in the package and were committed to."""
    without_outcome: int
    """Selected calls that left and whose outcome is not in the package."""
    problems: tuple[Problem, ...]
    more_problems: int
    unchecked: tuple[str, ...]
    notes: tuple[str, ...]
    anchors: AnchorReport | None = None

    @property
    def first_bad(self) -> Problem | None:
        """The problem of the lowest record; one that names no record comes last."""
        return min(
            self.problems,
            key=lambda each: (each.index is None, each.index or 0),
            default=None,
        )

    @property
    def verdict(self) -> Verdict:
        """INVALID with any problem; INCOMPLETE when a body is gone unexplained, or
        anchors that the caller demands are not there.
        """
        if self.problems:
            return Verdict.INVALID
        unanchored = self.anchors is not None and bool(self.anchors.missing)
        incomplete = bool(self.counts.missing) or unanchored
        return Verdict.INCOMPLETE if incomplete else Verdict.VALID

    @property
    def exit_code(self) -> int:
        """0 valid, 1 invalid, 2 not enough to decide."""
        return self.verdict.exit_code
