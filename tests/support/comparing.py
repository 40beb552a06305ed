"""Random policies and random calls, and whether a changed cell covers a call."""

import random
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from affidavit import endpoints, providers
from affidavit.calls import HANDSHAKE, Call, Finding
from affidavit.policy import domain
from affidavit.policy.diff import Cell, Difference, Side
from affidavit.policy.domain import DAY, ENDPOINT, FINDING, MODEL, TERMS, WHERE
from affidavit.policy.engine import (
    NO_ACTIVITY,
    ORDINARY,
    Effect,
    decide,
    explain,
    facts_of,
)
from affidavit.policy.in_force import Truth
from affidavit.policy.loader import Policy
from affidavit.policy.obliged import Duty
from affidavit.policy.opaque import OPAQUE
from support.policies import HEAD

TODAY = date(2026, 11, 23)
PURPOSES = ("a.one", "b.two", "c.three")
MODELS: tuple[str, ...] = (
    "gpt-5",
    "gpt-5-mini",
    "gpt-4o",
    "claude-opus-4",
    "anthropic/claude-3",
    "GPT-4",
)
MODELS += (
    "gpt-oss-20b",
    "meta-llama/x",
    "anthropic.claude-v2",
    "strange",
    "openrouter/auto",
)
PATTERNS = (
    "gpt-*",
    "gpt-5*",
    "*mini",
    "claude-*",
    "*",
    "gpt-4?",
    "[a-f]*",
    "*/*",
    "gpt-4o",
)
ENDPOINTS: tuple[str, ...] = (
    "responses",
    "chat.completions",
    "embeddings",
    "files.create",
)
ENDPOINTS += ("responses.connect", "realtime.connect", "other:POST /x/y")
ENDPOINT_PATTERNS = (
    "responses",
    "chat.*",
    "*.connect",
    "*",
    "other:POST *",
    "files.create",
)
HOSTS: tuple[str, ...] = (
    "api.openai.com",
    "x.openai.azure.com",
    "api.anthropic.com",
    "openrouter.ai",
)
HOSTS += ("gateway.acme.example", "bedrock-runtime.us-east-1.amazonaws.com")
ACTIVITIES = ("self_instruct", "training_data", "distillation")
PACKS = ("openai-services-agreement", "deepseek-open-platform", "baseline")


def a_policy(dice: random.Random, expressions: tuple[str, ...] = ()) -> str:
    """A policy's text, after its head; its rules may ask one of `expressions`."""
    lines = []
    if dice.random() < 0.25:
        lines.append(f"extends: ['pack:{dice.choice(PACKS)}']")
    if dice.random() < 0.15:
        lines.append("origins: ['https://api.openai.com', 'https://openrouter.ai']")
    lines.append("purposes:")
    names = dice.sample(PURPOSES, dice.choice((1, 2, 3)))
    for name in names:
        lines += [f"  {name}:", "    owner: x@y.example", *_purpose(dice)]
    rules = [
        _rule(dice, number, expressions)
        for number in range(dice.choice((0, 1, 2, 3, 4)))
    ]
    if rules:
        lines += ["rules:", *(line for rule in rules for line in rule[1])]
    waivable = [number for number, (can, _) in enumerate(rules) if can]
    if waivable and dice.random() < 0.6:
        lines += [
            "waivers:",
            f"  - {_waiver(dice, dice.choice(waivable), dice.choice(names))}",
        ]
    return "\n".join(lines) + "\n"


def _waiver(dice: random.Random, rule: int, purpose: str) -> str:
    said = f"rule: r-{rule}, purpose: {purpose}, approved_by: [d], ticket: T"
    return f"{{{said}, expires: {_day(dice)}}}"


def _purpose(dice: random.Random) -> list[str]:
    lines = []
    if dice.random() < 0.85:
        lines.append(f"    models: {_some(dice, PATTERNS)}")
    if dice.random() < 0.85:
        lines.append(f"    endpoints: {_some(dice, ENDPOINT_PATTERNS)}")
    if dice.random() < 0.3:
        lines.append(f"    expires: {_day(dice)}")
    if dice.random() < 0.3:
        lines.append(
            f"    activities: {_some(dice, ('self*', 'training_data', 'chat'))}"
        )
    if dice.random() < 0.4:
        kind = dice.choice(("classifier", "generative"))
        lines.append(f"    trains_model: {{kind: {kind}, distributed: false}}")
    return lines


def _day(dice: random.Random) -> date:
    return TODAY + timedelta(days=dice.choice((-5, 0, 3, 30)))


def _some(dice: random.Random, among: tuple[str, ...]) -> str:
    chosen = dice.sample(among, dice.choice((1, 1, 2)))
    return f"[{', '.join(repr(each) for each in chosen)}]"


EFFECTS = ("deny", "deny", "review", "warn", "allow")


def an_obliging_policy(dice: random.Random) -> str:
    """One that permits nearly everything, and whose rules oblige to `store: false`."""
    lines = ["purposes:"]
    for name in PURPOSES:
        declared = [each for each in _purpose(dice) if "trains_model" in each]
        lines += [f"  {name}:", "    owner: x", *declared]
        lines += ["    models: ['*']", "    endpoints: ['*']"]
    rules = [_rule(dice, n, (), (each,)) for n, each in enumerate(("warn", "warn"))]
    rules += [_rule(dice, 2, (), ("deny", "allow"))]
    return "\n".join((*lines, "rules:", *(line for _, r in rules for line in r))) + "\n"


def _rule(
    dice: random.Random,
    number: int,
    expressions: tuple[str, ...],
    effects: tuple[str, ...] = EFFECTS,
) -> tuple[bool, list[str]]:
    effect = dice.choice(effects)
    levels = {"deny": ("hard", "waivable", "shadow"), "review": ("hard", "waivable")}
    level = dice.choice(levels.get(effect, ("hard",)))
    lines = [f"  - id: r-{number}", f"    effect: {effect}", f"    level: {level}"]
    lines.append("    message: m")
    if effect in ("warn", "allow") and dice.random() < 0.7:
        lines.append("    obligations: {store: false}")
    groups = dice.sample(("all", "any", "none"), dice.choice((1, 1, 2)))
    for group in groups:
        lines.append(f"    {group}:")
        for _ in range(dice.choice((1, 2))):
            keys = dict(_key(dice) for _ in range(dice.choice((1, 1, 2))))
            if expressions and dice.random() < 0.5:
                alone = dice.random() < 0.5  # which holds for many more calls
                keys = {} if alone else keys
                keys["when"] = repr(dice.choice(expressions))
            inside = ", ".join(f"{key}: {value}" for key, value in keys.items())
            lines.append(f"      - {{{inside}}}")
    return level == "waivable", lines


def _key(dice: random.Random) -> tuple[str, str]:
    return dice.choice(
        (
            ("model", _some(dice, PATTERNS)),
            ("endpoint", _some(dice, ENDPOINT_PATTERNS)),
            ("provider", dice.choice(("openai", "[azure, other]", "aws"))),
            ("host", dice.choice(("'*.azure.com'", "gateway.*", "api.openai.com"))),
            ("finding", _compared(dice, "dataset_generation")),
            ("finding", _compared(dice, "purpose_mismatch")),
            ("activity", dice.choice(("self_instruct", "'*data*'"))),
            ("parameter", f"{{n: {dice.choice(_NUMBERS)}}}"),
            ("parameter", f"{{size: {dice.choice(_WORDS)}}}"),
            ("safety_id", dice.choice(("present", "absent"))),
            ("subject", "absent"),
            ("trains_model", dice.choice(("{}", "{kind: generative}"))),
            ("purpose", dice.choice(("'*'", "'?.*'"))),
        )
    )


EXPRESSIONS = (
    "request.model.size() > 5",
    "request.model.size() > 3 && request.endpoint != 'embeddings'",
    "request.parameters.n > 2",
    "request.parameters.n == 2 || request.model == 'gpt-5'",
    "purpose.trains_model.declared && request.model.size() > 5",
    "purpose.trains_model.kind == 'generative' || request.parameters.n > 1",
    "finding.purpose_mismatch > 0.5 && request.model.size() > 3",
    "request.subject == ''",
)
"""That few calls, many or nearly all answer with yes, and some not at all."""

_NUMBERS = ("'> 1'", "'<= 3'", "'== 2'", "4", "'>= 1.5'", "true")
_WORDS = ("large", "'> 10'", "'10'", "false")


def _compared(dice: random.Random, kind: str) -> str:
    test = dice.choice(
        ("'>= 0.8'", "'> 0.5'", "'< 0.3'", "'== 0.5'", "'<= 0'", "'> 0.8005'")
    )
    return f"{{{kind}: {test}}}"


def changed(dice: random.Random, body: str, expressions: tuple[str, ...] = ()) -> str:
    """The same policy with one thing different, or another one."""
    swaps = (
        ("gpt-5*", "gpt-*"),
        ("deny", "review"),
        ("hard", "shadow"),
        ("'> 1'", "'> 2'"),
        ("'>= 0.8'", "'>= 0.5'"),
        ("responses", "embeddings"),
        ("present", "absent"),
        ("generative", "classifier"),
        ("size() > 5", "size() > 8"),
        ("self*", "training_data"),
    )
    possible = [swap for swap in swaps if swap[0] in body]
    if not possible or dice.random() < 0.3:
        return a_policy(dice, expressions)
    return body.replace(*dice.choice(possible))


def a_call(dice: random.Random) -> tuple[Call, tuple[Finding, ...], date]:
    """Any call of the declared domain."""
    host = dice.choice(HOSTS)
    endpoint = dice.choice(ENDPOINTS)
    parameters: dict[str, int | str | bool] = {}
    if dice.random() < 0.6:
        parameters["n"] = dice.choice((0, 1, 2, 3, 4, 9, "1.7", "2.0", "x", True))
    if dice.random() < 0.5:
        parameters["size"] = dice.choice(("large", "10", 10, 11, "small", False))
    if dice.random() < 0.1:
        parameters["preset"] = True
    if endpoint in endpoints.CONNECTIONS and dice.random() < 0.6:
        parameters["event"] = dice.choice((HANDSHAKE, "response.create"))
    call = Call(
        endpoint=endpoint,
        provider=providers.of(host),
        host=host,
        origin=f"https://{host}",
        model=dice.choice((*MODELS, None)),
        purpose=dice.choice(PURPOSES),
        subject=dice.choice((None, "u")),
        safety_id=dice.choice((None, "s")),
        parameters=parameters,
    )
    found = tuple(
        Finding(
            kind=kind,
            score=dice.choice((0.0, 0.001, 0.3, 0.5, 0.79, 0.8, 0.801, 1.0)),
            activity=dice.choice(ACTIVITIES),
            rules=(),
            detector="test",
        )
        for kind in ("dataset_generation", "purpose_mismatch", "activity", "activity")
        if dice.random() < 0.3
    )
    return call, found, TODAY + timedelta(days=dice.choice((0, 1, 3, 4, 31)))


def effects(
    sides: tuple[Side, Side], call: Call, found: tuple[Finding, ...], day: date
) -> tuple[Effect, Effect]:
    now = datetime.combine(day, time.min, UTC)
    first, second = (decide(s.policy, call, found, now=now).effect for s in sides)
    return first, second


def covers(
    difference: Difference,
    cell: Cell | Duty,
    sides: tuple[Side, Side],
    call: Call,
    found: tuple[Finding, ...],
    day: date,
) -> bool:
    """Whether, along each axis of the cell, the call is like one of its values."""
    if cell.purpose != call.purpose:
        return False
    space, every = difference.space, difference.seen[cell.purpose]
    for axis, values in cell.within.items():
        if axis == TERMS:
            inside = domain.binding(space.packs, call) in values
        elif axis == DAY:
            inside = max(each for each in every[DAY] if each <= day) in values
        elif axis.startswith(OPAQUE):
            inside = _answered(sides, axis, call, found, day) & {*values} != set()
        elif axis.startswith(FINDING):
            inside = _scored(sides, axis, values, every, found, call)
        else:
            inside = any(
                _seen(sides, _moved(call, axis, value), found, day)
                == _seen(sides, call, found, day)
                for value in values
            )
        if not inside:
            return False
    return True


def _answered(
    sides: tuple[Side, Side],
    axis: str,
    call: Call,
    found: tuple[Finding, ...],
    day: date,
) -> set[Truth]:
    """What the expression of an axis answers: which side's it is, its name hides."""
    name = re.sub(r" \(\d+\)$", "", axis.removeprefix(OPAQUE))
    return {
        check.test(facts_of(side.policy, call, found, day))
        for side in sides
        for rule in side.policy.rules
        for condition in rule.conditions
        for check in condition.checks
        if f"{check.name}: {check.wanted}" == name
    }


def _scored(
    sides: tuple[Side, Side],
    axis: str,
    values: tuple[Any, ...],
    every: Any,
    found: tuple[Finding, ...],
    call: Call,
) -> bool:
    kind, _, activity = axis.removeprefix(FINDING).partition("/")
    scores = [
        round(each.score * 1000)
        for each in found
        if _stands_for(sides, kind, each.kind)
        and _sort(sides, each.activity, call) == _sort(sides, activity, call)
    ]
    if not scores:
        return None in values
    grid = [value for value in every[axis] if value is not None]
    return max(each for each in grid if each <= max(scores)) in values


def _stands_for(sides: tuple[Side, Side], kind: str, other: str) -> bool:
    """Whether an axis of one kind is that of another, which no rule looks at."""
    looked = {look.name for side in sides for look in side.looks}
    if kind == other or {f"finding.{kind}", f"finding.{other}"} & looked:
        return kind == other
    return _group(kind) == _group(other)


def _group(kind: str) -> tuple[bool, bool]:
    return kind in NO_ACTIVITY, kind == ORDINARY


def _sort(sides: tuple[Side, Side], activity: str, call: Call) -> tuple[object, ...]:
    """What either policy makes of an activity."""
    from affidavit.policy.globs import Globs

    lists = [s.policy.purposes.get(call.purpose or "") for s in sides]
    asked = {look.value for s in sides for look in s.looks if look.name == "activity"}
    return (
        *(p.activities.match(activity) for p in lists if p and p.activities),
        *(
            Globs((str(pattern),)).match(activity)
            for pattern in sorted(map(str, asked))
        ),
    )


def _moved(call: Call, axis: str, value: Any) -> Call:
    match axis:
        case "where":
            return call._replace(
                provider=value.provider, host=value.host, origin=value.origin
            )
        case "model":
            return call._replace(model=value)
        case "endpoint":
            rest = {k: v for k, v in call.parameters.items() if k != "event"}
            event = {} if value.event is None else {"event": value.event}
            return call._replace(endpoint=value.endpoint, parameters=rest | event)
        case "safety_id" | "subject" | "project":
            return call._replace(**{axis: value})
        case _:
            name = axis.removeprefix("parameter.")
            rest = {k: v for k, v in call.parameters.items() if k != name}
            return call._replace(
                parameters=rest if value is None else rest | {name: value}
            )


def _seen(
    sides: tuple[Side, Side], call: Call, found: tuple[Finding, ...], day: date
) -> tuple[object, ...]:
    """All that the two policies see of a call, its terms and expressions aside."""
    return tuple(_one(side.policy, call, found, day) for side in sides)


def _one(
    policy: Policy, call: Call, found: tuple[Finding, ...], day: date
) -> tuple[object, ...]:
    now = datetime.combine(day, time.min, UTC)
    told = explain(policy, call, found, now=now)
    purpose = told.purpose
    lists: tuple[object, ...] = ()
    if purpose is not None:
        lists = (
            purpose.models and (purpose.models.match(call.model) or call.only_connects),
            purpose.endpoints and purpose.endpoints.match(call.endpoint),
        )
    checks = (
        check.result
        for rule in told.rules
        for condition in rule.conditions
        for check in condition.checks
        if check.name not in (TERMS, "when")  # each is an axis of its own
    )
    allowed = policy.origins is None or call.origin in policy.origins
    return (*lists, allowed, *checks)


def sides_of(directory: Path, first: str, second: str) -> tuple[Side, Side]:
    from affidavit.policy.sides import side

    made = []
    for name, body in (("a.yaml", first), ("b.yaml", second)):
        file = directory / name
        file.write_text(HEAD + body, encoding="utf-8")
        made.append(side(file))
    return made[0], made[1]


__all__ = [
    "ENDPOINT",
    "MODEL",
    "TODAY",
    "WHERE",
    "a_call",
    "a_policy",
    "changed",
    "covers",
    "effects",
    "sides_of",
]
