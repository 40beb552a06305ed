"""Policies, calls and findings for tests, each with only what matters to it."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from affidavit.calls import Call, Finding
from affidavit.errors import Diagnostic, PolicyInvalid
from affidavit.policy.engine import Decision, decide
from affidavit.policy.loader import Policy, load

HEAD = "apiVersion: affidavit/v1\nkind: Policy\nname: acme\n"
PACK = (
    "apiVersion: affidavit/v1\nkind: Pack\nname: terms\nprovider: openai\n"
    "source: The terms of 2026\nreviewed: 2026-11-01\n"
)
SUPPORT = """\
purposes:
  support.reply:
    owner: support@acme.example
    models: ["gpt-5*"]
    endpoints: [responses, chat.completions]
"""
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
POLICIES = Path(__file__).parents[2] / "policies"


def written(directory: Path, body: str, *, name: str = "policy.yaml") -> Path:
    """A policy file whose first three lines are `HEAD`."""
    file = directory / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(HEAD + body, encoding="utf-8")
    return file


def in_force(directory: Path, body: str) -> Policy:
    return load(written(directory, body))


def refused(directory: Path, body: str) -> tuple[Diagnostic, ...]:
    """What is said about a policy that must not come into force."""
    file = written(directory, body)
    with pytest.raises(PolicyInvalid) as caught:
        load(file)
    return caught.value.diagnostics


def only(diagnostics: tuple[Diagnostic, ...]) -> tuple[str, int, int]:
    """Code, line below `HEAD` and column of the one diagnostic that there must be."""
    assert len(diagnostics) == 1, diagnostics
    found = diagnostics[0]
    return found.rule, found.line - HEAD.count("\n"), found.column


def a_call(**changes: object) -> Call:
    call = Call(
        endpoint="responses",
        provider="openai",
        host="api.openai.com",
        model="gpt-5-mini",
        purpose="support.reply",
    )
    return call._replace(**changes)  # type: ignore[arg-type]  # fields by name


def a_finding(**changes: object) -> Finding:
    finding = Finding(
        kind="dataset_generation",
        score=0.9,
        activity="self_instruct",
        rules=("DG001",),
        detector="content/1",
    )
    return replace(finding, **changes)  # type: ignore[arg-type]  # fields by name


def decided(policy: Policy, call: Call, *findings: Finding) -> Decision:
    return decide(policy, call, findings, now=NOON)
