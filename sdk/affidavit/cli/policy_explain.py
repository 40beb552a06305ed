"""`affidavit policy explain`: one decision, with everything that led to it."""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import click

from affidavit.calls import Call, Finding
from affidavit.canonical import Json
from affidavit.cli import arguments, described, machine, output
from affidavit.cli.arguments import When
from affidavit.cli.described import CallUnclear, Description
from affidavit.cli.teaching import Exits, TeachingCommand, Use, etiquette
from affidavit.detect.content import ContentDetector
from affidavit.detect.ordinary import ordinary
from affidavit.errors import Reason
from affidavit.policy import obligations
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
            "affidavit policy explain 0197a3c1 --trail .affidavit/trail",
            "a recorded call, as far as the trail holds it",
        ),
        Use(
            "affidavit policy explain --call call.json --picture why.svg",
            "the same as a picture, for whoever reads no terminal",
        ),
    ),
    exits=Exits(
        "permitted",
        "refused, or held for review; what observe mode would let through too",
        "usage, or the policy or the call cannot be read",
    ),
)
@etiquette
@click.argument("record", metavar="[ID]", required=False)
@arguments.policy
@arguments.trail
@click.option(
    "--call",
    "source",
    type=arguments.PLACE,
    metavar="FILE|-",
    help="JSON; - is standard input.",
)
@click.option("--purpose", help="What the call declares. Default: the settings'.")
@click.option("--model")
@click.option("--endpoint", help="Such as chat.completions. Default: responses.")
@click.option("--text", help="What the user says.")
@click.option("--provider", type=click.Choice(PROVIDERS), help="Default: the host's.")
@click.option("--host", help=f"Default: {described.HOST}.")
@click.option("--origin", help="Default: https and the host.")
@click.option("--project", help="The provider's project.")
@click.option("--user", help="The request's `user`.")
@click.option("--safety-identifier", metavar="ID", help="The request's own.")
@click.option(
    "--param", "params", multiple=True, metavar="NAME=VALUE", help="Repeatable."
)
@click.option(
    "--finding",
    "given",
    multiple=True,
    metavar="KIND=SCORE[:ACTIVITY]",
    help="Instead of what the detectors find. Repeatable.",
)
@click.option(
    "--at",
    type=arguments.TIME,
    help="Decide as of this date. Default: now, or when the call was recorded.",
)
@click.option(
    "--picture",
    type=arguments.PATH,
    metavar="FILE|-",
    help="Draw the decision as SVG; no file is overwritten but a picture.",
)
@arguments.as_json
def command(
    *,
    record: str | None,
    policy: Path | None,
    trail: Path | None,
    source: str | None,
    params: tuple[str, ...],
    given: tuple[str, ...],
    at: When | None,
    picture: Path | None,
    as_json: bool,
    **flags: str | None,
) -> int:
    """Decide about one call and show every rule, condition and check.

    The call comes from flags, from JSON, or by its ID from a trail. Nothing is sent and
    nothing is recorded. The detectors read the texts as they do at run time, unless
    findings are given.
    """
    settings = read_settings(
        environ=os.environ, directory=Path.cwd(), policy=policy, trail=trail
    )
    in_force = load(settings.policy)
    if record is None:
        asked = _described(settings, source, flags, params)
    else:
        asked = _recorded(settings.trail, record, [source, *flags.values(), *params])
    if given:
        asked = asked._replace(findings=tuple(map(_given, given)))
    found = _detected(in_force, asked)
    now = at.start if at is not None else asked.at or datetime.now(UTC)
    explanation = explain(in_force, asked.call, found, now=now)
    told = _as_json(in_force, asked, found, explanation, now)
    if picture is not None:
        _draw(picture, told)
    if as_json:
        machine.emit(told)
    elif picture is None or str(picture) != "-":
        _say(in_force, asked, found, explanation)
    return 0 if explanation.decision.effect is Effect.PERMIT else 1


def _detected(policy: Policy, asked: "Asked") -> tuple[Finding, ...]:
    if asked.findings is not None:
        return asked.findings
    found = ContentDetector()(asked.call)
    return found + ordinary(asked.call) if policy.names_activities else found


class Asked(NamedTuple):
    """The call in question, and what is known about it besides."""

    call: Call
    findings: tuple[Finding, ...] | None = None
    """None where the detectors shall say."""
    at: datetime | None = None
    missing: tuple[str, ...] = ()
    """What the trail does not hold, in sentences."""
    recorded: str | None = None
    """The effect that was recorded."""


def _recorded(trail: Path, record: str, besides: Sequence[str | None]) -> Asked:
    from affidavit.cli import recorded

    if any(besides):
        raise click.UsageError("A recorded call is as it is: give no other with it.")
    (found,) = recorded.decisions(trail, [record])
    if found.past.call is None:
        raise CallUnclear(f"{record}: the trail holds nothing of the call.")
    return Asked(
        call=found.past.call,
        findings=found.past.findings,
        at=datetime.fromisoformat(found.past.at),
        missing=found.missing,
        recorded=found.past.effect,
    )


def _given(text: str) -> Finding:
    kind, equals, rest = text.partition("=")
    score, _, activity = rest.partition(":")
    if not equals:
        raise CallUnclear(
            f"{text!r} is no finding. Write KIND=SCORE, as in dataset_generation=0.9."
        )
    said = {"kind": kind, "score": score} | ({"activity": activity} if activity else {})
    return described.findings([said])[0]


def _draw(file: Path, told: dict[str, Json]) -> None:
    from affidavit.cli import handing
    from affidavit.cli.picture import picture

    text = picture(told)
    if str(file) == "-":
        click.echo(text, nl=False)
        return
    if file.exists() and b"<svg" not in file.read_bytes()[:256]:
        raise click.UsageError(f"{file} is there and is no picture: name another file.")
    handing.hand_out(file, text.encode())


def _described(
    settings: Settings,
    source: str | None,
    flags: dict[str, str | None],
    params: Sequence[str],
) -> Asked:
    given: dict[str, Any] = {}
    if source is not None:
        given = described.parse(*_read(source))
    given |= {name: value for name, value in flags.items() if value is not None}
    given.setdefault("purpose", settings.purpose)
    found, at = given.pop("findings", None), given.pop("at", None)
    return Asked(
        call=described.call(Description(**given), described.parameters(params)),
        findings=None if found is None else described.findings(found),
        at=None if at is None else arguments.TIME.convert(at, None, None).start,
    )


def _read(source: str) -> tuple[bytes, str]:
    try:
        with click.open_file(source, "rb") as file:
            return file.read(described.MAX_BYTES + 1), source
    except OSError as error:
        raise CallUnclear(f"{source}: cannot be read ({error.strerror}).") from error


def _as_json(
    policy: Policy,
    asked: Asked,
    findings: Iterable[Finding],
    explanation: Explanation,
    now: datetime,
) -> dict[str, Json]:
    decision, call = explanation.decision, asked.call
    permitted = decision.effect is Effect.PERMIT
    return {
        "at": now.date().isoformat(),
        "call": {
            "endpoint": machine.text(call.endpoint),
            "host": machine.text(call.host),
            "model": None if call.model is None else machine.text(call.model),
            "parameters": {
                machine.text(name): machine.text(value)
                if isinstance(value, str)
                else value
                for name, value in call.parameters.items()
            },
            "provider": call.provider,
            "purpose": call.purpose,
        },
        "effect": decision.effect.value,
        "findings": [_finding(each) for each in findings],
        "leaves": permitted or policy.mode == "observe",
        "missing": [machine.text(each) for each in asked.missing],
        "mode": policy.mode,
        "policy": {"digest": policy.digest, "name": policy.name},
        "purpose_known": explanation.purpose is not None,
        "reasons": [_reason(each) for each in decision.reasons],
        "recorded": asked.recorded,
        "rules": [_rule(each) for each in explanation.rules],
        "shadow": [_reason(each) for each in decision.shadow],
        "obligations": [
            {"by": given.by, "obliges": list(obligations.asked(given))}
            for given in decision.obligations
        ],
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
    policy: Policy, asked: Asked, findings: Sequence[Finding], explanation: Explanation
) -> None:
    decision, call = explanation.decision, asked.call
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
    if asked.recorded is not None:
        output.say_pairs([("recorded", f"{asked.recorded}, by the policy of then")])
    _say_reasons("Reasons:", decision.reasons)
    _say_reasons("Warnings:", decision.warnings)
    _say_reasons("Tried out, deciding nothing:", decision.shadow)
    for given in decision.obligations:
        output.say(f"  {given.by} obliges: {', '.join(obligations.asked(given))}")
    _say_list("Findings:", map(_in_words, findings))
    output.say("Rules:" if explanation.rules else "The policy has no rules.")
    for trace in explanation.rules:
        _say_rule(trace)
    _say_list("Not in the trail:", asked.missing)


def _in_words(finding: Finding) -> str:
    rules = ", ".join(finding.rules)
    return f"{finding.kind} {finding.score:.3f}, {finding.activity} ({rules})"


def _say_list(heading: str, items: Iterable[str]) -> None:
    for number, item in enumerate(items):
        if not number:
            output.say(heading)
        output.say(f"  - {item}")


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
