import pytest

from affidavit.policy.spelling import FAMILIES, misspelt


@pytest.mark.parametrize(
    ("pattern", "meant"),
    [
        ("gtp-5*", "gpt-5*"),
        ("GTP-5", "gpt-5"),
        ("cluade-*", "claude-*"),
        ("openai/gtp-4o", "openai/gpt-4o"),
        ("anthropic.cluade-3", "anthropic.claude-3"),
        ("text-embeding-3-small", "text-embedding-3-small"),
        ("gemnii-2.0*", "gemini-2.0*"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(pattern: str, meant: str | None) -> None:
    assert misspelt(pattern) == meant


@pytest.mark.parametrize(
    "pattern",
    ["*", "o1*", "g*", "gpt*", "gpt-5-mini", "acme-chat", "prod", "", "ft:gpt-4o:x"],
)
def test_other_names_are_nobodys_slip(pattern: str) -> None:
    assert misspelt(pattern) is None


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_no_family_is_a_slip_of_another(family: str) -> None:
    assert misspelt(family) is None
    assert misspelt(f"{family}-9*") is None
