"""`affidavit policy explain`: one decision, with everything that led to it."""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from affidavit.calls import Call, Finding
from affidavit.canonical import Json
from affidavit.cli import arguments, described, machine, output
from affidavit.cli.arguments import When
from affidavit.cli.described import CallUnclear, Description
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.detect.content import ContentDetector
from affidavit.errors import Reason
from affidavit.policy.engine import Effect, Explanation, RuleTrace, explain
from affidavit.policy.in_force import Truth
from affidavit.policy.loader import Policy, load
from affidavit.providers import PROVIDERS
from affidavit.wiring.settings import Settings, read_settings

_COLOURS = {
    Effect.PERMIT: output.GOOD,
    Effect.REFUSE: output.BAD,
    Effect.REVIEW: output.ODD,
}


@click.command(
    cls=TeachingCommand,
    name="explain",
    uses=(
        Use(
            "affidavit policy explain --purpose support.reply --model gpt-5 "
            '--text "Where is my parcel?"',
            "one call, described by flags",
        ),
        Use(
            "affidavit policy explain --call call.json --json",
            'one call, as {"purpose": …, "endpoint": …, "body": {the request}}',
        ),
        Use(
            "affidavit policy explain --purpose crm.sync --model gpt-5 --at 2027-04-01",
            "the same policy on another day",
        ),
    ),
    exits=Exits(
        "permitted",
        "refused, or held for review; what observe mode would let through too",
        "usage, or the policy or the call cannot be read",
    ),
)
@etiquette
@arguments.policy
@click.option("--call", "source", metavar="FILE|-", help="JSON; - is standard input.")
@click.option("--purpose", help="What the call declares. Default: the settings'.")
@click.option("--model")
@click.option("--endpoint", help="Such as chat.completions. Default: responses.")
@click.option("--text", help="What the user says.")
@click.option("--provider", type=click.Choice(PROVIDERS), help="Default: the host's.")
@click.option("--host", help=f"Default: {described.HOST}.")
@click.option("--project", help="The provider's project.")
@click.option("--user", help="The request's `user`.")
@click.option("--safety-identifier", metavar="ID", help="The request's own.")
@click.option(
    "--param", "params", multiple=True, metavar="NAME=VALUE", help="Repeatable."
)
@click.option("--at", type=arguments.TIME, help="Decide as of this date. Default: now.")
@arguments.as_json
def command(
    *,
    policy: Path | None,
    source: str | None,
    params: tuple[str, ...],
    at: When | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Decide about one call and show every rule, condition and check.

    Nothing is sent and nothing is recorded. The detectors read the texts as they do at
    run time.
    """
    settings = read_settings(environ=os.environ, directory=Path.cwd(), policy=policy)
    in_force = load(settings.policy)
    call = _call(settings, source, flags, params)
    findings = ContentDetector()(call)
    now = at.start if at is not None else datetime.now(UTC)
    explanation = explain(in_force, call, findings, now=now)
    if as_json:
        machine.emit(_as_json(in_force, call, findings, explanation))
    else:
        _say(in_force, call, findings, explanation)
    return 0 if explanation.decision.effect is Effect.PERMIT else 1


def _call(
    settings: Settings,
    source: str | None,
    flags: dict[str, str | None],
    params: Sequence[str],
) -> Call:
    given: dict[str, Any] = {}
    if source is not None:
        given = described.parse(*_read(source))
    given |= {name: value for name, value in flags.items() if value is not None}
    given.setdefault("purpose", settings.purpose)
    return described.call(Description(**given), described.parameters(params))


def _read(source: str) -> tuple[bytes, str]:
    try:
        with click.open_file(source, "rb") as file:
            return file.read(described.MAX_BYTES + 1), source
    except OSError as error:
        raise CallUnclear(f"{source}: cannot be read ({error.strerror}).") from error


def _as_json(
    policy: Policy, call: Call, findings: Iterable[Finding], explanation: Explanation
) -> dict[str, Json]:
    decision = explanation.decision
    permitted = decision.effect is Effect.PERMIT
    return {
        "call": {
            "endpoint": machine.text(call.endpoint),
            "host": machine.text(call.host),
            "model": None if call.model is None else machine.text(call.model),
            "provider": call.provider,
            "purpose": call.purpose,
        },
        "effect": decision.effect.value,
        "findings": [_finding(each) for each in findings],
        "leaves": permitted or policy.mode == "observe",
        "mode": policy.mode,
        "policy": {"digest": policy.digest, "name": policy.name},
        "purpose_known": explanation.purpose is not None,
        "reasons": [_reason(each) for each in decision.reasons],
        "rules": [_rule(each) for each in explanation.rules],
        "shadow": [_reason(each) for each in decision.shadow],
        "warnings": [_reason(each) for each in decision.warnings],
    }


def _finding(finding: Finding) -> dict[str, Json]:
    return {
        "activity": finding.activity,
        "detector": finding.detector,
        "kind": finding.kind,
        "rules": list(finding.rules),
        "score": f"{finding.score:.3f}",
    }


def _reason(reason: Reason) -> dict[str, Json]:
    return {
        name: None if value is None else machine.text(value)
        for name, value in (
            ("clause", reason.clause),
            ("evidence", reason.evidence),
            ("message", reason.message),
            ("remedy", reason.remedy),
            ("rule", reason.rule),
            ("where", reason.where),
        )
    }


def _rule(trace: RuleTrace) -> dict[str, Json]:
    return {
        "clause": trace.clause,
        "conditions": [
            {
                "checks": [
                    {
                        "evidence": machine.text(check.evidence),
                        "name": check.name,
                        "result": check.result.value,
                    }
                    for check in condition.checks
                ],
                "group": condition.group.value,
                "result": condition.result.value,
                "where": condition.where,
            }
            for condition in trace.conditions
        ],
        "effect": trace.effect.value,
        "level": trace.level.value,
        "result": trace.result.value,
        "rule": trace.rule,
        "waiver": None if trace.waiver is None else trace.waiver.ticket,
        "where": trace.where,
    }


def _say(
    policy: Policy, call: Call, findings: Sequence[Finding], explanation: Explanation
) -> None:
    decision = explanation.decision
    output.say(decision.effect.value, colour=_COLOURS[decision.effect])
    if policy.mode == "observe" and decision.effect is not Effect.PERMIT:
        output.say("  mode observe: the call would leave, and be recorded as observed")
    output.say_pairs(
        [
            ("policy", f"{policy.name}, mode {policy.mode}, {policy.digest}"),
            ("purpose", call.purpose or "none declared"),
            ("call", f"{call.model or 'no model'} on {call.endpoint} at {call.host}"),
        ]
    )
    _say_reasons("Reasons:", decision.reasons)
    _say_reasons("Warnings:", decision.warnings)
    _say_reasons("Tried out, deciding nothing:", decision.shadow)
    if findings:
        output.say("Findings:")
        for each in findings:
            rules = ", ".join(each.rules)
            output.say(f"  - {each.kind} {each.score:.3f}, {each.activity} ({rules})")
    output.say("Rules:" if explanation.rules else "The policy has no rules.")
    for trace in explanation.rules:
        _say_rule(trace)


def _say_reasons(heading: str, reasons: Sequence[Reason]) -> None:
    if not reasons:
        return
    output.say(heading)
    for reason in reasons:
        output.say(f"  - {reason}")
        for name, value in (("evidence", reason.evidence), ("remedy", reason.remedy)):
            if value:
                output.say(f"      {name}: {value}")


def _say_rule(trace: RuleTrace) -> None:
    waiver = f", waived by {trace.waiver.ticket}" if trace.waiver else ""
    faint = output.FAINT if trace.result is Truth.NO else None
    output.say(
        f"  {trace.result.value:<7} {trace.effect.value} {trace.level.value} "
        f"{trace.rule} [{trace.where}]{waiver}",
        colour=faint,
    )
    for condition in trace.conditions:
        for check in condition.checks:
            output.say(
                f"          {condition.group.value} {check.result.value:<7} "
                f"{check.evidence}",
                colour=faint,
            )
