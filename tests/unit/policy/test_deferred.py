"""A file's decision is the most severe of its lines', and says which they are."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from affidavit.calls import Call, Finding, Line, Text
from affidavit.errors import Reason
from affidavit.policy.deferred import UNREADABLE, Inspection, inspect
from affidavit.policy.engine import Decision, Effect
from affidavit.policy.in_force import Policy
from support.policies import NOON, SUPPORT, a_call, a_finding, decided, in_force

RULES = """\
rules:
  - id: no-datasets
    effect: deny
    level: waivable
    any: [{finding: {dataset_generation: ">= 0.8"}}]
    message: A training set.
  - id: many
    effect: review
    any: [{parameter: {n: "> 8"}}]
    message: Many samples.
  - id: hot
    effect: warn
    any: [{parameter: {temperature: "> 1"}}]
    message: Hot.
  - id: tried
    effect: deny
    level: shadow
    any: [{parameter: {logprobs: true}}]
    message: Log probabilities.
"""
WAIVER = """\
waivers:
  - rule: no-datasets
    purpose: support.reply
    approved_by: [dpo@acme.example]
    ticket: L-1
    expires: 2026-12-31
"""


@pytest.fixture
def policy(tmp_path: Path) -> Policy:
    return in_force(tmp_path, SUPPORT + RULES)


def find(call: Call) -> tuple[Finding, ...]:
    return tuple(a_finding(score=float(text.value), spans=()) for text in call.texts)


def alike(call: Call) -> tuple[object, ...]:
    return call.model, call.purpose, *call.parameters.items()


def line(number: int, **changes: object) -> Line:
    return Line(number=number, name=f"a-{number}", call=a_call(**changes))


def dataset(number: int, score: float = 0.9) -> Line:
    return line(number, texts=(Text(role="user", value=str(score)),))


def inspected(policy: Policy, *lines: Line) -> Inspection:
    return inspect(lines, policy, NOON, find=find, alike=alike)


def of(policy: Policy, *lines: Line) -> Decision:
    own = decided(policy, a_call())
    return inspected(policy, *lines).merged(own)[0]


def test_a_file_whose_lines_are_all_permitted_is_permitted(policy: Policy) -> None:
    decision = of(policy, line(1), line(2))

    assert decision == decided(policy, a_call())


def test_one_refused_line_refuses_the_file_and_is_named(policy: Policy) -> None:
    decision = of(policy, line(1), dataset(2), line(3))

    assert decision.effect is Effect.REFUSE
    assert [reason.rule for reason in decision.reasons] == ["no-datasets"]
    assert decision.reasons[0].message == "line 2 (custom_id 'a-2'): A training set."


def test_a_reason_is_given_once_however_many_lines_it_is_for(policy: Policy) -> None:
    decision = of(policy, *(dataset(number) for number in range(1, 5001)))

    assert [reason.message for reason in decision.reasons] == [
        "line 1 (custom_id 'a-1') and 4,999 more: A training set."
    ]


def test_refusals_stand_before_reviews(policy: Policy) -> None:
    review = line(1, parameters={"n": 9})
    decision = of(policy, review, dataset(2))

    assert [reason.rule for reason in decision.reasons] == ["no-datasets", "many"]
    assert of(policy, review).effect is Effect.REVIEW
    assert of(policy, dataset(1), review).effect is Effect.REFUSE


def test_a_line_that_nobody_can_read_refuses_the_file(policy: Policy) -> None:
    decision = of(policy, line(1), Line(number=2, problem="it is not JSON"))

    assert decision.effect is Effect.REFUSE
    assert decision.reasons[0].rule == UNREADABLE
    assert decision.reasons[0].message == "line 2: Nobody can read it: it is not JSON."
    assert of(policy, Line(number=0)).reasons[0].message == (
        "Nobody can read it: its form is unknown."
    )


def test_what_is_said_of_the_upload_itself_is_not_said_again_for_its_lines(
    policy: Policy,
) -> None:
    own = decided(policy, a_call(model="gpt-4"))
    merged, _ = inspected(policy, line(1, model="gpt-4"), dataset(2)).merged(own)

    assert [reason.rule for reason in merged.reasons] == [
        "purpose.model",
        "no-datasets",
    ]


def test_warnings_and_shadows_of_lines_are_kept(policy: Policy) -> None:
    decision = of(
        policy,
        line(1, parameters={"temperature": 2}),
        line(2, parameters={"logprobs": True}),
    )

    assert decision.effect is Effect.PERMIT
    assert [reason.message for reason in decision.warnings] == [
        "line 1 (custom_id 'a-1'): Hot."
    ]
    assert [reason.rule for reason in decision.shadow] == ["tried"]


def test_a_rule_that_was_waived_for_lines_is_told(tmp_path: Path) -> None:
    policy = in_force(tmp_path, SUPPORT + RULES + WAIVER)
    decision = of(policy, line(1), dataset(2), dataset(3))

    assert decision.effect is Effect.PERMIT
    assert [reason.rule for reason in decision.reasons] == [
        "purpose.permits",
        "no-datasets",
    ]
    assert "and 1 more: " in decision.reasons[1].message
    assert str(date(2026, 12, 31)) in decision.reasons[1].message


def test_findings_are_summed_up_by_activity_with_the_highest_score(
    policy: Policy,
) -> None:
    own = decided(policy, a_call())
    lines = [dataset(1, 0.4), dataset(2, 0.7), line(3), dataset(4, 0.5), dataset(5)]
    mine = a_finding(kind="other")
    _, findings = inspected(policy, *lines).merged(own, (mine,))

    assert findings == (
        mine,
        replace(a_finding(), score=0.9, count=4, lines=(1, 2, 4)),
    )


def test_alike_lines_are_decided_once_and_others_are_not_mixed_up(
    policy: Policy,
) -> None:
    asked: list[str | None] = []

    def alike_by_model(call: Call) -> str | None:
        asked.append(call.model)
        return call.model

    models = [f"gpt-5-{number % 3000}" for number in range(6000)] + ["gpt-4"]
    lines = [line(number, model=model) for number, model in enumerate(models, 1)]
    inspection = inspect(lines, policy, NOON, find=find, alike=alike_by_model)

    assert len(asked) == len(lines)
    assert inspection.effect is Effect.REFUSE
    (reason,) = inspection.merged(decided(policy, a_call()))[0].reasons
    assert reason.message.startswith("line 6001 (custom_id 'a-6001'): Purpose support")


def test_reasons_are_bounded_and_the_decision_is_not(policy: Policy) -> None:
    lines = (line(number, model=f"other-{number}") for number in range(1, 1000))
    decision = of(policy, *lines)

    assert decision.effect is Effect.REFUSE
    assert len(decision.reasons) == 64


def test_lines_are_looked_at_one_at_a_time(policy: Policy) -> None:
    alive = 0

    def lines() -> Iterator[Line]:
        nonlocal alive
        for number in range(1, 100):
            alive += 1
            yield line(number)
            assert alive == number

    def counted(all_lines: Iterable[Line]) -> Iterator[Line]:
        yield from all_lines

    inspect(counted(lines()), policy, NOON, find=find, alike=alike)
    assert alive == 99


def test_a_name_that_forges_lines_is_escaped(policy: Policy) -> None:
    forged = replace(dataset(2), name="a\nrecord: forged")
    decision = of(policy, forged)

    assert "\n" not in decision.reasons[0].message


def test_a_merged_permission_that_was_overruled_is_no_reason() -> None:
    permission = Reason(rule="purpose.permits", message="yes")
    waived = Reason(rule="waived", message="by")
    own = Decision(effect=Effect.PERMIT, reasons=(permission, waived))
    inspection = Inspection()
    inspection.unreadable(Line(number=1, problem="x"))

    assert [reason.rule for reason in inspection.merged(own)[0].reasons] == [
        UNREADABLE,
        "waived",
    ]


def test_a_long_line_that_comes_in_portions_counts_once(policy: Policy) -> None:
    own = decided(policy, a_call())
    lines = [dataset(1), dataset(1), dataset(2, 0.95), dataset(2), dataset(3)]
    decision, (finding,) = inspected(policy, *lines).merged(own)

    assert decision.reasons[0].message.startswith("line 1 (custom_id 'a-1') and 2 more")
    assert (finding.count, finding.lines, finding.score) == (3, (1, 2, 3), 0.95)
