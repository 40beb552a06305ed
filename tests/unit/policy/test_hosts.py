import pytest

from affidavit.policy.hosts import host_within, is_origin


@pytest.mark.parametrize(
    "pattern",
    [
        "api.openai.com",
        "API.OpenAI.com",
        "*.openai.azure.com",
        "*aiplatform*.googleapis.com",
        "*",
        "eu-?.gateway.example",
        "gateway[12].example",
        "10.0.0.1",
        "::1",
        "fe80::*",
        "::ffff:10.0.0.1",
    ],
)
def test_hosts_and_patterns_of_hosts_are_left_alone(pattern: str) -> None:
    assert host_within(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "host"),
    [
        ("https://api.openai.com", "api.openai.com"),
        ("https://api.openai.com/v1", "api.openai.com"),
        ("api.openai.com/v1", "api.openai.com"),
        ("api.openai.com/", "api.openai.com"),
        ("api.openai.com:443", "api.openai.com"),
        ("localhost:*", "localhost"),
        ("10.0.0.1:8080", "10.0.0.1"),
        ("*:8443", "*"),
        ("//*.openai.com", "*.openai.com"),
        ("user:secret@api.openai.com", "api.openai.com"),
        ("api.openai.com.", "api.openai.com"),
        ("[::1]", "::1"),
        ("http://[::1]:8080/v1", "::1"),
        ("https://", ""),
    ],
)
def test_of_what_is_more_than_a_host_the_host_is_told(pattern: str, host: str) -> None:
    assert host_within(pattern) == host
    assert not host or host_within(host) is None


@pytest.mark.parametrize("text", ["https://a.example", "http://[::1]:8080"])
def test_an_origin_is_scheme_host_and_a_port_of_its_own(text: str) -> None:
    assert is_origin(text)
    for other in (f"{text}/", f"{text}/v1", text.upper(), text.partition("//")[2]):
        assert not is_origin(other)
    assert not is_origin("https://a.example:443")
