"""Cases put to a policy: what was expected, what came, and where it is written.

Pure but for what it is given: a detector, and the day of a case that names none. Knows
nothing of files' layout (`cases`) and prints nothing.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from urllib.parse import urlsplit

from affidavit import providers
from affidavit.calls import Call, Finding, Text
from affidavit.errors import Reason
from affidavit.policy.cases import CallPart, Case, ReasonPart
from affidavit.policy.engine import Decision, Explanation, explain
from affidavit.policy.in_force import Policy

BASE_URL = "https://api.openai.com/v1"
GIVEN = "given"
"""The detector of findings that a case gives."""

Detector = Callable[[Call], tuple[Finding, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Miss:
    """One thing that was expected and did not come."""

    what: str
    """`effect`, `rules`, …"""
    expected: str
    got: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One case after it was put to the policy."""

    case: Case
    call: Call
    findings: tuple[Finding, ...]
    day: date
    explanation: Explanation
    misses: tuple[Miss, ...]

    @property
    def passed(self) -> bool:
        """Whether everything came that was expected."""
        return not self.misses


def run(
    policy: Policy, cases: Iterable[Case], *, detect: Detector, today: date
) -> Iterator[Outcome]:
    """Put each case to `policy`; `today` (UTC) is the day of a case that names none."""
    for case in cases:
        call = call_of(case.call)
        found = findings_of(case.call, call, detect)
        day = case.at or today
        now = datetime.combine(day, time.min, UTC)
        explanation = explain(policy, call, found, now=now)
        yield Outcome(
            case=case,
            call=call,
            findings=found,
            day=day,
            explanation=explanation,
            misses=tuple(misses(case, explanation.decision)),
        )


def call_of(part: CallPart) -> Call:
    """The call that a case describes."""
    origin = urlsplit(part.base_url or BASE_URL)
    host = (origin.hostname or "").lower()
    port = f":{origin.port}" if origin.port not in (None, 443, 80) else ""
    texts = tuple(Text(role=each.role, value=each.text) for each in part.texts or ())
    if part.text is not None:
        texts = (Text(role="user", value=part.text),)
    return Call(
        endpoint=part.endpoint or "responses",
        provider=part.provider or providers.of(host),
        host=host,
        origin=f"{origin.scheme or 'https'}://{host}{port}",
        model=part.model,
        purpose=part.purpose,
        subject=part.user,
        safety_id=part.safety_identifier,
        project=part.project,
        parameters=dict(part.parameters or {}),
        texts=texts,
    )


def findings_of(part: CallPart, call: Call, detect: Detector) -> tuple[Finding, ...]:
    """Those that the case gives, else those that are detected."""
    if part.findings is None:
        return detect(call)
    return tuple(
        Finding(
            kind=each.kind,
            score=each.score,
            activity=each.activity,
            rules=(),
            detector=GIVEN,
        )
        for each in part.findings
    )


def misses(case: Case, decision: Decision) -> Iterator[Miss]:
    """Everything that the case expects and the decision does not say."""
    wanted = case.expect
    if decision.effect.value != wanted.effect:
        yield Miss(what="effect", expected=wanted.effect, got=decision.effect.value)
    first = decision.reasons[0].rule
    if wanted.decided_by not in (None, first):
        yield Miss(what="decided_by", expected=str(wanted.decided_by), got=first)
    for what, rules, reasons in (
        ("rules", wanted.rules, decision.reasons),
        ("warnings", wanted.warnings, decision.warnings),
        ("shadow", wanted.shadow, decision.shadow),
    ):
        got = sorted({reason.rule for reason in reasons})
        if rules is not None and sorted(set(rules)) != got:
            yield Miss(
                what=what, expected=_listed(sorted(set(rules))), got=_listed(got)
            )
    for part in wanted.reasons or ():
        if not any(_fits(part, reason) for reason in decision.reasons):
            yield Miss(
                what="reasons", expected=_told(part), got=_closest(part, decision)
            )


def _listed(rules: list[str]) -> str:
    return ", ".join(rules) or "none"


def _fits(part: ReasonPart, reason: Reason) -> bool:
    return (
        part.rule == reason.rule
        and (part.message is None or part.message in reason.message)
        and (part.evidence is None or part.evidence in (reason.evidence or ""))
        and part.clause in (None, reason.clause)
    )


def _told(part: ReasonPart) -> str:
    said = part.model_dump(exclude_none=True)
    return ", ".join(f"{name} {value!r}" for name, value in said.items())


def _closest(part: ReasonPart, decision: Decision) -> str:
    """The reason of that rule, if it has one, else the rules that have."""
    for reason in decision.reasons:
        if reason.rule == part.rule:
            return f"{reason} ({reason.evidence or 'no evidence'})"
    return f"reasons of {_listed(sorted({r.rule for r in decision.reasons}))}"
