"""Budgets, demands and projects for tests, each with only what matters to it."""

from pathlib import Path
from typing import Any

from affidavit.calls import Call
from affidavit.counters.store import Ask, Change, Key
from affidavit.policy import amounts, budgets
from affidavit.policy.amounts import Unit
from affidavit.policy.budgets import Budget, Demand
from affidavit.wiring import Settings
from support.policies import HEAD
from support.project import a_project

NOON = 1_795_435_200_000
"""2026-11-23T12:00:00Z."""
DAY = 86_400_000
MIDNIGHT = NOON - DAY // 2
POLICY = """\
purposes:
  support.reply:
    owner: support@acme.example
    models: ["*"]
    endpoints: ["*"]
"""


def a_budget(text: str = "5/day", unit: Unit = Unit.REQUESTS, **more: Any) -> Budget:
    fields = {"purpose": "support.reply", "where": "policy.yaml:4", **more}
    return Budget(unit=unit, amount=amounts.parse(text, unit), **fields)


def a_key(budget: str = "b", who: str = "", *, start: int = MIDNIGHT) -> Key:
    return Key(budget, who, start, start + DAY)


def an_ask(amount: int = 1, limit: int = 5, key: Key | None = None) -> Ask:
    return Ask(key or a_key(), amount, limit)


def a_change(amount: int, key: Key | None = None) -> Change:
    return Change(key or a_key(), amount)


def demanded(call: Call, *of: Budget) -> Demand:
    return budgets.demand(of, (), call, NOON)


def a_budgeted_project(
    directory: Path, budget: str, *, more: str = "", observe: bool = False
) -> Settings:
    """A project whose one purpose has this budget, in YAML's flow style."""
    settings = a_project(directory)
    put_in_force(settings, budget, more=more, observe=observe)
    return settings


def put_in_force(
    settings: Settings, budget: str, *, more: str = "", observe: bool = False
) -> None:
    mode = "mode: observe\n" if observe else ""
    limit = f"    budget: {budget}\n" if budget else ""
    (file,) = settings.policy.glob("*.yaml")
    file.write_text(HEAD + mode + POLICY + limit + more)
