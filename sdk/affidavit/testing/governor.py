"""A governor in memory, for programs that test how they use a governed client.

Knows no policy, no trail and no disk. Decisions and outcomes stay in lists.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from typing import Any

from affidavit.calls import Call, Known, Line, Outcome
from affidavit.errors import Reason, Unrecorded
from affidavit.policy.deferred import UNREADABLE


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

    @property
    def changes(self) -> Mapping[str, Any]:
        """What is set in the request's body before it leaves: nothing here."""
        return {}


Decide = Callable[[Call], tuple[Reason, ...]]


def permit(call: Call) -> tuple[Reason, ...]:  # noqa: ARG001 - as `Decide` asks
    """Refuse nothing."""
    return ()


def _known(decision: Decision) -> Known:
    call, file = decision.call, decision.call.file
    return Known(
        decision=decision.id,
        effect="permit",
        purpose=call.purpose,
        use=file.purpose if file else None,
        sha256=file.sha256 if file else None,
        model=call.model,
        read=file is not None and file.read,
    )


class MemoryGovernor:
    """Permits everything that can be read, unless `decide` gives reasons to refuse.

    `records=False` stands for a trail that cannot be written: then nothing may leave.
    """

    policy_digest = "sha256:" + sha256(b"affidavit.testing.MemoryGovernor").hexdigest()

    def __init__(
        self,
        decide: Decide = permit,
        *,
        default_purpose: str | None = None,
        tags_requests: bool = True,
        keeps_content: bool = False,
        fingerprints_outputs: bool = False,
        records: bool = True,
        origins: frozenset[str] = frozenset(),
    ) -> None:
        self.default_purpose = default_purpose
        self.tags_requests = tags_requests
        self.keeps_content = keeps_content
        """Whether outcomes carry the bytes of answers."""
        self.fingerprints_outputs = fingerprints_outputs
        """Whether outcomes carry what models said."""
        self.decisions: list[Decision] = []
        """Decisions made durable, in order."""
        self.outcomes: list[Outcome] = []
        """Outcomes in the order in which calls ended."""
        self.outcome_of: dict[str, Outcome] = {}
        """The outcome of each decision that has one, by the decision's id."""
        self._ids = count()  # `next` on it is atomic, so threads get ids of their own
        self._decide = decide
        self._records = records
        self._origins = origins

    def allows_origin(self, origin: str) -> bool:
        """Whether `origin` is among those that it was made with."""
        return origin in self._origins

    def known(self, name: str) -> Known | None:
        """What this governor permitted and the provider then called `name`."""
        for decision in self.decisions:
            outcome = self.outcome_of.get(decision.id)
            if outcome is not None and name in (outcome.response_id, outcome.file_id):
                return _known(decision)
        return None

    def inspect(self, lines: Iterable[Line]) -> Any:
        """The reasons to refuse the first line for which there are any."""
        found: tuple[Reason, ...] = ()
        for line in lines:
            if line.call is not None:
                found = found or self._decide(line.call)
            elif not found:
                message = f"line {line.number}: {line.problem}"
                found = (Reason(rule=UNREADABLE, message=message),)
        return found

    def consider(self, call: Call, inspection: Any = None) -> Decision:
        """Decide, and keep nothing yet."""
        own = self._decide(call)
        reasons = own + tuple(each for each in inspection or () if each not in own)
        return Decision(id=f"memory-{next(self._ids)}", call=call, reasons=reasons)

    def commit(self, verdict: Decision) -> Decision | None:
        """Keep the decision, or raise `Unrecorded`; None: it is as it was."""
        if not self._records:
            raise Unrecorded("This MemoryGovernor was made with records=False.")
        self.decisions.append(verdict)
        return None

    async def acommit(self, verdict: Decision) -> Decision | None:
        """`commit`, for the event loop."""
        return self.commit(verdict)

    def conclude(self, verdict: Decision, outcome: Outcome) -> None:
        """Keep the outcome."""
        self.outcomes.append(outcome)
        self.outcome_of[verdict.id] = outcome

    def conclude_soon(self, verdict: Decision, outcome: Callable[[], Outcome]) -> None:
        """`conclude`, at once."""
        self.conclude(verdict, outcome())
