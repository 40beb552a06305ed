import pytest

from affidavit.scan.code.hosts import provider_anywhere, provider_in


@pytest.mark.parametrize(
    ("text", "host", "provider"),
    [
        ("https://api.openai.com/v1/responses", "api.openai.com", "openai"),
        ("wss://API.OpenAI.com", "api.openai.com", "openai"),
        ("api.anthropic.com", "api.anthropic.com", "anthropic"),
        ("http://user:pw@api.x.ai:443/v1", "api.x.ai", "xai"),
        ("https://\0.openai.azure.com/\0", "*.openai.azure.com", "azure"),
        (
            "https://bedrock-runtime.\0.amazonaws.com",
            "bedrock-runtime.*.amazonaws.com",
            "aws",
        ),
    ],
)
def test_an_address_names_host_and_provider(
    text: str, host: str, provider: str
) -> None:
    assert provider_in(text) == (host, provider)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0",
        "https://\0/v1",
        "openai",
        "see https://api.openai.com",
        "https://api.openai.com.example.net",
        "https://example.com/api.openai.com",
    ],
)
def test_other_texts_are_no_address_of_a_provider(text: str) -> None:
    assert provider_in(text) is None


def test_a_command_is_searched_for_addresses() -> None:
    found = provider_anywhere("curl -s https://x.example 'https://api.mistral.ai/v1'")
    assert found == ("api.mistral.ai", "mistral")
    assert provider_anywhere("curl https://x.example") is None
