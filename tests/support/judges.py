"""Six rules in three languages: ours, Rego and Cedar, each asked in its own way."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

from affidavit.calls import Call
from affidavit.policy import cases, suite
from affidavit.policy.budgets import demand, refusals
from affidavit.policy.engine import Effect, decide
from affidavit.policy.loader import Policy, load
from affidavit.policy.report import Report

FOLDER = Path(__file__).parents[1] / "conformance" / "judges"


PERMITS = "purpose.permits"


class Answer(NamedTuple):
    """What a language says."""

    permitted: bool
    reasons: frozenset[str] = frozenset()
    """Rules that refuse; none for a default that no rule stands for."""


@dataclass(frozen=True)
class Case:
    """One call, its day, and what was used up before."""

    name: str
    call: Call
    day: date
    decided_by: str
    used: int = 0

    @property
    def permitted(self) -> bool:
        """Whether it leaves."""
        return self.decided_by == PERMITS


Judge = Callable[[Case], Answer]


def listed() -> Iterator[Case]:
    """The 13 cases: those of the policy's own tests, and two about its budget."""
    read = cases.read(FOLDER / "policy.test.yaml")
    assert not isinstance(read, Report)
    for each in read.cases:
        assert each.at is not None
        call = suite.call_of(each.call)
        yield Case(each.name, call, each.at, str(each.expect.decided_by))
    reply = next(iter(read.cases))
    call = suite.call_of(reply.call)._replace(purpose="support.reply")
    day = date(2026, 11, 23)
    last = Case("the last of a budget is there", call, day, "purpose.permits", used=2)
    yield last
    yield replace(last, name="then it is spent", decided_by="budget.spent", used=3)


def ours() -> Judge:
    policy = load(FOLDER / "policy.yaml")
    return lambda case: _ours(policy, case)


def _ours(policy: Policy, case: Case) -> Answer:
    now = datetime(case.day.year, case.day.month, case.day.day, 12, tzinfo=UTC)
    decision = decide(policy, case.call, (), now=now)
    reasons = {reason.rule for reason in decision.reasons}
    if decision.effect is Effect.PERMIT:
        milliseconds = int(now.timestamp() * 1000)
        budgets = policy.purposes[str(case.call.purpose)].budgets
        taken = demand(budgets, policy.prices, case.call, milliseconds)
        used = [case.used] * len(taken.charges)
        spent = refusals(taken, used, milliseconds)
        if not spent:
            return Answer(permitted=True)
        reasons = {reason.rule for reason in spent}
    return Answer(permitted=False, reasons=frozenset(reasons))


def rego() -> Judge:
    from regopy import Interpreter  # type: ignore[import-untyped]  # no annotations

    interpreter = Interpreter()
    interpreter.add_module("judged", (FOLDER / "policy.rego").read_text())

    def judge(case: Case) -> Answer:
        interpreter.set_input(
            {
                "day": number(case.day),
                "endpoint": case.call.endpoint,
                "host": case.call.host,
                "model": case.call.model,
                "purpose": case.call.purpose,
                "used": case.used,
            }
        )
        found = json.loads(str(interpreter.query("data.judged.reasons")))
        reasons = frozenset(found["expressions"][0])
        return Answer(permitted=not reasons, reasons=reasons)

    return judge


def cedar() -> Judge:
    import cedarpy

    text = (FOLDER / "policy.cedar").read_text()
    ids = re.findall(r'@id\("(.+)"\)', text)
    policies = cedarpy.PolicySet.from_str(text)
    known = {name: _entity(name) for name in load(FOLDER / "policy.yaml").purposes}

    def judge(case: Case) -> Answer:
        model = {"type": "Model", "id": str(case.call.model)}
        attributes = {"uid": model, "attrs": {"name": case.call.model}, "parents": []}
        request = {
            "principal": f'Purpose::"{case.call.purpose}"',
            "action": f'Action::"{case.call.endpoint}"',
            "resource": f'Model::"{case.call.model}"',
            "context": {
                "day": number(case.day),
                "host": case.call.host,
                "used": case.used,
            },
        }
        entities = [known[str(case.call.purpose)], attributes]
        answer = cedarpy.is_authorized(request, policies, entities)
        assert not answer.diagnostics.errors, answer.diagnostics.errors
        permitted = answer.decision is cedarpy.Decision.Allow
        named = {
            ids[int(each.removeprefix("policy"))] for each in answer.diagnostics.reasons
        }
        return Answer(
            permitted=permitted, reasons=frozenset() if permitted else frozenset(named)
        )

    return judge


def _entity(name: str) -> dict[str, Any]:
    purpose = load(FOLDER / "policy.yaml").purposes[name]
    attributes: dict[str, Any] = {"data": sorted(purpose.data)}
    if purpose.expires is not None:
        attributes["expires"] = number(purpose.expires)
    if purpose.budgets:
        attributes["budget"] = purpose.budgets[0].amount.limit
    if purpose.trains_model is not None:
        attributes["trains"] = {
            "kind": purpose.trains_model.kind.value,
            "distributed": purpose.trains_model.distributed,
            "competing": purpose.trains_model.competing,
        }
    return {"uid": {"type": "Purpose", "id": name}, "attrs": attributes, "parents": []}


def number(day: date) -> int:
    """2026-11-23 as 20261123."""
    return int(day.strftime("%Y%m%d"))
