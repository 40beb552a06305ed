"""What the check of a dossier found. Values only."""

from collections.abc import Sequence
from dataclasses import dataclass

from affidavit.verify.disclosure import DisclosureReport
from affidavit.verify.dossier.manifest import Treatment
from affidavit.verify.report import Problem, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierReport:
    """Evidence about a dossier. Only `verify_dossier` makes one."""

    incident: str
    calls: DisclosureReport
    """Of the records that match; its problems are among these here."""
    treatment: Sequence[Treatment]
    """As counted here."""
    plan: str | None
    """Digest of the plan that its maker says was reviewed."""
    events: int
    """Records about the incident that are disclosed, and hold."""
    others: int
    """Records about other incidents or holds, which are not opened."""
    notices: int
    """Documents as received."""
    policies: int
    """Policies in force for the matching decisions."""
    policies_given: int
    """Of these, those all of whose files are there."""
    attachments: int
    narrative: bool
    """Whether a narrative is there, signed for this very dossier."""
    files: int
    problems: tuple[Problem, ...]
    more_problems: int
    unchecked: tuple[str, ...]

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
        """INVALID with any problem; INCOMPLETE where the disclosure is."""
        return Verdict.INVALID if self.problems else self.calls.verdict

    @property
    def exit_code(self) -> int:
        """0 valid, 1 invalid, 2 not enough to decide."""
        return self.verdict.exit_code
