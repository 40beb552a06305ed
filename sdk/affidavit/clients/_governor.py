"""What a governed client needs of whoever decides and records.

Knows no policy and no trail: `wiring` builds the real one, `testing` one in memory.
"""

from typing import Any, Protocol

from affidavit.calls import Call, Outcome
from affidavit.errors import Reason


class Verdict(Protocol):
    """The decision on one call."""

    @property
    def id(self) -> str:
        """Identifier of the record."""

    @property
    def refused(self) -> bool:
        """Must the call stay here?"""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """Why; at least one when refused."""


class Governor(Protocol):
    """Decides calls, makes decisions durable and hears what became of them.

    It gets back the verdicts that it gave, and no others: hence `Any`, so that each may
    have a class of its own.
    """

    @property
    def default_purpose(self) -> str | None:
        """What the settings declare when nothing nearer does."""

    @property
    def tags_requests(self) -> bool:
        """Do requests carry their purpose and the policy's digest to the provider?"""

    @property
    def policy_digest(self) -> str:
        """`sha256:<hex>` of the policy in force."""

    def consider(self, call: Call) -> Verdict:
        """Decide. Pure, and never raises for a well-formed call."""

    def commit(self, verdict: Any) -> None:
        """Make the decision durable, or raise `errors.Unrecorded`."""

    async def acommit(self, verdict: Any) -> None:
        """`commit`, for the event loop."""

    def conclude(self, verdict: Any, outcome: Outcome) -> None:
        """Take the outcome. Never blocks and never raises."""
