from datetime import UTC, datetime
from pathlib import Path

from affidavit.errors import Reason
from affidavit.policy.engine import Effect, decide
from affidavit.policy.loader import Policy
from support.policies import a_call, decided, in_force

BODY = """\
purposes:
  support.reply: {models: ["gpt-5*", "o3*"], endpoints: [responses, chat.completions]}
  search.index: {models: ["text-embedding-*"], endpoints: [embeddings]}
  search.old: {models: ["ada-*"], endpoints: [embeddings], expires: 2026-01-01}
  research.labels: {owner: lab@acme.example}
"""


def refusal(policy: Policy, **changes: object) -> tuple[Reason, ...]:
    decision = decided(policy, a_call(**changes))
    assert decision.effect is Effect.REFUSE
    return decision.reasons


def test_an_undeclared_purpose_says_how_to_declare_one(tmp_path: Path) -> None:
    (reason,) = refusal(in_force(tmp_path, BODY), purpose=None)
    assert reason.rule == "purpose.undeclared"
    assert 'affidavit.purpose("support.reply")' in (reason.remedy or "")


def test_an_unknown_purpose_gets_the_nearest_names(tmp_path: Path) -> None:
    (reason,) = refusal(in_force(tmp_path, BODY), purpose="suport.reply")
    assert reason.rule == "purpose.unknown"
    assert (reason.remedy or "").startswith("Did you mean support.reply?")


def test_a_policy_without_purposes_says_so(tmp_path: Path) -> None:
    (reason,) = refusal(in_force(tmp_path, ""), purpose="a")
    assert "declares no purpose yet" in (reason.remedy or "")


def test_an_expired_purpose_names_its_last_day(tmp_path: Path) -> None:
    (reason,) = refusal(in_force(tmp_path, BODY), purpose="search.old")
    assert (reason.rule, reason.where) == (
        "purpose.expired",
        f"{tmp_path}/policy.yaml:7",
    )
    assert "2026-01-01" in reason.message


def test_a_model_outside_the_list_names_the_purpose_that_has_it(tmp_path: Path) -> None:
    reasons = refusal(
        in_force(tmp_path, BODY), model="text-embedding-3-small", endpoint="embeddings"
    )
    assert [reason.rule for reason in reasons] == ["purpose.model", "purpose.endpoint"]
    assert "purpose search.index" in (reasons[0].remedy or "")


def test_a_model_that_nobody_lists_names_the_closest_of_the_purpose(
    tmp_path: Path,
) -> None:
    (reason,) = refusal(in_force(tmp_path, BODY), model="gpt-4")
    assert "'gpt-4'; it allows gpt-5*, o3*" in reason.message
    assert reason.remedy == "Closest allow: support.reply with gpt-5* on 'responses'."


def test_an_expired_purpose_is_no_closest_allow(tmp_path: Path) -> None:
    (reason, _) = refusal(
        in_force(tmp_path, BODY), model="ada-2", endpoint="embeddings"
    )
    assert "search.old" not in (reason.remedy or "")


def test_a_call_without_model_is_outside_a_list_of_models(tmp_path: Path) -> None:
    (reason,) = refusal(in_force(tmp_path, BODY), model=None)
    assert reason.rule == "purpose.model"
    assert "a call without model" in reason.message


def test_a_purpose_that_lists_nothing_permits_nothing(tmp_path: Path) -> None:
    (reason,) = refusal(in_force(tmp_path, BODY), purpose="research.labels")
    assert reason.rule == "default.deny"
    assert "purpose support.reply" in (reason.remedy or "")


def test_hostile_names_are_bounded_and_recordable(tmp_path: Path) -> None:
    policy = in_force(tmp_path, BODY)
    name = "\ud800\x1b[2J\n" * 100_000
    for change in ("purpose", "model", "endpoint"):
        call = a_call(**{change: name})
        decision = decide(policy, call, (), now=datetime(2026, 1, 1, tzinfo=UTC))
        for reason in decision.reasons:
            text = str(reason) + str(reason.remedy) + str(reason.evidence)
            text.encode("utf-8")
            assert len(text) < 4_000
            assert "\x1b" not in text
