"""A governor in memory that decides as the real one does: engine, detectors, gate.

Knows no disk but the policy's files, no key and no trail. Labels and commitments are
made under keys that nobody keeps, because nothing is written down.
"""

import os
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from affidavit.calls import Call, Line, Outcome
from affidavit.counters.keeper import asks_of, key_of
from affidavit.counters.memory import MemoryCounters
from affidavit.counters.store import Change
from affidavit.detect.content import ContentDetector
from affidavit.detect.ordinary import ordinary
from affidavit.detect.provenance import provenance
from affidavit.gate import OBSERVED, Gate, Moment, Verdict
from affidavit.policy import charges
from affidavit.policy.engine import Effect
from affidavit.policy.loader import Policy, load
from affidavit.testing.governor import Decision, MemoryGovernor
from affidavit.trail.record import ID_BYTES, SALT_BYTES, Clock, Labels, Randomness


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyDecision(Decision):
    """What the policy decided about one call."""

    effect: str
    """`permit`, `refuse`, `review` or `observed`, as the trail would say."""
    verdict: Verdict
    """As the gate gave it."""

    @property
    def changes(self) -> Mapping[str, Any]:
        """What obligations set in the request's body before it leaves."""
        return self.verdict.changes

    @property
    def refused(self) -> bool:
        """A permitted call has reasons too, and one that was observed leaves."""
        return self.effect not in (Effect.PERMIT.value, OBSERVED)


class PolicyGovernor(MemoryGovernor):
    """Permits everything until a policy is put in force with `enforce`."""

    def __init__(
        self,
        *,
        default_purpose: str | None = None,
        tags_requests: bool = True,
        clock: Clock = time.time_ns,
        randomness: Randomness = os.urandom,
    ) -> None:
        super().__init__(default_purpose=default_purpose, tags_requests=tags_requests)
        self._clock, self._randomness = clock, randomness
        self._gate: Gate | None = None
        self._counters = MemoryCounters()

    @property
    def policy(self) -> Policy | None:
        """What is in force; None while everything is permitted."""
        return self._gate.policy if self._gate else None

    def enforce(self, policy: Policy | str | Path) -> Policy:
        """Decide by this policy from now on: a loaded one, or a file or folder.

        Its budgets are counted from here, in memory.
        Raises `PolicyNotFound` and `PolicyInvalid`, as `load` does.
        """
        in_force = policy if isinstance(policy, Policy) else load(Path(policy))
        self._gate = Gate(
            policy=in_force,
            detectors=(ContentDetector(), provenance, ordinary)
            if in_force.names_activities
            else (ContentDetector(), provenance),
            labels=Labels(self._randomness(SALT_BYTES)),
            content_key=self._randomness(SALT_BYTES),
            boot="testing",
        )
        self._counters = MemoryCounters()
        self.policy_digest = in_force.digest
        return in_force

    def allows_origin(self, origin: str) -> bool:
        """Whether the policy lists `origin`; false while there is none."""
        return self.policy is not None and origin in (self.policy.origins or ())

    def inspect(self, lines: Iterable[Line]) -> Any:
        """Decide the lines of an uploaded file as the gate decides."""
        if self._gate is None:
            return super().inspect(lines)
        return self._gate.inspect(lines, self._clock() // 1_000_000)

    def consider(self, call: Call, inspection: Any = None) -> Decision:
        """Decide as the gate decides, and keep nothing yet."""
        if self._gate is None:
            return super().consider(call, inspection)
        moment = Moment(
            nanoseconds=self._clock(),
            monotonic=time.monotonic_ns() // 1_000_000,
            random=self._randomness(ID_BYTES),
        )
        verdict = self._gate.consider(call, moment, inspection)
        return PolicyDecision(
            id=verdict.id,
            call=call,
            reasons=verdict.reasons,
            effect=verdict.effect,
            verdict=verdict,
        )

    def commit(self, verdict: Decision) -> Decision:
        """Count the call, if its purpose has budgets, and keep the decision."""
        counted = self._counted(verdict)
        super().commit(counted)
        return counted

    async def acommit(self, verdict: Decision) -> Decision:
        """`commit`, for the event loop."""
        return self.commit(verdict)

    def _counted(self, decision: Decision) -> Decision:
        if not isinstance(decision, PolicyDecision) or self._gate is None:
            return decision
        spending = decision.verdict.spending
        if spending is None:
            return decision
        asks, places = asks_of(spending.demand)
        grant = self._counters.take(
            "testing", asks, (), force=spending.force, now=spending.now
        )
        used = [grant.used[place] for place in places]
        verdict = self._gate.counted(decision.verdict, used)
        return replace(
            decision, reasons=verdict.reasons, effect=verdict.effect, verdict=verdict
        )

    def conclude(self, verdict: Decision, outcome: Outcome) -> None:
        """Keep the outcome, and settle what the call took of budgets."""
        super().conclude(verdict, outcome)
        if not isinstance(verdict, PolicyDecision):
            return
        spending = verdict.verdict.spending
        if spending is not None:
            changes = [
                Change(key_of(each), charges.difference(each, outcome))
                for each in spending.demand.charges
            ]
            self._counters.take("testing", (), changes, force=True, now=0)
