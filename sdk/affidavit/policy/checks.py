"""One key of a condition, compiled to a closure.

Knows what each key reads, when it holds, and how its evidence reads. How checks combine
is `conditions`. What is absent is a fact and matches nothing; what is there but cannot
be compared is UNKNOWN.
"""

import math
from collections.abc import Callable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias

from affidavit import providers
from affidavit.calls import Finding
from affidavit.policy import comparison
from affidavit.policy.comparison import Comparison
from affidavit.policy.globs import Globs
from affidavit.policy.in_force import Check, Facts, ModelKind, Truth
from affidavit.policy.nearest import bare, shown

if TYPE_CHECKING:  # the engine imports this module and must not pay for pydantic
    from affidavit.policy import model

YES, NO, UNKNOWN = Truth.YES, Truth.NO, Truth.UNKNOWN
_ANSWERS = {YES: "true", NO: "false", UNKNOWN: "without an answer"}

TERMS = "terms"
"""Name of the check that no author writes: that a pack's terms apply."""

_SHOWN = 8

Activate: TypeAlias = Callable[[Facts], object]
"""Makes, once for each decision, what expressions read."""


def checks(
    condition: "model.Condition", activate: Activate | None = None
) -> Iterator[Check]:
    """A check for each key of the condition, and for each key of a mapping in it.

    `activate` makes what all expressions of the policy read; without it, each makes
    what it reads for itself.
    """
    yield from _call_checks(condition)
    yield from _purpose_checks(condition)
    for kind, score in (condition.finding or {}).items():
        yield _finding(kind, comparison.parse(score))
    for name, wanted in (condition.parameter or {}).items():
        yield _parameter(name, wanted)
    if condition.activity is not None:
        yield _activity(Globs(condition.activity))
    if condition.safety_id is not None:
        yield _presence("safety_id", condition.safety_id)
    if condition.subject is not None:
        yield _presence("subject", condition.subject)
    if condition.when is not None:
        yield _expression(condition.when, activate)


def of_terms(wanted: str) -> Check:
    """Whether the call stands under the terms of `wanted`, or may do so.

    Where nobody knows whose terms apply, a prohibition must not be lost: it holds.
    """

    def whose(facts: Facts) -> frozenset[str] | None:
        call = facts.call
        return providers.terms(call.provider, call.model, call.parameters)

    def test(facts: Facts) -> Truth:
        terms = whose(facts)
        return YES if terms is None or wanted in terms else NO

    def saw(facts: Facts) -> str:
        terms = whose(facts)
        return "not known" if terms is None else ", ".join(sorted(terms))

    return Check(name=TERMS, wanted=wanted, test=test, saw=saw)


def _call_checks(condition: "model.Condition") -> Iterator[Check]:
    named = (
        ("purpose", condition.purpose),
        ("model", condition.model),
        ("endpoint", condition.endpoint),
        ("provider", condition.provider),
        ("host", condition.host),
    )
    for name, patterns in named:
        if patterns is not None:
            yield _name(name, Globs(patterns))


def _purpose_checks(condition: "model.Condition") -> Iterator[Check]:
    if (trains := condition.trains_model) is not None:
        yield from _declared(
            "trains_model",
            {
                "kind": None if trains.kind is None else frozenset(trains.kind),
                "distributed": _exactly(value=trains.distributed),
                "competing": _exactly(value=trains.competing),
                "within_provider": _exactly(value=trains.within_provider),
            },
        )
    if (evaluates := condition.evaluates_model) is not None:
        yield from _declared(
            "evaluates_model", {"competing": _exactly(value=evaluates.competing)}
        )
    if condition.data is not None:
        yield _data(Globs(condition.data))


def _exactly(*, value: bool | None) -> frozenset[bool] | None:
    return None if value is None else frozenset({value})


def _name(name: str, globs: Globs) -> Check:
    read = attrgetter(f"call.{name}")
    match = globs.match

    def saw(facts: Facts) -> str:
        value = read(facts)
        return "absent" if value is None else shown(value)

    return Check(
        name=name,
        wanted=str(globs),
        test=lambda facts: YES if match(read(facts)) else NO,
        saw=saw,
        of_purpose=name == "purpose",
    )


def _finding(kind: str, wanted: Comparison) -> Check:
    nothing = wanted.holds(0)

    def test(facts: Facts) -> Truth:
        if not facts.findings:
            return nothing  # the usual call, asked by a rule of each pack
        highest: int | float = 0
        for finding in facts.findings:
            if finding.kind == kind:
                score = comparison.number(finding.score)
                # A score that is no number would compare as false, and so permit.
                if score is None:
                    return UNKNOWN
                highest = max(highest, score)
        return wanted.holds(highest)

    def saw(facts: Facts) -> str:
        strongest = _strongest([f for f in facts.findings if f.kind == kind])
        if strongest is None:
            return "0 (no such finding)"
        said = [strongest.activity, *strongest.rules[:_SHOWN]]
        score = bare(strongest.score)
        return f"{score} ({', '.join(bare(word) for word in said)})"

    return Check(
        name=f"finding.{kind}",
        wanted=str(wanted),
        test=test,
        saw=saw,
        of_findings=True,
    )


def _strongest(findings: list[Finding]) -> Finding | None:
    """The one that decides: a score that cannot be read, else the highest."""

    def strength(finding: Finding) -> int | float:
        score = comparison.number(finding.score)
        return math.inf if score is None else score

    return max(findings, key=strength, default=None)


def _activity(globs: Globs) -> Check:
    match = globs.match

    def test(facts: Facts) -> Truth:
        for finding in facts.findings:
            if match(finding.activity):
                return YES
        return NO

    def saw(facts: Facts) -> str:
        seen = [shown(finding.activity) for finding in facts.findings]
        return ", ".join(dict.fromkeys(seen[:_SHOWN])) or "not reported"

    return Check(
        name="activity", wanted=str(globs), test=test, saw=saw, of_findings=True
    )


def _parameter(name: str, wanted: object) -> Check:
    holds: Callable[[object], Truth]
    if isinstance(wanted, str) and comparison.looks_like(wanted):
        holds = comparison.parse(wanted).holds
    elif isinstance(wanted, int) and not isinstance(wanted, bool):
        holds = Comparison("==", wanted).holds
    else:
        holds = _same(wanted)

    def test(facts: Facts) -> Truth:
        parameters = facts.call.parameters
        return holds(parameters[name]) if name in parameters else NO

    def saw(facts: Facts) -> str:
        parameters = facts.call.parameters
        if name not in parameters:
            return "absent"
        value = parameters[name]
        return shown(value) if isinstance(value, str) else bare(value)

    shown_wanted = str(wanted).lower() if isinstance(wanted, bool) else str(wanted)
    return Check(name=f"parameter.{name}", wanted=shown_wanted, test=test, saw=saw)


def _same(wanted: object) -> Callable[[object], Truth]:
    """Equality of one type; a value of another type cannot be compared."""
    kind = type(wanted)

    def holds(value: object) -> Truth:
        if type(value) is not kind:
            return UNKNOWN
        return YES if value == wanted else NO

    return holds


Wanted: TypeAlias = frozenset[ModelKind] | frozenset[bool] | None


def _declared(field: str, wanted: dict[str, Wanted]) -> Iterator[Check]:
    """Checks of what the purpose declares; with nothing wanted, that it declares."""
    asked = {key: values for key, values in wanted.items() if values is not None}
    if not asked:
        yield _declares(field)
    for key, values in asked.items():
        yield _declares_value(field, key, values)


def _declares(field: str) -> Check:
    read = attrgetter(field)

    def test(facts: Facts) -> Truth:
        purpose = facts.purpose
        return NO if purpose is None or read(purpose) is None else YES

    def saw(facts: Facts) -> str:
        return "declared" if test(facts) is YES else "not declared"

    return Check(name=field, wanted="any", test=test, saw=saw, of_purpose=True)


def _declares_value(
    field: str, key: str, values: frozenset[ModelKind] | frozenset[bool]
) -> Check:
    read_field, read_key = attrgetter(field), attrgetter(key)

    def test(facts: Facts) -> Truth:
        declared = None if facts.purpose is None else read_field(facts.purpose)
        if declared is None:
            return NO
        return YES if read_key(declared) in values else NO

    def saw(facts: Facts) -> str:
        declared = None if facts.purpose is None else read_field(facts.purpose)
        return "not declared" if declared is None else _word(read_key(declared))

    wanted = ", ".join(sorted(_word(value) for value in values))
    return Check(
        name=f"{field}.{key}", wanted=wanted, test=test, saw=saw, of_purpose=True
    )


def _word(value: object) -> str:
    match value:
        case ModelKind():
            return value.value
        case None:
            return "not stated"
        case _:
            return str(value).lower()


def _data(globs: Globs) -> Check:
    match = globs.match

    def test(facts: Facts) -> Truth:
        if facts.purpose is None:
            return NO
        for kind in facts.purpose.data:
            if match(kind):
                return YES
        return NO

    def saw(facts: Facts) -> str:
        kinds = sorted(facts.purpose.data) if facts.purpose else []
        return ", ".join(kinds[:_SHOWN]) or "not declared"

    return Check(name="data", wanted=str(globs), test=test, saw=saw, of_purpose=True)


def _expression(expression: str, shared: Activate | None) -> Check:
    from affidavit.policy import cel, cel_names

    program = cel.compiled(expression)
    activate = shared or cel.activation(program.names)
    names = [(name, cel_names.NAMES[name]) for name in program.names]

    def test(facts: Facts) -> Truth:
        kept = facts.answers
        answer = None if kept is None else kept.get(expression)
        if answer is None:
            answer = program.holds(activate(facts))
            if kept is not None:
                kept[expression] = answer
        return answer

    def saw(facts: Facts) -> str:
        seen = [f"{name} = {each.shows(facts)}" for name, each in names[:_SHOWN]]
        return f"{_ANSWERS[test(facts)]} ({', '.join(seen)})"

    return Check(
        name="when",
        wanted=bare(" ".join(expression.split())),
        test=test,
        saw=saw,
        of_purpose=program.of_purpose,
        of_findings=program.of_findings,
        expression=expression,
    )


def _presence(field: str, wanted: str) -> Check:
    read = attrgetter(f"call.{field}")
    if_present, if_absent = (YES, NO) if wanted == "present" else (NO, YES)

    # An empty identifier identifies nobody.
    return Check(
        name=field,
        wanted=wanted,
        test=lambda facts: if_present if read(facts) else if_absent,
        saw=lambda facts: "present" if read(facts) else "absent",
    )
