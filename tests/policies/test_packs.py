"""What each shipped pack decides: for each rule a call that it stops, and one not."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from affidavit import providers
from affidavit.policy.check import check
from affidavit.policy.engine import Decision, Effect, decide
from affidavit.policy.in_force import Level, RuleEffect
from affidavit.policy.loader import Policy, load
from support.policies import HEAD, NOON, POLICIES, a_call, a_finding

PACKS = sorted(
    file.stem
    for file in POLICIES.glob("*.yaml")
    if "\nkind: Pack\n" in file.read_text(encoding="utf-8")
)
TODAY = date(2026, 11, 23)
VERTEX = "europe-west4-aiplatform.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One call: what its purpose declares, what it says, and what a detector found."""

    declares: str = "owner: x"
    found: str | None = None
    score: float = 0.9
    call: dict[str, Any] = field(default_factory=dict)


def finds(kind: str = "dataset_generation", score: float = 0.9, **call: Any) -> Seen:
    return Seen(found=kind, score=score, call=call)


def declares(what: str, found: str | None = None, **call: Any) -> Seen:
    return Seen(declares=what, found=found, call=call)


def trains(kind: str, *, found: str | None = None, **more: object) -> Seen:
    said = {"distributed": False, **more}
    host = {"host": said.pop("host")} if "host" in said else {}
    listed = ", ".join(f"{name}: {str(value).lower()}" for name, value in said.items())
    return Seen(
        declares=f"trains_model: {{kind: {kind}, {listed}}}", found=found, call=host
    )


def evaluates(*, competing: bool = True, **call: Any) -> Seen:
    return declares(f"evaluates_model: {{competing: {str(competing).lower()}}}", **call)


def data(kind: str, **call: Any) -> Seen:
    return declares(f"data: [{kind}]", **call)


CASES: dict[str, list[tuple[str, Seen, Seen]]] = {
    "openai-services-agreement": [
        ("openai-dataset-generation", finds(score=0.8), finds(score=0.79)),
        ("openai-trains-competing-model", trains("reward"), trains("classifier")),
        (
            "openai-trained-model-unclear",
            trains("other"),
            trains("other", competing=False),
        ),
        ("openai-ungoverned-file", finds("ungoverned_file", 1.0), finds()),
        (
            "openai-evaluates-competing-model",
            evaluates(),
            evaluates(competing=False),
        ),
        ("openai-minors-need-consent", data("minors"), data("adults")),
        ("openai-health-needs-addendum", data("phi"), data("philosophy")),
    ],
    "anthropic-commercial-terms": [
        ("anthropic-dataset-generation", finds(), finds(score=0.5)),
        (
            "anthropic-trains-competing-model",
            trains("generative"),
            trains("generative", competing=False),
        ),
        ("anthropic-trains-any-model", trains("classifier"), evaluates()),
        (
            "anthropic-evaluates-competing-model",
            evaluates(),
            evaluates(competing=False),
        ),
        ("anthropic-minors-need-safeguards", data("children"), data("adults")),
        ("anthropic-health-is-high-risk", data("health_claims"), data("claims")),
    ],
    "google-gemini-terms": [
        ("google-dataset-generation", finds(), finds(host=VERTEX)),
        (
            "google-trains-competing-model",
            trains("generative"),
            trains("generative", competing=False),
        ),
        (
            "google-trained-model-unclear",
            trains("classifier"),
            trains("classifier", competing=False),
        ),
        ("google-evaluates-competing-model", evaluates(), evaluates(host=VERTEX)),
        ("google-under-18", data("minors"), data("minors", host=VERTEX)),
        ("google-clinical-use", data("health"), data("health", host=VERTEX)),
        ("google-vertex-competing-model", finds(host=VERTEX), finds()),
    ],
    "mistral-commercial-terms": [
        (
            "mistral-images-for-competing-model",
            declares(
                "trains_model: {kind: generative, distributed: true}",
                endpoint="images.generations",
            ),
            trains("generative"),
        ),
        (
            "mistral-text-only",
            trains("generative", competing=True),
            trains("generative", competing=False),
        ),
        ("mistral-minors-need-consent", data("minors"), data("adults")),
    ],
    "xai-enterprise-terms": [
        ("xai-dataset-generation", finds(), finds(score=0.1)),
        ("xai-trains-any-model", trains("classifier", competing=False), evaluates()),
        ("xai-evaluates-competing-model", evaluates(), evaluates(competing=False)),
        ("xai-health-needs-agreement", data("phi_notes"), data("notes")),
    ],
    "deepseek-open-platform": [
        ("deepseek-personal-data", data("customer_pii"), data("weather")),
        (
            "deepseek-labelled-output",
            trains("generative", distributed=True),
            trains("generative"),
        ),
    ],
    "meta-model-api": [
        ("meta-dataset-generation", finds(), trains("classifier", competing=False)),
        (
            "meta-trains-competing-model",
            trains("other", competing=True),
            trains("generative", competing=False),
        ),
        ("meta-trained-model-unclear", trains("embedding"), evaluates()),
        ("meta-under-18", data("minors_homework"), data("homework")),
    ],
    "meta-llama-licence": [
        (
            "llama-distributed-model-is-named",
            trains("generative", distributed=True),
            trains("generative"),
        ),
    ],
    "openrouter-terms": [
        (
            "openrouter-model-not-named",
            declares("owner: x", model="openrouter/auto"),
            declares("owner: x", model="openai/gpt-5"),
        ),
        (
            "openrouter-model-not-named",
            declares("owner: x", parameters={"models": 2}),
            declares("owner: x", provider="other", parameters={"models": 2}),
        ),
        (
            "openrouter-model-not-named",
            declares("owner: x", parameters={"preset": True}),
            declares("owner: x", parameters={"n": 2}),
        ),
    ],
    "aws-bedrock-terms": [
        ("aws-dataset-generation", finds(), finds(score=0.7)),
        (
            "aws-develops-model",
            trains("classifier"),
            trains("classifier", competing=False),
        ),
    ],
    "azure-ai-terms": [
        ("azure-dataset-generation", finds(), finds(score=0.7)),
        (
            "azure-develops-model",
            trains("classifier", competing=False),
            trains("classifier", within_provider=True),
        ),
    ],
    "cohere-terms": [
        ("cohere-dataset-generation", finds(), finds(score=0.7)),
        ("cohere-develops-model", evaluates(), evaluates(competing=False)),
    ],
    "baseline": [
        (
            "baseline-dataset-without-model",
            finds(),
            trains("classifier", found="dataset_generation"),
        ),
        (
            "baseline-pipeline-without-model",
            finds("dataset_pipeline"),
            trains("classifier", found="dataset_pipeline"),
        ),
        (
            "baseline-denied-return",
            finds("denied_return"),
            finds("denied_return", score=0.8),
        ),
        (
            "baseline-purpose-mismatch",
            declares("activities: [distillation]", found="dataset_generation"),
            declares("activities: [self_instruct]", found="dataset_generation"),
        ),
        ("baseline-ungoverned-file", finds("ungoverned_file", 1.0), finds()),
        (
            "baseline-many-samples",
            declares("owner: x", parameters={"n": 9}),
            declares("owner: x", parameters={"n": 8}),
        ),
        (
            "baseline-token-probabilities",
            declares("owner: x", parameters={"logprobs": True}),
            declares("owner: x", parameters={"logprobs": False}),
        ),
        (
            "baseline-token-probabilities",
            declares("owner: x", endpoint="completions", parameters={"logprobs": 3}),
            declares("owner: x", endpoint="completions", parameters={"logprobs": 0}),
        ),
        (
            "baseline-personal-data-unnamed",
            data("customer_pii"),
            data("customer_pii", safety_id="h"),
        ),
    ],
    "eu": [
        (
            "eu-transfer-of-personal-data",
            data("personal"),
            data("personal", host="eu.api.openai.com"),
        ),
        (
            "eu-transfer-of-personal-data",
            data("personal", host="bedrock-runtime.us-east-1.amazonaws.com"),
            data("personal", host="bedrock-runtime.eu-west-1.amazonaws.com"),
        ),
        (
            "eu-storage-of-personal-data",
            data("personal_letters"),
            data("personal_letters", parameters={"store": False}),
        ),
        ("eu-special-categories", data("biometric"), data("personal")),
    ],
    "minors": [
        ("minors-need-identifier", data("minors"), data("minors", safety_id="h")),
        (
            "minors-see-generated-media",
            data("minors", endpoint="images.generations"),
            data("minors"),
        ),
        (
            "minors-nothing-stored",
            data("minors", parameters={"store": True}),
            data("minors", parameters={"store": False}),
        ),
        (
            "minors-nothing-trained",
            declares(
                "{data: [minors], trains_model: {kind: other, distributed: false}}"
            ),
            data("minors"),
        ),
    ],
    "health": [
        ("health-needs-agreement", data("phi"), data("weather")),
        (
            "health-nothing-stored",
            data("phi", parameters={"store": True}),
            data("phi", parameters={"store": False}),
        ),
        (
            "health-nothing-stored",
            data("phi", endpoint="conversations.create"),
            data("phi", endpoint="chat.completions"),
        ),
        (
            "health-storage-not-said",
            data("phi"),
            data("phi", parameters={"store": False}),
        ),
        (
            "health-nothing-trained",
            declares("{data: [phi], trains_model: {kind: other, distributed: false}}"),
            data("phi"),
        ),
    ],
}


@cache
def in_force(pack: str, declared: str = "owner: x") -> Policy:
    body = declared if declared.startswith("{") else "{" + declared + "}"
    with TemporaryDirectory() as directory:
        file = Path(directory, "policy.yaml")
        file.write_text(
            f"{HEAD}extends: ['pack:{pack}']\npurposes:\n  lab.x: {body}\n"
            "rules:\n  - {id: ours, effect: allow, message: m, all: [{host: '*'}]}\n"
        )
        return load(file)


@cache
def everything() -> Policy:
    return load(POLICIES / "starters" / "observe.yaml")


def decided(pack: str, seen: Seen) -> Decision:
    policy = in_force(pack, seen.declares)
    terms = policy.packs[0].provider
    provider = terms if terms in providers.PROVIDERS else "other"
    call = a_call(
        **{"purpose": "lab.x", "provider": provider, "model": None, **seen.call}
    )
    findings = (
        () if seen.found is None else (a_finding(kind=seen.found, score=seen.score),)
    )
    return decide(policy, call, findings, now=NOON)


def said(decision: Decision) -> set[str]:
    return {reason.rule for reason in (*decision.reasons, *decision.warnings)}


def cases() -> Iterator[tuple[str, str, Seen, Seen]]:
    for pack, listed in CASES.items():
        for rule, stopped, passed in listed:
            yield pack, rule, stopped, passed


@pytest.mark.parametrize(("pack", "rule", "stopped", "passed"), [*cases()])
def test_each_rule_stops_what_it_says_and_nothing_beside(
    pack: str, rule: str, stopped: Seen, passed: Seen
) -> None:
    decision = decided(pack, stopped)
    assert rule in said(decision)
    effect = next(
        each.effect
        for each in in_force(pack, stopped.declares).rules
        if each.id == rule
    )
    match effect:
        case RuleEffect.DENY:
            assert decision.effect is Effect.REFUSE
        case RuleEffect.REVIEW:
            assert decision.effect in (Effect.REVIEW, Effect.REFUSE)
        case _:
            assert rule in {each.rule for each in decision.warnings}
    assert rule not in said(decided(pack, passed))


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_is_whole(pack: str) -> None:
    policy = in_force(pack)
    found = check(POLICIES / f"{pack}.yaml", today=TODAY)
    assert {each.rule for each in found} <= {"P106"}
    rules = [rule for rule in policy.rules if rule.id != "ours"]
    assert {rule.id for rule in rules} == {rule for rule, *_ in CASES[pack]}
    for rule in rules:
        assert rule.clause, rule.id
        assert rule.remedy or rule.effect is RuleEffect.WARN, rule.id
        assert rule.severity is not None, rule.id
        assert rule.level in (Level.HARD, Level.WAIVABLE), rule.id


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_lets_ordinary_work_pass(pack: str) -> None:
    decision = decided(pack, Seen(call={"model": "gpt-5"}))
    assert decision.effect is Effect.PERMIT
    assert decision.warnings == ()


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_asks_nothing_of_calls_under_other_terms(pack: str) -> None:
    for rule, stopped, _ in CASES[pack]:
        terms = in_force(pack).packs[0].provider
        if terms == "any":
            continue
        other = "anthropic" if terms == "openai" else "openai"
        elsewhere = Seen(
            declares=stopped.declares,
            found=stopped.found,
            score=stopped.score,
            call={**stopped.call, "provider": other, "model": "m"},
        )
        assert rule not in said(decided(pack, elsewhere))


def test_an_unconfirmed_clause_never_denies() -> None:
    seen = 0
    for pack in PACKS:
        for rule in in_force(pack).rules:
            if "not confirmed" in rule.message:
                seen += 1
                assert rule.effect is not RuleEffect.DENY, rule.id
                assert rule.level is not Level.HARD or rule.effect is RuleEffect.WARN
    assert seen > 8


def test_all_packs_together_are_one_valid_policy() -> None:
    policy = everything()
    listed = {pack.name for pack in policy.packs}
    assert policy.mode == "observe"
    assert listed == {*PACKS} - {"eu", "minors", "health"}


def test_every_providers_terms_have_a_pack_or_are_known_to_have_none() -> None:
    covered = {in_force(name).packs[0].provider for name in PACKS}
    hosts_only = {"groq", "together", "fireworks"}
    assert covered == {*providers.TERMS} - hosts_only | {"any"}


def test_the_documents_name_each_pack_and_provider() -> None:
    docs = POLICIES.parent / "docs"
    packs = (docs / "policy-packs.md").read_text(encoding="utf-8")
    for name in PACKS:
        assert f"`{name}`" in packs or f"`pack:{name}`" in packs
    policy = (docs / "policy.md").read_text(encoding="utf-8")
    assert [name for name in providers.PROVIDERS if f"`{name}`" not in policy] == []


@pytest.mark.parametrize(
    ("model", "refusing"),
    [
        ("anthropic/claude-opus-4", {"anthropic-dataset-generation"}),
        ("openai/gpt-5", {"openai-dataset-generation"}),
        ("deepseek/deepseek-chat", set()),
        (
            "openrouter/auto",
            {
                "openai-dataset-generation",
                "anthropic-dataset-generation",
                "google-dataset-generation",
                "xai-dataset-generation",
                "meta-dataset-generation",
            },
        ),
    ],
)
def test_the_terms_of_the_model_bind_behind_a_router(
    model: str, refusing: set[str]
) -> None:
    policy = everything()
    call = a_call(
        purpose="unsorted", provider="openrouter", host="openrouter.ai", model=model
    )
    decision = decide(policy, call, (a_finding(),), now=NOON)
    denied = {
        reason.rule
        for reason in decision.reasons
        if reason.rule.endswith("-dataset-generation")
        and not reason.rule.startswith(("aws", "azure", "cohere"))
    }
    assert denied == refusing
