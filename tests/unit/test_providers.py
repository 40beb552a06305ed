import pytest
from hypothesis import given
from hypothesis import strategies as st

from affidavit.providers import PROVIDERS, TERMS, UNKNOWN, of, terms


@pytest.mark.parametrize(
    ("host", "provider"),
    [
        ("api.openai.com", "openai"),
        ("eu.api.openai.com", "openai"),
        ("acme.openai.azure.com", "azure"),
        ("acme.openai.azure.us", "azure"),
        ("acme.services.ai.azure.com", "azure"),
        ("acme.cognitiveservices.azure.com", "azure"),
        ("llama-acme.eastus2.models.ai.azure.com", "azure"),
        ("models.inference.ai.azure.com", "azure"),
        ("api.anthropic.com", "anthropic"),
        ("generativelanguage.googleapis.com", "google"),
        ("aiplatform.googleapis.com", "google"),
        ("europe-west4-aiplatform.googleapis.com", "google"),
        ("aiplatform.eu.rep.googleapis.com", "google"),
        ("api.mistral.ai", "mistral"),
        ("codestral.mistral.ai", "mistral"),
        ("api.x.ai", "xai"),
        ("us-east-1.api.x.ai", "xai"),
        ("api.deepseek.com", "deepseek"),
        ("api.llama.com", "meta"),
        ("api.cohere.com", "cohere"),
        ("api.cohere.ai", "cohere"),
        ("bedrock-runtime.us-east-1.amazonaws.com", "aws"),
        ("bedrock-runtime-fips.us-gov-west-1.amazonaws.com", "aws"),
        ("bedrock-mantle.eu-central-1.api.aws", "aws"),
        ("vpce-0a1-b2.bedrock-runtime.us-east-1.vpce.amazonaws.com", "aws"),
        ("openrouter.ai", "openrouter"),
        ("eu.openrouter.ai", "openrouter"),
        ("api.groq.com", "groq"),
        ("api.together.xyz", "together"),
        ("api.fireworks.ai", "fireworks"),
        ("", "other"),
        ("127.0.0.1", "other"),
        ("gateway.acme.example", "other"),
        ("notapi.openai.com", "other"),
        ("api.openai.com.acme.example", "other"),
        ("openai.azure.com", "other"),
        ("storage.googleapis.com", "other"),
        ("aiplatform.googleapis.com.acme.example", "other"),
        ("s3.us-east-1.amazonaws.com", "other"),
        ("a.b.bedrock-runtime.us-east-1.amazonaws.com", "other"),
        ("bedrock-runtime.us-east-1.amazonaws.com.acme.example", "other"),
        ("evilopenrouter.ai", "other"),
    ],
)
def test_the_host_says_who_answers(host: str, provider: str) -> None:
    assert of(host) == provider


@pytest.mark.parametrize(
    ("provider", "model", "expected"),
    [
        ("openai", "gpt-5", "openai"),
        ("openai", None, "openai"),
        ("openai", "claude-opus-4", "openai"),
        ("anthropic", "claude-opus-4", "anthropic"),
        ("meta", "Llama-4-Maverick", "meta"),
        # Azure: OpenAI's terms whatever a deployment is called.
        ("azure", "gpt-5", "azure openai"),
        ("azure", "o3", "azure openai"),
        ("azure", "gpt-oss-120b", "azure openai"),
        ("azure", "Claude-Sonnet-4", "anthropic azure openai"),
        ("azure", "Mistral-Large", "azure mistral openai"),
        ("azure", "prod", None),
        ("azure", None, None),
        ("aws", "anthropic.claude-3-5-sonnet-20241022-v2:0", "anthropic aws"),
        ("aws", "eu.anthropic.claude-sonnet-4-v1:0", "anthropic aws"),
        ("aws", "meta.llama3-3-70b-instruct-v1:0", "aws llama"),
        ("aws", "openai.gpt-oss-120b-1:0", "aws"),
        ("aws", "openai.gpt-5", "aws openai"),
        ("aws", "amazon.nova-pro-v1:0", "aws"),
        ("aws", "arn:aws:bedrock:eu-west-1:1:application-inference-profile/a", None),
        ("aws", "qwen.qwen3-32b-v1:0", None),
        ("google", "gemini-3-pro", "google"),
        ("google", "models/gemini-3-pro", "google"),
        ("google", "text-embedding-004", "google"),
        ("google", "google/gemini-3-pro", "google"),
        ("google", "meta/llama-4-maverick-17b-instruct-maas", "google llama"),
        ("google", "tunedModels/mine", None),
        ("google", None, None),
        ("openrouter", "anthropic/claude-opus-4", "anthropic openrouter"),
        ("openrouter", "openai/gpt-5:online", "openai openrouter"),
        ("openrouter", "openai/gpt-oss-20b", "openrouter"),
        ("openrouter", "x-ai/grok-4", "openrouter xai"),
        ("openrouter", "deepseek/deepseek-r1-distill-llama-70b", "deepseek llama"),
        ("openrouter", "openrouter/auto", None),
        ("openrouter", "@preset/mail", None),
        ("openrouter", "qwen/qwen3", None),
        ("groq", "llama-3.3-70b-versatile", "groq llama"),
        ("groq", "openai/gpt-oss-120b", "groq"),
        ("groq", "whisper-large-v3", "groq"),
        ("together", "meta-llama/Llama-3.3-70B-Instruct-Turbo", "llama together"),
        ("fireworks", "accounts/fireworks/models/llama-v3p1-8b", "fireworks llama"),
        ("fireworks", "accounts/acme/models/llama-ours", None),
        ("other", "gpt-5", None),
        ("a name from elsewhere", "gpt-5", None),
    ],
)
def test_the_makers_terms_flow_down(
    provider: str, model: str | None, expected: str | None
) -> None:
    found = terms(provider, model, {})
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert found - {"openrouter"} == set(expected.split()) - {"openrouter"}
        assert provider in found


@pytest.mark.parametrize("parameter", ["models", "plugins", "preset"])
def test_a_router_that_may_choose_leaves_the_terms_unknown(parameter: str) -> None:
    model = "deepseek/deepseek-chat"
    assert terms("openrouter", model, {parameter: 1}) is None
    assert terms("openrouter", model, {"n": 1}) is not None
    # Elsewhere such a parameter means nothing.
    assert terms("openai", "gpt-5", {parameter: 1}) == frozenset({"openai"})


@given(st.text(max_size=60))
def test_every_host_has_a_provider(host: str) -> None:
    assert of(host) in PROVIDERS


@given(st.sampled_from(PROVIDERS), st.none() | st.text(max_size=60))
def test_terms_are_the_providers_and_more(provider: str, model: str | None) -> None:
    found = terms(provider, model, {})
    assert found is None or (provider in found and found <= set(TERMS))


@given(st.text(max_size=60))
def test_azure_never_sheds_the_terms_of_openai(deployment: str) -> None:
    found = terms("azure", deployment, {})
    assert found is None or {"azure", "openai"} <= found


def test_all_but_the_unknown_have_terms() -> None:
    assert {*PROVIDERS} - {UNKNOWN} == {*TERMS} - {"llama"}
