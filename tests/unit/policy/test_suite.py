from pathlib import Path

import pytest

from affidavit.calls import Call, Finding
from affidavit.policy.cases import CallPart, Cases, read
from affidavit.policy.in_force import Policy
from affidavit.policy.suite import Outcome, call_of, run
from support.comparing import TODAY
from support.policies import SUPPORT, a_finding, in_force

RULE = """\
rules:
  - id: one-answer
    effect: deny
    message: Too many answers.
    any: [{parameter: {n: "> 1"}}]
  - {id: noted, effect: warn, message: m, all: [{safety_id: absent}]}
  - {id: tried, effect: deny, level: shadow, message: m, all: [{model: gpt-5}]}
"""


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    return in_force(tmp_path, SUPPORT + "    expires: 2026-11-30\n" + RULE)


def outcome(policy: Policy, directory: Path, case: str) -> Outcome:
    file = directory / "x.test.yaml"
    file.write_text(
        "apiVersion: affidavit/v1\nkind: PolicyTest\n"
        "defaults: {call: {purpose: support.reply, model: gpt-5, findings: []}}\n"
        f"cases:\n  - {case}\n"
    )
    cases = read(file)
    assert isinstance(cases, Cases), cases.found
    (found,) = run(policy, cases.cases, detect=lambda _: (), today=TODAY)
    return found


@pytest.mark.parametrize(
    "case",
    [
        "{name: a, expect: {effect: permit, rules: [purpose.permits]}}",
        "{name: a, expect: {effect: permit, warnings: [noted], shadow: [tried]}}",
        (
            "{name: a, call: {safety_identifier: x, model: gpt-5-mini}, "
            "expect: {effect: permit, warnings: [], shadow: []}}"
        ),
        (
            "{name: a, call: {parameters: {n: 2}}, "
            "expect: {effect: refuse, decided_by: one-answer}}"
        ),
        (
            "{name: a, call: {parameters: {n: 2}}, expect: {effect: refuse, "
            "reasons: [{rule: one-answer, message: many, evidence: is 2}]}}"
        ),
        (
            "{name: a, at: 2026-12-01, expect: {effect: refuse, "
            "decided_by: purpose.expired}}"
        ),
    ],
)
def test_a_case_passes_when_everything_comes(
    case: str, policy: Policy, tmp_path: Path
) -> None:
    assert outcome(policy, tmp_path, case).misses == ()


@pytest.mark.parametrize(
    ("expect", "what", "expected", "got"),
    [
        ("{effect: refuse}", "effect", "refuse", "permit"),
        ("{effect: permit, decided_by: r}", "decided_by", "r", "purpose.permits"),
        ("{effect: permit, rules: [r]}", "rules", "r", "purpose.permits"),
        ("{effect: permit, warnings: []}", "warnings", "none", "noted"),
        ("{effect: permit, shadow: [x]}", "shadow", "x", "tried"),
        (
            "{effect: permit, reasons: [{rule: r}]}",
            "reasons",
            "rule 'r'",
            "reasons of purpose.permits",
        ),
    ],
)
def test_what_does_not_come_is_told_with_what_did(
    expect: str, what: str, expected: str, got: str, policy: Policy, tmp_path: Path
) -> None:
    found = outcome(policy, tmp_path, f"{{name: a, expect: {expect}}}")

    assert [(m.what, m.expected, m.got) for m in found.misses] == [
        (what, expected, got)
    ]
    assert not found.passed


def test_findings_are_the_cases_own_or_the_detectors(
    policy: Policy, tmp_path: Path
) -> None:
    seen: list[Call] = []

    def detect(call: Call) -> tuple[Finding, ...]:
        seen.append(call)
        return (a_finding(),)

    file = tmp_path / "y.test.yaml"
    file.write_text(
        "apiVersion: affidavit/v1\nkind: PolicyTest\ncases:\n"
        "  - {name: a, call: {purpose: support.reply, model: gpt-5, text: hi}, "
        "expect: {effect: permit}}\n"
        "  - {name: b, call: {findings: [{kind: k, score: 0.5}]}, "
        "expect: {effect: permit}}\n"
    )
    cases = read(file)
    assert isinstance(cases, Cases)
    first, second = run(policy, cases.cases, detect=detect, today=TODAY)

    assert [text.value for call in seen for text in call.texts] == ["hi"]
    assert first.findings == (a_finding(),)
    assert [(f.kind, f.score) for f in second.findings] == [("k", 0.5)]


@pytest.mark.parametrize(
    ("url", "provider", "origin"),
    [
        (None, "openai", "https://api.openai.com"),
        ("https://x.openai.azure.com/openai", "azure", "https://x.openai.azure.com"),
        ("http://gw.example:8080/v1", "other", "http://gw.example:8080"),
    ],
)
def test_the_provider_follows_from_the_base_url(
    url: str | None, provider: str, origin: str
) -> None:
    call = call_of(CallPart.model_validate({"base_url": url}))

    assert (call.provider, call.origin) == (provider, origin)
