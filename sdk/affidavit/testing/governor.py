"""A governor in memory, for programs that test how they use a governed client.

Knows no policy, no trail and no disk. Decisions and outcomes stay in lists.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

from affidavit.calls import Call, Outcome
from affidavit.errors import Reason, Unrecorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided about one call."""

    id: str
    call: Call
    reasons: tuple[Reason, ...] = ()

    @property
    def refused(self) -> bool:
        """A decision with a reason is a refusal."""
        return bool(self.reasons)


Decide = Callable[[Call], tuple[Reason, ...]]


def permit(call: Call) -> tuple[Reason, ...]:  # noqa: ARG001 - as `Decide` asks
    """Refuse nothing."""
    return ()


class MemoryGovernor:
    """Permits everything unless `decide` gives reasons to refuse.

    `records=False` stands for a trail that cannot be written: then nothing may leave.
    """

    policy_digest = "sha256:" + sha256(b"affidavit.testing.MemoryGovernor").hexdigest()

    def __init__(
        self,
        decide: Decide = permit,
        *,
        default_purpose: str | None = None,
        tags_requests: bool = True,
        records: bool = True,
    ) -> None:
        self.default_purpose = default_purpose
        self.tags_requests = tags_requests
        self.decisions: list[Decision] = []
        """Decisions made durable, in order."""
        self.outcomes: list[Outcome] = []
        """Outcomes in the order in which calls ended."""
        self.outcome_of: dict[str, Outcome] = {}
        """The outcome of each decision that has one, by the decision's id."""
        self._ids = count()  # `next` on it is atomic, so threads get ids of their own
        self._decide = decide
        self._records = records

    def consider(self, call: Call) -> Decision:
        """Decide, and keep nothing yet."""
        return Decision(
            id=f"memory-{next(self._ids)}", call=call, reasons=self._decide(call)
        )

    def commit(self, verdict: Decision) -> None:
        """Keep the decision, or raise `Unrecorded`."""
        if not self._records:
            raise Unrecorded("This MemoryGovernor was made with records=False.")
        self.decisions.append(verdict)

    async def acommit(self, verdict: Decision) -> None:
        """`commit`, for the event loop."""
        self.commit(verdict)

    def conclude(self, verdict: Decision, outcome: Outcome) -> None:
        """Keep the outcome."""
        self.outcomes.append(outcome)
        self.outcome_of[verdict.id] = outcome
