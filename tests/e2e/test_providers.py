"""A client of each provider: its record says whose, and the terms that apply decide."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from affidavit import Governor, OpenAI
from affidavit.clients.errors import PolicyDenied
from affidavit.trail.reader import TrailReader
from affidavit.trail.record import Kind
from affidavit.wiring import Settings
from support.http_client import Provider
from support.policies import POLICIES
from support.project import DATASET_REQUEST, a_project

DATASET: Any = [{"role": "user", "content": DATASET_REQUEST}]
QUESTION: Any = [{"role": "user", "content": "Where is my parcel?"}]
ENFORCING = (
    (POLICIES / "starters" / "observe.yaml")
    .read_text(encoding="utf-8")
    .replace("mode: observe", "mode: enforce")
    .replace("  - pack:baseline\n", "")
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    founded = a_project(tmp_path)
    (tmp_path / "policies" / "policy.yaml").write_text(ENFORCING)
    return founded


@pytest.fixture
def governor(settings: Settings) -> Iterator[Governor]:
    with Governor(settings=settings) as opened:
        yield opened


def decision(settings: Settings) -> dict[str, Any]:
    """The body of the one decision in the trail."""
    (found,) = [
        each.body
        for each in TrailReader(settings.trail).records()
        if each.entry.kind is Kind.DECISION
    ]
    assert found is not None
    return dict(found)


def client(base_url: str, governor: Governor, wire: Provider) -> OpenAI:
    return OpenAI(
        base_url=base_url,
        api_key="k",
        affidavit=governor,
        purpose="unsorted",
        http_client=wire.client,
        max_retries=0,
    )


@pytest.mark.parametrize(
    ("base_url", "model", "provider", "rules"),
    [
        ("https://api.openai.com/v1", "gpt-5", "openai", {"openai"}),
        (
            "https://acme.openai.azure.com/openai/v1",
            "gpt-5",
            "azure",
            {"openai", "azure"},
        ),
        ("https://api.anthropic.com/v1/", "claude-opus-4", "anthropic", {"anthropic"}),
        (
            "https://generativelanguage.googleapis.com/v1beta/openai/",
            "gemini-3-pro",
            "google",
            {"google"},
        ),
        ("https://api.x.ai/v1", "grok-4", "xai", {"xai"}),
        ("https://api.llama.com/compat/v1/", "Llama-4-Maverick", "meta", {"meta"}),
        (
            "https://api.cohere.ai/compatibility/v1",
            "command-a-03-2025",
            "cohere",
            {"cohere"},
        ),
        (
            "https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1",
            "anthropic.claude-sonnet-4-v1:0",
            "aws",
            {"aws", "anthropic"},
        ),
        (
            "https://bedrock-mantle.eu-west-1.api.aws/v1",
            "openai.gpt-oss-120b",
            "aws",
            {"aws"},
        ),
        (
            "https://openrouter.ai/api/v1",
            "anthropic/claude-opus-4",
            "openrouter",
            {"anthropic"},
        ),
        ("https://openrouter.ai/api/v1", "openai/gpt-5", "openrouter", {"openai"}),
        (
            "https://gateway.acme.example/v1",
            "gpt-5",
            "other",
            {
                "openai",
                "azure",
                "anthropic",
                "google",
                "xai",
                "meta",
                "cohere",
                "aws",
            },
        ),
    ],
)
def test_a_training_set_is_refused_under_the_terms_that_apply(
    governor: Governor,
    settings: Settings,
    base_url: str,
    model: str,
    provider: str,
    rules: set[str],
) -> None:
    wire = Provider()
    with (
        client(base_url, governor, wire) as calling,
        pytest.raises(PolicyDenied) as refused,
    ):
        calling.chat.completions.create(model=model, messages=DATASET)
    governor.close()

    assert wire.requests == []
    named = {
        reason.rule.removesuffix("-dataset-generation")
        for reason in refused.value.reasons
        if reason.rule.endswith("-dataset-generation")
    }
    assert named == rules
    body = decision(settings)
    assert (body["provider"], body["model"]) == (provider, model)
    assert body["endpoint"] == "chat.completions"
    assert {each["rule"].partition("-dataset")[0] for each in body["reasons"]} >= rules


@pytest.mark.parametrize(
    ("base_url", "model", "provider"),
    [
        ("https://api.deepseek.com", "deepseek-chat", "deepseek"),
        ("https://api.mistral.ai/v1", "mistral-large-latest", "mistral"),
        ("https://api.groq.com/openai/v1", "llama-3.3-70b-versatile", "groq"),
        ("https://api.together.xyz/v1", "deepseek-ai/DeepSeek-V3", "together"),
        (
            "https://api.fireworks.ai/inference/v1",
            "accounts/fireworks/models/llama-v3p1-8b-instruct",
            "fireworks",
        ),
        ("https://openrouter.ai/api/v1", "mistralai/mistral-large", "openrouter"),
    ],
)
def test_terms_that_permit_it_let_the_same_request_leave(
    governor: Governor, settings: Settings, base_url: str, model: str, provider: str
) -> None:
    wire = Provider()
    with client(base_url, governor, wire) as calling:
        calling.chat.completions.create(model=model, messages=DATASET)
    governor.close()

    assert len(wire.requests) == 1
    body = decision(settings)
    assert (body["provider"], body["endpoint"]) == (provider, "chat.completions")


def test_a_router_with_a_fallback_is_under_every_pack(
    governor: Governor, settings: Settings
) -> None:
    wire = Provider()
    with (
        client("https://openrouter.ai/api/v1", governor, wire) as calling,
        pytest.raises(PolicyDenied) as refused,
    ):
        calling.chat.completions.create(
            model="deepseek/deepseek-chat",
            messages=DATASET,
            extra_body={"models": ["openai/gpt-5"]},
        )
    governor.close()
    rules = {reason.rule for reason in refused.value.reasons}
    assert {"openai-dataset-generation", "openrouter-model-not-named"} <= rules
    assert decision(settings)["parameters"]["models"] == 1


def test_an_ordinary_question_leaves_for_every_provider(governor: Governor) -> None:
    wire = Provider()
    for base_url, model in (
        ("https://api.anthropic.com/v1/", "claude-opus-4"),
        ("https://api.x.ai/v1", "grok-4"),
        ("https://gateway.acme.example/v1", "ours"),
    ):
        client(base_url, governor, wire).chat.completions.create(
            model=model, messages=QUESTION
        )
    assert len(wire.requests) == 3
