import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from affidavit.calls import Call, Finding, Text
from affidavit.policy.engine import Decision, Effect, decide, explain
from affidavit.policy.in_force import Truth
from affidavit.policy.loader import Policy, load
from support.policies import (
    POLICIES,
    SUPPORT,
    a_call,
    a_finding,
    decided,
    in_force,
    written,
)

PERMIT, REFUSE, REVIEW = Effect.PERMIT, Effect.REFUSE, Effect.REVIEW
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
MANY = a_call(parameters={"n": 4})
UNREADABLE = a_call(parameters={"n": "many"})


ELSEWHERE = "https://gateway.example"
ORIGINS = f"origins: [https://api.openai.com, {ELSEWHERE}]\n"


def test_a_call_goes_only_where_the_policy_lists(tmp_path: Path) -> None:
    policy = in_force(tmp_path, ORIGINS + SUPPORT)
    for origin in ("https://api.openai.com", ELSEWHERE):
        assert decided(policy, a_call(origin=origin)).effect is PERMIT

    for origin in (f"{ELSEWHERE}:8443", "http://gateway.example", ""):
        decision = decided(policy, a_call(origin=origin))
        assert decision.effect is REFUSE
        assert names(decision) == ["origin.unlisted"]


def test_a_handshake_without_a_model_needs_its_endpoint_alone(tmp_path: Path) -> None:
    policy = in_force(tmp_path, SUPPORT.replace("responses", "responses.connect"))
    handshake = a_call(
        endpoint="responses.connect", model=None, parameters={"event": "handshake"}
    )

    assert decided(policy, handshake).effect is PERMIT
    for other in (
        handshake._replace(endpoint="realtime.connect"),
        handshake._replace(parameters={"event": "response.create"}),
        handshake._replace(model="gpt-4"),
    ):
        assert decided(policy, other).effect is REFUSE


def test_extending_narrows_where_calls_may_go(tmp_path: Path) -> None:
    written(tmp_path, f"origins: [{ELSEWHERE}]\n", name="base/org.yaml")
    policy = in_force(tmp_path, "extends: [base/org.yaml]\n" + ORIGINS + SUPPORT)
    assert policy.origins == frozenset({ELSEWHERE})


def rule(
    effect: str, *, level: str = "hard", name: str = "r", when: str = "{n: '> 1'}"
) -> str:
    return (
        f"  - {{id: {name}, effect: {effect}, level: {level}, message: m of {name}, "
        f"clause: c/1, remedy: do, any: [{{parameter: {when}}}]}}\n"
    )


def rules(*listed: str) -> str:
    return SUPPORT + "rules:\n" + "".join(listed)


def names(decision: Decision) -> list[str]:
    return [reason.rule for reason in decision.reasons]


@pytest.mark.parametrize(
    ("effect", "level", "matched", "unreadable"),
    [
        ("deny", "hard", REFUSE, REFUSE),
        ("deny", "waivable", REFUSE, REFUSE),
        ("deny", "advisory", PERMIT, PERMIT),
        ("deny", "shadow", PERMIT, PERMIT),
        ("review", "hard", REVIEW, REVIEW),
        ("review", "waivable", REVIEW, REVIEW),
        ("review", "advisory", PERMIT, PERMIT),
        ("review", "shadow", PERMIT, PERMIT),
        ("warn", "hard", PERMIT, PERMIT),
        ("warn", "advisory", PERMIT, PERMIT),
        ("allow", "hard", PERMIT, PERMIT),
        ("allow", "shadow", PERMIT, PERMIT),
    ],
)
def test_each_effect_at_each_level(
    tmp_path: Path, effect: str, level: str, matched: Effect, unreadable: Effect
) -> None:
    policy = in_force(tmp_path, rules(rule(effect, level=level)))
    assert decided(policy, a_call()).effect is PERMIT
    assert decided(policy, MANY).effect is matched
    assert decided(policy, UNREADABLE).effect is unreadable


def test_a_reason_carries_all_that_the_rule_says(tmp_path: Path) -> None:
    reason = decided(in_force(tmp_path, rules(rule("deny"))), MANY).reasons[0]
    assert (reason.rule, reason.clause, reason.message) == ("r", "c/1", "m of r")
    assert (reason.remedy, reason.where) == ("do", f"{tmp_path}/policy.yaml:10")
    assert reason.evidence == "parameter.n is 4; the rule says > 1"


def test_deny_beats_review_beats_warn_beats_allow_and_each_is_kept(
    tmp_path: Path,
) -> None:
    listed = [rule(e, name=e) for e in ("allow", "warn", "review", "deny")]
    decision = decided(in_force(tmp_path, rules(*listed)), MANY)
    assert (decision.effect, names(decision)) == (REFUSE, ["deny", "review"])
    assert [reason.rule for reason in decision.warnings] == ["warn"]

    decision = decided(in_force(tmp_path, rules(*listed[:3])), MANY)
    assert (decision.effect, names(decision)) == (REVIEW, ["review"])

    decision = decided(in_force(tmp_path, rules(*listed[:2])), MANY)
    assert (decision.effect, names(decision)) == (PERMIT, ["allow", "purpose.permits"])


def test_the_decisive_reason_comes_first(tmp_path: Path) -> None:
    listed = [
        rule("review", name="review"),
        rule("deny", level="waivable", name="waivable"),
        rule("deny", name="hard"),
    ]
    policy = in_force(tmp_path, rules(*listed))
    call = a_call(parameters={"n": 4}, model="o3")
    assert names(decided(policy, call)) == [
        "hard",
        "waivable",
        "purpose.model",
        "review",
    ]
    call = a_call(parameters={"n": 4}, purpose="nobody.knows")
    assert names(decided(policy, call))[:2] == ["purpose.unknown", "hard"]


def test_a_prohibition_that_cannot_be_evaluated_refuses_and_says_so(
    tmp_path: Path,
) -> None:
    decision = decided(in_force(tmp_path, rules(rule("deny"))), UNREADABLE)
    assert decision.effect is REFUSE
    assert (decision.reasons[0].evidence or "").startswith("cannot be evaluated: ")


BARE = "purposes:\n  support.reply: {owner: x}\nrules:\n"


def test_a_permission_is_what_permits_where_the_purpose_lists_nothing(
    tmp_path: Path,
) -> None:
    policy = in_force(tmp_path, BARE + rule("allow"))
    assert names(decided(policy, MANY)) == ["r"]
    assert decided(policy, a_call()).effect is REFUSE


def test_a_permission_that_cannot_be_evaluated_does_not_permit(tmp_path: Path) -> None:
    decision = decided(in_force(tmp_path, BARE + rule("allow")), UNREADABLE)
    assert (decision.effect, names(decision)) == (REFUSE, ["default.deny"])
    assert decision.warnings[0].rule == "r"


def test_a_permission_does_not_reach_beyond_the_purpose_s_lists(tmp_path: Path) -> None:
    policy = in_force(tmp_path, rules(rule("allow")))
    decision = decided(policy, a_call(parameters={"n": 4}, model="o3"))
    assert (decision.effect, names(decision)) == (REFUSE, ["purpose.model"])


def test_a_review_does_not_permit_what_nothing_permits(tmp_path: Path) -> None:
    decision = decided(in_force(tmp_path, BARE + rule("review")), MANY)
    assert (decision.effect, names(decision)) == (REFUSE, ["default.deny", "r"])


WAIVER = (
    "waivers:\n  - {rule: r, purpose: support.reply, approved_by: [dpo, ciso], "
    "ticket: LEGAL-91, expires: 2026-11-30}\n"
)
WAIVED = rules(rule("deny", level="waivable")) + WAIVER


@pytest.mark.parametrize("call", [MANY, UNREADABLE])
def test_a_waiver_sets_its_rule_aside_and_the_reason_says_so(
    tmp_path: Path, call: Call
) -> None:
    decision = decided(in_force(tmp_path, WAIVED), call)
    assert (decision.effect, names(decision)) == (PERMIT, ["purpose.permits", "r"])
    message = decision.reasons[1].message
    for part in ("support.reply", "2026-11-30", "dpo, ciso", "LEGAL-91", "yaml:12"):
        assert part in message


@pytest.mark.parametrize(
    ("now", "effect"),
    [
        (datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC), PERMIT),
        (datetime(2026, 12, 1, tzinfo=UTC), REFUSE),
    ],
)
def test_a_waiver_holds_to_the_end_of_its_day(
    tmp_path: Path, now: datetime, effect: Effect
) -> None:
    policy = in_force(tmp_path, WAIVED)
    assert decide(policy, MANY, (), now=now).effect is effect


def test_a_waiver_is_for_its_purpose_alone(tmp_path: Path) -> None:
    other = '  crm.sync: {models: ["gpt-5*"], endpoints: [responses]}\nrules:'
    policy = in_force(tmp_path, WAIVED.replace("rules:", other))
    call = a_call(parameters={"n": 4}, purpose="crm.sync")
    assert decided(policy, call).effect is REFUSE


def test_a_waived_rule_does_not_set_others_aside(tmp_path: Path) -> None:
    body = rules(rule("deny", level="waivable"), rule("deny", name="s")) + WAIVER
    decision = decided(in_force(tmp_path, body), MANY)
    assert (decision.effect, names(decision)) == (REFUSE, ["s", "r"])


@pytest.mark.parametrize(
    ("effect", "call", "words"),
    [
        ("deny", MANY, "Would have refused: m of r"),
        ("deny", UNREADABLE, "Would have refused: m of r"),
        ("review", MANY, "Would have asked for review: m of r"),
        ("warn", MANY, "Would have warned: m of r"),
        ("allow", MANY, "Would have permitted: m of r"),
        ("allow", UNREADABLE, "Would not have permitted: m of r"),
    ],
)
def test_a_shadow_rule_says_what_it_would_have_done(
    tmp_path: Path, effect: str, call: Call, words: str
) -> None:
    decision = decided(in_force(tmp_path, rules(rule(effect, level="shadow"))), call)
    assert (decision.effect, names(decision)) == (PERMIT, ["purpose.permits"])
    assert [reason.message for reason in decision.shadow] == [words]
    assert decision.warnings == ()


def test_a_shadow_permission_permits_nothing(tmp_path: Path) -> None:
    policy = in_force(tmp_path, BARE + rule("allow", level="shadow"))
    assert decided(policy, MANY).effect is REFUSE


@pytest.mark.parametrize("effect", ["deny", "review"])
def test_an_advisory_rule_only_warns(tmp_path: Path, effect: str) -> None:
    policy = in_force(tmp_path, rules(rule(effect, level="advisory")))
    decision = decided(policy, MANY)
    assert (decision.effect, decision.shadow) == (PERMIT, ())
    assert [reason.rule for reason in decision.warnings] == ["r"]


def test_observing_does_not_change_what_enforcing_would_decide(tmp_path: Path) -> None:
    policy = in_force(tmp_path, "mode: observe\n" + rules(rule("deny")))
    assert policy.mode == "observe"
    assert decided(policy, MANY).effect is REFUSE


@pytest.mark.parametrize(
    ("now", "effect"),
    [
        (datetime(2026, 11, 22, 23, 59, 59, 999_999, tzinfo=UTC), PERMIT),
        (datetime(2026, 11, 23, tzinfo=UTC), REFUSE),
    ],
)
def test_a_purpose_holds_to_the_end_of_its_day(
    tmp_path: Path, now: datetime, effect: Effect
) -> None:
    policy = in_force(tmp_path, SUPPORT + "    expires: 2026-11-22\n")
    assert decide(policy, a_call(), (), now=now).effect is effect


ACTIVITIES = SUPPORT + "    activities: [chat, 'translate_*']\n"


def test_an_activity_that_does_not_belong_warns(tmp_path: Path) -> None:
    policy = in_force(tmp_path, ACTIVITIES)
    finding = a_finding(kind="activity", activity="self_instruct", score=0.4)
    decision = decided(policy, a_call(), finding)
    assert decision.effect is PERMIT
    assert [reason.rule for reason in decision.warnings] == ["purpose.mismatch"]
    assert "'self_instruct'" in (decision.warnings[0].evidence or "")


def test_an_activity_that_belongs_does_not_warn(tmp_path: Path) -> None:
    finding = a_finding(kind="activity", activity="translate_text")
    assert decided(in_force(tmp_path, ACTIVITIES), a_call(), finding).warnings == ()


def test_ordinary_things_beside_one_that_belongs_do_not_warn(tmp_path: Path) -> None:
    policy = in_force(tmp_path, ACTIVITIES)
    belongs = a_finding(kind="activity", activity="translate_text")
    beside = a_finding(kind="activity", activity="summarise")
    made = a_finding(activity="self_instruct")
    assert decided(policy, a_call(), belongs, beside).warnings == ()
    (warning,) = decided(policy, a_call(), belongs, beside, made).warnings
    assert "'self_instruct'" in (warning.evidence or "")
    assert "summarise" not in (warning.evidence or "")


def test_a_rule_may_refuse_a_mismatch_by_its_score(tmp_path: Path) -> None:
    body = ACTIVITIES + (
        "rules:\n  - {id: r, effect: deny, message: m, "
        "any: [{finding: {purpose_mismatch: '>= 0.5'}}]}\n"
    )
    policy = in_force(tmp_path, body)
    assert decided(policy, a_call(), a_finding(score=0.4)).effect is PERMIT
    assert decided(policy, a_call(), a_finding(score=0.5)).effect is REFUSE


def test_an_explanation_shows_every_rule_and_the_same_decision(tmp_path: Path) -> None:
    listed = [rule("deny"), rule("warn", name="s", when="{best_of: 2}")]
    policy = in_force(tmp_path, rules(*listed))
    explanation = explain(policy, MANY, (), now=NOON)
    assert explanation.decision == decided(policy, MANY)
    assert explanation.purpose is policy.purposes["support.reply"]
    first, second = explanation.rules
    assert (first.rule, first.result, first.waiver) == ("r", Truth.YES, None)
    assert (second.rule, second.result) == ("s", Truth.NO)
    (condition,) = second.conditions
    assert condition.result is Truth.NO
    assert (
        condition.checks[0].evidence == "parameter.best_of is absent; the rule says 2"
    )


def test_an_explanation_names_the_waiver(tmp_path: Path) -> None:
    explanation = explain(in_force(tmp_path, WAIVED), MANY, (), now=NOON)
    assert explanation.rules[0].result is Truth.YES
    waiver = explanation.rules[0].waiver
    assert waiver is not None
    assert waiver.ticket == "LEGAL-91"


TEXTS = st.text(max_size=12) | st.text(
    st.characters(categories=["Cs", "Cc"]), max_size=3
)
PURPOSES = st.none() | TEXTS | st.sampled_from(["support.reply", "search.index", "a.b"])
MODELS = st.none() | TEXTS | st.sampled_from(["gpt-5", "text-embedding-3-small"])
VALUES = st.integers() | st.booleans() | TEXTS | st.floats() | st.none()
CALLS = st.builds(
    Call,
    endpoint=TEXTS | st.sampled_from(["responses", "embeddings"]),
    provider=TEXTS,
    host=TEXTS,
    model=MODELS,
    purpose=PURPOSES,
    subject=st.none() | TEXTS,
    safety_id=st.none() | TEXTS,
    parameters=st.dictionaries(st.sampled_from(["n", "logprobs", "s"]), VALUES),
    texts=st.just(()) | st.just((Text(role="user", value="hello"),)),
)
FINDINGS = st.lists(
    st.builds(
        Finding,
        kind=TEXTS | st.just("dataset_generation"),
        score=st.floats() | st.sampled_from([0.0, 0.8, 1.0, math.nan, -math.inf]),
        activity=TEXTS | st.sampled_from(["chat", "self_instruct"]),
        rules=st.lists(TEXTS, max_size=3).map(tuple),
        detector=st.just("content/1"),
    ),
    max_size=4,
).map(tuple)
TIMES = st.datetimes(timezones=st.just(UTC) | st.none())
RICH = """\
extends: [pack:openai-services-agreement]
purposes:
  support.reply: {models: ["gpt-5*"], endpoints: [responses], activities: [chat]}
  search.index: {models: ["*"], endpoints: ["*"], expires: 2026-11-22, data: [x]}
  a.b: {trains_model: {kind: other, distributed: true}}
rules:
  - {id: w, effect: deny, level: waivable, message: m, any: [{parameter: {n: "> 1"}}]}
  - {id: v, effect: review, message: m, all: [{parameter: {logprobs: true}}]}
  - {id: u, effect: allow, message: m, none: [{parameter: {s: x}, subject: absent}]}
  - {id: t, effect: warn, message: m, all: [{host: "*.x", provider: openai}]}
  - {id: s, effect: deny, level: shadow, message: m, any: [{activity: "s*"}, {data: x}]}
  - {id: q, effect: deny, message: m, all: [{finding: {purpose_mismatch: "== 1"}}]}
waivers:
  - {rule: w, purpose: support.reply, approved_by: [x], ticket: T, expires: 2026-12-31}
"""


@pytest.fixture(scope="module")
def policies(tmp_path_factory: pytest.TempPathFactory) -> tuple[Policy, ...]:
    rich = in_force(tmp_path_factory.mktemp("rich"), RICH)
    return rich, load(POLICIES / "starter.yaml")


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
@given(call=CALLS, findings=FINDINGS, now=TIMES)
def test_every_call_is_decided_alike_each_time_and_with_a_reason(
    policies: tuple[Policy, ...],
    call: Call,
    findings: tuple[Finding, ...],
    now: datetime,
) -> None:
    for policy in policies:
        decision = decide(policy, call, findings, now=now)
        assert decision == decide(policy, call, findings, now=now)
        assert decision == explain(policy, call, findings, now=now).decision
        assert decision.reasons
        for reason in (*decision.reasons, *decision.warnings, *decision.shadow):
            for part in (reason.message, reason.evidence or "", reason.remedy or ""):
                part.encode("utf-8")
        if call.purpose not in policy.purposes:
            assert decision.effect is REFUSE


@given(call=CALLS, findings=FINDINGS)
def test_rules_settled_by_the_purpose_decide_nothing(
    policies: tuple[Policy, ...], call: Call, findings: tuple[Finding, ...]
) -> None:
    """The shortcut, and every rule one by one, find the same rules to matter."""
    for policy in policies:
        explanation = explain(policy, call, findings, now=NOON)
        if explanation.purpose is None:
            continue
        kept = {rule.id for rule in policy.applicable[explanation.purpose.name]}
        matter = {r.rule for r in explanation.rules if r.result is not Truth.NO}
        assert matter <= kept


def test_a_call_of_any_size_costs_no_more(tmp_path: Path) -> None:
    policy = in_force(tmp_path, rules(rule("deny")))
    huge = a_call(
        purpose="x" * 1_000_000,
        model="y" * 1_000_000,
        parameters={"n": "9" * 1_000_000},
        content=b"z" * 1_000_000,
    )
    for reason in decided(policy, huge).reasons:
        assert len(str(reason) + str(reason.evidence) + str(reason.remedy)) < 2_000


def test_time_comes_in_with_the_call(tmp_path: Path) -> None:
    policy = in_force(tmp_path, SUPPORT + "    expires: 2026-11-22\n")
    effects = {
        decide(policy, a_call(), (), now=NOON + timedelta(days=days)).effect
        for days in (-1, 0)
    }
    assert effects == {PERMIT}
    assert decide(policy, a_call(), (), now=NOON + timedelta(days=1)).effect is REFUSE


def test_where_a_file_comes_from_is_no_activity_of_the_call(tmp_path: Path) -> None:
    policy = in_force(tmp_path, ACTIVITIES)
    odd = a_finding(kind="ungoverned_file", activity="unknown_file")
    other = a_finding(kind="purpose_mismatch", activity="file_of_another_purpose")
    decision = decided(policy, a_call(), odd, other)

    # The second is a mismatch already; the first is none.
    (warning,) = decision.warnings
    assert "'file_of_another_purpose'" in (warning.evidence or "")
    assert "unknown_file" not in (warning.evidence or "")


def test_a_reason_says_who_answers_for_the_rule_and_how_much_it_matters(
    tmp_path: Path,
) -> None:
    rule = "id: r, effect: deny, message: m, any: [{model: '*'}]"
    said = "severity: high, owner: dpo@x.example"
    policy = in_force(tmp_path, f"{SUPPORT}rules:\n  - {{{rule}, {said}}}\n")
    reason = decided(policy, a_call()).reasons[0]
    assert (reason.severity, reason.owner) == ("high", "dpo@x.example")
